"""What is no training log, by structured readers' eyes: every one of them must say no."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lossdoc.input.source import Source
from lossdoc.readers import detect

BENCHMARKS = """# A model

Results on the test sets:

| Model        | Params | Accuracy | F1   |
|--------------|--------|----------|------|
| small        | 10M    | 81.5     | 0.80 |
| base         | 50M    | 84.0     | 0.83 |
| large        | 350M   | 83.5     | 0.84 |

| Epochs | Learning rate | Accuracy |
|--------|---------------|----------|
| 3      | 5e-5          | 81.0     |
| 1      | 3e-5          | 80.0     |

Train with `python train.py --lr 5e-5`.
"""
PACKAGE = json.dumps(
    {"name": "x", "version": "1.0.0", "scripts": {"test": "jest"}, "dependencies": {"react": "18"}}, indent=2
)
MODEL_CONFIG = json.dumps(
    {
        "vocab_size": 32000,
        "hidden_size": 64,
        "router_aux_loss_coef": 0.001,
        "attention_dropout": 0.0,
        "num_hidden_layers": 2,
    },
    indent=2,
)
TRAINING_CONFIG = json.dumps(
    {
        "learning_rate": 5e-5,
        "num_train_epochs": 3,
        "max_steps": 100,
        "lr_scheduler_type": "cosine",
        "loss_type": "sigmoid",
    }
)
SERVER = "\n".join(
    json.dumps(
        {"level": "info", "ts": 1700000000 + i, "status": 200, "size": 512 * i, "duration": 0.01, "msg": "handled"}
    )
    for i in range(30)
)
PREFERENCES = "\n".join(
    json.dumps(
        {
            "prompt": f"What is {i} plus {i}?",
            "chosen": f"It is {2 * i}, of course.",
            "rejected": "No idea.",
            "score": 0.5,
        }
    )
    for i in range(30)
)
ROLLOUTS = "\n".join(
    json.dumps({"step": i, "prompt": "Tell me a long story", "completion": "Once upon a time there was", "reward": 0.5})
    for i in range(30)
)
ARRAYS = "\n".join(json.dumps({"input_ids": [[1, 2, 3]] * 4, "rewards": [0.0, 1.0], "idx": i}) for i in range(10))
IRIS = "sepal_length,sepal_width,petal_length,petal_width,species\n" + "5.1,3.5,1.4,0.2,setosa\n" * 20
HOUSES = "id,price,rooms,lat,lon\n" + "".join(f"{i},{i * 1000},3,51.5,0.1\n" for i in range(20))
REVIEWS = "id,text,score\n" + "".join(f'{i},"A long review, with a comma in it",0.5\n' for i in range(20))
PROSE = "The loss fell at every step.\nThen, at epoch 3, the accuracy rose.\n\n10 20 30\n40 50 60\n"
PROCESSES = "  PID  CPU   MEM\n  101  0.5   1.0\n  102  1.5   2.0\n"
CODE = "import torch\n\nfor step in range(9):\n    loss = model(batch).loss\n    print({'step': step, 'loss': loss})\n"
PAGE = "<html><body><table><tr><th>Name</th><th>Price</th></tr><tr><td>Tea</td><td>2.50</td></tr></table></body></html>"
NOTEBOOK = json.dumps(
    {"cells": [{"cell_type": "code", "source": ["loss = 0.5"], "outputs": []}], "metadata": {}, "nbformat": 4}, indent=1
)
SWEEP = "lr,batch_size,accuracy\n0.1,32,0.9\n0.01,32,0.8\n0.1,64,0.7\n"
STOCKS = "Date,Open,High,Low,Close,Volume\n2020-01-01,1,2,0.5,1.5,100\n2020-01-02,1,2,0.5,1.5,100\n"
SUBMISSION = "id,prediction\n1,0.5\n2,0.4\n"
PREDICTIONS = "\n".join(json.dumps({"id": i, "label": 1, "prediction": 0.5, "score": 0.9}) for i in range(10))
ACCESS = "\n".join(json.dumps({"status": 200, "bytes": i, "request_time": 0.01, "batch": 3}) for i in range(10))
LAYERS = "Layer (type)          Output Shape     Param #\n=================\nconv1 (Conv2D)    (None, 26, 26)   320\n"
ADAPTER = json.dumps({"lora_alpha": 16, "lora_dropout": 0.05, "r": 8, "target_modules": ["q_proj"]})
DEEPSPEED = json.dumps({"train_batch_size": 8, "fp16": {"enabled": True, "loss_scale": 0}, "gradient_clipping": 1.0})
STRUCTURED = {
    *(
        "trainer-state",
        "jsonl",
        "json",
        "csv",
        "table",
        "html",
        "ipynb",
        "json-messages",
        "box",
        "areal",
        "nemo-rl",
        "olmo",
    ),
    *("open-instruct-panel", "composer", "ultralytics", "mlx-lm", "tfevents", "wandb", "swanlab", "trackio", "mlflow"),
}
REFUSED = {
    "benchmarks": BENCHMARKS,
    "package": PACKAGE,
    "model config": MODEL_CONFIG,
    "training config": TRAINING_CONFIG,
    "server": SERVER,
    "preferences": PREFERENCES,
    "preferences as list": "[" + PREFERENCES.replace("\n", ",\n") + "]",
    "roll-outs": ROLLOUTS,
    "arrays": ARRAYS,
    "iris": IRIS,
    "houses": HOUSES,
    "reviews": REVIEWS,
    "prose": PROSE,
    "processes": PROCESSES,
    "code": CODE,
    "page": PAGE,
    "notebook without a training": NOTEBOOK,
    "sweep": SWEEP,
    "stocks": STOCKS,
    "submission": SUBMISSION,
    "predictions": PREDICTIONS,
    "access": ACCESS,
    "layers": LAYERS,
    "adapter": ADAPTER,
    "deepspeed": DEEPSPEED,
    "models in rows without a name": ",accuracy,f1\nlogistic,0.81,0.80\nforest,0.87,0.86\nsvm,0.9,0.9\n",
    "models in rows of Markdown": "| | acc |\n|-|-|\n| LR | 0.8 |\n| RF | 0.7 |\n| NN | 0.9 |\n",
    "empty": "",
    "one brace": "{",
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    found = [
        (score, reader.NAME) for score, reader in detect(Source.from_text(REFUSED[name])) if reader.NAME in STRUCTURED
    ]
    assert found == []


def checkpoints() -> str:
    """The shape of ML-Agents' training_status.json: each checkpoint an object on lines of its own."""
    rows = [{"steps": 1000 * n, "file_path": f"a/{n}.onnx", "reward": 0.5 * n, "creation_time": 1.5e9} for n in (1, 2)]
    return json.dumps({"Walker": {"checkpoints": rows}, "metadata": {"stats_format_version": "0.3.0"}}, indent=4)


def timers() -> str:
    """The shape of ML-Agents' timers.json: a tree of where the time went, with the last value of each statistic."""
    gauge = {"value": 2.5, "min": 2.25, "max": 3.5, "count": 73}
    leaf = {"total": 1.5, "count": 1, "self": 1.5}
    tree = {"name": "root", "gauges": {"Walker.Policy.Entropy.mean": gauge, "Walker.Losses.PolicyLoss.mean": gauge}}
    return json.dumps(tree | leaf | {"children": {"run_training.setup": leaf}}, indent=4)


def printed_settings() -> str:
    given = {"buffer_size": 4096, "lr": 1e-4, "epochs": 300, "reward_multiplier": 1, "eval_interval": 5}
    return "01:17:23 | settings:\n" + json.dumps(given, indent=2) + "\n01:17:24 | ---  epoch 0/300  ---\n"


@pytest.mark.parametrize("text", [checkpoints(), timers(), printed_settings()])
def test_a_part_of_a_document_is_no_row(text: str) -> None:
    assert [reader.NAME for _, reader in detect(Source.from_text(text)) if reader.NAME in STRUCTURED] == []


def test_binary_junk_is_refused() -> None:
    for data in (
        b"\x7fELF\x02\x01" + bytes(64),
        b"PK\x03\x04" + bytes(64),
        b"\x89PNG\r\n\x1a\n" + bytes(64),
        bytes(200),
    ):
        assert [reader.NAME for _, reader in detect(Source("x", data)) if reader.NAME in STRUCTURED] == []


@pytest.mark.parametrize(
    "member",
    [
        "106_trl-rich-progress-test-notlog",
        "107_nanochat-source-notlog",
        "109_lnav-access-log-notlog",
        "110_lnav-syslog-notlog",
    ],
)
def test_public_files_that_are_no_logs(shared: Path, member: str) -> None:
    for path in (shared / "corpus" / member).iterdir():
        assert [reader.NAME for _, reader in detect(Source.from_path(path)) if reader.NAME in STRUCTURED] == []

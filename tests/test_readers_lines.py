"""The tokenizer of metric lines, the engine of formats as data, and the last resort."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossdoc.api import Options, read_source
from lossdoc.input.source import Source
from lossdoc.model.record import Event, Record
from lossdoc.readers import all_readers, detect, key_value, line_formats
from lossdoc.readers._line_kinds import Kind
from lossdoc.readers._pairs import pairs, tokenize
from lossdoc.readers.home_made.lines import composed

LINES = {
    "loss: 0.5, acc: 0.9": {"loss": "0.5", "acc": "0.9"},
    "loss=0.5 acc=0.9": {"loss": "0.5", "acc": "0.9"},
    "step 10: train loss 10.9, val loss 10.8": {"step": "10", "train loss": "10.9", "val loss": "10.8"},
    "loss:  3.24  grad_norm:  nan  memory:  9.46GiB(64.99%)": {"loss": "3.24", "grad_norm": "nan", "memory": "9.46GiB"},
    "lr: 1e-05 eta: 27 days, 22:18:02 batch_cost: 18.5": {"lr": "1e-05", "eta": "27", "batch_cost": "18.5"},
    "eta: 0:03:35  iter: 19  total_loss: 1.36": {"iter": "19", "total_loss": "1.36"},
    "batch 3 loss: 0.5": {"batch": "3", "loss": "0.5"},
    "VLoss=1.8 VPred(mean=1.2, std=-0.4)KL=0.1": {
        "VLoss": "1.8", "VPred mean": "1.2", "VPred std": "-0.4", "KL": "0.1",
    },
    "top 5 acc: 0.5": {"top 5 acc": "0.5"},
    "iteration      122/  250000 | lm loss: 2.5E+00 | grad norm: 0.2": {
        "iteration": "122/  250000", "lm loss": "2.5E+00", "grad norm": "0.2",
    },
    "Loss 6.9e+00 (7.0e+00)\tAcc@1   0.39 (  0.12)": {"Loss": "6.9e+00", "Acc@1": "0.39"},
    "Test set: Average loss: 0.05, Accuracy: 9830/10000 (98%)": {"Average loss": "0.05", "Accuracy": 0.983},
    "loss 11.0 (+nanz)| norm 15.3 (+nanz)| lr 1.00e-06": {"loss": "11.0", "norm": "15.3", "lr": "1.00e-06"},
    "lr: N/A  loss: 0.5": {"loss": "0.5"},
    "reward: np.float64(0.25), kl: tensor(0.5, device='cuda:0')": {
        "reward": "np.float64(0.25)", "kl": "0.5",
    },
}  # fmt: skip

COMPOSED = {
    "Epoch 3/40 | Train loss=0.5 acc=0.9 | Val loss=0.6 acc=0.8": {
        "Epoch": "3/40", "Train loss": "0.5", "Train acc": "0.9", "Val loss": "0.6", "Val acc": "0.8",
    },
    "Cost after iteration 100: 0.69": {"iteration": "100", "Cost": "0.69"},
    "NCE loss at epoch 3 and iteration 500 is -1.83": {"epoch": "3", "iteration": "500", "NCE loss": "-1.83"},
    "Training loss (for one batch) at step 200: 0.45": {"step": "200", "Training loss": "0.45"},
    "Epoch 2/9 | Train Loss: 1.5 Acc: 0.2 | Val Loss: 1.6 Acc: 0.3 F1: 0.1 | LR: 5e-04": {
        "Epoch": "2/9", "Train Loss": "1.5", "Train Acc": "0.2", "Val Loss": "1.6", "Val Acc": "0.3",
        "Val F1": "0.1", "LR": "5e-04",
    },
    "Test set: Average loss: 0.05, Accuracy: 9830/10000 (98%)": {"Average loss": "0.05", "Accuracy": 0.983},
    "[2,  2000] loss: 1.23": {"epoch": "2", "step": "2000", "loss": "1.23"},
    "iter_num: 300 Loss:avg: 0.5 | Acc %: 81.25": {"iter": "300", "Loss:avg": "0.5", "Acc %": "81.25"},
}  # fmt: skip

LOOPS = {
    "Epoch: {n} loss: {a} acc: {b}\n": 1,
    "[{n}/30] D_loss: {a} G_loss: {b}\n": 1,
    "epoch {n} | train_loss {a} | val_loss {b} | 12.3s\n": 1,
    "Iteration: {n}, validation AUC: {a}\n": 1,
    "Round {n}: reward={a}, length={b}\n": 1,
    "Epoch {n}/30\n----------\ntrain Loss: {a} Acc: {b}\nval Loss: {b} Acc: {a}\n\n": 2,
    "2024-01-01 10:00:{n:02d},123 - INFO - Epoch {n} - loss: {a} - f1: {b}\n": 1,
    "  Epoch {n}/30 | batch 5/10 | loss {a}\r\n": 1,
}

NO_LOGS = {
    "prose": "The loss: 0.5 is what we saw; accuracy was 0.9 in the end, said the authors of the paper.\n" * 3,
    "readme": "# Title\n\n- item\n- item\n- item\n- item\n\n```\nloss: 0.5\n```\n",
    "settings": "loss_weight: 1.0\nreward_scale: 2.0\nlr: 0.1\nbatch_size: 32\nentropy_coef: 0.01\n",
    "code": "import torch\n\ndef loss(x):\n    loss = 0.5\n    acc = 0.25\n    return loss\n" * 9,
    "wishes": "Target accuracy: 84.0\nBest accuracy: 0.9\n" * 9,
    "server": "Jan  1 10:00:00 host sshd[12]: accepted 10 from 10.0.0.1 port 22\n" * 9,
    "constants": "reward: 1.0 accuracy: 0.5\n" * 9,
    "data": '{"prompt": "what is loss: 0.5?", "chosen": "loss: 0.5", "rejected": "acc: 0.1"}\n' * 9,
    "empty": "",
}


@pytest.mark.parametrize(("text", "expected"), LINES.items())
def test_tokenizer(text: str, expected: dict[str, object]) -> None:
    assert pairs(text) == expected


@pytest.mark.parametrize(("text", "expected"), COMPOSED.items())
def test_grammar(text: str, expected: dict[str, object]) -> None:
    found = composed(text)
    assert found is not None
    assert found.row == expected


@pytest.mark.parametrize(("text", "each"), LOOPS.items())
def test_home_made_loops(text: str, each: int) -> None:
    log = "".join(text.format(n=n, a=round(2 / n, 4), b=round(1 - 1 / n, 4)) for n in range(1, 31))
    source = Source.from_text(log)
    found = [item for item in key_value.read(source) if isinstance(item, Record)]
    assert detect(source)[0][1].NAME == "key-value"
    assert len(found) == 30 * each


@pytest.mark.parametrize("name", NO_LOGS)
def test_what_is_no_log_is_refused(name: str) -> None:
    assert detect(Source.from_text(NO_LOGS[name])) == []


def test_blocks_under_a_header_keep_its_epoch_and_split() -> None:
    text = "".join(
        f"Epoch {n}/9\ntrain Loss: {1 / n:.4f} Acc: 0.5\nval Loss: {2 / n:.4f} Acc: 0.4\n" for n in range(1, 9)
    )
    records = [item for item in key_value.read(Source.from_text(text)) if isinstance(item, Record)]
    assert [record.epoch for record in records[:4]] == [1, 1, 2, 2]


def test_a_title_says_whose_numbers_the_next_line_holds() -> None:
    text = "".join(
        f"Epoch {n}\n-----\nloss: {3 / n:.4f}  [   64/60000]\n"
        f"Test Error: \n Accuracy: {n}.5%, Avg loss: {2 / n:.4f}\n\n"
        for n in range(1, 9)
    )
    records = [item for item in key_value.read(Source.from_text(text)) if isinstance(item, Record)]
    assert [(record.epoch, record.split) for record in records[:4]] == [(1, None), (1, "test"), (2, None), (2, "test")]


def test_rare_lines_are_found() -> None:
    noise = "step towards the goal: think, then answer 42\n" * 60
    log = "".join(f"{noise}step:{n} - actor/loss:{1 / n:.5f} - critic/score/mean:0.5\n" for n in range(1, 11))
    source = Source.from_text(log)
    assert detect(source)[0][1].NAME == "verl"
    assert sum(isinstance(item, Record) for item in detect(source)[0][1].read(source)) == 10


def test_a_last_line_that_closes_its_brackets_is_not_cut() -> None:
    rows = "".join(
        f':::MLL 1560822683.386 eval_accuracy: {{"value": {n}.25, "metadata": {{"epoch_num": {n}, "lineno": 5}}}}\n'
        for n in range(3)
    )
    end = ':::MLL 1560822684.386 run_stop: {"value": null, "metadata": {"status": "success", "lineno": 9}}'
    (_, reader), *_ = detect(Source.from_text(rows + end))
    assert reader.NAME == "mlperf"
    assert not any(isinstance(item, Event) and item.kind == "cut" for item in reader.read(Source.from_text(rows + end)))


def test_a_cut_line_is_said_and_its_last_number_dropped() -> None:
    source = Source.from_text("iter 0: loss 4.5, time 10.0ms, mfu 1.0%\niter 10: loss 4.1, time 1")
    items = list(detect(source)[0][1].read(source))
    assert any(isinstance(item, Event) and item.kind == "cut" for item in items)
    assert [dict(item.values) for item in items if isinstance(item, Record)][1] == {"loss": "4.1"}


def test_progress_from_the_total_in_the_line() -> None:
    source = Source.from_text("".join(f"step:{n}/100 train_loss:{5 - n / 50} train_time:1ms\n" for n in range(1, 41)))
    told = [dict(i.data) for i in detect(source)[0][1].read(source) if isinstance(i, Event) and i.kind == "progress"]
    assert told == [{"n": 1.0, "total": 100.0}, {"n": 40.0, "total": 100.0}]


def test_unknown_options_of_a_format_are_errors() -> None:
    with pytest.raises(TypeError):
        Kind.of({"pattern": "x", "colour": "red"})


def test_a_line_reads_the_same_every_time() -> None:
    """What is learned of the lines of a program changes nothing in what is read."""
    lines = [line for reader in all_readers() for sample in reader.SAMPLES for line in sample.text.splitlines()]
    for line in lines:
        assert [pairs(line), pairs(line), pairs(line)] == [tokenize(line)] * 3, line


def test_every_anchor_stands_in_a_sample() -> None:
    """An anchor that no sample needs is a guess; a sample without an anchor is never read."""
    for reader in line_formats.readers():
        assert isinstance(reader, line_formats.LazyFormat)
        for sample in reader.SAMPLES:
            assert any(anchor in sample.text for anchor in reader.anchors), reader.NAME


@pytest.mark.parametrize(
    ("name", "reader", "records"),
    [
        ("nanogpt-burst-b", "nanogpt", None),
        ("epochs-ok1-a", "key-value", 12),
    ],
)
def test_labelled_runs(shared: Path, name: str, reader: str, records: int | None) -> None:
    path = shared / "runs" / name / "stdout.log"
    if not path.exists():
        pytest.skip(f"{name} is not here")
    found = detect(Source.from_path(path))[0][1]
    assert reader == found.NAME
    if records is not None:
        assert sum(isinstance(item, Record) for item in found.read(Source.from_path(path))) == records


@given(st.text(alphabet="step:10 -=|,epoch los.5[]{}'%/()\n\r\t", max_size=150))
def test_any_text(text: str) -> None:
    source = Source.from_text(text)
    for reader in (*line_formats.readers(), key_value):
        if reader.sniff(source) > 0:
            list(reader.read(source))


@given(st.binary(max_size=300))
def test_any_bytes_for_every_reader(data: bytes) -> None:
    for reader in all_readers():
        if reader.sniff(Source("x", data)) > 0:
            list(reader.read(Source("x", data)))


def bars(n: int, shown: str) -> str:
    done = f"Epoch {n}/20: 100%|██████████| 90/90 [00:09<00:00, 9.99it/s, {shown}]\n"
    return done + f"\nEpoch {n}/20\nTrain Loss: {3 / n:.4f}\nValid Loss: {4 / n:.4f}\n"


def test_rows_of_both_splits_count_more_than_bars_of_the_training_alone() -> None:
    text = "".join(bars(n, f"loss={3.1 / n:.4f}") for n in range(1, 9))
    assert detect(Source.from_text(text))[0][1].NAME == "key-value"


def test_bars_that_tell_of_held_out_data_are_read_themselves() -> None:
    text = "".join(bars(n, f"train_loss={3.1 / n:.4f}, val_loss={4.1 / n:.4f}") for n in range(1, 9))
    assert detect(Source.from_text(text))[0][1].NAME == "tqdm-postfix"


def test_updates_within_an_epoch_that_a_header_names_are_one_run() -> None:
    epochs = [
        f"#####  epoch: {n}  #####\n" + "".join(f"[Update {k}/4] PolicyLoss={1 / (n + k):.4f}\n" for k in range(1, 5))
        for n in range(12)
    ]
    runs = read_source(Source.from_text("".join(epochs), "log"), Options())
    assert isinstance(runs, list)
    (run,) = runs
    assert run.records == 48
    assert run.curves[0].steps.tolist() == list(range(1, 49))

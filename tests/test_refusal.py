"""What a file is that holds no training, said in the one message that refuses it, with what to name instead."""

from __future__ import annotations

import json

import pytest

from lossdoc.api import Options, read_source
from lossdoc.input.source import Source
from lossdoc.model.finding import NotRead

TWENTY = range(20)
NOTEBOOK = {"cells": [{"cell_type": "code", "source": ["1 + 1"], "outputs": []}], "metadata": {}, "nbformat": 4}
FRAMES = (
    "Traceback (most recent call last):\n"
    + "".join(f'  File "/home/u/train.py", line {n}, in main\n    return self.step(batch)\n' for n in range(4))
    + '  File "/home/u/train.py", line 9, in step\n'
)
SAID = {
    "columns": (
        "".join(f"{n} {3 / (n + 1):.3f} {4 / (n + 1):.3f}\n" for n in TWENTY),
        "numbers without names",
        "# epoch",
    ),
    "column": ("".join(f"{3 / (n + 1):.3f}\n" for n in TWENTY), "a column of numbers", "a name is needed"),
    "list": (json.dumps([[n, 3 / (n + 1)] for n in TWENTY]), "JSON list without keys", '{"epoch": 1'),
    "flowers": (
        "length,width,species\n" + "5.1,3.5,setosa\n" * 9,
        "a table of 3 columns (length, width, species)",
        "none",
    ),
    "runs": (
        "Name,State,lr,best_acc\n" + "".join(f"brave-sun-{n},finished,0.1,0.{n}\n" for n in TWENTY),
        "one thing in each row",
        "one run",
    ),
    "models": (",accuracy,f1\nforest,0.87,0.86\nlogistic,0.81,0.80\nsvm,0.9,0.9\n", "one thing in each row", "one run"),
    "sweep": (
        "threshold,precision,recall,f1\n" + "".join(f"0.{n},0.{n}4,0.{9 - n}1,0.5{n}\n" for n in range(1, 9)),
        "one thing in each row",
        "one run",
    ),
    "notebook": (json.dumps(NOTEBOOK), "Jupyter notebook without the output", "run its training cells"),
    "package": (
        json.dumps({"name": "x", "version": "1.0", "dependencies": {"a": "1"}}),
        "list of packages",
        "training",
    ),
    "pins": ("torch==2.1.0\nnumpy>=1.20\npandas\n# more\n", "list of packages", "training"),
    "model": (json.dumps({"model_type": "gpt2", "hidden_size": 64}), "settings of a model", "what a run was given"),
    "ini": ("[train]\nlr = 0.001\nepochs = 10\nname = x\n", "file of settings", "what a run was given"),
    "vocabulary": (json.dumps({f"w{n}": n for n in range(900)}), "a vocabulary", "name the log"),
    "pointer": (
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 133\n",
        "Git LFS pointer",
        "git lfs pull",
    ),
    "syslog": (
        "".join(f"Jun 14 15:16:{n:02d} host sshd(pam_unix)[{n}]: check pass; user unknown\n" for n in TWENTY),
        "system log",
        "no trainer",
    ),
    "compose": (
        "".join(f"web-1  | ready {n}\ndb-1   | LOG:  checkpoint\n" for n in TWENTY),
        "log of containers",
        "name",
    ),
    "docker": (
        "".join(json.dumps({"log": f"GET /{n}\n", "stream": "stdout", "time": "2024-05-01"}) + "\n" for n in TWENTY),
        "log of containers",
        "name",
    ),
    "ci": ("2024-05-01T10:00:01.1Z ##[group]Run actions/checkout@v4\n" * 9, "log of a", "name"),
    "apache": ("[Sun Dec 04 04:51:08 2005] [notice] child 6725 in slot 10\n" * 9, "log of a web server", "name"),
    "glog": ("I0501 10:00:01.123456       1 controller.go:100] Starting\n" * 9, "log of a program", "name"),
    "tests": (
        "===== test session starts =====\ncollected 2 items\n\n===== 2 passed in 1.0s =====\n",
        "output of tests",
        "name",
    ),
    "build": ("".join(f"gcc -O2 -c -o a{n}.o a{n}.c\n" for n in TWENTY), "output of a build", "name"),
    "image": ("FROM python:3.11\nRUN pip install torch\nCOPY . /app\n", "Dockerfile", "name"),
    "shell": ("#!/bin/bash\nset -e\npython train.py\n", "source code", "lossdoc check -"),
    "interrupted": (
        f"loading\n{FRAMES}KeyboardInterrupt\n",
        "interrupted at line 12",
        "KeyboardInterrupt - the run was stopped",
    ),
    "wrong option": (
        "usage: train.py [-h] [--fp16 [FP16]]\ntrain.py: error: argument --fp16: expected a truth value\n",
        "ends in an error at line 2",
        "argument --fp16",
    ),
    "wrong option of a launcher": (
        "usage: launch.py [-h] training_script ...\nlaunch.py: error: argument --port: invalid int value: ''\n",
        "ends in an error at line 2",
        "argument --port",
    ),
    "launcher of a wrong option": (
        f"train.py: error: unrecognized arguments: --local-rank=3\n{FRAMES}ChildFailedError: \n"
        "  exitcode  : 2 (pid: 47)\n",
        "ends in an error at line 1",
        "unrecognized arguments: --local-rank=3",
    ),
    "launcher": (
        f"{FRAMES}ValueError: no such model\n{FRAMES}torch.distributed.elastic.errors.ChildFailedError: \n"
        "  time      : 2025-08-07_05:23:11\n  exitcode  : 1 (pid: 2837477)\n",
        "ends in an error at line 11",
        "ValueError: no such model",
    ),
    "frames": ("".join(f"{FRAMES}OSError: disk {n}\n" for n in TWENTY), "ends in an error", "OSError: disk 19"),
    "latex": ("\\begin{tabular}{lr}\nEpoch & Loss \\\\\n1 & 2.5 \\\\\n\\end{tabular}\n", "LaTeX", "name"),
}


@pytest.mark.parametrize(("text", "found", "advice"), SAID.values(), ids=SAID)
def test_a_refusal_says_what_it_is_and_what_to_do(text: str, found: str, advice: str) -> None:
    result = read_source(Source.from_text(text), Options())
    assert isinstance(result, NotRead)
    assert found in result.found
    assert advice in result.why


def test_a_log_without_metrics_is_no_table() -> None:
    text = "".join(f"2024-05-01 10:00:{n:02d},123 INFO loading shard {n}, done: 1\n" for n in TWENTY)
    result = read_source(Source.from_text(text), Options())
    assert isinstance(result, NotRead)
    assert "log of a program" in result.found

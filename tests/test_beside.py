"""Settings in files beside a log: read where they are this log's own, said, and never in the way of the log."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from lossdoc.api import Options, diagnose, read_path
from lossdoc.config.beside import settings_beside, usable
from lossdoc.model.run import Run
from lossdoc.show.report import Options as Look
from lossdoc.show.report import Result, load


def log(folder: Path, name: str = "train.jsonl", norm: float = 5.0) -> Path:
    path = folder / name
    rows = ({"step": n, "loss": 3 - n / 100 + n % 5 / 50, "grad_norm": norm + n % 7 / 10} for n in range(1, 201))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def run_of(path: Path, **settings: float) -> Run:
    found = read_path(str(path), Options(settings=settings))[0]
    assert isinstance(found, list)
    return found[0]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("config.yaml", "lr:\n  desc: null\n  value: 0.001\nmax_grad_norm:\n  value: 1\n", (0.001, 1)),
        (".hydra/config.yaml", "optim:\n  lr: 1e-3\ntrainer:\n  gradient_clip_val: 1.0\n", (0.001, 1)),
        ("axolotl.yaml", "base_model: x\nlearning_rate: 0.001\nmax_grad_norm: 1.0\n", (0.001, 1)),
        ("args.yaml", "lr0: 0.001\nclip_grad_norm: 1\n", (0.001, 1)),
        ("all_args.json", '{"train": {"learning_rate": 0.001}, "max_grad_norm": "1.0"}', (0.001, 1)),
        ("training_args.json", '{"learning_rate": 0.001, "max_grad_norm": 1.0, "max_steps": -1}', (0.001, 1)),
    ],
)
def test_what_trainers_write_beside_their_logs(
    tmp_path: Path, name: str, text: str, expected: tuple[float, float]
) -> None:
    path = log(tmp_path)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text, encoding="utf-8")
    run = run_of(path)
    assert run.beside == ({"learning_rate": expected[0], "max_grad_norm": expected[1]}, name)
    report = diagnose(run, Options())
    assert "constant-clipping" not in [skip.check for skip in report.skipped]
    assert f"(from {name})" in load("text").write(Result([report]), Look())


def test_the_user_and_the_log_are_believed_first(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("max_grad_norm: 1\n", encoding="utf-8")
    run = run_of(log(tmp_path), max_grad_norm=2.0)
    assert run.config["max_grad_norm"] == 2.0
    assert run.beside[0] == {}


def test_beside_several_logs_a_file_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("max_grad_norm: 1\n", encoding="utf-8")
    first, _ = log(tmp_path), log(tmp_path, "other.jsonl")
    assert settings_beside(first) == ({}, "")


@pytest.mark.parametrize(
    "text", ["[1, 2", "a: &a [*a, *a]\nb: *a\n", "!!python/object:os.system x", "\0", "- 1\n- 2\n"]
)
def test_what_is_no_settings_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "training_args.bin").write_bytes(b"\x80\x04cos\nsystem\n.")
    assert settings_beside(log(tmp_path)) == ({}, "")


def test_a_document_that_refers_to_itself_ends(tmp_path: Path) -> None:
    levels = "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    (tmp_path / "config.yaml").write_text(levels + "max_grad_norm: 1\n", encoding="utf-8")
    assert settings_beside(log(tmp_path))[0] == {"max_grad_norm": 1}


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.yaml")
    assert settings_beside(log(tmp_path)) == ({}, "")


def test_two_values_and_words_of_others_say_nothing() -> None:
    assert usable({"actor": {"lr": 1e-6}, "critic": {"lr": 1e-5}, "gamma": 0.1, "max_grad_norm": True}) == {}

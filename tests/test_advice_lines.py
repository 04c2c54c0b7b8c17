"""Lines to paste, of all findings of the labelled runs: numbers of this log, taken by the trainer's own classes."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from benchmarks.diagnosis.labels import FILES, read_runs
from lossdoc.api import Options, diagnose, read_path
from lossdoc.knowledge import Knowledge
from lossdoc.model.finding import Change
from lossdoc.model.run import Run
from lossdoc.words.spoken import brief

# Where TRL and sentence-transformers keep the classes that their main module does not give.
HOMES = {
    "TrainingArguments": "transformers",
    "ORPOConfig": "trl.experimental.orpo",
    "CPOConfig": "trl.experimental.cpo",
    "OnlineDPOConfig": "trl.experimental.online_dpo",
    "SentenceTransformerTrainingArguments": "sentence_transformers",
}


@cache
def printed() -> list[tuple[Run, Change]]:
    """Every change of every finding of every labelled run, healthy ones too."""
    found = []
    for label in read_runs():
        path = next((path for kind in FILES if (path := label.source(kind))), None)
        for read in read_path(str(path), Options()) if path else []:
            for run in read if isinstance(read, list) else []:
                found += [(run, change) for f in diagnose(run, Options()).findings for change in f.changes]
    if not found:
        pytest.skip("no ../shared/runs here")
    return found


def said(line: str) -> tuple[str, dict[str, Any]] | None:
    """The class and the arguments of a line of Python; None for a line that is none."""
    try:
        call = ast.parse(line, mode="eval").body
    except SyntaxError:
        return None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return None
    return call.func.id, {one.arg or "": ast.literal_eval(one.value) for one in call.keywords}


def test_what_a_setting_was_is_what_this_log_had() -> None:
    for run, change in printed():
        if change.setting == "learning_rate" and change.was is not None:
            rates = run.get("learning_rate")
            assert rates is not None
            assert change.was == rates.finite().values.max(), change.line
        if change.setting == "max_grad_norm" and change.was is None:
            norm = run.get("grad_norm")
            assert norm is not None
            assert change.to == 1 or norm.finite().values.min() <= change.to <= norm.finite().values.max(), change.line
        assert change.was is None or change.line.endswith(f"  # was {brief(change.was)}")


def test_no_line_says_what_was_already_so() -> None:
    for _, change in printed():
        line = change.line.partition("  #")[0]
        assert change.was is None or change.to != change.was
        assert "{" not in line


def classes(lines: set[str]) -> Iterator[tuple[Any, dict[str, Any], str]]:
    for line in sorted(lines):
        call = said(line)
        if call is None or not (call[0].endswith("Config") or call[0].endswith("TrainingArguments")):
            continue
        home = importlib.import_module(HOMES.get(call[0], "trl"))
        yield getattr(home, call[0]), call[1], line


def test_trl_and_transformers_take_every_line_of_the_labelled_runs(tmp_path: Path) -> None:
    pytest.importorskip("trl")
    made = list(classes({change.line for _, change in printed()}))
    assert len(made) > 40
    for kind, arguments, line in made:
        taken = kind(output_dir=str(tmp_path), report_to="none", use_cpu=True, **{"bf16": False} | arguments)
        assert all(getattr(taken, name) == value for name, value in arguments.items()), line


def test_sentence_transformers_takes_what_is_written_for_it(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    document = Knowledge.load().framework_document("sentence-transformers")
    assert document is not None
    kind = getattr(importlib.import_module("sentence_transformers"), document.configs[""])
    assert kind(output_dir=str(tmp_path), use_cpu=True, learning_rate=1e-5, num_train_epochs=2).learning_rate == 1e-5

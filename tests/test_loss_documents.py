"""The documents under metrics/losses against `lossdoc.losses`: their curves and start values are computed twice."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lossdoc.knowledge.formula import evaluate
from lossdoc.knowledge.front import read
from tests.loss_curves import CURVES
from tests.loss_starts import STARTS

FOLDER = Path(__file__).parents[1] / "metrics" / "losses"
DOCUMENTS = {path.stem: read(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.md"))}
LINES = [
    (name, line, formula, document["curve"]["range"])
    for name, document in DOCUMENTS.items()
    for line, formula in document.get("curve", {}).get("lines", {}).items()
]


@pytest.mark.parametrize(("name", "line", "formula", "ends"), LINES, ids=lambda v: v if isinstance(v, str) else "")
def test_a_curve_is_what_the_implementation_gives(name: str, line: str, formula: str, ends: list[float]) -> None:
    assert line in CURVES.get(name, {}), "say in tests/loss_curves.py how the implementation draws this line"
    ours: Callable[[float], float] = CURVES[name][line]
    for x in np.linspace(ends[0], ends[1], 13):
        drawn = evaluate(formula, {"x": float(x)})
        assert drawn == pytest.approx(float(ours(float(x))), rel=1e-6, abs=1e-9), f"at {x}"


def test_no_curve_is_checked_that_is_not_drawn() -> None:
    drawn = {(name, line) for name, line, *_ in LINES}
    assert {(name, line) for name, lines in CURVES.items() for line in lines} == drawn


def _fixed() -> Iterator[tuple[str, int, Any]]:
    for name, document in DOCUMENTS.items():
        for number, start in enumerate(document.get("start", [])):
            if start["value"] != "none":
                yield name, number, start["value"]


@pytest.mark.parametrize(("name", "number", "value"), list(_fixed()))
def test_a_start_value_is_what_the_implementation_gives(name: str, number: int, value: float | str) -> None:
    settings = {"classes": 7, "vocab_size": 11, "batch_size": 6, "beta": 0.1}
    stated = evaluate(value, settings) if isinstance(value, str) else value
    assert (name, number) in STARTS, "say in tests/loss_starts.py how the implementation starts"
    assert stated == pytest.approx(STARTS[name, number](), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_names_its_implementation(name: str) -> None:
    module, function = DOCUMENTS[name]["implementation"].split(".")
    assert inspect.isfunction(getattr(importlib.import_module(f"lossdoc.losses.{module}"), function))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_complete(name: str) -> None:
    document = DOCUMENTS[name]
    for field in ("name", "aliases", "shortDescription", "formula", "whenToUse", "traps", "sources"):
        assert document.get(field), field
    for start in document.get("start", []):
        assert start.get("source") or start.get("note"), "a start value without source"

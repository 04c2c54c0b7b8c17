"""The page of a loss function."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from lossdoc.knowledge.formula import FormulaError, Missing, evaluate
from lossdoc.knowledge.schema import LossDocument
from lossdoc.show.blocks import Block, Text
from lossdoc.show.pages import Look
from lossdoc.show.pages._canvas import Plot, Series
from lossdoc.show.pages._common import listed, see_also, start_text, title
from lossdoc.show.pages._text import FAINT, clean, facts, heading, inline, prose, verbatim

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge


def page(document: LossDocument, knowledge: Knowledge, look: Look) -> Iterator[Block]:
    """Formula, range, start value for the settings given, its curve, when to use it, traps."""
    yield title(document.id, document.name, document.sort)
    yield inline(document.shortDescription)
    if document.formula:
        yield heading("Formula")
        yield verbatim(document.formula)
    rows = list(_facts(document, look))
    if rows:
        yield heading("Facts")
        yield from facts(rows)
    if document.prose:
        yield Text("")
        yield from prose(document.prose)
    yield from _curve(document, look)
    use = document.whenToUse
    yield from listed("When to use it", [use] if isinstance(use, str) and use else list(use))
    yield from listed("Traps", document.traps)
    yield from listed("What to look for", document.whatToLookFor)
    yield from listed("What it cannot tell", document.cannotTell)
    yield from listed("Sources", document.sources, FAINT)
    others = [e for e in knowledge.lookup(document.id) if e.kind in ("trainer", "metric")]
    yield from see_also([f"{e.kind}:{e.id}" for e in others] + ([document.parent] if document.parent else []))


def _facts(document: LossDocument, look: Look) -> Iterator[tuple[str, Text]]:
    inputs = document.inputs
    if isinstance(inputs, dict):
        for name, what in inputs.items():
            yield clean(name), inline(what)
    elif inputs:
        yield "inputs", inline(inputs if isinstance(inputs, str) else ", ".join(inputs))
    if document.range:
        ends = document.range
        yield (
            "range",
            inline(ends if isinstance(ends, str) else " to ".join("no limit" if e is None else f"{e}" for e in ends)),
        )
    for start in document.start:
        text = start_text(start, look.settings)
        if start.source:
            text.append("  [", FAINT).append(inline(start.source, FAINT)).append("]", FAINT)
        yield "starts at", text
    if document.gradient:
        yield "gradient", inline(document.gradient)


def _curve(document: LossDocument, look: Look) -> Iterator[Block]:
    curve = document.curve
    if curve is None or not look.drawings:
        return
    low, high = curve.range
    steps = [low + (high - low) * n / 120 for n in range(121)]
    series = [
        Series(clean(name), [(x, _value(text, x, look.settings)) for x in steps], style)
        for (name, text), style in zip(curve.lines.items(), _STYLES, strict=False)
    ]
    yield heading(f"Curve over {clean(curve.x)}")
    yield Plot(series, 9, 72, ascii=look.ascii)


def _value(formula: str, x: float, settings: Mapping[str, float | str]) -> float:
    try:
        return evaluate(formula, {**settings, "x": x})
    except (FormulaError, Missing):
        return math.nan


_STYLES = ("cyan", "magenta", "yellow", "green", "blue", "red")

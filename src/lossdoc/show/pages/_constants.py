"""Which theoretical constants lie near a number: those of `constants.yaml`, and the start values of the documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from lossdoc.knowledge.expect import fixed
from lossdoc.knowledge.formula import FormulaError, Missing, evaluate, names
from lossdoc.knowledge.schema import Start

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge, TrainerFacts

NEAR = 0.015  # relative; a loss that is averaged over a few records still lies within
_SETTINGS = {"vocab_size": "V", "classes": "k", "batch_size": "batch"}  # settings -> variables of constants.yaml

Scope = frozenset[str]  # objectives; empty means all


class Match(NamedTuple):
    """A constant near the number. `exact`: the number is this constant, rounded as it was written."""

    value: float
    text: str  # `ln 50257`
    metric: str
    scope: Scope
    means: str
    source: str
    exact: bool


def matches(written: str, value: float, knowledge: Knowledge) -> list[Match]:
    """All constants within reach, the nearest first."""
    half = _half_unit(written)
    found: dict[tuple[str, str, Scope, str], Match] = {}
    for constant, text, metric, scope, means, source in _all(knowledge):
        distance = abs(value - constant)
        if distance <= max(half, NEAR * abs(constant)):
            key = (text, metric, scope, means)
            found.setdefault(key, Match(constant, text, metric, scope, means, source, distance <= half * 1.0001))
    return sorted(found.values(), key=lambda m: (not m.exact, abs(m.value - value)))


def _half_unit(written: str) -> float:
    """Half of the last digit written: 0.6931 stands for anything within 0.00005."""
    mantissa, _, exponent = written.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return float(0.5 * 10.0 ** (int(exponent or 0) - decimals))


Variables = Mapping[str, list[float] | dict[str, float]]
Row = tuple[float, str, str, Scope, str, str]


def _all(knowledge: Knowledge) -> Iterator[Row]:
    constants = knowledge.constants()
    for constant in constants.constants:
        scope = _scope(constant.for_, knowledge)
        for value, text, given in _tried(constant.value, constants.variables):
            means = constant.means
            for name, word in given.items():
                means = means.replace(f"{{{name}}}", word)
            yield value, text, constant.metric, scope, means, constant.source
    for trainer in knowledge.trainers():
        yield from _loss_types(trainer, constants.variables)
    for metric in knowledge.metrics():
        for trainer in knowledge.trainers():
            keys = (trainer.id, *(f"{name}-{trainer.id}" for name in trainer.frameworks))
            expect = next((metric.variations[key] for key in keys if key in metric.variations), None)
            # Its table of loss types says the same in more detail.
            if expect and expect.start and not (metric.id == "loss" and trainer.lossTypes):
                means = f"first {metric.id} of {trainer.name}"
                yield from _start(expect.start, metric.id, frozenset({trainer.id}), means, constants.variables)
        if metric.expect and metric.expect.start:
            yield from _start(metric.expect.start, metric.id, frozenset(), f"first {metric.id}", constants.variables)


def _loss_types(trainer: TrainerFacts, variables: Variables) -> Iterator[Row]:
    """Start values by loss type, those that share one in one row."""
    shared: dict[float | str, list[tuple[str, Start]]] = {}
    for name, kind in trainer.lossTypes.items():
        if kind.start and kind.start.value is not None:
            shared.setdefault(kind.start.value, []).append((name, kind.start))
    for group in shared.values():
        kinds = ", ".join(name for name, _ in group)
        means = f"first loss of {trainer.name}, loss type {kinds}"
        yield from _start(group[0][1], "loss", frozenset({trainer.id}), means, variables)


def _start(start: Start, metric: str, scope: Scope, means: str, variables: Variables) -> Iterator[Row]:
    if fixed(start) and start.value is not None:
        note = f" ({start.note})" if start.note else ""
        for value, text, given in _tried(start.value, variables):
            named = "".join(f", {word}" for word in given.values() if "(" in word)
            yield value, text, metric, scope, means + named + note, start.source


def _tried(formula: float | str, variables: Variables) -> Iterator[tuple[float, str, dict[str, str]]]:
    """A formula with all known values of its variable: the value, the formula as shown, the words for the variable."""
    if not isinstance(formula, str):
        yield float(formula), f"{formula:g}", {}
        return
    try:
        needed = names(formula)
        if not needed:
            yield evaluate(formula, {}), formula, {}
        if len(needed) != 1:
            return
        variable = _SETTINGS.get(needed[0], needed[0])
        known = variables.get(variable, [])
        for name, value in known.items() if isinstance(known, dict) else (("", v) for v in known):
            simple = re.fullmatch(rf"ln {variable}", formula)
            text = f"ln {value:.0f}" if simple else f"{formula} at {variable} {value:g}"
            word = f"{value:,.0f} ({name})" if name else f"{value:g}"
            yield evaluate(formula, {needed[0]: value}), text, {variable: word}
    except (FormulaError, Missing):
        return


def _scope(words: list[str], knowledge: Knowledge) -> Scope:
    """Objectives that words name: themselves, or those of a family."""
    trainers = knowledge.trainers()
    families = {t.family for t in trainers}
    return frozenset(t.id for t in trainers if t.family in words) | (frozenset(words) - families)

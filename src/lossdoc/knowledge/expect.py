"""What the documents expect of a metric under a trainer, along the line framework-objective, objective, document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from lossdoc.knowledge.facts import Expectation, MetricFacts, TrainerFacts
from lossdoc.knowledge.formula import FormulaError, Missing, evaluate, names
from lossdoc.knowledge.schema import Expect, Healthy, Start, Trend
from lossdoc.knowledge.words import plain

if TYPE_CHECKING:
    from lossdoc.knowledge.library import Knowledge
    from lossdoc.model.run import Trainer


class _Parts(Struct, frozen=True):
    start: Start | None = None
    trend: Trend | None = None
    healthy: Healthy | None = None


def variation_keys(framework: str | None, objective: str, loss_type: str | None, known: TrainerFacts) -> Iterator[str]:
    """Names of variations that serve a trainer, the nearest first.

    `trl-dpo` serves a bare `dpo` (or another framework's) when nothing nearer exists.
    """
    typed = [objective] if not loss_type or loss_type == objective else [f"{objective}-{loss_type}", objective]
    for name in typed:
        if framework:
            yield f"{framework}-{name}"
        yield name
    for other in known.frameworks:
        if other != framework:
            yield f"{other}-{objective}"


def expectation(
    knowledge: Knowledge, metric: str, trainer: Trainer, config: Mapping[str, object]
) -> Expectation | None:
    """The expectation on which all candidates agree; None when nothing is left."""
    facts = knowledge.metric(metric)
    loss_type = trainer.loss_type or str(config.get("loss_type") or "") or None
    found = [
        _parts(facts, knowledge.trainer(o), trainer.framework, loss_type) if o else _general(facts)
        for o in trainer.candidates or ("",)
    ]
    start = found[0].start if all(f.start == found[0].start for f in found) else None
    trend = found[0].trend if all(f.trend == found[0].trend for f in found) else None
    healthy = found[0].healthy if all(f.healthy == found[0].healthy for f in found) else None
    if not (start or trend or healthy):
        return None
    value, needs = start_value(start, config)
    return Expectation(
        start=value,
        start_text=str(start.value) if start and fixed(start) else None,
        trend=trend.is_ if trend else None,
        band=healthy.band if healthy else None,
        source=next((part.source for part in (start, trend, healthy) if part and part.source), ""),
        needs=needs,
    )


def _general(facts: MetricFacts) -> _Parts:
    said = facts.expect or Expect()
    return _Parts(said.start, said.trend, said.healthy)


def _parts(facts: MetricFacts, trainer: TrainerFacts, framework: str | None, loss_type: str | None) -> _Parts:
    near = [k for k in variation_keys(framework, trainer.id, loss_type, trainer) if k in facts.variations]
    chain = [*(facts.variations[key] for key in near), *([facts.expect] if facts.expect else [])]
    start = next((e.start for e in chain if e.start), None)
    if facts.id == "loss" and loss_type and loss_type != trainer.id and trainer.lossTypes:
        # The trainer's table knows the start of each loss type; a type that it does not list starts anywhere.
        start = next((t.start for name, t in trainer.lossTypes.items() if plain(name) == plain(loss_type)), None)
    return _Parts(
        start=start,
        trend=next((e.trend for e in chain if e.trend), None),
        healthy=next((e.healthy for e in chain if e.healthy), None),
    )


def fixed(start: Start) -> bool:
    """Theory fixes the start: a number or a formula, not the word none."""
    return start.value is not None and start.value != "none"


def start_value(start: Start | None, config: Mapping[str, object]) -> tuple[float | None, tuple[str, ...]]:
    """A start value as a number, or None and the settings that are missing."""
    if start is None or not fixed(start):
        return None, ()
    if not isinstance(start.value, str):
        return float(start.value or 0.0), ()
    try:
        return evaluate(start.value, config), ()
    except Missing:
        return None, tuple(names(start.value))
    except FormulaError:
        return None, ()

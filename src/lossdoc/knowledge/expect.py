"""What the documents expect of a metric under a trainer, along the line framework-objective, objective, document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from lossdoc.knowledge.facts import Expectation
from lossdoc.knowledge.formula import FormulaError, Missing, evaluate, names
from lossdoc.knowledge.schema import Expect, Healthy, Start, Trend

if TYPE_CHECKING:
    from lossdoc.knowledge.library import Knowledge
    from lossdoc.run import Trainer


def variation_keys(framework: str | None, objective: str, loss_type: str | None, frameworks: tuple[str, ...] = ()) -> Iterator[str]:
    """Names of variations that serve a trainer, the nearest first.

    `frameworks` are those of the trainer's document: `trl-dpo` serves a bare `dpo` when nothing nearer exists.
    """
    own = [loss_type] if loss_type and loss_type != objective else []
    for name in [framework] if framework else []:
        for kind in own:
            yield f"{name}-{objective}-{kind}"
        yield f"{name}-{objective}"
    for kind in own:
        yield f"{objective}-{kind}"
    yield objective
    for name in frameworks:
        if name != framework:
            yield f"{name}-{objective}"


def expectation(
    knowledge: Knowledge, metric: str, trainer: Trainer, config: Mapping[str, object]
) -> Expectation | None:
    """The expectation on which all candidates agree; None when nothing is left."""
    facts = knowledge.metric(metric)
    found: list[tuple[Start | None, Trend | None, Healthy | None]] = []
    for objective in trainer.candidates or (None,):
        chain = [facts.expect] if facts.expect else []
        if objective:
            known = knowledge.trainer(objective)
            near = variation_keys(trainer.framework, objective, trainer.loss_type, tuple(known.frameworks))
            own = known.lossTypes.get(trainer.loss_type or "")
            typed = [Expect(start=own.start)] if own and own.start and metric == "loss" else []
            chain = [*typed, *(facts.variations[k] for k in near if k in facts.variations), *chain]
        found.append(
            (
                next((e.start for e in chain if e.start), None),
                next((e.trend for e in chain if e.trend), None),
                next((e.healthy for e in chain if e.healthy), None),
            )
        )
    start, trend, healthy = (same[0] if all(s == same[0] for s in same) else None for same in zip(*found, strict=True))
    if not (start or trend or healthy):
        return None
    assert isinstance(start, Start | None)
    assert isinstance(trend, Trend | None)
    assert isinstance(healthy, Healthy | None)
    value, needs = start_value(start, config)
    return Expectation(
        start=value,
        start_text=None if start is None else str(start.value),
        trend=trend.is_ if trend else None,
        band=healthy.band if healthy else None,
        source=next((part.source for part in (start, trend, healthy) if part and part.source), ""),
        needs=needs,
    )


def start_value(start: Start | None, config: Mapping[str, object]) -> tuple[float | None, tuple[str, ...]]:
    """A start value as a number, or None and the settings that are missing."""
    if start is None:
        return None, ()
    if not isinstance(start.value, str):
        return float(start.value), ()
    try:
        return evaluate(start.value, config), ()
    except Missing:
        return None, tuple(names(start.value))
    except FormulaError:
        return None, ()

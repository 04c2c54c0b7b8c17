"""What a reader must know about the terms of a comparison: length, batch, beta, objectives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lossdoc.comparison.align import positions
from lossdoc.comparison.terms import Terms
from lossdoc.show.report._words import number

if TYPE_CHECKING:
    from lossdoc.comparison.result import Axis
    from lossdoc.model.run import Run


def notes(
    runs: Sequence[Run], by: Axis, terms: Terms, baseline: int, lost: Sequence[float | None] = ()
) -> Iterator[str]:
    """Sentences; `baseline` counts from 1, `lost`: by run, from where on its numbers are void."""
    for run_number, place in enumerate(lost, 1):
        if place is not None:
            yield f"run {run_number} is compared up to {by} {number(place)}: from there on NaN, or zeros that hide it"
    if terms.objectives_differ:
        yield f"losses, rewards and margins are not compared: {terms.objectives_differ}"
    elif terms.losses_differ:
        yield f"losses are not compared: {terms.losses_differ}"
    elif terms.starts_differ:
        yield f"{terms.starts_differ}; floors on other data, tokenisers or models are no measure: confidence is low"
    yield from _lengths(runs, by, baseline)
    sizes = {run.config.get(key) for run in runs for key in ("train_batch_size", "per_device_train_batch_size")}
    if by == "step" and len(sizes - {None}) > 1:
        yield "batch sizes differ: the same step is not the same number of samples (--by epoch, tokens or samples)"
    if by == "step" and any(curve.steps_inferred for run in runs for curve in run.curves[:1]):
        yield "steps of a run are inferred, not logged: confidence is low"
    held_out = [any(curve.split != "train" for curve in run.curves) for run in runs]
    if any(held_out) and not all(held_out):
        yield "not all runs log held-out data: training curves alone do not show overfitting"
    yield from _beta(terms)


def _lengths(runs: Sequence[Run], by: Axis, baseline: int) -> Iterator[str]:
    ends = {}
    for run_number, run in enumerate(runs, 1):
        found = [float(x[-1]) for c in run.curves if (x := positions(run, c, by)) is not None and len(x)]
        ends[run_number] = max(found, default=0.0)
    base = ends.pop(baseline)
    for run_number, end in ends.items():
        low, high = min(end, base), max(end, base)
        if by != "progress" and low < 0.8 * high:
            yield (
                f"run {run_number} ends at {by} {number(end)}, the baseline at {number(base)}: levels are compared up "
                f"to {number(low)}, where a schedule that depends on the length is at another place (--by progress)"
            )


def _beta(terms: Terms) -> Iterator[str]:
    if not terms.has_beta:
        return
    if terms.in_nats:
        seen = ", measured on held-out pairs as the slope of reward over log-probability" if any(terms.measured) else ""
        yield f"margins and rewards are divided by beta{seen} and shown in nats"
    elif not any(terms.beta) and not terms.losses_differ:
        yield "margins and rewards contain beta, which no log shows: it is taken as equal (else say --set 1:beta=0.1)"
    if terms.betas_differ:
        yield (
            "beta differs: losses are not compared, and a larger margin is a longer way from the reference, not a "
            "better model"
        )

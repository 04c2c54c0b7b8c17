"""What a reader must know about the terms of a comparison: length, batch, beta, objectives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lossdoc.comparison.align import positions
from lossdoc.model.note import Note

if TYPE_CHECKING:
    from lossdoc.comparison.result import Axis
    from lossdoc.comparison.terms import Terms
    from lossdoc.model.run import Run


def notes(
    runs: Sequence[Run], by: Axis, terms: Terms, baseline: int, lost: Sequence[float | None] = ()
) -> Iterator[Note]:
    """`baseline` counts from 1, `lost`: by run, from where on its numbers are void."""
    for run_number, place in enumerate(lost, 1):
        if place is not None:
            yield Note("void from there", {"run": run_number, "at": place})
    if terms.objectives_differ:
        yield Note("objectives differ", {"why": terms.objectives_differ})
    elif terms.losses_differ:
        yield Note("losses differ", {"why": terms.losses_differ})
    elif terms.starts_differ:
        yield Note("starts differ", {"why": terms.starts_differ})
    yield from _lengths(runs, by, baseline)
    sizes = {run.config.get(key) for run in runs for key in ("train_batch_size", "per_device_train_batch_size")}
    if by == "step" and len(sizes - {None}) > 1:
        yield Note("batches differ")
    if by == "step" and any(curve.steps_inferred for run in runs for curve in run.curves[:1]):
        yield Note("steps inferred")
    held_out = [any(curve.split != "train" for curve in run.curves) for run in runs]
    if any(held_out) and not all(held_out):
        yield Note("held out in some")
    yield from _beta(terms)


def _lengths(runs: Sequence[Run], by: Axis, baseline: int) -> Iterator[Note]:
    ends = {}
    for run_number, run in enumerate(runs, 1):
        found = [float(x[-1]) for c in run.curves if (x := positions(run, c, by)) is not None and len(x)]
        ends[run_number] = max(found, default=0.0)
    base = ends.pop(baseline)
    for run_number, end in ends.items():
        if by != "progress" and min(end, base) < 0.8 * max(end, base):
            yield Note("lengths differ", {"run": run_number, "end": end, "baseline": base})


def _beta(terms: Terms) -> Iterator[Note]:
    if not terms.has_beta:
        return
    if terms.in_nats:
        yield Note("in nats", {"measured": any(terms.measured)})
    elif not any(terms.beta) and not terms.losses_differ:
        yield Note("beta unknown")
    if terms.betas_differ:
        yield Note("betas differ")

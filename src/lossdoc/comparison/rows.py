"""One metric of one split in all runs -> Row: curves on the common axis, in one unit, weighed against the baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from lossdoc.comparison import align, differ
from lossdoc.comparison.result import Axis, Choice, Delta, Key, Row, Side
from lossdoc.comparison.terms import Terms, decides, in_beta, refuses
from lossdoc.comparison.weigh import weigh
from lossdoc.signal import resolution

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge
    from lossdoc.model.run import Curve, Run

_PART = "a part of a curve that decides"


class Bench(Struct, frozen=True):
    """Everything that the rows of one pair have in common. `lost`: by run, from where on its numbers are void."""

    runs: Sequence[Run]
    by: Axis
    terms: Terms
    lost: Sequence[float | None]
    knowledge: Knowledge
    choice: Choice
    other: int  # the run that is held against the baseline; counted from 1

    @property
    def base(self) -> Run:
        return self.runs[self.choice.baseline - 1]

    def in_nats(self, metric: str) -> bool:
        """Whether its values are divided by beta."""
        return self.terms.in_nats and in_beta(self.knowledge.metric(metric))

    def scale(self, metric: str, number: int) -> float:
        """What the numbers of a run are multiplied by: 1 / beta where all betas are known."""
        beta = self.terms.beta[number - 1]
        return 1 / beta if beta and self.in_nats(metric) else 1.0


def measure(key: Key, bench: Bench) -> Row | None:
    """None where the baseline has too few points."""
    metric, split, labels = key
    first = bench.choice.baseline
    facts = bench.knowledge.metric(metric)
    up = facts.direction == "up"
    pair = {n: bench.runs[n - 1] for n in sorted({*bench.choice.baselines, bench.other})}
    curves = {n: c for n, run in pair.items() if (c := run.get(metric, split, dict(labels))) is not None}
    sides = {n: side for n, curve in curves.items() if (side := _side(curve, n, bench, up)) is not None}
    if first not in sides:
        return None
    base, seeds = differ.together([sides[n] for n in bench.choice.baselines if n in sides])
    refused = refuses(facts, bench.terms, sorted(pair))
    undecided = decides(facts, bench.terms, list(pair.values()), bench.knowledge, asked=metric in bench.choice.metrics)
    plain = bench.base.get(metric, split)
    if not undecided and labels and ("key" in dict(labels) or (plain is not None and not plain.labels)):
        undecided = _PART
    # "Worse" is said only of what can be better; a part of what decides and a training curve beside its eval can.
    direction = facts.direction if undecided in ("", _PART) else None
    grown = _grown_from(key, bench, base, up)
    tolerance = bench.choice.tolerance_of(metric, max(1, len(seeds)))
    deltas = {}
    for number, curve in curves.items():
        if number in bench.choice.baselines:
            continue
        if refused or number not in sides:
            deltas[number] = Delta(number, "not compared", why=refused or "too few points")
            continue
        printed = max(resolution(c) * bench.scale(metric, n) for n, c in ((first, curves[first]), (number, curve)))
        delta = weigh(number, base, sides[number], direction, grown, facts, printed, tolerance, seeds)
        inferred = bench.by == "step" and (curve.steps_inferred or curves[first].steps_inferred)
        unsure = inferred or (metric == "loss" and bench.terms.starts_differ)
        deltas[number] = replace(delta, confidence="low") if unsure else delta
    unit = "nats" if bench.in_nats(metric) else facts.unit
    judged = not refused and not undecided
    raw = _as_logged(metric, deltas, bench) if metric == "reward_margin" and bench.terms.betas_differ else {}
    return Row(metric, split, dict(labels), unit, direction, judged, refused or undecided, sides, deltas, raw)


def _as_logged(metric: str, deltas: Mapping[int, Delta], bench: Bench) -> dict[int, float]:
    """Levels before the division by beta, by number of the run; 0 holds the baseline's."""
    measured = [delta for delta in deltas.values() if delta.outcome != "not compared"]
    raw = {delta.run: delta.level / bench.scale(metric, delta.run) for delta in measured}
    if measured:
        raw[0] = measured[0].base_level / bench.scale(metric, bench.choice.baseline)
    return raw


def _side(curve: Curve, number: int, bench: Bench, up: bool) -> Side | None:
    x = align.positions(bench.runs[number - 1], curve, bench.by)
    if x is None or not len(x):
        return None
    values, lost_at = curve.values * bench.scale(curve.metric, number), bench.lost[number - 1]
    if not np.isfinite(values[-1]) and lost_at is None:
        finite = np.flatnonzero(np.isfinite(values))
        lost_at = float(x[finite[-1] + 1]) if len(finite) else float(x[0])
    return differ.side(x, values, up, lost_at)


def _grown_from(key: Key, bench: Bench, base: Side, up: bool) -> Side:
    """The curve from whose start the baseline's progress is counted: the training curve, which begins earlier."""
    train = bench.base.get(key[0], "train", dict(key[2]))
    found = _side(train, bench.choice.baseline, bench, up) if train is not None else None
    return found if found is not None and found.x[0] < base.x[0] else base

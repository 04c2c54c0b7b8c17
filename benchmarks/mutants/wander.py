"""Looks for runs whose judgement hangs on a limit, at random, and longest where a limit is asked at all."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from msgspec.structs import replace

from benchmarks.mutants.change import Mutant, limit_of
from benchmarks.mutants.imagine import imagined, imagined_curve, settings
from lossdoc.model.limit import Limit, instead
from lossdoc.model.run import Curve, Run, Trainer
from tests import limit_sides
from tests.limit_sides import CHANGES, says

POOL = 12  # runs that are kept of those which ask for a limit


class _Asked(dict[Limit, float]):
    """Numbers for no limit; knows which were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[Limit] = set()

    def __bool__(self) -> bool:
        return True

    def get(self, limit: Limit, default: float) -> float:  # type: ignore[override]
        self.asked.add(limit)
        return default


def said_and_asked(check: str, run: Run) -> tuple[str, set[Limit]]:
    """What is said of a run, and the limits that it was held against."""
    watch = _Asked()
    with instead(watch):
        return says(check, run), watch.asked


def witnesses(
    check: str, bases: list[Run], left: list[Mutant], grids: dict[str, Iterable[float]], tries: int
) -> Iterator[tuple[Run, Mutant]]:
    """Runs of which something else is said with a mutant that is left; who takes one takes the mutant off the list."""
    rng = random.Random(check)
    trainers = [run.trainer for run in bases]
    pools: dict[Limit, list[Run]] = defaultdict(list)
    for _ in range(tries):
        changed_limits = {mutant: next(iter(limit_of(mutant).items())) for mutant in left}
        if not changed_limits:
            return
        aim = pools[rng.choice([limit for limit, _ in changed_limits.values()])]
        origin = rng.choice(aim) if aim and rng.random() < 0.75 else None
        if origin is None:
            origin = rng.choice(bases) if bases and rng.random() < 0.4 else imagined(check, trainers, rng)
        run = changed(check, origin, trainers, grids, rng) if rng.random() < 0.8 else origin
        try:
            said, asked = said_and_asked(check, run)
        except (ValueError, IndexError, ZeroDivisionError):  # a change that leaves no run
            continue
        for mutant, (limit, value) in changed_limits.items():
            if limit not in asked:
                continue
            _into(pools[limit], run, rng)
            with instead({limit: value}):
                differs = says(check, run) != said
            if differs and (stored := fewest(check, run, mutant)) is not None:
                yield stored, mutant
                break


def _into(pool: list[Run], run: Run, rng: random.Random) -> None:
    if len(pool) < POOL:
        pool.append(run)
    elif rng.random() < 0.02:
        pool[rng.randrange(POOL)] = run


def fewest(check: str, run: Run, mutant: Mutant) -> Run | None:
    """The curves and points of a run that it takes, in the digits of the file; None where it takes all digits."""

    def hangs(some: Sequence[Curve]) -> Run | None:
        if not some:
            return None
        stored = limit_sides.as_run(limit_sides.as_data(replace(run, curves=some)))
        with instead(limit_of(mutant)):
            said = says(check, stored)
        return stored if said != says(check, stored) else None

    best = hangs(run.curves)
    if best is None:
        return None
    for curve in run.curves:
        fewer = hangs(
            [c for c in best.curves if (c.metric, c.split, c.labels) != (curve.metric, curve.split, curve.labels)]
        )
        best = fewer or best
    for points in (20, 40, 80):
        strides = [max(1, -(-len(c) // points)) for c in best.curves]
        if max(strides) > 1 and (
            thin := hangs([c.where(slice(None, None, s)) for c, s in zip(best.curves, strides, strict=True)])
        ):
            return thin
    return best


def changed(
    check: str, run: Run, trainers: list[Trainer], grids: dict[str, Iterable[float]], rng: random.Random
) -> Run:
    """A run after one to three changes: of curves, of settings, of the trainer."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        curves = list(run.curves)
        at = rng.randrange(len(curves))
        one = curves[at]
        kind = rng.random()
        if kind < 0.7:
            change = rng.choice(list(CHANGES))
            strength = float(rng.choice(list(grids[change])))
            if change not in ("points", "digits"):
                strength *= rng.uniform(0.7, 1.4)
            every = rng.random() < 0.25
            curves = [_try(change, c, strength) if every or c is one else c for c in curves]
        elif kind < 0.8:
            curves[at] = replace(
                imagined_curve(one.metric, one.split, len(one), rng),
                steps=one.steps,
                records=one.records,
                lines=one.lines,
                labels=one.labels,
                key=one.key,
                axis=one.axis,
            )
        elif kind < 0.85:
            new = imagined(check, trainers, rng)
            have = {(c.metric, c.split) for c in curves}
            curves += [c for c in new.curves if (c.metric, c.split) not in have][:1]
        elif kind < 0.89 and len(curves) > 1:
            del curves[at]
        elif kind < 0.93 and trainers:
            run = replace(run, trainer=rng.choice(trainers))
        elif kind < 0.97:
            run = replace(run, config={**run.config, **settings(check, rng)})
        else:
            values = one.values.copy()
            values[rng.randrange(len(values)) :] = rng.choice((np.nan, np.inf, 0.0, values[0]))
            curves[at] = replace(one, values=values)
        curves = [c for c in curves if 0 < len(c) <= 2000]
        if not curves:
            return run
        run = replace(run, curves=curves, records=max(len(c) for c in curves))
    return run


def _try(change: str, curve: Curve, strength: float) -> Curve:
    try:
        return CHANGES[change](curve, strength)
    except (ValueError, IndexError, ZeroDivisionError):
        return curve

"""What a check can do with few records: faults that it finds in full, thinned evenly to 3, 5, 10 and 30 records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from benchmarks.diagnosis.labels import FILES, Label
from benchmarks.generator.scenario import all_scenarios
from lossdoc.api import Options, diagnose, read_path
from lossdoc.model.finding import NotRead
from lossdoc.model.run import Curve, Run

if TYPE_CHECKING:
    from lossdoc.model.run import Ints

RECORDS = (3, 5, 10, 30)
SEEDS = 5
LENGTH = 80  # records of a generated run

Found = dict[str, dict[int, list[int]]]  # by check and number of records: found, of so many


def thinned(run: Run, n: int) -> Run:
    """The run as if only `n` records had been logged, from the first to the last, at even distances.

    The records of the longest curve are chosen; a curve that was logged at other records keeps `n` of its own.
    """
    longest = max(run.curves, key=len)
    kept = set(longest.records[_even(len(longest), n)].tolist())
    return replace(run, curves=[_thinned(curve, kept, n) for curve in run.curves])


def _thinned(curve: Curve, kept: set[int], n: int) -> Curve:
    there = np.array([record in kept for record in curve.records.tolist()], dtype=bool)
    beside = there.sum() < min(n, len(curve)) / 2
    return curve.where(_even(len(curve), n)) if beside else curve.where(there)


def _even(length: int, n: int) -> Ints:
    return np.linspace(0, length - 1, min(length, n)).round().astype(np.int64)


def count(labels: Iterable[Label], options: Options) -> dict[str, dict[int, tuple[int, int]]]:
    """(found, of so many) for each check and number of records, over labelled runs and generated faults alike."""
    found: Found = {}
    for run in _labelled(labels, options):
        _count(run, {f.check for f in diagnose(run, options).findings if f.severity != "info"}, options, found)
    for scenario in all_scenarios():
        own = replace(options, select=(scenario.check,))
        for seed in range(SEEDS):
            run = scenario.run(LENGTH, seed, True)
            _count(run, {f.check for f in diagnose(run, own).findings} & {scenario.check}, own, found)
    return {check: {n: (had, of) for n, (had, of) in by_n.items()} for check, by_n in found.items()}


def _labelled(labels: Iterable[Label], options: Options) -> Iterator[Run]:
    for label in labels:
        path = next((p for kind in FILES if (p := label.source(kind))), None)
        if path is not None and not label.healthy:
            for runs in read_path(str(path), options):
                if not isinstance(runs, NotRead):
                    yield from runs


def _count(run: Run, checks: set[str], options: Options, found: Found) -> None:
    for n in RECORDS if checks else ():
        said = {f.check for f in diagnose(thinned(run, n), options).findings}
        for check in checks:
            both = found.setdefault(check, {}).setdefault(n, [0, 0])
            both[0] += check in said
            both[1] += 1

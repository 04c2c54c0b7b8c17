"""Inputs by their numbers, on one process or on several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from benchmarks.fuzz.mutate import mutated
from benchmarks.fuzz.seeds import Seed, all_seeds
from benchmarks.fuzz.trial import Outcome, tried
from lossdoc.api import Options


@cache
def _given() -> tuple[list[Seed], Options]:
    return all_seeds(), Options()


def _one(task: tuple[int, int, Path | None]) -> tuple[int, Outcome]:
    seed, number, save = task
    seeds, options = _given()
    name, data = mutated(seeds, seed, number)
    outcome = tried(name, data, options)
    if save is not None:
        for kind in {kind for kind, _ in outcome.faults}:
            save.mkdir(parents=True, exist_ok=True)
            (save / f"{kind}-{seed}-{number}-{name.replace('/', '_')}").write_bytes(data)
    return number, outcome


def outcomes(tasks: Iterable[tuple[int, int, Path | None]], jobs: int) -> Iterator[tuple[int, Outcome]]:
    if jobs < 2:
        yield from map(_one, tasks)
        return
    with get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap_unordered(_one, tasks, 20)

"""Many logs on all cores: parts of the input -> [here] -> what was found in each, in the order of the parts.

Whatever happens to one part, the others are examined; the answers are those of one process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from lossdoc.api import Part
from lossdoc.cli._progress import size_of, with_progress
from lossdoc.model.finding import NotRead, Report

if TYPE_CHECKING:
    from concurrent.futures import Executor

# What makes processes worth their start, about 20 ms each (ours): a small log takes 6 ms, a megabyte 50 ms.
MANY_PARTS = 24
MANY_BYTES = 4 << 20
_CHUNKS = 16  # pieces of work per process: the last ones end at about the same time
_LARGEST_CHUNK = 32

# Reports and refusals of a part; a refusal alone where lossdoc itself failed.
Answer = list[list[Report] | NotRead] | NotRead
Work = Callable[[Part, bytes | None], Answer]

_work: Work | None = None  # of a process


class Engine(Struct, frozen=True):
    """Where parts are examined: in so many processes of this machine (None: as many as pay), or on a cluster."""

    jobs: int | None = None
    scheduler: str | None = None


def engine_of(jobs: int | None, engine: str, scheduler: str | None) -> Engine:
    """What the options say. ValueError for a cluster without an address, or an address without a cluster."""
    if (engine == "dask") != (scheduler is not None):
        raise ValueError("--engine dask and --scheduler ADDRESS (tcp://host:8786) belong together")
    return Engine(jobs, scheduler)


def each(parts: Sequence[Part], work: Work, data: bytes | None, engine: Engine, *, quiet: bool) -> Iterator[Answer]:
    """The answer to each part; `data` are the bytes of standard input."""
    shown = with_progress([part.name for part in parts], quiet=quiet)
    if engine.scheduler is not None and data is None:
        from lossdoc.cli._cluster import on_cluster

        yield from (answer for answer, _ in zip(on_cluster(parts, work, engine.scheduler), shown, strict=True))
        return
    jobs = engine.jobs
    processes = min(_worth(parts) if jobs is None else jobs, len(parts))
    if processes < 2 or data is not None:
        yield from (work(part, data) for part, _ in zip(parts, shown, strict=True))
        return
    answers = _in_processes(parts, work, processes)
    yield from (answer for answer, _ in zip(answers, shown, strict=True))


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _worth(parts: Sequence[Part]) -> int:
    large = len(parts) > 1 and sum(size_of(part.name) for part in parts) >= MANY_BYTES
    return cores() if len(parts) >= MANY_PARTS or large else 1


def _in_processes(parts: Sequence[Part], work: Work, processes: int) -> Iterator[Answer]:
    # What the smallest part needs is loaded here: processes that are forked from this one have it already.
    first = min(range(len(parts)), key=lambda index: size_of(parts[index].name))
    answer = work(parts[first], None)
    others = _spread([part for index, part in enumerate(parts) if index != first], work, processes)
    yield from islice(others, first)
    yield answer
    yield from others


def _spread(parts: Sequence[Part], work: Work, processes: int) -> Iterator[Answer]:
    import multiprocessing
    from concurrent.futures.process import BrokenProcessPool

    pool = _pool(work, processes)
    given = 0
    try:
        size = max(1, min(_LARGEST_CHUNK, len(parts) // (_CHUNKS * processes)))
        for answer in pool.map(_answer, parts, chunksize=size):
            yield answer
            given += 1
    except BrokenProcessPool:
        yield from (_alone(part, work) for part in parts[given:])
    except BaseException:  # Ctrl-C, or a caller who has seen enough: nobody waits for what they do
        for child in multiprocessing.active_children():
            child.terminate()
        raise
    finally:
        # Waited for: a pool that is put away while Python exits prints a traceback of its own.
        pool.shutdown(wait=True, cancel_futures=True)


def _alone(part: Part, work: Work) -> Answer:
    """A part in a process of its own, after one of several processes was ended from outside (memory, a crash)."""
    from concurrent.futures.process import BrokenProcessPool

    with _pool(work, 1) as pool:
        try:
            return pool.submit(_answer, part).result()
        except BrokenProcessPool:
            why = "the process that read it was ended from outside; try it alone, with more memory"
            return NotRead(part.name, "something on which the process ended", why)


def _pool(work: Work, processes: int) -> Executor:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    return ProcessPoolExecutor(processes, context, _start, (work,))


def _start(work: Work) -> None:
    import signal

    global _work
    _work = work
    for number in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C reaches all processes: no traceback from each
        signal.signal(number, signal.SIG_DFL)


def _answer(part: Part) -> Answer:
    assert _work is not None
    return _work(part, None)

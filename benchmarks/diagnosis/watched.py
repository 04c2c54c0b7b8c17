"""Whether watch ends with what check says: python -m benchmarks.diagnosis.watched

Every text log of the labelled runs is written piece by piece while it is watched, cut anywhere, in several ways. At its end
what was told and not taken back has to be what check finds in the whole, and nothing may be told twice.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path

from benchmarks.diagnosis.labels import read_runs
from benchmarks.diagnosis.steady import runs_of
from lossdoc.api import Options, diagnose
from lossdoc.live.watcher import Watcher

PIECES = 12
KINDS = ("jsonl", "csv", "stdout")


def grows(log: Path, data: bytes) -> Iterator[None]:
    """Appended to, cut in the middle of lines."""
    for start, end in _cuts(data):
        with log.open("ab") as file:
            file.write(data[start:end])
        yield


def rotates(log: Path, data: bytes) -> Iterator[None]:
    """Moved away at the end of a line near the middle, unseen by the last look; a new one goes on."""
    middle = data.find(b"\n", len(data) // 2) + 1
    for _ in grows(log, data[:middle]):
        if log.stat().st_size < middle:
            yield
    log.rename(log.with_suffix(".1"))
    yield from grows(log, data[middle:])


def is_truncated(log: Path, data: bytes) -> Iterator[None]:
    """Copied away and emptied at the end of a line near the middle, as logrotate's copytruncate does; it goes on."""
    middle = data.find(b"\n", len(data) // 2) + 1
    yield from grows(log, data[:middle])
    log.write_bytes(b"")
    yield
    yield from grows(log, data[middle:])


def comes_late(log: Path, data: bytes) -> Iterator[None]:
    """Looked for before it is there, and then there as a whole."""
    yield
    log.write_bytes(data)
    yield


def is_written_anew(log: Path, data: bytes) -> Iterator[None]:
    """Replaced by a longer one each time."""
    for _, end in _cuts(data):
        beside = log.with_suffix(".new")
        beside.write_bytes(data[:end])
        os.replace(beside, log)
        yield


WAYS: tuple[Callable[[Path, bytes], Iterator[None]], ...] = (grows, rotates, is_truncated, is_written_anew, comes_late)


def _cuts(data: bytes) -> list[tuple[int, int]]:
    bounds = [len(data) * n // PIECES for n in range(PIECES + 1)]
    return list(pairwise(bounds))


def differences(source: Path, way: Callable[[Path, bytes], Iterator[None]]) -> list[str]:
    """What watch and check do not agree on, and what was told twice; nothing where all is well."""
    data = source.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        whole, log = Path(folder) / "whole" / source.name, Path(folder) / "watched" / source.name
        whole.parent.mkdir()
        log.parent.mkdir()
        whole.write_bytes(data)
        watcher = Watcher(str(log), Options(), lambda: 0.0)
        looks = []
        for _ in way(log, data):
            watcher.changed()
            looks.append(watcher.look())
        watcher.changed()
        looks.append(watcher.look(at_the_end=True))
        checked = {
            (run.name, f.id): f.check for run in runs_of(whole, Options()) for f in diagnose(run, Options()).findings
        }
    told = [
        (news.report.run.name, news.finding.id, news.finding.check, news.finding.severity == "info", *news[2:])
        for look in looks
        for news in look.new
    ]
    stands: dict[tuple[str, str], str] = {}
    remarks: set[tuple[str, str]] = set()  # a remark stands when the suspicion that it is more is withdrawn
    for name, finding_id, check, is_remark, state, _ in told:
        if is_remark and state != "withdrawn":
            remarks.add((name, finding_id))
        elif state == "confirmed":
            remarks.discard((name, finding_id))
        stands[name, finding_id] = check
        if state == "withdrawn" and (is_remark or (name, finding_id) not in remarks):
            del stands[name, finding_id]
    twice = [f"{one} told twice" for one, times in Counter(told).items() if times > 1]
    return [
        *twice,
        *(f"{check} only of check" for key, check in checked.items() if key not in stands),
        *(f"{check} only of watch" for key, check in stands.items() if key not in checked),
    ]


def logs() -> list[Path]:
    return [path for label in read_runs() for kind in KINDS if (path := label.source(kind)) is not None]


def _all_ways(path: Path) -> list[str]:
    return [f"{path} {way.__name__}: {one}" for way in WAYS for one in differences(path, way)]


def main() -> None:
    paths = logs()
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(_all_ways, paths))
    print("\n".join(one for several in found for one in several))
    print(f"{len(paths)} logs in {len(WAYS)} ways: {sum(not several for several in found)} end as check does")


if __name__ == "__main__":
    main()

"""`lossdoc watch` of a long log: what is new costs the same, is told as soon, and ends with what `check` says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from benchmarks.watching import FORMATS
from lossdoc.api import Options, diagnose
from lossdoc.live.newest import POINTS, Newest
from lossdoc.live.news import News
from lossdoc.live.pace import AT_FIRST, GROWTH, SAVED, SHORT, Pace
from lossdoc.live.watcher import Watcher, plainly
from lossdoc.model.finding import Report
from lossdoc.model.run import Run
from tests import report_maker as made

LONG = 12_000  # records, longer than what is judged as a whole each time


def _sick(line: str) -> str:
    """The same record with a loss that is NaN."""
    return re.sub(
        r"(loss'?\"?:? )[\d.]+", lambda m: f"{m[1]}{'NaN' if line.startswith('{' + chr(34)) else 'nan'}", line
    )


class Long:
    """A log that is long already, watched; `judged`: how many points of the loss each judgement was of."""

    def __init__(self, log: Path, line: Callable[[int], str]) -> None:
        self.log, self.line, self.step = log, line, LONG
        self.log.write_text("".join(map(line, range(1, LONG + 1))))
        self.judged: list[int] = []
        self.watcher = Watcher(str(log), Options(), lambda: 0.0, self._judge)
        self.watcher.changed()
        self.watcher.look()
        self.judged.clear()

    def _judge(self, run: Run, options: Options, beside: Sequence[str]) -> Report:
        self.judged.append(len(run.get("loss") or ()))
        return plainly(run, options, beside)

    def grow(self, records: int, change: Callable[[str], str] = str) -> list[tuple[int, News]]:
        """What is told, and after how many records, when they come one by one."""
        told = []
        for n in range(1, records + 1):
            self.step += 1
            with self.log.open("a") as file:
                file.write(change(self.line(self.step)))
            assert self.watcher.changed()
            told += [(n, news) for news in self.watcher.look().new]
        return told


@pytest.fixture(params=FORMATS)
def long(request: pytest.FixtureRequest, tmp_path: Path) -> Long:
    return Long(tmp_path / "run.log", FORMATS[request.param])


def test_a_record_of_a_long_log_is_judged_with_its_newest_points(long: Long) -> None:
    assert long.grow(20) == []
    assert set(long.judged) == {POINTS}
    assert long.watcher.look().records == LONG + 20


def test_a_fault_in_the_newest_records_is_told_of_the_whole_log(long: Long) -> None:
    assert long.grow(3) == []
    wrong = long.step + 1
    ((n, news), *_) = long.grow(5, _sick)
    assert n <= 2
    assert (news.finding.check, news.state, news.finding.line) == ("non-finite", "confirmed", wrong)
    assert len(news.report.run.get("loss") or ()) == wrong + n - 1


def test_it_ends_with_what_check_says(long: Long) -> None:
    told = [news for _, news in long.grow(30, _sick)]
    told += long.watcher.look(at_the_end=True).new
    from benchmarks.diagnosis.steady import runs_of

    (run,) = runs_of(long.log, Options())
    ids = [news.finding.id for news in told if news.state == "confirmed"]
    assert sorted(ids) == sorted(finding.id for finding in diagnose(run, Options()).findings)


def test_a_log_that_goes_back_is_judged_as_a_whole(tmp_path: Path) -> None:
    long = Long(tmp_path / "run.log", FORMATS["JSON lines"])
    long.step = LONG - 100  # continued from a checkpoint
    told = [(n, news.finding.check) for n, news in long.grow(20, lambda line: line.replace("1.2", "1.3"))]
    assert max(long.judged) > POINTS
    assert [check for _, check in told] == ["resumed"]


def test_the_pace_of_looks_at_the_whole() -> None:
    """Whatever comes up, what is judged is in proportion to what was written."""
    pace, judged, step = Pace(), 0, 100
    start = 4 * SHORT
    pace.grew_to(start)
    assert pace.is_due
    pace.judged()
    for size in range(start, 3 * start, step):
        pace.grew_to(size)
        if pace.is_due or pace.is_affordable:  # something comes up each time
            judged += size
            pace.judged()
    assert judged <= (AT_FIRST + 1) * 3 * start + (SAVED + 2 / GROWTH) * 2 * start
    assert judged >= SAVED * start


def test_new_points_go_on_where_the_old_ones_end() -> None:
    """A curve whose steps are only counted counts on; one that is rare is there as a whole, and a new one begins."""
    lines = b"".join(b"%d\n" % n for n in range(1, 3001))
    loss = made.curve("loss", [1.0] * 3000)
    loss = replace(loss, steps_inferred=True, lines=np.arange(1, 3001))
    rare = replace(made.curve("loss", [2.0] * 3, split="eval"), lines=np.array([900, 1900, 2900]))
    old = Newest.of(replace(made.report([], curves=[loss, rare], records=3000).run), bytearray(lines), len(lines))
    data = bytearray(lines + b"x\ny\n")

    def read(some: bytes) -> list[Run]:
        count = some.count(b"\n")
        part = made.curve("loss", [1.0] * count)
        part = replace(part, steps_inferred=True, lines=np.arange(1, count + 1), records=np.arange(count))
        first = replace(made.curve("accuracy", [0.5]), lines=np.array([count]), records=np.array([count - 1]))
        return [made.report([], curves=[part, first], records=count).run]

    new = old.grown(data, len(data), read)
    assert new is not None
    joined, held, accuracy = new.run.curves
    assert len(joined) == POINTS
    assert joined.steps[-3:].tolist() == [loss.steps[-1] + n for n in range(3)]
    assert joined.lines[-2:].tolist() == [3001, 3002]
    assert len(held) == 3
    assert accuracy.lines.tolist() == [3002]
    assert new.run.records == 3002

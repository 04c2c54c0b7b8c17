"""A log that is judged while it is written: each look gives what no look before has said.

What is told is always what `check` would say of all that is there. A long log is not judged as a whole for each new
record, though: in between its newest points are looked at, and what they hint at makes it be judged (`pace.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from lossdoc.api import Options, diagnose, read_path, read_source
from lossdoc.input.source import Source
from lossdoc.live import OF_THE_END
from lossdoc.live.newest import Newest, hints
from lossdoc.live.news import News, Said
from lossdoc.live.pace import Pace
from lossdoc.live.tail import Tail
from lossdoc.model.finding import NotRead, Report

if TYPE_CHECKING:
    from lossdoc.model.run import Run

# Of the time that goes by: looking may take a fifth, and the machine that trains keeps its cores.
COST = 0.2
# Records after which a long log in which something is suspected is judged as a whole again.
AGAIN = 10
_WRITTEN_WHOLE = (".json", ".html", ".ipynb", ".md")  # each time from the start, never line by line


class Look(Struct, frozen=True):
    """What a look found. `reports`: of the last look at the whole log. `new`: what was not said before."""

    reports: Sequence[Report] = ()
    not_read: Sequence[NotRead] = ()
    new: Sequence[News] = ()
    since: int = 0  # records that came since the whole log was judged

    @property
    def records(self) -> int:
        return sum(report.run.records for report in self.reports) + self.since


def plainly(run: Run, options: Options, beside: Sequence[str]) -> Report:
    """Judge a run by the options alone; `beside` are checks to leave out as well."""
    return diagnose(run, options.but(ignore=(*options.ignore, *beside)))


@dataclass
class Watcher:
    """Watches one path: a file, whether it is there yet or not, a folder, or a glob.

    A text file is followed through rotation, truncation and restarts; what stands in a binary store or is written as a
    whole each time is read anew. `clock` gives seconds.
    """

    path: str
    options: Options
    clock: Callable[[], float]
    judge: Callable[[Run, Options, Sequence[str]], Report] = plainly
    cost: float = COST
    last: Look = field(default_factory=Look, init=False)  # at the whole log
    pending: bool = field(default=False, init=False)  # something is new since the last look
    _said: Said = field(default_factory=Said, init=False)
    _pace: Pace = field(default_factory=Pace, init=False)
    _newest: Newest | None = field(default=None, init=False)  # of a text log that is long and goes on
    _hints: frozenset[object] = field(default=frozenset(), init=False)  # that the last look at the whole log saw
    _state: object = field(default=None, init=False)
    _rest_until: float = field(default=float("-inf"), init=False)
    _format: str | None = field(default=None, init=False)  # as it was found when the log had `_found_at` bytes
    _found_at: int = field(default=0, init=False)
    _tail: Tail | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if Path(self.path).suffix.lower() not in _WRITTEN_WHOLE:
            self._tail = Tail(Path(self.path))

    def changed(self) -> bool:
        """Take in what is new; whether there was anything."""
        if self._tail is not None and self._is_no_text():
            self._tail.close()
            self._tail = None
        if self._tail is not None:
            grown = self._tail.read()
        else:
            state = _state_of(self.path)
            grown, self._state = state != self._state, state
        self.pending |= grown
        return grown

    def due(self) -> bool:
        """Something is new, and the last look is long enough ago for what it cost."""
        return self.pending and self.clock() >= self._rest_until

    def look(self, *, whole: bool = False, at_the_end: bool = False) -> Look:
        """Judge what is there. While the log grows a last line without its end waits for it. `whole`: the reports are
        asked for, and have to be of everything."""
        self.pending = False
        begun = self.clock()
        look = None if whole or at_the_end else self._at_the_newest()
        look = look or self._at_the_whole(at_the_end)
        now = self.clock()
        self._rest_until = now + (now - begun) * (1 / self.cost - 1)
        return look

    def _at_the_whole(self, at_the_end: bool) -> Look:
        end = self._end(at_the_end)
        self._pace.grew_to(end)
        results = self._results(end, at_the_end)
        runs = [run for result in results if isinstance(result, list) for run in result]
        reports = [self.judge(run, self.options, () if at_the_end else OF_THE_END) for run in runs]
        not_read = [result for result in results if isinstance(result, NotRead)]
        self._pace.judged()
        self.last = Look(reports, not_read, self._said.news(reports, at_the_end=at_the_end))
        if self._tail is not None and runs and not self._pace.is_short and not at_the_end:
            self._newest = Newest.of(runs[-1], self._tail.data, end)
            self._hints = self._hints_of(self._newest)
        return self.last

    def _at_the_newest(self) -> Look | None:
        """What is new joined to the newest points before it; None where the whole log has to be judged."""
        if self._tail is None or self._newest is None or self._format is None:
            return None
        end = self._end(at_the_end=False)
        self._pace.grew_to(end)
        if self._pace.is_due:
            return None
        newest = self._newest.grown(self._tail.data, end, self._read_some)
        if newest is None:  # nothing to go by until then
            return None if self._pace.is_affordable else replace(self.last, new=())
        self._newest = newest
        since = newest.run.records - self.last.reports[-1].run.records
        comes_up = self._hints_of(newest) - self._hints or (self._said.unsure and since >= AGAIN)
        if comes_up and self._pace.is_affordable:
            return None
        return replace(self.last, new=(), since=since)

    def _hints_of(self, newest: Newest) -> frozenset[object]:
        return frozenset(hints(self.judge(newest.run, self.options, OF_THE_END), self._last_step()))

    def _last_step(self) -> float | None:
        return self.last.reports[-1].run.last_step if self.last.reports else None

    def _read_some(self, data: bytes) -> list[Run]:
        assert self._format is not None
        result = read_source(Source(self.path, data, Path(self.path)), self.options.but(input_format=self._format))
        return result if isinstance(result, list) else []

    def _end(self, at_the_end: bool) -> int:
        """Bytes that are judged."""
        if self._tail is None:
            return 0
        data = self._tail.data
        return len(data) if at_the_end else max(data.rfind(b"\n"), data.rfind(b"\r")) + 1

    def _results(self, end: int, at_the_end: bool) -> list[list[Run] | NotRead]:
        if self._tail is None:
            return read_path(self.path, self.options)
        if not self._tail.seen:
            return [NotRead(self.path, "nothing", "no such file came while it was watched")]
        return [self._read(bytes(self._tail.data[:end]), at_the_end)]

    def _read(self, data: bytes, at_the_end: bool) -> list[Run] | NotRead:
        """Which format it is, is found out anew whenever the log has doubled: that takes longer than to read it."""
        source = Source(self.path, data, Path(self.path))
        if self._format is not None and not at_the_end and len(data) < 2 * self._found_at:
            result = read_source(source, self.options.but(input_format=self._format))
            if isinstance(result, list):
                return result
        result = read_source(source, self.options)
        formats = {run.format for run in result} if isinstance(result, list) else set()
        self._format = formats.pop() if len(formats) == 1 else None
        self._found_at = len(data)
        return result

    def _is_no_text(self) -> bool:
        """A folder, a glob, a store: nothing that grows line by line."""
        path = Path(self.path)
        if path.is_dir() or (not path.exists() and any(mark in self.path for mark in "*?[")):
            return True
        return self._tail is not None and b"\0" in self._tail.data[:4096]


def _state_of(path: str) -> object:
    """What changes when any file of a path changes: names, sizes and times."""
    import glob

    here = Path(path)
    files = (
        [here] if here.is_file() else sorted(here.rglob("*")) if here.is_dir() else map(Path, sorted(glob.glob(path)))
    )
    found = []
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue  # it went away since it was listed
        found.append((str(file), status.st_size, status.st_mtime_ns))
    return found or None

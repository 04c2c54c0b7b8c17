"""A log that is judged while it is written: each look gives the findings that no look before has given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lossdoc.api import Options, diagnose, read_path, read_source
from lossdoc.input.source import Source
from lossdoc.live import OF_THE_END
from lossdoc.live.patience import Patience
from lossdoc.live.tail import Tail
from lossdoc.model.finding import Finding, NotRead, Report

if TYPE_CHECKING:
    from lossdoc.model.run import Run

# Of the time that goes by: looking may take a fifth. A look judges the whole log, so that what it says is what `check`
# says; with a log that grows the looks become rarer, and the machine that trains keeps its cores.
COST = 0.2
# Seconds of work for each new line, however long the log is: a look that took two seconds waits for twenty more lines,
# unless none came for a minute.
PER_LINE = 0.1
QUIET = 60.0
_WRITTEN_WHOLE = (".json", ".html", ".ipynb", ".md")  # each time from the start, never line by line


@dataclass(frozen=True, slots=True)
class Look:
    """What a look found. `new`: findings not told before, with their reports. `gone`: told, and no longer there."""

    reports: Sequence[Report] = ()
    not_read: Sequence[NotRead] = ()
    new: Sequence[tuple[Report, Finding]] = ()
    gone: Sequence[tuple[str, Finding]] = ()

    @property
    def records(self) -> int:
        return sum(report.run.records for report in self.reports)


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
    _told: dict[tuple[str, str], tuple[str, Finding]] = field(default_factory=dict, init=False)
    _patience: Patience = field(default_factory=Patience, init=False)
    _state: object = field(default=None, init=False)
    _rest_until: float = field(default=float("-inf"), init=False)
    _lines: int = field(default=0, init=False)  # so many have to be new for the next look
    _judged: int = field(default=0, init=False)  # bytes at the last look
    _news: float = field(default=0.0, init=False)  # when something came
    _format: str | None = field(default=None, init=False)  # as it was found when the log had `_found_at` bytes
    _found_at: int = field(default=0, init=False)
    pending: bool = field(default=False, init=False)  # something is new since the last look
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
        if grown:
            self.pending, self._news = True, self.clock()
        return grown

    def due(self) -> bool:
        """Something is new, and the last look is long enough ago for what it cost, in time and in lines."""
        now = self.clock()
        if not self.pending or now < self._rest_until:
            return False
        new = self._lines if self._tail is None else self._tail.data.count(b"\n", self._judged)
        return new >= self._lines or now - self._news >= QUIET

    def look(self, *, at_the_end: bool = False) -> Look:
        """Judge what is there. While the log grows a last line without its end waits for it."""
        self.pending = False
        begun = self.clock()
        beside = () if at_the_end else OF_THE_END
        results = self._results(at_the_end)
        runs = [run for result in results if isinstance(result, list) for run in result]
        reports = [self.judge(run, self.options, beside) for run in runs]
        not_read = [result for result in results if isinstance(result, NotRead)]
        now = self.clock()
        self._rest_until = now + (now - begun) * (1 / self.cost - 1)
        self._lines = int((now - begun) / PER_LINE)
        held = {(report.run.name, f.id): (report, f) for report in reports for f in report.findings}
        ripe = self._patience.ripe(reports)
        new = [
            (report, finding)
            for report, finding in (held.values() if at_the_end else ripe)
            if (report.run.name, finding.id) not in self._told
        ]
        self._told |= {(report.run.name, finding.id): (report.run.name, finding) for report, finding in new}
        gone = [entry for key, entry in self._told.items() if key not in held] if at_the_end else []
        return Look(reports, not_read, new, gone)

    def _results(self, at_the_end: bool) -> list[list[Run] | NotRead]:
        if self._tail is None:
            return read_path(self.path, self.options)
        if not self._tail.seen:
            return [NotRead(self.path, "nothing", "no such file came while it was watched")]
        data = bytes(self._tail.data)
        if not at_the_end:
            data = data[: max(data.rfind(b"\n"), data.rfind(b"\r")) + 1]
        self._judged = len(data)
        return [self._read(data, at_the_end)]

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

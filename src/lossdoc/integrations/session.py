"""A run that is judged while it trains: rows in, new findings out. What the callbacks share; knows no framework."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lossdoc
from lossdoc.live import OF_THE_END
from lossdoc.model.finding import SEVERITIES

if TYPE_CHECKING:
    from lossdoc.calls import Report
    from lossdoc.model.finding import Finding

LOG = logging.getLogger("lossdoc")
_LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO}
COST = 0.02  # of the time since the start that judging may take; ours: nobody notices 2 %


@dataclass
class Session:
    """What is judged, how often, and on what it stops.

    A finding is told, and stops the run, when the next look confirms it: what ten rows more would take back is no news.

    trainer, settings, select, ignore: as for `lossdoc.check`. stop_on: ids of checks whose finding, of severity warning
    or error, ends the run. every: rows between two looks. cost: the share of the time that looking may take; where a
    look takes longer the looks become rarer, and the last one, at the end, is always taken.
    """

    trainer: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    stop_on: Sequence[str] = ()
    select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    every: int = 10
    cost: float = COST
    clock: Callable[[], float] = time.monotonic

    report: Report | None = field(default=None, init=False)  # of the last look
    stopped: Finding | None = field(default=None, init=False)  # why the run is to end
    rows: list[dict[str, Any]] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        from lossdoc import checks

        if unknown := sorted({*self.stop_on, *self.select, *self.ignore} - set(checks.check_ids())):
            raise ValueError(f"no check {', '.join(unknown)}; `lossdoc list checks` shows what there is")
        self._told: set[str] = set()
        self._seen: set[str] = set()  # in the last look
        self._looked_at = 0
        self._rest_until = self.clock()
        self._broken = False

    def add(self, row: Mapping[str, Any]) -> list[Finding]:
        """One more row; the findings that are new since the last look, if it was time for one."""
        self.rows.append(dict(row))
        due = len(self.rows) - self._looked_at >= self.every and self.clock() >= self._rest_until
        return self.look(self.rows) if due else []

    def look(self, log: Any, *, at_the_end: bool = False) -> list[Finding]:
        """Judge the log as it stands now; new findings are told to the logger `lossdoc` and returned."""
        self._looked_at = len(self.rows)
        begun = self.clock()
        report = self._judged(log, at_the_end)
        now = self.clock()
        self._rest_until = now + (now - begun) / self.cost
        if report is None:
            return []
        self.report = report
        new = [f for f in report.findings if f.id not in self._told and (at_the_end or f.id in self._seen)]
        self._seen = {f.id for f in report.findings}
        for finding in new:
            self._told.add(finding.id)
            LOG.log(_LEVELS[finding.severity], "%s", told(finding))
            if finding.check in self.stop_on and finding.severity != "info" and self.stopped is None and not at_the_end:
                self.stopped = finding
                LOG.error("the run is stopped: %s", finding.check)
        return new

    def counts(self) -> dict[str, float]:
        """What a tracker can draw: root findings that were told and still hold (`lossdoc/error`, `lossdoc/warning`)."""
        roots = [f for f in self.report.roots if f.id in self._told] if self.report else []
        return {f"lossdoc/{severity}": float(sum(f.severity == severity for f in roots)) for severity in SEVERITIES[:2]}

    def write_page(self, path: str | Path) -> None:
        """The HTML page of the last look; a folder that does not exist is made."""
        if self.report is not None:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_text(self.report.render("html"), encoding="utf-8")

    def _judged(self, log: Any, at_the_end: bool) -> Report | None:
        ended_early = self.stopped is not None or not at_the_end
        ignore = [*self.ignore, *(OF_THE_END if ended_early else ())]
        try:
            return lossdoc.check(
                log,
                trainer=self.trainer,
                settings=self.settings,
                select=self.select,
                ignore=ignore,
                run=-1,  # of several runs the one that goes on
            )
        except lossdoc.NotALog:
            return None  # nothing was logged yet
        except Exception:
            if not self._broken:
                LOG.exception("lossdoc could not judge this run; the training goes on")
            self._broken = True
            return None


def told(finding: Finding) -> str:
    """One line: `non-finite at step 180: loss is NaN in 3 of 30 records`."""
    from lossdoc.show.report._words import onset, sentence

    return f"{' '.join((finding.check, onset(finding))).strip()}: {sentence(finding.message)}"

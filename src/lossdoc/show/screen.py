"""What stands in a terminal while a log grows, drawn anew at every look; `standing` draws it for `watch`.

Lines that are told scroll away above it. At the end the last picture stays, and the terminal is as it was.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.text import Text

from lossdoc.model.finding import Report
from lossdoc.show import blocks
from lossdoc.show.blocks.chart import Charts
from lossdoc.show.blocks.terminal import render
from lossdoc.show.report import Options
from lossdoc.show.report._charts import charts
from lossdoc.show.report._page import VERDICT_GLYPH, VERDICT_STYLE, Room, signs
from lossdoc.show.report._words import count, run_name, safe
from lossdoc.words.spoken import number


class Screen:
    """A picture that takes the place of the one before, and lines above it that stay."""

    def __init__(self, *, color: bool) -> None:
        console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False, no_color=not color)
        self._live = Live(console=console, auto_refresh=False, vertical_overflow="crop")

    def __enter__(self) -> Screen:
        self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, at: TracebackType | None) -> None:
        self._live.stop()

    def say(self, line: str) -> None:
        """A line above the picture that stays."""
        self._live.console.print(Text.from_ansi(line.rstrip("\n")), soft_wrap=True)

    def show(self, picture: str) -> None:
        self._live.update(Text.from_ansi(picture), refresh=True)


def standing(reports: Sequence[Report], silent: float, options: Options, since: int = 0) -> str:
    """Charts and signs of the run that is worst off, and where it stands; `silent`: seconds since the log last grew,
    `since`: records that came since these reports."""
    if not reports:
        return render([blocks.Text("waiting for the first records; Ctrl-C ends", "dim")], options)
    report = max(reports, key=_bad)
    run, room = report.run, Room()
    last = run.last_step
    where = f", step {number(last)}" if last is not None else ""
    others = f", the worst of {count(len(reports), 'run')}" if len(reports) > 1 else ""
    state = blocks.Text(f"{VERDICT_GLYPH[report.verdict]} {report.verdict}", VERDICT_STYLE[report.verdict])
    state.append(f"  {safe(run_name(run))}{others}: {count(run.records, 'record')}{where}")
    state.append(f" and {count(since, 'record')} since" if since else "")
    state.append(f"  {silent:.0f} s without news" if silent >= 5 else "", "dim").append("  Ctrl-C ends", "dim")
    beside = max(1, options.width // Charts.WIDE)
    parts = [*charts(report, options, room.rows, beside), *signs(report, options.width, room), blocks.Text(""), state]
    return render(parts, options)


def _bad(report: Report) -> tuple[bool, bool, int]:
    return report.verdict == "failing", report.verdict == "suspicious", len(report.findings)

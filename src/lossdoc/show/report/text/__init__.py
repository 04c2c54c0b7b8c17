"""The report for people: headline, curves, findings, what they mean, and what was not judged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.rule import Rule
from rich.text import Text

from lossdoc.model.finding import Report
from lossdoc.show.report import Options, Result
from lossdoc.show.report.text._page import render
from lossdoc.show.report.text.details import details
from lossdoc.show.report.text.gates import gates
from lossdoc.show.report.text.headline import facts, headline, one_line
from lossdoc.show.report.text.plots import plots
from lossdoc.show.report.text.skipped import skipped
from lossdoc.show.report.text.summary import summary
from lossdoc.show.report.text.table import table

if TYPE_CHECKING:
    from rich.console import RenderableType

NAME = "text"
TITLE = "for people: verdict, curves, findings, advice"


def write(result: Result, options: Options) -> str:
    """One run: its report. Several: a summary table, then the failing ones in full (all with verbose)."""
    reports = result.worst_first
    if not reports:
        return ""
    if options.quiet:
        return render((one_line(report) for report in reports), options, wrap=False)
    if len(reports) == 1:
        return render(_full(reports[0], options), options)
    return render(_several(reports, options), options)


def _several(reports: list[Report], options: Options) -> Iterator[RenderableType]:
    yield from summary(reports)
    full = reports if options.verbose else [r for r in reports if r.verdict == "failing" or r.failed_gates]
    for report in full:
        yield Rule(style="dim")
        yield from _full(report, options)
    if len(full) < len(reports):
        yield Text("Full reports of the others: --verbose, or check one of them alone.", style="dim")


def _full(report: Report, options: Options) -> Iterator[RenderableType]:
    # The shell's prompt stands under the last line: what a reader wants first comes last.
    if options.plots:
        yield from plots(report, options)
    yield from gates(report)
    yield from table(report, options)
    yield from details(report, options)
    yield from facts(report, options)
    yield from skipped(report, options)
    yield from headline(report)

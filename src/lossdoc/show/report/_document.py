"""Reports as one document, for media that are read from the top: the verdict is the heading of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from lossdoc.model.finding import NotRead, Report
from lossdoc.show.blocks import Block, Folded, Heading, Text
from lossdoc.show.blocks.table import Column, Table
from lossdoc.show.report import Options, Result
from lossdoc.show.report import _page as page
from lossdoc.show.report._asks import asks
from lossdoc.show.report._charts import charts
from lossdoc.show.report._facts import facts, how_much, left_out, not_judged
from lossdoc.show.report._summary import table
from lossdoc.show.report._words import safe

CHARTS, FEW_CHARTS = 6, 3  # of a page; of a comment, whose advice is folded
WIDE = 200  # columns of a page: every table in full


def document(
    result: Result, options: Options, title: Text, shown: Sequence[Report], *, folded: bool
) -> Iterator[Block]:
    """`title`, a table of the runs where there are several, and reports of `shown`; `folded`: advice on demand."""
    reports = result.worst_first
    yield Heading(title, level=1)
    if len(reports) > 1:
        yield from table(reports, WIDE, linked=True)
    for number, report in enumerate(reports):
        if report in shown:
            yield from _run(report, options, number, folded)
    if result.not_read:
        yield Heading("Not read", level=2)
        yield refusals(result.not_read)


def _run(report: Report, options: Options, number: int, folded: bool) -> Iterator[Block]:
    room, whole = page.Room(run=number), replace(options, verbose=True)
    yield Heading(page.verdict(report), level=2, anchor=f"run{number}")
    if not folded:
        yield from page.signs(report, WIDE, room)
    if options.plots:
        yield from charts(report, options, room.rows, FEW_CHARTS if folded else CHARTS, number)
    yield from page.gates(report)
    yield from page.findings(report, WIDE, room)
    advice = list(page.advice(report, whole, room))
    if advice and folded:
        yield Folded("Causes and next steps", advice)
    else:
        yield from advice
    yield from facts(report, options)
    yield from left_out(report, options)
    if options.verbose and report.skipped:
        yield Folded(how_much(report), list(not_judged(report)))
    else:
        yield Text(f"{how_much(report)}.")
    yield from asks([report])
    if folded:  # a comment is read for what to do
        yield from page.signs(report, WIDE, room)


def refusals(refused: Sequence[NotRead]) -> Table:
    """What could not be read, and why."""
    rows = [[Text(safe(one.source)), Text(safe(one.found)), Text(safe(one.why))] for one in refused]
    return Table([Column("input"), Column("found"), Column("why")], rows)

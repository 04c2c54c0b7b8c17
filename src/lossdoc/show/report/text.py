"""The report for people: curves, findings, what to do, what was read, the signs, and the verdict last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lossdoc.model.finding import Report
from lossdoc.show.blocks import Block, Rule, Text, Whole
from lossdoc.show.blocks.chart import Charts
from lossdoc.show.blocks.terminal import render
from lossdoc.show.report import Options, Result
from lossdoc.show.report import _page as page
from lossdoc.show.report._asks import asks
from lossdoc.show.report._charts import charts
from lossdoc.show.report._facts import facts, in_short, judged, left_out
from lossdoc.show.report._gates import failure
from lossdoc.show.report._page import Room
from lossdoc.show.report._summary import counted, table

NAME = "text"
TITLE = "for people: curves, findings, advice, and the verdict last"

CHARTS = 9  # where everything is asked for
SHORTS = 5  # failing ones of several runs
IN_SHORT = Room(brief=True, findings=3)
# What is given up, first to last, so that the answer stays on the screen.
ROOMS = (
    Room(),
    Room(rows=10),
    Room(rows=8),
    Room(rows=10, evidence=False),
    Room(rows=10, evidence=False, facts=False),
    *(Room(rows=rows, evidence=False, facts=False, brief=True) for rows in (10, 9, 8, 7)),
    Room(rows=7, evidence=False, facts=False, brief=True, findings=3),
    *(Room(rows=6, evidence=False, facts=False, brief=True, findings=most) for most in (2, 1)),
    Room(rows=6, evidence=False, facts=False, brief=True, findings=1, advice=2),
)


def write(result: Result, options: Options) -> str:
    """One run: its report. Several: a table, then the failing ones in short (all in full with verbose)."""
    reports = result.worst_first
    if not reports:
        return ""
    if options.quiet:
        return "".join(render([Whole(line)], options) for report in reports for line in _quiet(report))
    if len(reports) == 1:
        return _fitting(reports[0], options)
    text = ""
    for shorts, advice in ((SHORTS, True), (SHORTS, False), (0, False)):
        text = render(_several(reports, options, shorts, advice), options)
        if options.height is None or options.verbose or text.count("\n") < options.height:
            break
    return text


def _quiet(report: Report) -> Iterator[Text]:
    """A line for the run, and one for each gate that failed: without it nobody knew what the exit code means."""
    yield page.one_line(report)
    yield from (Text("  ✗ gate", "error").append(f"  {failure(gate)}") for gate in report.failed_gates)


def _several(reports: list[Report], options: Options, shorts: int, advice: bool) -> Iterator[Block]:
    """The table of all, so many failing ones in short (all in full with verbose), and last how many are how."""
    yield from table(reports, options.width, everything=options.verbose)
    yield Text("")
    if options.verbose:
        for report in reports:
            yield Rule()
            yield from _full(report, options, ROOMS[0])
        yield Rule()
    failing = [r for r in reports if r.verdict == "failing" or r.failed_gates]
    for report in () if options.verbose else failing[:shorts]:
        yield page.verdict(report)
        yield from page.gates(report)
        yield from page.findings(report, options.width, IN_SHORT)
        if advice:
            yield from page.advice(report, options, IN_SHORT)
    if not options.verbose and len(failing) > shorts:
        yield Text(f"{len(failing) - shorts} more failing: check one of them alone, or -v", "dim")
    if not options.verbose:
        yield from asks(reports)
    yield counted(reports)


def _fitting(report: Report, options: Options) -> str:
    """The report in the widest room that leaves the prompt on the screen."""
    text = render(_full(report, options, ROOMS[0]), options)
    if options.height is None or options.verbose:
        return text
    for room in ROOMS[1:]:
        if text.count("\n") < options.height:
            break
        text = render(_full(report, options, room), options)
    return text


def _full(report: Report, options: Options, room: Room) -> Iterator[Block]:
    beside = max(1, options.width // Charts.WIDE)
    # The shell's prompt stands under the last line: what a reader wants first comes last.
    parts: list[Iterable[Block]] = [
        charts(report, options, room.rows, CHARTS if options.verbose else beside) if options.plots else (),
        page.gates(report),
        page.findings(report, options.width, room),
        page.advice(report, options, room),
        [*facts(report, options), *left_out(report, options), *judged(report, options)]
        if room.facts
        else [in_short(report)],
        asks([report], brief=room.brief),
        [Text("")],
        page.signs(report, 10**9 if options.verbose else options.width, room),
        [page.verdict(report)],
    ]
    for part in parts:
        for block in part:
            if not room.brief or not (isinstance(block, Text) and not block.spans):
                yield block

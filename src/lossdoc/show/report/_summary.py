"""Several runs at a glance, worst first: run, verdict, what and since when, the measure that decides."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from lossdoc.model.finding import Report
from lossdoc.model.run import Run
from lossdoc.show.blocks import Block, Text
from lossdoc.show.blocks.table import Column, Table
from lossdoc.show.report import VERDICTS
from lossdoc.show.report._page import NARROW, VERDICT_GLYPH, VERDICT_STYLE
from lossdoc.show.report._words import count, leading, onset, run_name, safe
from lossdoc.words.spoken import number

MOST = 40  # runs that are not healthy, and
FEW = 20  # healthy ones: beyond these they are only counted


def counted(reports: Sequence[Report]) -> Text:
    """`4 runs in examples/: ✗ 1 failing, ✓ 3 healthy`."""
    counts = Counter(report.verdict for report in reports)
    head, tail = common([report.run for report in reports])
    where = f" in {safe(head)}{'*' if tail else ''}{safe(tail)}" if head else ""
    line = Text(count(len(reports), "run") + where + ": ", "bold")
    for verdict in VERDICTS:
        if counts[verdict]:
            line.append("" if len(line.spans) == 1 else ", ")
            line.append(f"{VERDICT_GLYPH[verdict]} {counts[verdict]} {verdict}", VERDICT_STYLE[verdict])
    return line


def table(reports: Sequence[Report], width: int, *, linked: bool = False, everything: bool = True) -> Iterator[Block]:
    """A row for each run; `linked`: its name leads to its report, the anchor `run0` for the first one."""
    shown = list(reports)
    if not everything:
        healthy = [report for report in reports if report.verdict == "healthy"]
        others = [report for report in reports if report.verdict != "healthy"]
        shown = others[:MOST] + (healthy if len(reports) <= FEW else [])
    called = dict(zip(map(id, reports), names(reports), strict=True))
    rows = []
    for index, report in enumerate(shown):
        word = f" {report.verdict}" if width >= NARROW else ""  # what the signs mean stands below the table
        verdict = Text(f"{VERDICT_GLYPH[report.verdict]}{word}", VERDICT_STYLE[report.verdict])
        run = Text(called[id(report)], target=f"#run{index}" if linked else "")
        rows.append([run, verdict, _lead(report), Text(_measure(report))])
    columns = [
        Column("run", most=30),
        Column("verdict" if width >= NARROW else "", wrap=False),
        Column("what, since", share=True),
    ]
    yield Table([*columns, Column("last, best", share=True)], rows)
    if len(shown) < len(reports):
        left = Counter(report.verdict for report in reports if report not in shown)
        yield Text(f"and {', '.join(f'{left[v]} {v}' for v in VERDICTS if left[v])} (-v)", "dim")


def _lead(report: Report) -> Text:
    lead = leading(report)
    if lead is None:
        remarks = [f.check for f in report.roots]
        return Text(f"remarks: {', '.join(remarks)}" if remarks else "", "dim")
    return Text(lead.check, "code").append(f" {onset(lead)}")


def _measure(report: Report) -> str:
    """`val_loss 1.203, best 0.6353 at epoch 9`: what decides; "" where nothing does."""
    if not report.measures:
        return ""
    merit = report.measures[0]
    curve = merit.curve.finite()
    if not len(curve):
        return safe(f"{merit.curve.said} never finite")
    at = int(curve.values.argmax() if merit.up else curve.values.argmin())
    last, best = float(curve.values[-1]), float(curve.values[at])
    axis = {"row": "record"}.get(curve.axis, curve.axis)
    told = "" if best == last else f", best {number(best)} at {axis} {number(float(curve.steps[at]))}"
    return safe(f"{curve.said} {number(last)}{told}")


def names(reports: Sequence[Report]) -> list[str]:
    """What each run is called among the others: without what all sources begin and end with."""
    head, tail = common([report.run for report in reports])
    sources = [report.run.source.removeprefix(head).removesuffix(tail) for report in reports]
    return [run_name(replace(one.run, source=source)) for one, source in zip(reports, sources, strict=True)]


def common(runs: Sequence[Run]) -> tuple[str, str]:
    """What all sources begin with (a folder and its separator) and end with (`/stdout.log`); "" where nothing is."""
    sources = [run.source for run in runs]
    folders = {os.path.dirname(source) for source in sources}
    try:
        shared = os.path.commonpath(folders) if all(folders) else ""
    except ValueError:  # absolute and relative paths side by side
        return "", ""
    head = shared if shared.endswith(os.sep) or not shared else shared + os.sep
    names = {os.path.basename(source) for source in sources}
    tail = os.sep + names.pop() if len(names) == 1 and len(folders) > 1 else ""
    return head, tail if all(len(source) > len(head) + len(tail) for source in sources) else ""

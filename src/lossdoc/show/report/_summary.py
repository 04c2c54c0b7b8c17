"""Several runs at a glance: run, verdict, leading finding; worst first."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lossdoc.model.finding import Report
from lossdoc.model.run import Run
from lossdoc.show.blocks import Block, Text
from lossdoc.show.blocks.table import Column, Table
from lossdoc.show.report import VERDICTS
from lossdoc.show.report._page import VERDICT_GLYPH, VERDICT_STYLE
from lossdoc.show.report._words import count, leading, onset, run_name, safe


def summary(reports: Sequence[Report]) -> Iterator[Block]:
    """The table, under one line that counts the verdicts. `reports` are in the order of the rows."""
    counts = Counter(report.verdict for report in reports)
    head, tail = common([report.run for report in reports])
    where = f" in {safe(head)}{'*' if tail else ''}{safe(tail)}" if head else ""
    line = Text(count(len(reports), "run") + where + ": ", "bold")
    for verdict in VERDICTS:
        if counts[verdict]:
            line.append("" if len(line.spans) == 1 else ", ").append(
                f"{counts[verdict]} {verdict}", VERDICT_STYLE[verdict]
            )
    yield line
    yield Text("")
    yield rows_of(reports)
    yield Text("")


def rows_of(reports: Sequence[Report], *, linked: bool = False) -> Table:
    """A row for each run; `linked`: its name leads to its report, the anchor `run0` for the first one."""
    head, tail = common([report.run for report in reports])
    rows = []
    for index, report in enumerate(reports):
        verdict_cell = Text(f"{VERDICT_GLYPH[report.verdict]} {report.verdict}", VERDICT_STYLE[report.verdict])
        name = run_name(replace(report.run, source=report.run.source.removeprefix(head).removesuffix(tail)))
        rows.append([Text(name, target=f"#run{index}" if linked else ""), verdict_cell, _lead(report)])
    columns = [Column("run", share=True), Column("verdict", wrap=False), Column("leading finding", share=True)]
    return Table(columns, rows)


def _lead(report: Report) -> Text:
    lead = leading(report)
    if lead is None:
        remarks = [f.check for f in report.roots]
        return Text(f"remarks: {', '.join(remarks)}" if remarks else "", "dim")
    return Text(lead.check, "code").append(f" {onset(lead)}")


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

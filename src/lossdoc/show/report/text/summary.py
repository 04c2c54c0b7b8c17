"""Several runs at a glance: run, verdict, leading finding; worst first."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich import box
from rich.table import Table
from rich.text import Text

from lossdoc.model.finding import Report
from lossdoc.model.run import Run
from lossdoc.show.report import VERDICTS
from lossdoc.show.report._words import count, leading, onset, run_name, safe
from lossdoc.show.report.text._page import VERDICT_GLYPH, VERDICT_STYLE


def summary(reports: Sequence[Report]) -> Iterator[Table | Text]:
    """The table, under one line that counts the verdicts. `reports` are in the order of the rows."""
    counts = Counter(report.verdict for report in reports)
    head, tail = common([report.run for report in reports])
    where = f" in {safe(head)}{'*' if tail else ''}{safe(tail)}" if head else ""
    line = Text(count(len(reports), "run") + where + ": ", style="bold")
    parts = [
        Text(f"{counts[verdict]} {verdict}", style=VERDICT_STYLE[verdict]) for verdict in VERDICTS if counts[verdict]
    ]
    yield line + Text(", ").join(parts)
    yield Text("")
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=True, header_style="dim", padding=(0, 1))
    grid.add_column("run", overflow="fold", ratio=1)
    grid.add_column("verdict", no_wrap=True)
    grid.add_column("leading finding", ratio=1)
    for report in reports:
        verdict = Text(f"{VERDICT_GLYPH[report.verdict]} {report.verdict}", style=VERDICT_STYLE[report.verdict])
        name = run_name(replace(report.run, source=report.run.source.removeprefix(head).removesuffix(tail)))
        grid.add_row(Text(name), verdict, _lead(report))
    yield grid
    yield Text("")


def _lead(report: Report) -> Text:
    lead = leading(report)
    if lead is None:
        remarks = [f.check for f in report.roots]
        return Text(f"remarks: {', '.join(remarks)}" if remarks else "", style="dim")
    return Text.assemble((lead.check, "bold"), f" {onset(lead)}")


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

"""Several runs at a glance: run, verdict, leading finding; worst first."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from lossdoc.finding import Report
from lossdoc.outputs import VERDICTS
from lossdoc.outputs._words import count, leading, onset, run_name, safe
from lossdoc.outputs.text._page import VERDICT_GLYPH, VERDICT_STYLE
from lossdoc.run import Run


def summary(reports: Sequence[Report]) -> Iterator[Table | Text]:
    """The table, under one line that counts the verdicts. `reports` are in the order of the rows."""
    counts = Counter(report.verdict for report in reports)
    folder = common_folder([report.run for report in reports])
    line = Text(count(len(reports), "run") + (f" in {safe(folder)}" if folder else "") + ": ", style="bold")
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
        grid.add_row(Text(run_name(report.run).removeprefix(safe(folder))), verdict, _lead(report))
    yield grid
    yield Text("")


def _lead(report: Report) -> Text:
    lead = leading(report)
    if lead is None:
        remarks = [f.check for f in report.roots]
        return Text(f"remarks: {', '.join(remarks)}" if remarks else "", style="dim")
    return Text.assemble((lead.check, "bold"), f" {onset(lead)}")


def common_folder(runs: Sequence[Run]) -> str:
    """The folder that all sources share, with its separator; "" when there is none."""
    folders = {os.path.dirname(run.source) for run in runs}
    try:
        shared = os.path.commonpath(folders) if all(folders) else ""
    except ValueError:  # absolute and relative paths side by side
        return ""
    return shared if shared.endswith(os.sep) or not shared else shared + os.sep

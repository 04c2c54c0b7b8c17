"""Gates in the report for people: what was asked and what was measured, failed ones first."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from lossdoc.model.finding import Report
from lossdoc.show.report._words import safe, sentence


def gates(report: Report) -> Iterator[Table | Text]:
    """A line that counts, and a row for each gate; nothing where none was asked for."""
    if not report.gates:
        return
    failed = report.failed_gates
    told = f"{len(failed)} of {len(report.gates)} failed" if failed else "all passed"
    yield Text(f"Gates: {told}", style="bold red" if failed else "bold green")
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold", max_width=40)
    grid.add_column(ratio=1)
    for gate in sorted(report.gates, key=lambda gate: gate.passed):
        sign = Text("  ✓", style="green") if gate.passed else Text("  ✗", style="red")
        grid.add_row(sign, Text(safe(gate.gate)), Text(sentence(gate.why)))
    yield grid
    yield Text("")

"""The table of root findings: severity, check, where, what was measured."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.table import Table
from rich.text import Text

from lossdoc.finding import Finding, Report
from lossdoc.outputs import Options
from lossdoc.outputs._words import curve_name, place, safe, sentence
from lossdoc.outputs.text._page import SEVERITY_GLYPH, SEVERITY_STYLE

NARROW = 100


def table(report: Report, options: Options) -> Iterator[Table | Text]:
    """One row per root finding; below `NARROW` columns the place stands under the name of the check."""
    roots = report.roots
    if not roots:
        return
    narrow = options.width < NARROW
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=True, header_style="dim", padding=(0, 1))
    grid.add_column("#", no_wrap=True)
    grid.add_column("severity", no_wrap=True)
    grid.add_column("check", max_width=options.width * 2 // 5)
    if not narrow:
        grid.add_column("where", max_width=options.width // 4)
    grid.add_column("what was measured", ratio=1)
    for index, finding in enumerate(roots, 1):
        style = SEVERITY_STYLE[finding.severity]
        severity = Text(f"{SEVERITY_GLYPH[finding.severity]} {finding.severity}", style=style)
        name = Text(finding.check, style="bold")
        where = Text("\n".join(_where(finding)), style="dim" if narrow else "")
        cells = [Text.assemble(name, "\n", where) if narrow and where.plain else name]
        if not narrow:
            cells.append(where)
        grid.add_row(Text(str(index)), severity, *cells, Text(sentence(finding.message)))
    yield grid
    yield Text("")


def _where(finding: Finding) -> Iterator[str]:
    if name := curve_name(finding):
        yield name
    line = f"line {finding.line}" if finding.line is not None else ""
    spot = ", ".join(part for part in (place(finding), line) if part)
    if spot:
        yield safe(spot)

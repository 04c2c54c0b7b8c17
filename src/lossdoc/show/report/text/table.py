"""The table of root findings: severity, check, where, what was measured."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.table import Table
from rich.text import Text

from lossdoc.model.finding import Finding, Report
from lossdoc.show.report import Options
from lossdoc.show.report._words import curve_name, place, safe, sentence
from lossdoc.show.report.text._page import SEVERITY_GLYPH, SEVERITY_STYLE

NARROW, NARROWEST = 100, 64


def table(report: Report, options: Options) -> Iterator[Table | Text]:
    """One row per root finding. Below `NARROW` columns its place, below `NARROWEST` its text stand under its name."""
    if not report.roots:
        return
    heads = _heads(options.width)
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=True, header_style="dim", padding=(0, 1))
    grid.add_column("#", no_wrap=True)
    grid.add_column("severity", no_wrap=True)
    for head in heads[:-1]:
        grid.add_column(head, max_width=options.width * 2 // 5, overflow="fold")
    grid.add_column(heads[-1], ratio=1, overflow="fold")
    for index, finding in enumerate(report.roots, 1):
        severity = Text(f"{SEVERITY_GLYPH[finding.severity]} {finding.severity}", SEVERITY_STYLE[finding.severity])
        name, where = Text(finding.check, "bold"), Text("\n".join(_where(finding)), "dim" if len(heads) < 3 else "")
        parts = [name, where, Text(sentence(finding.message))]
        merged = [part for part in parts[: 4 - len(heads)] if part.plain]
        grid.add_row(Text(str(index)), severity, Text("\n").join(merged), *parts[4 - len(heads) :])
    yield grid
    yield Text("")


def _heads(width: int) -> list[str]:
    if width < NARROWEST:
        return ["finding"]
    return ["check", "what was measured"] if width < NARROW else ["check", "where", "what was measured"]


def _where(finding: Finding) -> Iterator[str]:
    if name := curve_name(finding):
        yield name
    line = f"line {finding.line}" if finding.line is not None else ""
    spot = ", ".join(part for part in (place(finding), line) if part)
    if spot:
        yield safe(spot)

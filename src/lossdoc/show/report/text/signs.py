"""The five vital signs, each with one line of evidence."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from lossdoc.model.finding import Report
from lossdoc.show.report._words import safe

_STYLE = {"yes": "green", "no": "bold red", "unknown": "yellow"}


def signs(report: Report) -> Table:
    """`learning  yes  eval loss 2.31 to 1.45`."""
    rows = Table.grid(padding=(0, 2, 0, 0))
    rows.add_column(no_wrap=True)
    rows.add_column(no_wrap=True)
    rows.add_column(ratio=1, overflow="fold")
    for name, sign in report.signs.items():
        rows.add_row(name, Text(sign.answer, style=_STYLE[sign.answer]), Text(safe(sign.evidence)))
    return rows

"""The comparison for people: runs, conclusions, one picture, differences with their noise, settings, notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lossdoc.comparison.result import Comparison, Conclusion, Standing
from lossdoc.model.finding import NotRead
from lossdoc.show.comparison._words import SAID, lead, names, plain
from lossdoc.show.comparison.text.picture import picture
from lossdoc.show.comparison.text.tables import differences, ends, setup
from lossdoc.show.report import Options
from lossdoc.show.report._words import sentence
from lossdoc.show.report.text._page import VERDICT_GLYPH, VERDICT_STYLE, render

if TYPE_CHECKING:
    from rich.console import RenderableType

STYLE: dict[Standing, str] = {
    "worse": "bold red",
    "mixed": "bold yellow",
    "better": "bold green",
    "slightly worse": "bold yellow",
    "slightly better": "bold",
    "no difference": "bold",
    "not comparable": "bold cyan",
}
GLYPH: dict[Standing, str] = {
    "worse": "✗",
    "mixed": "▲",
    "better": "✓",
    "slightly worse": "▲",
    "slightly better": "✓",
    "no difference": "=",
    "not comparable": "?",
}
SHORT = 3  # sentences on a run without --verbose, of those that tell of a difference at least all


def write(comparison: Comparison | None, not_read: Sequence[NotRead], options: Options) -> str:  # noqa: ARG001
    """Nothing where nothing could be compared: standard error has said why."""
    return render(_page(comparison, options), options) if comparison else ""


def _page(found: Comparison, options: Options) -> Iterator[RenderableType]:
    yield from _runs(found)
    for conclusion in found.conclusions:
        yield from _conclusion(conclusion, options)
    if options.plots:
        yield from picture(found, options)
    yield from differences(found, options)
    yield from ends(found)
    yield from setup(found, options)
    for index, note in enumerate(found.notes):
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_row(Text("" if index else "notes", style="dim"), Text(sentence(note)))
        grid.columns[0].width = 5
        yield grid


def _runs(found: Comparison) -> Iterator[Table | Text]:
    yield Text(f"{len(found.reports)} runs by {found.by}, the baseline is run {found.baseline}", style="bold")
    yield Text("")
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    called = names(found)
    for number, report in found.reports.items():
        verdict = Text(f"{VERDICT_GLYPH[report.verdict]} {report.verdict}", style=VERDICT_STYLE[report.verdict])
        grid.add_row(str(number), Text(called[number]), verdict, Text(lead(report), style="dim"))
    yield grid
    yield Text("")


def _conclusion(conclusion: Conclusion, options: Options) -> Iterator[RenderableType]:
    style = STYLE[conclusion.standing]
    yield Text(f"{GLYPH[conclusion.standing]} run {conclusion.run}: {SAID[conclusion.standing]}", style=style)
    sentences = conclusion.sentences
    quiet = [s for s in sentences if ": no difference beyond the noise" in s]
    loud = [s for s in sentences if s not in quiet]
    told = sentences if options.verbose else [*loud, *quiet[: max(0, SHORT - len(loud))]]
    for one in told:
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_row(Text("-"), Text(plain(sentence(one), options)))
        yield Padding(grid, (0, 0, 0, 2))
    yield Text("")

"""A comparison as blocks: runs, conclusions, one picture, differences with their noise, settings, notes."""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.comparison.result import Comparison, Conclusion, Standing
from lossdoc.show.blocks import Block, Bullets, Facts, Heading, Text
from lossdoc.show.blocks.table import Column, Table
from lossdoc.show.comparison._picture import picture
from lossdoc.show.comparison._sentences import in_words
from lossdoc.show.comparison._tables import differences, ends, setup
from lossdoc.show.comparison._words import SAID, lead, names, plain
from lossdoc.show.report import Options
from lossdoc.show.report._page import VERDICT_GLYPH, VERDICT_STYLE
from lossdoc.show.report._words import sentence

STYLE: dict[Standing, str] = {
    "worse": "error",
    "mixed": "warning",
    "better": "good",
    "slightly worse": "warning",
    "slightly better": "bold",
    "no difference": "bold",
    "not comparable": "unsure",
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


def page(found: Comparison, options: Options) -> Iterator[Block]:
    """In the order in which every medium shows them."""
    yield from _runs(found)
    for conclusion in found.conclusions:
        yield from _conclusion(conclusion, found, options)
    if options.plots:
        yield from picture(found, options)
    yield from differences(found, options)
    yield from ends(found)
    yield from setup(found, options)
    if found.notes:
        told = [Text(sentence(in_words(note, found))) for note in found.notes]
        yield Facts([("" if index else "notes", text) for index, text in enumerate(told)], indent=0)


def _runs(found: Comparison) -> Iterator[Block]:
    numbers = ", ".join(map(str, found.baselines))
    told = f"the baselines are runs {numbers}" if len(found.baselines) > 1 else f"the baseline is run {numbers}"
    yield Text(f"{len(found.reports)} runs by {found.by}, {told}", "bold")
    yield Text("")
    called = names(found)
    rows = []
    for number, report in found.reports.items():
        verdict = Text(f"{VERDICT_GLYPH[report.verdict]} {report.verdict}", VERDICT_STYLE[report.verdict])
        rows.append([Text(str(number), "bold"), Text(called[number]), verdict, Text(lead(report), "dim")])
    yield Table(
        [Column("run", wrap=False), Column("source"), Column("verdict", wrap=False), Column("finding")], rows, bare=True
    )
    yield Text("")


def _conclusion(conclusion: Conclusion, found: Comparison, options: Options) -> Iterator[Block]:
    style = STYLE[conclusion.standing]
    yield Heading(Text(f"{GLYPH[conclusion.standing]} run {conclusion.run}: {SAID[conclusion.standing]}", style))
    reasons = conclusion.reasons
    quiet = [reason for reason in reasons if reason.kind == "no difference"]
    loud = [reason for reason in reasons if reason.kind != "no difference"]
    told = reasons if options.verbose else [*loud, *quiet[: max(0, SHORT - len(loud))]]
    yield Bullets([Text(plain(sentence(in_words(one, found)), options)) for one in told])
    yield Text("")

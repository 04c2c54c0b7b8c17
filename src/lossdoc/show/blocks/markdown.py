"""Blocks -> Markdown for a job summary, a comment or a notebook.

These show no picture that is not stored somewhere, so that a course is drawn in block characters, as code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lossdoc.show.blocks import Block, Bullets, Cut, Facts, Folded, Heading, Lists, Rule, Text, Whole
from lossdoc.show.blocks.chart import Chart, Charts
from lossdoc.show.blocks.table import Table
from lossdoc.words.expressions import expression

# Everything that begins markup in Markdown or HTML, a table cell, a mention or a formula.
_MARKUP = expression(r"[&<>|`*\[\]\\~$@#]|(?<=:)//|(?i:(?<=www)\.)")  # the last two: addresses become links unasked
# Signs of a terminal, in words of these styles, as job summaries show them.
_SIGNS = {"✗": "❌", "▲": "⚠️", "•": "ℹ️", "?": "❔", "✓": "✅", "=": "🟰"}
# A name, an option, an assignment: what is longer or holds markup is no code of ours, whoever says so.
_CODE = expression(r"[A-Za-z_][\w.=/, ()#+*-]{1,100}")
_SPEAKING = {"error", "warning", "info", "good", "unsure"}


def render(parts: Iterable[Block]) -> str:
    """One document with a newline at its end."""
    return "\n".join(_lines(parts)).rstrip() + "\n"


def plain(words: str) -> str:
    """Words as plain text of one line: what could be markup becomes a character reference."""
    return _MARKUP.sub(lambda m: "".join(f"&#{ord(char)};" for char in m.group()), words)


def _lines(parts: Iterable[Block]) -> Iterator[str]:
    for part in parts:
        lines = list(_block(part))
        yield from lines
        if lines:
            yield ""


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"{'#' * (1 + block.level)} {_inline(block.title, strong=False)}"
    elif isinstance(block, Text):
        if block.plain.strip():
            yield _inline(block)
    elif isinstance(block, Cut | Whole):
        yield _inline(block.text)
    elif isinstance(block, Bullets):
        yield from (f"- {_inline(item)}" for item in block.items)
    elif isinstance(block, Facts):
        yield from (f"- {f'**{plain(name)}**: ' if name else ''}{_inline(value)}" for name, value in block.rows)
    elif isinstance(block, Lists):
        for number, (name, items) in enumerate(block.rows):
            lead = f"{_inline(block.number)} " if block.number.spans and not number else ""
            yield from ["", f"**{lead}{plain(name)}**", ""][not number :]
            yield from (f"- {_inline(item)}" for item in items)
    elif isinstance(block, Table):
        yield from _table([column.head for column in block.columns], block.rows)
    elif isinstance(block, Folded):
        yield from (f"<details><summary>{plain(block.title)}</summary>", "", *_lines(block.blocks), "</details>")
    elif isinstance(block, Chart | Charts):
        yield from _courses([block] if isinstance(block, Chart) else block.charts)
    elif not isinstance(block, Rule):
        raise TypeError(f"no Markdown for {type(block).__name__}")


def _courses(charts: Sequence[Chart]) -> Iterator[str]:
    """A table of curves, each on one line: what looks like a curve in every font that code is shown in."""
    courses = [course for chart in charts for course in chart.courses()]
    if courses:
        yield from ("| curve | course |", "| --- | --- |")
        yield from (f"| {plain(name)} | `{line}` |" for name, line in courses)


def _table(heads: Sequence[str], rows: Sequence[Sequence[Text]]) -> Iterator[str]:
    yield f"| {' | '.join(map(plain, heads))} |"
    yield "|" + " --- |" * len(heads)
    for row in rows:
        yield f"| {' | '.join(map(_inline, row))} |"


def _inline(text: Text, *, strong: bool = True) -> str:
    made = []
    for part, style in text.spans:
        words = set(style.split())
        part = part.replace("\n", ", ")
        if words & _SPEAKING and part[:1] in _SIGNS:
            part = _SIGNS[part[0]] + part[1:]
            made.append(part)
        elif words & {"code", "cyan"} and _CODE.fullmatch(part):
            made.append(f"`{part}`")
        elif strong and "bold" in words and part.strip():
            made.append(f"**{plain(part)}**")
        else:
            made.append(plain(part))
    return "".join(made).strip()

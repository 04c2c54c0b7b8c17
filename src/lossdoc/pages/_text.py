"""Prose of documents (a small part of Markdown) -> rich text. Control characters of a user's document are dropped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

_INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|(?<![\w*])\*([^*\s][^*]*)\*(?!\w)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ITEM = re.compile(r"^\s*(?:[-*]|\d+[.)])\s+")

CODE = "cyan"
HEAD = "bold"
FAINT = "dim"


def clean(text: object) -> str:
    """Text without characters that a terminal would obey."""
    return _CONTROL.sub("", str(text))


def inline(text: object, style: str = "") -> Text:
    """One paragraph with `code`, **strong** and *stressed* words."""
    source = clean(text)
    made = Text(style=style)
    at = 0
    for found in _INLINE.finditer(source):
        made.append(source[at : found.start()])
        code, strong, stressed = found.groups()
        made.append(code or strong or stressed, CODE if code else "bold" if strong else "italic")
        at = found.end()
    made.append(source[at:])
    return made


def heading(text: str) -> Text:
    """The title of a section, with an empty line before it."""
    return Text("\n") + Text(clean(text), style=HEAD)


def bullets(items: Iterable[object], style: str = "") -> Iterator[Table]:
    """A list whose long items hang behind their mark."""
    listed = list(items)
    if listed:
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=2, justify="right")
        grid.add_column()
        for item in listed:
            grid.add_row(Text("•"), inline(item, style))
        yield grid


def facts(rows: Sequence[tuple[str, Text]]) -> Iterator[Table]:
    """Names on the left, what they are on the right."""
    if rows:
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style=FAINT, no_wrap=True)
        grid.add_column()
        for name, value in rows:
            grid.add_row(Text(f"  {name}"), value)
        yield grid


def verbatim(text: str) -> Padding:
    """A formula or a piece of a log, as it stands."""
    return Padding(Text(clean(text).strip("\n"), style=CODE), (0, 0, 0, 2))


def prose(text: str) -> Iterator[Text | Table | Padding]:
    """Paragraphs, lists, headings and fenced blocks."""
    block: list[str] = []
    fenced: list[str] | None = None
    for line in [*text.split("\n"), ""]:
        if line.startswith("```"):
            yield from _block(block)
            block = []
            if fenced is None:
                fenced = []
            else:
                yield verbatim("\n".join(fenced))
                fenced = None
        elif fenced is not None:
            fenced.append(line)
        elif line.startswith("#"):
            yield from _block(block)
            block = []
            yield heading(line.lstrip("# "))
        elif not line.strip():
            yield from _block(block)
            block = []
        else:
            block.append(line)


def _block(lines: list[str]) -> Iterator[Text | Table | Padding]:
    if not lines:
        return
    if lines[0].lstrip().startswith("|"):
        yield Padding(Text(clean("\n".join(lines)), no_wrap=True, overflow="ellipsis"), (0, 0, 0, 2))
        return
    text: list[str] = []
    items: list[str] = []
    for line in lines:
        start = _ITEM.match(line)
        if start:
            items.append(line[start.end() :])
        elif items:
            items[-1] += " " + line.strip()
        else:
            text.append(line.strip())
    if text:
        yield inline(" ".join(text))
    yield from bullets(items)
    if not items:
        yield Text("")

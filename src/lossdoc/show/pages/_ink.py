"""Styled text, wrapped and set in columns, without rich: importing rich costs as much as all the rest of a page.

Everything that stands on a page is a Block: it turns into lines for a width. A line is a list of spans (text, style);
a style is words out of `_CODES`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

Span = tuple[str, str]
Line = list[Span]

_CODES = {
    "bold": "1", "dim": "2", "italic": "3",
    "red": "31", "green": "32", "yellow": "33", "blue": "34", "magenta": "35", "cyan": "36",
}  # fmt: skip
_WORD = re.compile(r"\S+\s*|\s+")


class Block(Protocol):
    """A part of a page."""

    def lines(self, width: int) -> list[Line]: ...


def cells(text: str) -> int:
    """Columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def length(line: Line) -> int:
    return sum(cells(text) for text, _ in line)


class Text:
    """A paragraph of spans; a newline in it is a line's end."""

    __slots__ = ("spans",)

    def __init__(self, text: str = "", style: str = "") -> None:
        self.spans: list[Span] = [(text, style)] if text else []

    def append(self, more: str | Text, style: str = "") -> Text:
        if isinstance(more, Text):
            self.spans += more.spans
        elif more:
            self.spans.append((more, style))
        return self

    def bold(self) -> Text:
        """The same with every span bold as well."""
        made = Text()
        made.spans = [(text, f"bold {style}".strip()) for text, style in self.spans]
        return made

    @property
    def plain(self) -> str:
        return "".join(text for text, _ in self.spans)

    def lines(self, width: int) -> list[Line]:
        plain = self.plain
        made: list[Line] = []
        offset = 0
        for paragraph in plain.split("\n"):
            made += [self._slice(offset + a, offset + b) for a, b in _breaks(paragraph, max(1, width))]
            offset += len(paragraph) + 1
        return made

    def _slice(self, start: int, end: int) -> Line:
        line: Line = []
        at = 0
        for text, style in self.spans:
            if at >= end:
                break
            part = text[max(0, start - at) : max(0, end - at)]
            if part:
                line.append((part, style))
            at += len(text)
        return line


def _breaks(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Where the lines of a paragraph begin and end; a word wider than a line is cut."""
    if cells(text) <= width:
        yield 0, len(text)
        return
    start = end = 0  # of the line that is being filled
    for found in _WORD.finditer(text):
        word = found.start(), found.start() + len(found.group().rstrip())
        if end > start and cells(text[start : word[1]]) > width:
            yield start, end
            start = word[0]
        while cells(text[start : word[1]]) > width:
            yield start, start + width
            start += width
        end = max(word[1], start)
    if start < len(text):
        yield start, end


class Heading(Text):
    """The title of a section: bold, with an empty line before it."""

    __slots__ = ()

    def __init__(self, text: str) -> None:
        super().__init__()
        self.append("\n").append(text, "bold")


class Title(Text):
    """The first line of a page: the id, what it is called, what kind of thing it is."""

    __slots__ = ("kind", "name", "word")

    def __init__(self, word: str, name: str, kind: str) -> None:
        super().__init__(word, "bold cyan")
        self.word, self.name, self.kind = word, name, kind
        if name and name != word:
            self.append(f"  {name}")
        self.append(f"  ({kind})", "dim")


class Commands:
    """Words to ask `explain` for next."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = list(words)

    def lines(self, width: int) -> list[Line]:
        return [line for word in self.words for line in Text(f"  lossdoc explain {word}", "cyan").lines(width)]


class Bullets:
    """A list whose long items hang behind their mark."""

    def __init__(self, items: Iterable[Text]) -> None:
        self.items = list(items)

    def lines(self, width: int) -> list[Line]:
        return [
            [(" • " if number == 0 else "   ", ""), *line]
            for item in self.items
            for number, line in enumerate(item.lines(width - 3))
        ]


class Facts:
    """Names on the left, what they are on the right; one below the other where names are long."""

    def __init__(self, rows: Sequence[tuple[str, Text]], style: str = "dim") -> None:
        self.rows, self._style = rows, style

    def lines(self, width: int) -> list[Line]:
        margin = 2 + max((cells(name) for name, _ in self.rows), default=0) + 2
        made: list[Line] = []
        for name, value in self.rows:
            if margin > width // 2:
                made.append([(f"  {name}", self._style)])
                made += [[("      ", ""), *line] for line in value.lines(width - 6)]
                continue
            for number, line in enumerate(value.lines(width - margin)):
                head = f"  {name if number == 0 else ''}"
                made.append([(head + " " * (margin - cells(head)), self._style), *line])
        return made


class Verbatim:
    """A formula or a piece of a log: no word is moved; what does not fit continues further in."""

    def __init__(self, text: str, style: str = "cyan") -> None:
        self.text, self._style = text, style

    def lines(self, width: int) -> list[Line]:
        made: list[Line] = []
        for row in self.text.split("\n"):
            for number, (start, end) in enumerate(_breaks(row, max(1, width - 6))):
                made.append([("  " if number == 0 else "      ", ""), (row[start:end], self._style)])
        return made


class Columns:
    """Stacks of blocks side by side, each of one width."""

    def __init__(self, stacks: Sequence[Sequence[Block]], widths: Sequence[int], gap: int = 2) -> None:
        self._stacks, self._widths, self._gap = stacks, widths, gap

    def lines(self, width: int) -> list[Line]:  # noqa: ARG002 - the widths were chosen by whoever made this
        sides = [
            [line for block in stack for line in block.lines(room)]
            for stack, room in zip(self._stacks, self._widths, strict=True)
        ]
        made: list[Line] = []
        for row in range(max(map(len, sides), default=0)):
            line: Line = []
            for side, room in zip(sides, self._widths, strict=True):
                part = side[row] if row < len(side) else []
                line += [*part, (" " * (room - length(part) + self._gap), "")]
            made.append(line)
        return made


class Grid:
    """A table whose cells wrap; the columns share the width by the weights, a weight below 0 is a fixed width."""

    def __init__(self, heads: Sequence[str], rows: Sequence[Sequence[Text]], weights: Sequence[int]) -> None:
        self.heads, self.rows, self._weights = heads, rows, weights

    def lines(self, width: int) -> list[Line]:
        fixed = sum(-w for w in self._weights if w < 0)
        room = width - fixed - 2 * (len(self.heads) - 1)
        total = sum(w for w in self._weights if w > 0)
        widths = [-w if w < 0 else room * w // total for w in self._weights]
        table = [[Text(head, "bold") for head in self.heads], *self.rows]
        return [line for row in table for line in Columns([[cell] for cell in row], widths).lines(width)]


class Cut:
    """One line that is cut where the width ends."""

    def __init__(self, text: Text) -> None:
        self.text = text

    def lines(self, width: int) -> list[Line]:
        line: Line = []
        left = width
        for text, style in self.text.spans:
            if cells(text) > left:
                return [[*line, (text[: max(0, left - 1)] + "…", style)]]
            line.append((text, style))
            left -= cells(text)
        return [line]

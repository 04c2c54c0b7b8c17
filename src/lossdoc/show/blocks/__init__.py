"""The model of a page: what stands on it, whether a terminal, Markdown or HTML shows it.

A page is a sequence of blocks. Every block knows its lines for a width, which is what `terminal.render` prints;
`markdown.render` and `html.render` go by its type. Text is spans (text, style); a style is words out of `STYLES`.
All text in a block is shown as it is, so that it has to be harmless before it gets here (`safe`, `clean`).

No rich here: importing it costs as much as all the rest of a page of `explain`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from lossdoc.words.expressions import expression

Span = tuple[str, str]
Line = list[Span]

# Words of a style -> the terminal's code: basic colours only, which follow the reader's own theme, light or dark.
STYLES = {
    "bold": "1", "dim": "2", "italic": "3",
    "red": "31", "green": "32", "yellow": "33", "blue": "34", "magenta": "35", "cyan": "36",
    # What it means: the other renderers have their own signs and colours for these.
    "code": "1", "error": "1;31", "warning": "1;33", "info": "34", "good": "1;32", "unsure": "1;36",
}  # fmt: skip
_WORD = expression(r"\S+\s*|\s+")


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
    """A paragraph of spans; a newline in it is a line's end.

    On a page with links `anchor` is its place and `target` the place that it leads to.
    """

    __slots__ = ("anchor", "spans", "target")

    def __init__(self, text: str = "", style: str = "", *, anchor: str = "", target: str = "") -> None:
        self.spans: list[Span] = [(text, style)] if text else []
        self.anchor, self.target = anchor, target

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
    """The title of a section: bold, with an empty line before it; `level` 1 is the page's own."""

    __slots__ = ("level", "title")

    def __init__(self, text: str | Text, level: int = 2, anchor: str = "") -> None:
        super().__init__(anchor=anchor)
        self.title = Text(text, "bold") if isinstance(text, str) else text
        self.level = level
        self.append("\n").append(self.title)


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
            for number, line in enumerate(item.lines(max(1, width - 3)))
        ]


class Facts:
    """Names on the left, what they are on the right; one below the other where names are long."""

    def __init__(self, rows: Sequence[tuple[str, Text]], indent: int = 2) -> None:
        self.rows, self._indent = rows, " " * indent

    def lines(self, width: int) -> list[Line]:
        margin = len(self._indent) + max((cells(name) for name, _ in self.rows), default=0) + 2
        made: list[Line] = []
        for name, value in self.rows:
            if margin > width // 2:
                made.append([(f"{self._indent}{name}", "dim")])
                made += [[(f"{self._indent}    ", ""), *line] for line in value.lines(width - len(self._indent) - 4)]
                continue
            for number, line in enumerate(value.lines(width - margin)):
                head = f"{self._indent}{name if number == 0 else ''}"
                made.append([(head + " " * (margin - cells(head)), "dim"), *line])
        return made


class Lists:
    """Lists with their headings on the left, under a number where there are several: what to do about finding 1."""

    def __init__(self, rows: Sequence[tuple[str, Sequence[Text]]], number: Text | None = None) -> None:
        self.rows, self.number = rows, number or Text()

    def lines(self, width: int) -> list[Line]:
        lead = length(self.number.spans) + 1 if self.number.spans else 0
        margin = lead + max((cells(name) for name, _ in self.rows), default=0) + 1
        made: list[Line] = []
        for name, items in self.rows:
            for line in Bullets(items).lines(width - margin):
                start = [*self.number.spans, (" ", "")] if not made and lead else [(" " * lead, "")]
                gap = " " * (margin - lead - cells(name))
                made.append([*start, (name + gap, "dim"), *line])
                name = ""
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


class Whole:
    """One line however long it is."""

    def __init__(self, text: Text) -> None:
        self.text = text

    def lines(self, width: int) -> list[Line]:  # noqa: ARG002
        return [self.text.spans]


class Rule:
    """A line across the page."""

    def lines(self, width: int) -> list[Line]:
        return [[("─" * width, "dim")]]


class Folded:
    """Blocks that a page opens on demand; a terminal shows them under their title."""

    def __init__(self, title: str, blocks: Sequence[Block]) -> None:
        self.title, self.blocks = title, blocks

    def lines(self, width: int) -> list[Line]:
        return [*Text(self.title, "bold").lines(width), *(line for block in self.blocks for line in block.lines(width))]

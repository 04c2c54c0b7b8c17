"""Prose of documents (a small part of Markdown) -> blocks. Control characters of a user's document are dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lossdoc.show.blocks import Block, Bullets, Cut, Facts, Heading, Text, Verbatim
from lossdoc.words.expressions import expression

_INLINE = expression(r"`([^`]+)`|\*\*([^*]+)\*\*|(?<![\w*])\*([^*\s][^*]*)\*(?!\w)")
_CONTROL = expression("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ITEM = expression(r"^\s*(?:[-*]|\d+[.)])\s+")

CODE = "cyan"
HEAD = "bold"
FAINT = "dim"


def clean(text: object) -> str:
    """Text without characters that a terminal would obey."""
    return _CONTROL.sub("", str(text))


def inline(text: object, style: str = "") -> Text:
    """One paragraph with `code`, **strong** and *stressed* words."""
    source = clean(text)
    made = Text()
    at = 0
    for found in _INLINE.finditer(source):
        made.append(source[at : found.start()], style)
        code, strong, stressed = found.groups()
        made.append(code or strong or stressed, CODE if code else "bold" if strong else "italic")
        at = found.end()
    return made.append(source[at:], style)


def heading(text: str) -> Heading:
    """The title of a section, with an empty line before it."""
    return Heading(clean(text))


def ids(words: Iterable[object]) -> Text:
    """Ids with commas between."""
    made = Text()
    for number, word in enumerate(words):
        made.append(", " if number else "").append(clean(word), CODE)
    return made


def bullets(items: Iterable[object], style: str = "") -> Iterator[Block]:
    """A list; nothing where there are no items."""
    listed = [inline(item, style) for item in items]
    if listed:
        yield Bullets(listed)


def facts(rows: Sequence[tuple[str, Text]]) -> Iterator[Block]:
    """A table of names and what they are; nothing where there are none."""
    if rows:
        yield Facts(rows)


def verbatim(text: str) -> Block:
    """A formula or a piece of a log, as it stands."""
    return Verbatim(clean(text).strip("\n"))


def prose(text: str) -> Iterator[Block]:
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


def _block(lines: list[str]) -> Iterator[Block]:
    if not lines:
        return
    if lines[0].lstrip().startswith("|"):
        yield from (Cut(Text(f"  {clean(line)}")) for line in lines)
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

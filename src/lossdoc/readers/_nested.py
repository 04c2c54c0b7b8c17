"""Text inside another format (a cell of a notebook, messages in a JSON log), read by the reader that fits it best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lossdoc.readers import detect
from lossdoc.record import Columns, Item, Record
from lossdoc.source import Source


def shifted(item: Item, lines: Sequence[int], run: str | None = None) -> Item:
    """The same item with the line numbers of the outer file: `lines[n]` is the outer line of inner line n + 1."""
    if isinstance(item, Columns):
        item.run = run
        return item
    line = lines[item.line - 1] if item.line is not None and item.line <= len(lines) else None
    if isinstance(item, Record):
        item.line, item.run = line, item.run or run
        return item
    return replace(item, line=line)


def read_text(text: str, lines: Sequence[int], run: str | None = None) -> Iterator[Item]:
    """Items of the best reader for a text, nothing when none fits."""
    if not text.strip():
        return
    source = Source.from_text(text)
    found = detect(source)
    if found and found[0][0] >= 0.3:
        for item in found[0][1].read(source):
            yield shifted(item, lines, run)

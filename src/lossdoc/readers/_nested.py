"""Text inside another format (a cell of a notebook, messages in a JSON log), read by the reader that fits it best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from lossdoc.input.source import Source
from lossdoc.model.record import Columns, Item, Record
from lossdoc.readers import Reader, detect


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


def best_reader(source: Source) -> Reader | None:
    """The reader that fits a text best, None when none fits."""
    found = detect(source) if source.text.strip() else []
    return found[0][1] if found and found[0][0] >= 0.3 else None


def read_text(text: str, lines: Sequence[int], run: str | None = None) -> Iterator[Item]:
    """Items of the best reader for a text, nothing when none fits."""
    source = Source.from_text(text)
    reader = best_reader(source)
    if reader is not None:
        for item in reader.read(source):
            yield shifted(item, lines, run)

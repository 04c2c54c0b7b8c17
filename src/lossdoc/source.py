"""A source of bytes with a name: a file, standard input, or text in a test. The first arrow: bytes -> clean."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from lossdoc.clean import Line, clean


class Source:
    """The content of one input. Readers look at `head`, `text`, `lines` or `data`; never at the name alone."""

    def __init__(self, name: str, data: bytes, path: Path | None = None) -> None:
        self.name = name
        self.data = data
        self.path = path  # None for standard input and for text

    @classmethod
    def from_text(cls, text: str, name: str = "text") -> Source:
        return cls(name, text.encode())

    @classmethod
    def from_path(cls, path: Path) -> Source:
        return cls(str(path), path.read_bytes(), path)

    @cached_property
    def text(self) -> str:
        return self.data.decode("utf-8", "replace")

    @cached_property
    def lines(self) -> list[Line]:
        """Cleaned lines with the line numbers of the source."""
        return list(self.iter_lines())

    def iter_lines(self) -> Iterator[Line]:
        return clean(self.text)

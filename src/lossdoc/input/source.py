"""A source of bytes with a name: a file, standard input, or text in a test. The first arrow: bytes -> clean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lossdoc.input import limits
from lossdoc.input.decode import decode, decompress, is_binary
from lossdoc.input.files import beginning, read_path
from lossdoc.input.shape import Kinds
from lossdoc.model.record import Event, Unread

if TYPE_CHECKING:
    from lossdoc.input.clean import Line  # compiles expressions that a binary source has no use for
    from lossdoc.input.looks import Look
    from lossdoc.model.note import Note

_KEPT = 4000  # lines whose cleaned parts are kept: readers look at so many before one is chosen
_WHOLE = 8 << 20  # characters that are searched as they are


class Source:
    """The content of one input. Readers look at `head`, `text`, `lines` or `data`; never at the name alone.

    `raw` is the content as stored; `data` the same decompressed (gz, bz2, xz, zst, told by content). Of a long file of
    rows that stand for themselves neither is there until it is asked for: `pieces` reads it line by line.
    """

    def __init__(
        self, name: str, data: bytes | None, path: Path | None = None, begin: bytes = b"", size: int = 0
    ) -> None:
        self.name = name
        if data is not None:
            self.raw = data
        self.path = path  # None for standard input and for text
        self._begin, self._size = begin, size  # of a file that is not read as a whole, when it was opened
        self.files: Sequence[str] = ()  # where one log stands in several files, oldest first
        self.note: Note | None = None  # how these were put together
        self._longest = int(limits.LINE)
        self._cleaned: dict[int, tuple[str, list[Line]]] = {}  # by the number of the line: as it stands, its parts
        self._long: set[int] = set()  # numbers of the lines that were cut
        self.beside: list[Event | Unread] = []  # what of the source as a whole was left out, and why

    @classmethod
    def from_text(cls, text: str, name: str = "text") -> Source:
        return cls(name, text.encode("utf-8", "surrogatepass"))

    @classmethod
    def from_path(cls, path: Path) -> Source:
        """OSError where it cannot be opened, `files.Refused` where it is no file or pipe."""
        size = path.stat().st_size
        if begin := beginning(path):
            return cls(str(path), None, path, begin, size)
        data, left_out = read_path(path)
        return cls(str(path), data, path).told(left_out)

    def told(self, left_out: str) -> Source:
        """The same source, of which something was left out ("": nothing was)."""
        said = Unread(None, left_out)
        self.beside += [said] if left_out and said not in self.beside else []
        return self

    @cached_property
    def raw(self) -> bytes:
        assert self.path is not None  # else it was given
        try:
            data, left_out = read_path(self.path)
        except OSError as error:
            self.told(_gone(error))
            return b""
        self.told(left_out or self._shorter(self._size - len(data)))
        return data[: self._size]  # as it was opened: it may have grown since

    @cached_property
    def data(self) -> bytes:
        """The decompressed content: as far as it goes when the archive is cut."""
        unpacked = decompress(self.raw)
        if unpacked.left_out:
            self.beside += [Unread(None, unpacked.left_out), Event("cut", None, unpacked.left_out)]
        return unpacked.data

    @cached_property
    def is_binary(self) -> bool:
        """No text in any encoding we read: event files, databases, images."""
        return is_binary(self._begin or self.data)

    @cached_property
    def text(self) -> str:
        """The whole text, ranks labelled alike and rows on one line each; "" for a binary source."""
        if self.is_binary:
            return ""
        from lossdoc.input.launchers import without_labels
        from lossdoc.input.wrapped import joined, with_line_ends

        return joined(without_labels(with_line_ends(decode(self.data))))

    @cached_property
    def head(self) -> str:
        """The first 64 Ki characters: enough for most sniffing."""
        return (decode(self._begin) if self._begin else self.text)[: 1 << 16]

    @cached_property
    def kinds(self) -> Kinds:
        """The kinds of lines of the text."""
        return Kinds(self.text)

    @cached_property
    def excerpt(self) -> str:
        """The text, or of a long one its two ends and slices of the middle: to look for words that repeat."""
        size = len(self.text)
        if size <= _WHOLE:
            return self.text
        end, slices, width = _WHOLE // 4, 128, _WHOLE // 256
        starts = range(end, size - end, (size - 2 * end) // slices)
        return "\n".join((self.text[:end], *(self.text[at : at + width] for at in starts), self.text[-end:]))

    @cached_property
    def lines(self) -> list[Line]:
        """Cleaned lines with the line numbers of the source. Long sources are better iterated."""
        return list(self.iter_lines())

    def iter_lines(self) -> Iterator[Line]:
        for number, raw in self.iter_raw():
            yield from self.parts(number, raw)

    def parts(self, number: int, raw: str) -> Iterator[Line]:
        """The cleaned parts of one physical line. Of a very long one the beginning, and the rest is said to be left.

        Those of the first lines are kept: whoever asks for them again, to claim the source or to read it, pays nothing.
        """
        known = self._cleaned.get(number)
        if known is None or known[0] != raw:
            known = raw, list(self._clean(number, raw))
            if number <= _KEPT:
                self._cleaned[number] = known
        return iter(known[1])

    def _clean(self, number: int, raw: str) -> Iterator[Line]:
        from lossdoc.input.clean import clean_line

        for line in clean_line(number, raw):
            if len(line.text) > self._longest:
                if number not in self._long:
                    self._long.add(number)
                    why = f"a line of {len(line.text):,} characters: its first {self._longest:,} are read"
                    self.beside.append(Unread(number, why))
                line = line._replace(text=line.text[: self._longest])
            yield line

    def iter_raw(self) -> Iterator[tuple[int, str]]:
        """Line number and content as written, control characters included."""
        from lossdoc.input.clean import physical_lines

        if not self._begin:
            return physical_lines(self.text)
        return ((number, decode(line).removesuffix("\n")) for number, line in self._read_lines())

    def pieces(self) -> Iterator[tuple[int, str | bytes]]:
        """The same, of a long file as bytes that are read as they are asked for, line ends included."""
        return self._read_lines() if self._begin else self.iter_raw()

    def _read_lines(self) -> Iterator[tuple[int, bytes]]:
        """Up to where the file ended when it was opened, whatever becomes of it meanwhile."""
        assert self.path is not None
        try:
            file = open(self.path, "rb", buffering=1 << 18)  # noqa: SIM115
        except OSError as error:
            self.told(_gone(error))
            return
        left = self._size
        with file:
            for number, line in enumerate(file, 1):
                left -= len(line)
                if left <= 0:
                    yield number, line[: left or None]
                    return
                yield number, line
        self.told(self._shorter(left))

    def _shorter(self, missing: int) -> str:
        return f"the file became shorter while it was read: {missing:,} of {self._size:,} bytes" if missing > 0 else ""

    @cached_property
    def looks_like(self) -> Look:
        """What this is when it is no training log."""
        from lossdoc.input.looks import looks_like  # compiles expressions that most logs never need

        return looks_like(self)


def _gone(error: OSError) -> str:
    return f"the file cannot be opened any more, since it was found: {error.strerror or error}"

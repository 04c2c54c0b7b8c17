"""JSON objects of one layout -> a block of columns: what bulk logs consist of, at a fraction of the cost of records.

The first row of each layout is read as a record; its keys make a decoder that takes nothing else but numbers under
these keys. A row that it refuses is read like the first one.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import astuple

from lossdoc.model.record import Block, Raw
from lossdoc.words.expressions import expression

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_LAYOUTS = 64
_MOST_KEYS = 500
_ESCAPED = expression(r"[\x00-\x1f\x7f\"\\\\\ud800-\udfff]")
# Stand for NaN and Infinity in rows that hold these words. Plain floats: digits near the end of the range of doubles
# take msgspec 500 times as long.
_NAN, _INFINITY = b"7.1734e37", b"7.1735e37"
_SPECIAL = {float(_NAN): float("nan"), float(_INFINITY): float("inf"), -float(_INFINITY): -float("inf")}


_CHUNK = 1 << 13  # rows that are packed before they become columns


@lru_cache(256)
def _decoder(keys: tuple[str, ...]) -> Callable[[str | bytes], Any]:
    """Reads an object of these keys and numbers, and nothing else. The logs of a sweep share it."""
    names = [f"f{number}" for number in range(len(keys))]
    row = msgspec.defstruct(
        "Row",
        [(name, float) for name in names],
        rename=dict(zip(names, keys, strict=True)),
        forbid_unknown_fields=True,
        gc=False,
    )
    return msgspec.json.Decoder(row).decode


class _Layout:
    """The rows of one set of keys."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.keys = keys
        self.decode = _decoder(keys)
        self.pack = struct.Struct(f"{len(keys)}d").pack
        self.rows = bytearray()
        self._columns: list[list[NDArray[np.float64]]] = [[] for _ in keys]
        self._lines: list[range] = []

    def take(self, pieces: Iterable[tuple[int, str | bytes]]) -> tuple[int, str | bytes] | None:
        """Keeps rows up to the first line that is none of this layout, which is given back. Lines follow each other."""
        decode, pack, full = self.decode, self.pack, _CHUNK * 8 * len(self.keys)
        rows = self.rows
        first = number = None
        refused = None
        for number, piece in pieces:
            if first is None:
                first = number
            try:
                rows += pack(*astuple(decode(piece)))
            except (msgspec.MsgspecError, UnicodeError):
                row = _specials(self, piece)
                if row is None:
                    refused = number, piece
                    break
                rows += pack(*row)
            if len(rows) >= full:
                self._lines.append(range(first, number + 1))
                first = None
                self._close()
                rows = self.rows
        if first is not None and number is not None:
            self._lines.append(range(first, number if refused else number + 1))
        return refused

    def keep(self, number: int, values: Mapping[str, Any]) -> bool:
        """Takes a row that was read in the other way."""
        try:
            self.rows += self.pack(*(values[key] for key in self.keys))
        except (OverflowError, struct.error):  # an integer beyond all floats
            return False
        self._lines.append(range(number, number + 1))
        return True

    def _close(self) -> None:
        """Make columns of the rows packed so far: many small ones, so that the whole never stands there twice."""
        import numpy as np

        table = np.frombuffer(self.rows, dtype=np.float64).reshape(-1, len(self.keys))
        for parts, column in zip(self._columns, table.T, strict=True):
            parts.append(np.array(column))
        self.rows = bytearray()

    def block(self) -> Block | None:
        import numpy as np

        self._close()
        columns = []
        for parts in self._columns:
            columns.append(np.concatenate(parts))
            parts.clear()
        lines = np.concatenate(
            [np.arange(part.start, part.stop) for part in self._lines] or [np.zeros(0, dtype=np.int64)]
        )
        return Block(self.keys, columns, lines) if len(lines) else None


class Packer:
    """Takes rows of layouts that it has learnt; `plain` says of the keys of a row that they mean nothing more."""

    def __init__(self, plain: Callable[[Mapping[str, Raw]], bool]) -> None:
        self._plain = plain
        self._layouts: dict[frozenset[str], _Layout] = {}
        self._current: _Layout | None = None
        self._stopped = False

    def left(self, pieces: Iterable[tuple[int, str | bytes]]) -> Iterator[tuple[int, str | bytes]]:
        """The lines that are not of the layout of the last row; those that are it keeps."""
        lines = iter(pieces)
        while True:
            line = next(lines, None) if self._current is None else self._current.take(lines)
            if line is None:
                return
            yield line

    def learn(self, line: int, values: Mapping[str, Raw]) -> bool:
        """Whether a row that was read in the other way is of a known layout, and is kept; else its layout is learnt."""
        keys = frozenset(values)
        layout = self._layouts.get(keys)
        if self._stopped or not all(type(value) is float or type(value) is int for value in values.values()):
            return False
        if layout is None:
            if len(self._layouts) < _MOST_LAYOUTS and self._can_be_named(keys) and self._plain(values):
                self._current = self._layouts[keys] = _Layout(tuple(values))
            return False
        if not layout.keep(line, values):
            return False
        self._current = layout
        return True

    @staticmethod
    def _can_be_named(keys: Collection[str]) -> bool:
        """A decoder looks for keys as they stand in the text: none that JSON has to escape."""
        return len(keys) <= _MOST_KEYS and not any(_ESCAPED.search(key) for key in keys)

    def stop(self) -> None:
        """From here on every line is left."""
        self._current, self._stopped = None, True

    def blocks(self) -> Iterator[Block]:
        """What was kept, in the order in which the layouts appeared."""
        for layout in self._layouts.values():
            if (block := layout.block()) is not None:
                yield block


def _specials(layout: _Layout, piece: str | bytes) -> list[float] | None:
    """A row with NaN or Infinity, which JSON does not know and Python writes."""
    text = piece if isinstance(piece, bytes) else piece.encode("utf-8", "surrogatepass")
    if b"NaN" not in text and b"Infinity" not in text:
        return None
    try:
        row = layout.decode(text.replace(b"NaN", _NAN).replace(b"Infinity", _INFINITY))
    except (msgspec.MsgspecError, UnicodeError):
        return None
    values = astuple(row)
    if sum(value in _SPECIAL for value in values) != text.count(b"NaN") + text.count(b"Infinity"):
        return None  # a number that is one of the stand-ins
    return [_SPECIAL.get(value, value) for value in values]

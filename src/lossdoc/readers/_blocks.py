"""JSON objects of one layout -> a block of columns: what bulk logs consist of, at a fraction of the cost of records.

The first row of each layout is read as a record; its keys make a decoder that takes nothing else but numbers under
these keys. A row that it refuses is read like the first one.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from lossdoc.model.record import Block, Raw

_MOST_LAYOUTS = 64
_MOST_KEYS = 500
# Stand for NaN and Infinity in rows that hold these words. Plain floats: digits near the end of the range of doubles
# take msgspec 500 times as long.
_NAN, _INFINITY = "7.1734e37", "7.1735e37"
_SPECIAL = {float(_NAN): float("nan"), float(_INFINITY): float("inf"), -float(_INFINITY): -float("inf")}


class _Layout:
    """The rows of one set of keys."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        names = [f"f{number}" for number in range(len(keys))]
        row = msgspec.defstruct(
            "Row",
            [(name, float) for name in names],
            rename=dict(zip(names, keys, strict=True)),
            forbid_unknown_fields=True,
            gc=False,
        )
        self.keys = keys
        self.decode: Callable[[str], Any] = msgspec.json.Decoder(row).decode
        self.pack = struct.Struct(f"{len(keys)}d").pack
        self.lines = array("q")
        self.rows = bytearray()

    def block(self) -> Block:
        import numpy as np

        table = np.frombuffer(self.rows, dtype=np.float64).reshape(-1, len(self.keys))
        columns = [np.ascontiguousarray(column) for column in table.T]
        return Block(self.keys, columns, np.array(self.lines, dtype=np.int64))


class Packer:
    """Takes rows of layouts that it has learnt; `plain` says of the keys of a row that they mean nothing more."""

    def __init__(self, plain: Callable[[Mapping[str, Raw]], bool]) -> None:
        self._plain = plain
        self._layouts: dict[frozenset[str], _Layout] = {}
        self._current: _Layout | None = None

    def take(self, line: int, text: str) -> bool:
        """Whether the row was of the layout of the last one, and is kept."""
        layout = self._current
        if layout is None:
            return False
        row: Sequence[float] | None
        try:
            row = msgspec.structs.astuple(layout.decode(text))
        except (msgspec.MsgspecError, UnicodeError):
            row = _specials(layout, text)
            if row is None:
                return False
        layout.rows += layout.pack(*row)
        layout.lines.append(line)
        return True

    def learn(self, line: int, values: Mapping[str, Raw]) -> bool:
        """Whether a row that was read in the other way is of a known layout, and is kept; else its layout is learnt."""
        keys = frozenset(values)
        layout = self._layouts.get(keys)
        if not all(type(value) is float or type(value) is int for value in values.values()):
            return False
        if layout is None:
            if len(self._layouts) < _MOST_LAYOUTS and len(keys) <= _MOST_KEYS and self._plain(values):
                self._current = self._layouts[keys] = _Layout(tuple(values))
            return False
        try:
            layout.rows += layout.pack(*(values[key] for key in layout.keys))
        except (OverflowError, struct.error):  # an integer beyond all floats
            return False
        layout.lines.append(line)
        self._current = layout
        return True

    def blocks(self) -> Iterator[Block]:
        """What was kept, in the order in which the layouts appeared."""
        for layout in self._layouts.values():
            if layout.lines:
                yield layout.block()


def _specials(layout: _Layout, text: str) -> list[float] | None:
    """A row with NaN or Infinity, which JSON does not know and Python writes."""
    if "NaN" not in text and "Infinity" not in text:
        return None
    try:
        row = layout.decode(text.replace("NaN", _NAN).replace("Infinity", _INFINITY))
    except (msgspec.MsgspecError, UnicodeError):
        return None
    values = msgspec.structs.astuple(row)
    if sum(value in _SPECIAL for value in values) != text.count("NaN") + text.count("Infinity"):
        return None  # a number that is one of the stand-ins
    return [_SPECIAL.get(value, value) for value in values]

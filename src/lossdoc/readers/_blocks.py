"""JSON objects of one layout -> a block of columns: what bulk logs consist of, at a fraction of the cost of records.

The first row of each layout is read as a record; its keys make a decoder that takes nothing else but numbers under
these keys. A row that it refuses is read like the first one.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice, starmap
from operator import itemgetter
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
_AHEAD = 128  # lines that are read together where the last one was a row of a known layout
_WRITTEN = itemgetter(1)


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

    def take(self, pieces: Sequence[tuple[int, str | bytes]], first: int) -> int:
        """Keeps the rows from `first` up to a line that is none of this layout: how many. Lines follow each other."""
        packed: list[bytes] = []
        rows = starmap(self.pack, map(astuple, map(self.decode, map(_WRITTEN, islice(pieces, first, None)))))
        while True:
            try:
                packed.extend(rows)  # without a step of the interpreter a row; what came before an error is kept
                break
            except (msgspec.MsgspecError, UnicodeError):
                row = _specials(self, pieces[first + len(packed)][1])
                if row is None:
                    break
                packed.append(self.pack(*row))
        if packed:
            self.rows += b"".join(packed)
            self._stand(pieces[first][0], len(packed))
            if len(self.rows) >= _CHUNK * 8 * len(self.keys):
                self._close()
        return len(packed)

    def _stand(self, line: int, count: int) -> None:
        """So many rows more, from this line on."""
        last = self._lines[-1] if self._lines else range(0)
        if last.stop == line:
            self._lines[-1] = range(last.start, line + count)
        else:
            self._lines.append(range(line, line + count))

    def keep(self, number: int, values: Mapping[str, Any]) -> bool:
        """Takes a row that was read in the other way."""
        try:
            self.rows += self.pack(*(values[key] for key in self.keys))
        except (OverflowError, struct.error):  # an integer beyond all floats
            return False
        self._stand(number, 1)
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
        self._recent: list[_Layout] = []  # of the last rows, the last one first
        self._stopped = False

    def left(self, pieces: Iterable[tuple[int, str | bytes]]) -> Iterator[tuple[int, str | bytes]]:
        """The lines that are not of the layouts of the last rows; those that are it keeps."""
        source = iter(pieces)
        while ahead := list(islice(source, _AHEAD if self._recent else 1)):
            at = self._kept(ahead, 0)
            while at < len(ahead):
                yield ahead[at]
                at = self._kept(ahead, at + 1)

    def _kept(self, pieces: Sequence[tuple[int, str | bytes]], at: int) -> int:
        """Where the first line stands, from `at` on, that is of neither of the last two layouts: logs alternate."""
        refused = 0
        while at < len(pieces) and refused < len(self._recent):
            count = self._recent[0].take(pieces, at)
            at += count
            refused = 1 if count else refused + 1
            if at < len(pieces):
                self._recent.reverse()
        return at

    def learn(self, line: int, values: Mapping[str, Raw]) -> bool:
        """Whether a row that was read in the other way is of a known layout, and is kept; else its layout is learnt."""
        keys = frozenset(values)
        layout = self._layouts.get(keys)
        if self._stopped or not all(type(value) is float or type(value) is int for value in values.values()):
            return False
        if layout is None:
            if len(self._layouts) < _MOST_LAYOUTS and self._can_be_named(keys) and self._plain(values):
                self._layouts[keys] = _Layout(tuple(values))
                self._follow(self._layouts[keys])
            return False
        if not layout.keep(line, values):
            return False
        self._follow(layout)
        return True

    def _follow(self, layout: _Layout) -> None:
        self._recent = [layout, *(one for one in self._recent if one is not layout)][:2]

    @staticmethod
    def _can_be_named(keys: Collection[str]) -> bool:
        """A decoder looks for keys as they stand in the text: none that JSON has to escape."""
        return len(keys) <= _MOST_KEYS and not any(_ESCAPED.search(key) for key in keys)

    def stop(self) -> None:
        """From here on every line is left."""
        self._recent, self._stopped = [], True

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

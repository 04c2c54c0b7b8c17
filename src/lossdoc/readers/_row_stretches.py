"""Rows of home-made loops that follow each other and differ in their numbers alone: taken as columns.

Used by `_row_lines`, which finds them, and by `key_value`, which knows what stands around them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from lossdoc.model.record import Block, Raw, Record
from lossdoc.readers._alike import Stretch, Template
from lossdoc.readers._generalise import Read, generalised
from lossdoc.readers._pairs import Cut

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ALIKE = 4  # rows behind each other before more of them are looked for
_ROWS = 64  # of one set of names before it is worth to find a pattern
_TRIES = 6  # patterns of one set of names
_SHORTEST = 3  # rows that are worth a stretch


class Rows(NamedTuple):
    """Rows `first` to `first + size` of a stretch; the names in the order of a row."""

    stretch: Stretch
    first: int
    size: int
    names: tuple[str, ...]

    def column(self, name: str) -> NDArray[np.float64]:
        columns = self.stretch.columns()[self.stretch.template.names.index(name)]
        return columns[self.first : self.first + self.size]


class Taken(NamedTuple):
    """Rows that were taken, the first of them, the last one, which was not, and where and at which line that begins."""

    rows: Rows
    before: Mapping[str, Raw]
    last: Mapping[str, Raw]
    start: int
    number: int


class RowStretches:
    """Stretches by the names of their rows."""

    def __init__(self) -> None:
        self._alike: tuple[object, ...] = ()
        self._behind = 0  # rows of this kind behind each other
        self._stretches: dict[tuple[object, ...], list[Stretch]] = {}
        self._tried: Counter[tuple[object, ...]] = Counter()

    def worth(self, kind: tuple[object, ...], seen: int) -> bool:
        """Enough rows of a kind stand behind each other. The kind of another line is ()."""
        self._behind = self._behind + 1 if kind and kind == self._alike else 1
        self._alike = kind
        return self._behind >= _ALIKE and seen >= _ROWS

    def take(
        self, kind: tuple[object, ...], cut: Cut, read: Read, text: str, line: tuple[int, int], number: int
    ) -> Taken | None:
        """The rows behind a line (from where to where it stands), which is line `number`; None for too few."""
        start = line[1] + 1
        for stretch in self._stretches.get(kind, ()):
            if taken := _taken(stretch, cut, text, start, number + 1):
                return taken
        if self._tried[kind] >= _TRIES:
            return None
        self._tried[kind] += 1
        values = sorted(cut.values, key=lambda value: value[1])
        pattern = generalised(text[line[0] : line[1]], [(a, b) for _, a, b in values], cut.literals, read)
        if pattern is None:
            return None
        stretch = Stretch(Template(pattern, tuple(name for name, _, _ in values)))
        self._stretches.setdefault(kind, []).insert(0, stretch)
        return _taken(stretch, cut, text, start, number + 1)


def _taken(stretch: Stretch, cut: Cut, text: str, start: int, number: int) -> Taken | None:
    names = tuple(name for name, _, _ in cut.values)
    first = len(stretch.lines)
    before: Mapping[str, Raw] | None = None
    held: list[Sequence[str]] = []
    for rows, end in stretch.pieces(text, start):
        if before is None:
            if len(rows) < _SHORTEST:
                return None
            before = _row(stretch, names, rows[0])
        _keep(stretch, held, number)
        number, held, start = number + len(held), rows, end
    if before is None:
        return None
    _keep(stretch, held[:-1], number)
    begin = text.rfind("\n", 0, start - 1) + 1
    taken = Rows(stretch, first, len(stretch.lines) - first, names)
    return Taken(taken, before, _row(stretch, names, held[-1]), begin, number + len(held) - 1)


def _keep(stretch: Stretch, rows: Sequence[Sequence[str]], number: int) -> None:
    if rows:
        stretch.keep(range(number, number + len(rows)), rows)


def _row(stretch: Stretch, names: Sequence[str], texts: Sequence[str]) -> Mapping[str, Raw]:
    said = dict(zip(stretch.template.names, texts, strict=True))
    return {name: said[name] for name in names}


class Many(Struct, frozen=True):
    """Rows as `key_value` reads them: what stands beside the numbers is that of `like`."""

    rows: Rows
    like: Record
    unsure: bool  # whether all of them are like it


def blocks_of(found: Iterable[Many]) -> Iterator[Block]:
    """Blocks of all rows of a stretch that stand in one split."""
    import numpy as np

    def kind(many: Many) -> tuple[object, ...]:
        like = many.like
        return (id(many.rows.stretch), many.rows.names, like.split, like.step is None, like.epoch is None)

    kinds: dict[tuple[object, ...], list[Many]] = {}
    for many in found:
        kinds.setdefault(kind(many), []).append(many)
    for alike in kinds.values():
        (stretch, _, _, names), like = alike[0].rows, alike[0].like
        at = np.concatenate([np.arange(many.rows.first, many.rows.first + many.rows.size) for many in alike])
        counts = [many.rows.size for many in alike]
        places = ([many.like.step for many in alike], [many.like.epoch for many in alike])
        steps, epochs = (
            None if None in said else np.repeat(np.array(said, dtype=np.float64), counts) for said in places
        )
        columns = dict(zip(stretch.template.names, stretch.columns(), strict=True))
        texts = dict(zip(stretch.template.names, stretch.printed, strict=True))
        printed = {name: [texts[name][n] for n in at[at < len(texts[name])].tolist()] for name in names}
        lines = np.array(stretch.lines, dtype=np.int64)[at]
        yield Block(names, [columns[name][at] for name in names], lines, printed, like.split, None, steps, epochs)

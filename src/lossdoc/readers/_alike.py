"""Lines that differ in their numbers alone -> a block of columns, at a fraction of the cost of records.

A reader learns a template from a line that it read in full; which numbers may stand in it is the reader's business.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from lossdoc.input.numbers import COUNTED_DIGITS, to_float
from lossdoc.model.record import Block

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_FLOATS = msgspec.json.Decoder(list[float])
# Characters whose lines are taken at once. The first are taken line by line: most stretches are short.
_FIRST_PIECE, _PIECE = 1 << 12, 1 << 18


class Template(NamedTuple):
    """Lines of one kind. `pattern` matches one from "^" to its end, the line break included.

    Its groups are numbers: `hints`, then those under `names`.
    """

    pattern: re.Pattern[str]
    names: tuple[str, ...]
    hints: tuple[str, ...] = ()
    bare: frozenset[str] = frozenset()  # names whose numbers the source holds, and not how they were written
    split: str | None = None
    axis: str | None = None


class Stretch:
    """The lines of one template, in order."""

    def __init__(self, template: Template) -> None:
        self.template = template
        self.lines = array("q")
        self._parts: list[list[Floats]] = []  # columns of hints and names
        self.printed: list[list[str]] = [[] for _ in template.names]  # the first texts of each

    def take(self, text: str, start: int, number: int) -> int:
        """Takes the lines of the template from `start`, which is line `number`, on: where the first other begins."""
        for rows, end in self.pieces(text, start):
            self.keep(range(number, number + len(rows)), rows)
            number += len(rows)
            start = end
        return start

    def pieces(self, text: str, start: int) -> Iterator[tuple[list[Sequence[str]], int]]:
        """The numbers of the lines from `start` on, up to the first of no such template, and where each piece ends."""
        pattern = self.template.pattern
        size = _FIRST_PIECE
        while start < len(text):
            stop = text.find("\n", start + size) + 1 or len(text)
            rows = pattern.findall(text, start, stop) if size > _FIRST_PIECE else []
            if pattern.groups == 1:
                rows = [(row,) for row in rows]
            if len(rows) == text.count("\n", start, stop) + (text[stop - 1] != "\n"):
                start = stop
            else:  # another line stands between them
                rows = []
                while found := pattern.match(text, start, stop):
                    rows.append(found.groups())
                    start = found.end()
            if rows:
                yield rows, start
            if start < stop:
                return
            size = min(4 * size, _PIECE)

    def keep(self, lines: Sequence[int], rows: Sequence[Sequence[str]]) -> None:
        """Takes the numbers of some lines."""
        columns = list(zip(*rows, strict=True))
        for printed, texts in zip(self.printed, columns[len(self.template.hints) :], strict=True):
            if len(printed) < COUNTED_DIGITS:
                printed += texts[: COUNTED_DIGITS - len(printed)]
        self._parts.append(list(map(_numbers, columns)))
        self.lines.extend(lines)

    def columns(self) -> list[Floats]:
        """The numbers of all lines taken so far: hints, then names."""
        import numpy as np

        if len(self._parts) > 1:
            self._parts = [[np.concatenate(parts) for parts in zip(*self._parts, strict=True)]]
        return self._parts[0]

    def block(self) -> Block | None:
        """All lines taken; None where there was none."""
        import numpy as np

        if not self.lines:
            return None
        names, hints, bare, split, axis = self.template[1:]
        columns = self.columns()
        told = dict(zip(hints, columns, strict=False))
        columns = columns[len(hints) :]
        printed = {
            name: None if name in bare and np.isfinite(column).any() else texts
            for name, column, texts in zip(names, columns, self.printed, strict=True)
        }
        lines = np.array(self.lines, dtype=np.int64)
        return Block(names, columns, lines, printed, split, axis, told.get("step"), told.get("epoch"))


class Stretches:
    """The lines of several templates: the one of the last line is tried first."""

    def __init__(self) -> None:
        self.all: list[Stretch] = []  # in the order in which they were learnt
        self._latest: list[Stretch] = []

    def learn(self, template: Template) -> None:
        self.all.append(Stretch(template))
        self._latest.insert(0, self.all[-1])

    def take(self, text: str, start: int, number: int) -> int:
        """Takes lines of one template from `start` on; `start` where the line there is of none."""
        for at, stretch in enumerate(self._latest):
            end = stretch.take(text, start, number)
            if end > start:
                if at:
                    self._latest.insert(0, self._latest.pop(at))
                return end
        return start

    def blocks(self) -> Iterator[Block]:
        for stretch in self.all:
            if (block := stretch.block()) is not None:
                yield block


def _numbers(texts: Sequence[str]) -> Floats:
    import numpy as np

    if texts[0] == texts[-1] and len(set(texts)) == 1:
        return np.full(len(texts), to_float(texts[0]), dtype=np.float64)
    try:
        numbers = _FLOATS.decode(f"[{','.join(texts)}]")  # in a third of the time
    except msgspec.MsgspecError:  # what JSON has no number for: .5, +1, nan
        numbers = []
    if len(numbers) == len(texts):  # else commas stand in them
        return np.array(numbers, dtype=np.float64)
    try:
        return np.fromiter(map(float, texts), dtype=np.float64, count=len(texts))
    except ValueError:  # a unit, a fraction
        return np.array(list(map(to_float, texts)), dtype=np.float64)

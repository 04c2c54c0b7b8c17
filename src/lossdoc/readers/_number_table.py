"""Rows of a long table that hold nothing but numbers and blanks -> blocks of columns. Used by `csv_table`."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lossdoc.model.record import Block

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_PATTERNS = 32  # of blank cells in one stretch of rows
_MOST_COLUMNS = 60  # a pattern is a number of 64 bits


class NumberTable:
    """The rows of one table. `first` is the line number of the first of `lines`."""

    def __init__(self, lines: Sequence[str], names: Sequence[str], delimiter: str, first: int, digits: int) -> None:
        self._lines, self._names, self._delimiter, self._first = lines, names, delimiter, first
        self._digits = digits  # values of a column whose digits are counted
        self._printed = dict.fromkeys(names, 0)

    def count_printed(self, key: str, values: int) -> None:
        """So many values of a key were handed over as they were written."""
        self._printed[key] += values

    def blocks(self, start: int, stop: int) -> list[Block] | None:
        """The rows `start` to `stop`, by the cells that they leave blank; None where a cell is no number."""
        import numpy as np

        columns = self._numbers(self._lines[start:stop])
        if columns is None:
            return None
        keys = [name for name in self._names if name]
        blank = np.zeros(stop - start, dtype=np.int64)
        for number, key in enumerate(keys):
            blank |= np.isnan(columns[key]).astype(np.int64) << number
        patterns = sorted(set(blank.tolist()))
        if len(patterns) > _MOST_PATTERNS:
            return None
        return [block for pattern in patterns for block in self._block(columns, blank == pattern, start)]

    def _numbers(self, lines: Sequence[str]) -> dict[str, NDArray[np.float64]] | None:
        """The columns, NaN where a cell is blank."""
        whole = self._without_blanks(lines)
        if whole is not None:
            return {name: whole[:, index] for index, name in enumerate(self._names) if name}
        return self._with_blanks(lines)

    def _without_blanks(self, lines: Sequence[str]) -> NDArray[np.float64] | None:
        """All cells, shape (rows, names); None where one is blank, NaN or no number. NumPy reads such rows as well as
        pandas, whose import alone takes longer than a hundred thousand of them."""
        import numpy as np

        if not lines[0] or len(self._names) > _MOST_COLUMNS:  # an empty line has blanks; of nothing else NumPy warns
            return None
        try:
            table = np.loadtxt(lines, delimiter=self._delimiter, comments=None, ndmin=2)
        except ValueError:
            return None
        # Empty lines were passed over. A NaN is a text that is judged where blanks are.
        return None if table.shape != (len(lines), len(self._names)) or np.isnan(table).any() else table

    def _with_blanks(self, lines: Sequence[str]) -> dict[str, NDArray[np.float64]] | None:
        import pandas as pd

        width = len(self._names)
        if width > _MOST_COLUMNS or max(line.count(self._delimiter) for line in lines) >= width:
            return None
        with warnings.catch_warnings():
            # From 3.1 on pandas reads the digits that Python would read in any case, and says so.
            warnings.simplefilter("ignore")
            frame = pd.read_csv(
                io.StringIO("\n".join(lines)),
                sep=self._delimiter,
                header=None,
                names=range(width),
                index_col=False,
                keep_default_na=False,
                na_values=[""],
                skipinitialspace=self._delimiter != "\t",
                skip_blank_lines=False,
                engine="c",
                quoting=3,
                float_precision="round_trip",
                low_memory=False,
            )
        if len(frame) != len(lines) or any(frame[index].dtype.kind not in "if" for index in range(width)):
            return None
        return {name: frame[index].to_numpy(dtype=float) for index, name in enumerate(self._names) if name}

    def _block(self, columns: dict[str, NDArray[np.float64]], rows: NDArray[np.bool_], start: int) -> Iterator[Block]:
        """Rows that leave the same cells blank; none where they leave all of them."""
        import numpy as np

        at = np.flatnonzero(rows)
        kept = {key: column[at] for key, column in columns.items() if not np.isnan(column[at[0]])}
        if kept:
            printed = {key: self._as_printed(key, start + at) for key in kept}
            yield Block(tuple(kept), list(kept.values()), at + (self._first + start), printed)

    def _as_printed(self, key: str, rows: NDArray[np.int64]) -> list[str]:
        missing = self._digits - self._printed[key]
        if missing <= 0:
            return []
        self._printed[key] += len(rows)
        place = self._names.index(key)
        return [self._lines[row].split(self._delimiter)[place].strip() for row in rows[:missing].tolist()]

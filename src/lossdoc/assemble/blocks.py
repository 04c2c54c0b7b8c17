"""Where the rows of blocks stand among the records of their source, and when they may stay blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lossdoc.model.record import Block, Record

_FEW = 0.2  # of the rows: the groups of equal rows are then mostly single rows


def stand_alone(records: Sequence[Record], blocks: Sequence[Block]) -> bool:
    """No row was written by a named process, and few repeat the row before them: what several ranks write is told
    apart row by row, see `ranks.py`. Where most rows come once, that finds nothing to leave out.
    """
    rows = len(records) + sum(len(block.lines) for block in blocks)
    repeated = sum(_repeats(block) for block in blocks)
    return all(record.stream is None for record in records) and repeated <= _FEW * rows


def _repeats(block: Block) -> int:
    """How many rows have the numbers of the row before them, NaN counting as equal to NaN."""
    import numpy as np

    same = np.ones(len(block.lines) - 1, dtype=bool)
    for column in block.columns:
        before, after = column[:-1], column[1:]
        same &= (before == after) | (np.isnan(before) & np.isnan(after))
        if not same.any():
            return 0
    return int(same.sum())


def one_by_one(records: Sequence[Record], blocks: Sequence[Block]) -> list[Record]:
    """All rows as records, in the order of their lines."""
    rows = [*records, *(row for block in blocks for row in block.records())]
    return sorted(rows, key=lambda row: row.line or 0)


def rows_of(records: Sequence[Record], blocks: Sequence[Block]) -> list[NDArray[np.int64]]:
    """The numbers of the rows: of the records, then of each block. All rows are counted by their lines."""
    import numpy as np

    if not blocks:
        return [np.arange(len(records))]
    lines = [np.array([record.line or 0 for record in records], dtype=np.int64), *(block.lines for block in blocks)]
    order = np.argsort(np.concatenate(lines), kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return np.split(place, np.cumsum([len(part) for part in lines])[:-1])

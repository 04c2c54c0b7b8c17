"""Where the rows of blocks stand among the records of their source, and when they may stay blocks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lossdoc.assemble.ranks import of_one_rank
from lossdoc.input.numbers import to_float

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lossdoc.model.record import Block, Record

_FEW = 0.2  # of the rows: the groups of equal rows are then mostly single rows


def of_one_writer(records: Sequence[Record], blocks: Sequence[Block]) -> tuple[list[Record], list[Block], int]:
    """Records and blocks without the rows that other ranks wrote too, and how many these are."""
    import numpy as np

    if blocks and _stand_alone(records, blocks):
        return list(records), list(blocks), 0
    if not blocks:
        kept = of_one_rank(records)
        return kept, [], len(records) - len(kept)
    # What was printed in a record is a number in a block.
    rows = [_in_numbers(record) for record in records] + [row for block in blocks for row in block.records()]
    left = set(map(id, of_one_rank(sorted(rows, key=lambda row: row.line or 0))))
    keep = [id(row) in left for row in rows]
    own, *others = np.split(np.array(keep), np.cumsum([len(records), *(len(block.lines) for block in blocks)])[:-1])
    fewer = [block.where(mask) for block, mask in zip(blocks, others, strict=True) if mask.any()]
    return list(compress(records, own)), fewer, len(rows) - len(left)


def _in_numbers(record: Record) -> Record:
    values = {key: raw if (number := to_float(raw)) is None else number for key, raw in record.values.items()}
    return replace(record, values=values)


def _stand_alone(records: Sequence[Record], blocks: Sequence[Block]) -> bool:
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

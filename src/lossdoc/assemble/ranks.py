"""Rows that several ranks of one run wrote: one rank's are kept. Before anything is counted or placed.

A script that prints on every rank writes each row once per rank, with the same numbers or with those of the rank's own
batches. Where a launcher named the rank, one rank is followed; where nobody did, rows that all come the same number of
times in a row are read once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Sequence

from lossdoc.input.numbers import whole
from lossdoc.model.record import Record
from lossdoc.words.expressions import expression

# What launchers call a rank. Workers of Ray and containers have other names: they may be runs of their own.
_RANK = expression(r"(?:rank[ :]?|default|gpu)?\d+|\d+,(?:\d+|mpirank\S*)|[\w.-]+:\d+/\d+", re.IGNORECASE)
_FEWEST_GROUPS = 3
_UNIFORM = 0.9  # the share of the groups of equal rows that must have the same size


def of_one_rank(records: Sequence[Record]) -> list[Record]:
    """The rows without those that other ranks wrote too."""
    streams = [record.stream if record.stream and _RANK.fullmatch(record.stream) else None for record in records]
    return _followed(records, streams) if len(set(streams) - {None}) > 1 else _read_once(records)


def _followed(records: Sequence[Record], streams: Sequence[str | None]) -> list[Record]:
    """Rows of each layout as the rank with the most rows wrote them; ranks that ran one after another are kept."""
    spans: dict[str, list[int]] = {}
    written: dict[Hashable, Counter[str]] = {}
    for row, (record, stream) in enumerate(zip(records, streams, strict=True)):
        if stream is not None:
            spans.setdefault(stream, []).append(row)
            written.setdefault(_layout(record), Counter())[stream] += 1
    order = sorted(spans, key=lambda stream: (-len(spans[stream]), _natural(stream)))
    leading = {layout: min(counts, key=order.index) for layout, counts in written.items()}
    return [
        record
        for record, stream in zip(records, streams, strict=True)
        if stream is None
        or (leader := leading[_layout(record)]) == stream
        or not _together(spans[leader], spans[stream])
    ]


def _layout(record: Record) -> Hashable:
    return (record.split, tuple(record.labels.items()), frozenset(record.values))


def _natural(stream: str) -> list[tuple[int, str]]:
    """rank2 before rank10."""
    return [(whole(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", stream)]


def _together(one: Sequence[int], other: Sequence[int]) -> bool:
    """Two ranks wrote at the same time: most rows of the shorter span lie within the other's, give or take one."""
    first, last = max(one[0], other[0]), min(one[-1], other[-1])
    return last - first + 2 > 0.5 * min(one[-1] - one[0], other[-1] - other[0])


def _read_once(records: Sequence[Record]) -> list[Record]:
    """Without repetitions where every row comes the same number of times, one behind the other.

    A loss that stands still makes equal rows too, but one long group of them.
    """
    groups: list[list[Record]] = []
    for record in records:
        if groups and _equal(groups[-1][0], record):
            groups[-1].append(record)
        else:
            groups.append([record])
    sizes = Counter(len(group) for group in groups)
    size, times = sizes.most_common(1)[0] if sizes else (1, 0)
    if size == 1 or len(groups) < _FEWEST_GROUPS or times < _UNIFORM * len(groups):
        return list(records)
    return [group[0] for group in groups]


def _equal(one: Record, other: Record) -> bool:
    """The same row at the same place, written alike: a NaN is equal to a NaN."""
    if one.step != other.step or len(one.values) != len(other.values):
        return False
    for (key, value), (same, again) in zip(one.values.items(), other.values.items(), strict=True):
        if key != same or (value is not again and repr(value) != repr(again)):
            return False
    return (one.epoch, one.split, one.run, one.labels) == (other.epoch, other.split, other.run, other.labels)

"""What keeps the splits of a log apart where the grammar does not know its words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from lossdoc.input.numbers import to_float
from lossdoc.model.record import Event, Record
from lossdoc.readers._words import is_axis, is_strong
from lossdoc.readers.home_made.names import own_split

if TYPE_CHECKING:
    from lossdoc.readers._row_lines import Entry

_FEWEST_PLACES = 6  # that are told twice (ours)
_UNMARKED = (
    "each place stands twice with different values and no word says whose they are: the rows are kept apart as "
    "1 of 2 and 2 of 2, none is taken for the evaluation of the other"
)
_MOST_MARKS = 6  # words in the place of a mark: more of them are names of something else


def unknown_marks(entries: Iterable[Entry]) -> set[tuple[str, ...]]:
    """The sets of names whose lines stand at the same place again and differ in a word that may be a mark.

    What such a word means is not known, so rows with it and rows without are no one curve.
    """
    from lossdoc.readers._row_lines import signature_of

    marks: dict[tuple[str, ...], Counter[tuple[str, ...]]] = {}
    places: dict[tuple[str, ...], dict[str, set[tuple[str, ...]]]] = {}
    for entry in entries:
        if entry.row is None or not entry.composed or entry.line.split is not None:
            continue
        signature = signature_of(tuple(entry.row))
        place = " ".join(str(value) for name, value in entry.row.items() if is_axis(name))
        marks.setdefault(signature, Counter())[entry.tags] += 1
        places.setdefault(signature, {}).setdefault(place, set()).add(entry.tags)
    return {
        signature
        for signature, found in marks.items()
        if 1 < len(found) <= _MOST_MARKS
        and min(found.values()) > 1
        and sum(len(tags) > 1 for tags in places[signature].values()) > 1
    }


def told_apart(records: Sequence[Record]) -> Event | None:
    """Gives rows that stand twice at each place a label of their own, where they are plainly two curves.

    No mark says which is which, but the second is always above the first, or always below, and the next
    place goes back.
    """
    groups: dict[tuple[str, ...], list[Record]] = {}
    for record in records:
        if record.split is None and not record.labels and record.stream is None:
            groups.setdefault(tuple(record.values), []).append(record)
    told: Event | None = None
    for names, rows in groups.items():
        places = [[*group] for _, group in groupby(rows, _place)]
        if len(places) < _FEWEST_PLACES or any(len(group) != 2 for group in places[:-1]) or _place(rows[0]) is None:
            continue
        if any(own_split(name) for name in names) or not any(
            _alternates(rows, name) for name in names if is_strong(name)
        ):
            continue
        for group in places:
            for number, record in enumerate(group, 1):
                record.labels = {"row": f"{number} of 2"}
        told = told or Event("note", rows[0].line, _UNMARKED)
    return told


def _place(record: Record) -> tuple[object, ...] | None:
    own = tuple(value for name, value in record.values.items() if is_axis(name))
    place = (record.step, record.epoch, *own)
    return place if any(part is not None for part in place) else None


def _alternates(rows: Sequence[Record], name: str) -> bool:
    """The second value of each place lies on one side of the first, and of the first of the next place."""
    values = [number if (number := to_float(row.values[name])) is not None else math.nan for row in rows]
    steps = [after - before for before, after in pairwise(values)]
    return any(
        all(sign * step > 0 for step in steps[::2]) and all(sign * step < 0 for step in steps[1::2]) for sign in (1, -1)
    )

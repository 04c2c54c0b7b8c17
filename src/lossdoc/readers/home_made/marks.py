"""What keeps the splits of a log apart where the grammar does not know its words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from lossdoc.input.numbers import to_float
from lossdoc.model.note import Note
from lossdoc.model.record import UNTOLD, Columns, Event, Item, Record, Unread
from lossdoc.readers.home_made.names import own_split
from lossdoc.words.training import is_axis, is_strong

if TYPE_CHECKING:
    from lossdoc.model.record import Raw
    from lossdoc.readers._row_lines import Entry
    from lossdoc.readers._row_stretches import Many

Curve = tuple[str, str | None, str | None]  # name, split and rank of rows before keys are resolved
_FEWEST_PLACES = 4  # that are told twice (ours)
_FEWEST_UNPLACED = 8  # pairs of rows without a place (ours)
_MOST_TIMES = 0.85  # of the steps from row to row (ours)
_MOST_MARKS = 6  # words in the place of a mark: more of them are names of something else


def unknown_marks(entries: Iterable[Entry]) -> set[tuple[str, ...]]:
    """The sets of names whose lines stand at the same place again and differ in a word that may be a mark.

    What such a word means is not known, so rows with it and rows without are no one curve.
    """
    from lossdoc.readers._row_lines import signature_of

    marks: dict[tuple[str, ...], Counter[tuple[str, ...]]] = {}
    places: dict[tuple[str, ...], dict[str, set[tuple[str, ...]]]] = {}
    for entry in entries:
        if entry.row is None or entry.line.split is not None:
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


def tagged_differently(entries: Iterable[Entry]) -> set[tuple[str, ...]]:
    """The sets of names whose lines differ in such a word: only where they stand tells whether it is a mark."""
    from lossdoc.readers._row_lines import signature_of

    tags: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for entry in entries:
        if entry.row is not None and entry.line.split is None:
            tags.setdefault(signature_of(tuple(entry.row)), set()).add(entry.tags)
    return {signature for signature, found in tags.items() if len(found) > 1}


def names_of_runs(entries: Iterable[Entry]) -> bool:
    """The words before the rows name runs, one after the other: "LSTM Epoch 1: loss 0.5", later "GRU Epoch 1: ...".

    Every row has such words, those of one run stand together, and with the next ones the counter begins again.
    """
    runs: list[tuple[tuple[str, ...], list[float]]] = []
    for entry in entries:
        if entry.row is None:
            continue
        place = _counter(entry.row)
        if not entry.tags or place is None:
            return False
        if not runs or runs[-1][0] != entry.tags:
            runs.append((entry.tags, []))
        runs[-1][1].append(place)
    again = all(after[0] <= before[0] for (_, before), (_, after) in pairwise(runs))
    alone = len({tags for tags, _ in runs}) == len(runs) > 1
    return alone and again and max(len(places) for _, places in runs) > 1


def _counter(row: Mapping[str, Raw]) -> float | None:
    """The number of the first counter of a row."""
    said = next((value for name, value in row.items() if is_axis(name)), None)
    return to_float(str(said).partition("/")[0])


def without_writer(entries: list[Entry]) -> list[Entry]:
    """The entries without a split that all rows name, where titles among them name another one.

    It is the name of who wrote them: "trainer-0 [val]".
    """
    from lossdoc.readers.home_made.standing import title

    said = {entry.line.split for entry in entries if entry.row is not None}
    titles = {title(entry.line.text) for entry in entries if entry.row is None}
    if len(said) != 1 or None in said or not titles - said - {None}:
        return entries
    return [entry._replace(line=entry.line._replace(split=None)) for entry in entries]


def counts_up(entries: Iterable[Entry]) -> bool:
    """ "3: loss 0.5" looks like a rank; where these numbers go up from row to row they are where the rows stand."""
    rows = [entry for entry in entries if entry.row is not None]
    ranks = [entry.line.stream or "" for entry in rows]
    if not all(map(str.isdecimal, ranks)) or any(is_axis(name) for entry in rows for name in entry.row or ()):
        return False
    places = list(map(int, ranks))
    return len(set(places)) >= _FEWEST_PLACES and places == sorted(places)


def told_apart(records: Sequence[Record], but: Collection[Curve] = ()) -> Event | None:
    """Gives rows that stand twice at each place a label of their own, where they are plainly two curves.

    No mark says which is which (none, or the same in all), but the second is nearly always above the first, or nearly
    always below, and the next place goes back. Of the curves `but` this is known not to be so.
    """
    rows: dict[Curve, list[Record]] = {}
    for record in records:
        if not record.labels:
            for curve in _curves(record):
                rows.setdefault(curve, []).append(record)
    told: Event | None = None
    for curve, found in rows.items():
        name = curve[0]
        if found[0].labels or own_split(name) is not None or curve in but:
            continue
        places = [[*group] for _, group in groupby(found, _place)]
        if _place(found[0]) is None:  # rows that say no place at all
            places = [[one, two] for one, two in zip(found[::2], found[1::2], strict=False)]
            twice = len(places) >= _FEWEST_UNPLACED and len(found) % 2 == 0 and _alternates(found, name) == 1
        else:
            twice = len(places) >= _FEWEST_PLACES and all(len(group) == 2 for group in places[:-1])
            twice = twice and _alternates(found, name) >= _MOST_TIMES
        if not twice:
            continue
        for group in places:
            for number, record in enumerate(group, 1):
                record.labels = {UNTOLD: f"{number} of 2"}
        told = told or Event("note", found[0].line, data={"note": Note("rows unmarked")})
    return told


def stand_once(found: Iterable[Item | Many]) -> set[Curve] | None:
    """The curves of rows that were taken at once, where none of them can stand twice at each place; None for "perhaps".

    The rows before them show it, and without a place those that follow each other.
    """
    before: dict[Curve, list[Record]] = {}
    once: set[Curve] = set()
    for item in found:
        if isinstance(item, Record):
            for curve in () if item.labels else _curves(item):
                before.setdefault(curve, []).append(item)
        elif not isinstance(item, Columns | Event | Unread):
            for curve in _curves(item.like):
                if curve not in once and _perhaps_twice(before.get(curve, []), item, curve[0]):
                    return None
                once.add(curve)
    return once


def _curves(record: Record) -> Iterator[Curve]:
    return ((name, record.split, record.stream) for name in record.values if is_strong(name))


def _perhaps_twice(before: Sequence[Record], many: Many, name: str) -> bool:
    if not before or own_split(name) is not None:
        return not before
    if _place(before[0]) is not None:
        return all(len([*group]) == 2 for group in [[*group] for _, group in groupby(before, _place)][:-1])
    values = many.rows.column(name).tolist()
    steps = [(after - before) * (-1) ** at for at, (before, after) in enumerate(pairwise(values))]
    return all(step > 0 for step in steps) or all(step < 0 for step in steps)


def _place(record: Record) -> tuple[object, ...] | None:
    own = tuple(value for name, value in record.values.items() if is_axis(name))
    place = (record.step, record.epoch, *own)
    return place if any(part is not None for part in place) else None


def _alternates(rows: Sequence[Record], name: str) -> float:
    """The share of steps from row to row that go one way within a place, and the other way to the next place."""
    values = [number if (number := to_float(row.values[name])) is not None else math.nan for row in rows]
    steps = [after - before for before, after in pairwise(values)]
    known = [step * (-1) ** at for at, step in enumerate(steps) if not math.isnan(step)]
    return max(sum(sign * step > 0 for step in known) for sign in (1, -1)) / len(known) if known else 0.0

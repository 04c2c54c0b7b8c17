"""What keeps the splits of a log apart where the grammar does not know its words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from lossdoc.readers._words import is_axis

if TYPE_CHECKING:
    from lossdoc.readers._row_lines import Entry

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

"""Lines of one shape and kind: how the record of such a line is cut out of it, learned from one that was read in full.

Used by `_line_engine`. What cannot be learned (a value that is worked out, a hint that an earlier line gave) is read in
full every time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from lossdoc.input.clean import Line
from lossdoc.model.record import Record
from lossdoc.readers._line_kinds import Kind, hints, place, split_of
from lossdoc.readers._pairs import Cut, known_cut, split_cut
from lossdoc.words.expressions import expression

_NAMES_AND_SPLITS = expression(r"\(\?P<\w+>|\{\d*,?\d*\}")
_PLACES = ("step", "epoch", "epochs", "total")


class Learned(NamedTuple):
    """How to read lines of one shape."""

    kind: Kind
    cut: Cut
    places: list[tuple[str, int, int]]  # hints that are numbers
    split: str | None

    def read(self, line: Line) -> tuple[Record, Mapping[str, str]]:
        """The record of a line, and the hints in it."""
        text = line.text
        found = {name: text[first:last] for name, first, last in self.places}
        step, epoch = place(self.kind, found)
        split = self.split or split_of(line.split)
        values = {name: text[first:last] for name, first, last in self.cut.values}
        return Record(values, line.number, step, self.kind.axis, epoch, split, line.stream), found


def asks_for_no_digit(kind: Kind) -> bool:
    """The pattern of a kind asks for digits, never for a certain one, and refers to none that it found."""
    return not any(map(str.isdigit, _NAMES_AND_SPLITS.sub("", kind.pattern.pattern)))


def learn(kind: Kind, match: re.Match[str], line: Line, record: Record) -> Learned | None:
    """How `record` came out of a line; None where that does not hold for all lines of its shape."""
    groups = hints(match)
    stands_alone = not (kind.consume or kind.needs or kind.inherit or kind.each or kind.average or kind.final)
    if not stands_alone or {"key", "value", "dataset", "stream"} & groups.keys():
        return None
    text = line.text
    values: dict[str, tuple[int, int]] = {}
    literals: list[tuple[int, str]] = []
    for name, written in groups.items():
        if kind.names.get(name, name) in record.values and name not in ("body", "split", *_PLACES):
            first = match.start(name) + len(written) - len(written.lstrip())
            values[kind.names.get(name, name)] = (first, first + len(written.strip()))
    if "body" in groups and kind.pairs != "none":
        cut = _body(kind, groups["body"])
        if cut is None:
            return None
        at = match.start("body")
        literals = [(at + start, literal) for start, literal in cut.literals]
        for name, first, last in cut.values:
            if name not in kind.drop:
                values.setdefault(kind.names.get(name, name), (at + first, at + last))
    spans = [(name, first, last) for name, (first, last) in values.items()]
    if [(name, text[first:last]) for name, first, last in spans] != list(record.values.items()):
        return None
    places = [(name, *match.span(name)) for name in _PLACES if name in groups]
    split = groups.get("split") or kind.split
    if split and any(map(str.isdigit, split)):
        return None
    return Learned(kind, Cut(literals, spans), places, split_of(split))


def _body(kind: Kind, text: str) -> Cut | None:
    if kind.pairs == "auto":
        return known_cut(text)
    return None if isinstance(kind.pairs, str) else split_cut(text, kind.pairs["between"], kind.pairs["sep"])

"""Formats as data: one YAML file per program in `lines/` says how its metric lines look; this module reads by it.

    title: nanoGPT (train.py)
    anchors: ["iter "]              # one JSON list on one line: each record line holds one of these literals
    lines:                          # kinds of lines, the first that matches counts
      - pattern: 'iter (?P<step>\\d+): (?P<body>loss .+)'
        split: train
        pairs: auto                 # auto (general tokenizer), {between: " - ", sep: ":"}, dict, none
    samples: [{program, cite, text, records: [{line, step, values, ...}], events: [{kind, line, ...}]}]

Groups of a pattern: step, total (steps), epoch, epochs (total), split, stream, dataset, key and value or classes (a
list whose mean counts), body; any other group is a value under its own name. Options of a kind:
- `split`, `axis`: hints; `names`: {as written: as recorded}; `drop`: keys that are no metric here
- `context`: remember the groups for later lines, make no record; `inherit`: hints taken from there or from the last
  record; `needs`: the line counts only where these were said and not empty; `consume`: both, and they serve once;
  `unless`: the line counts only where these were not said
- `final`: only the last state of a line rewritten with \\r; `skip_next`: the next record repeats an older one
- `join`: continues the record before it when step, epoch and split are the same
- `average`: of "value (average)" the average counts; `each`: pattern found several times in body, a record each
- `step_in_epoch`: number of the first epoch; step restarts with each epoch, whose length is `total`
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from lossdoc.input.clean import Line, lines_with
from lossdoc.input.numbers import to_float
from lossdoc.input.shape import LONGEST, Memory, shape
from lossdoc.input.source import Source
from lossdoc.model.record import Event, Item, Record
from lossdoc.readers import Sample
from lossdoc.readers._events import events, merged
from lossdoc.readers._line_kinds import Kind, hints, records
from lossdoc.readers._line_shapes import Learned, asks_for_no_digit, learn

_SNIFF_LINES = 5000  # metric lines can be rare: 10 of 60,000 lines with the same word
_SNIFF_ENOUGH = 40
_UNPLACED = 0.3
_REMEMBERED = ("step", "epoch", "epochs", "total")


class LineFormat(Struct, frozen=True, dict=True):
    """A reader made of one YAML file. `base`: what a single record line is worth to `sniff`."""

    NAME: str
    TITLE: str
    anchors: tuple[str, ...]
    kinds: tuple[Kind, ...]
    SAMPLES: tuple[Sample, ...] = ()
    base: float = 0.8

    def sniff(self, source: Source) -> float:
        """`base` to `base` + 0.08, rising with the number of record lines; 0 without one.

        Lines that say neither step nor epoch ("Validation accuracy: 0.5") are printed by many programs: they count only
        beside lines that do, and alone hardly.
        """
        matched, placed = 0, not any({"step", "epoch"} & set(kind.pattern.groupindex) for kind in self.kinds)
        context: dict[str, str] = {}
        barren: Memory[bool] = Memory()  # shapes of lines that no kind matches
        there = filter(source.kinds.may_hold, self.anchors)  # else the whole text is gone through for each
        anchored = heapq.merge(*(lines_with(source.text, anchor) for anchor in there))
        for (number, raw), _ in itertools.islice(itertools.groupby(anchored), _SNIFF_LINES):
            if matched >= _SNIFF_ENOUGH:
                break
            look = shape(raw) if len(raw) <= LONGEST else b""
            if look in barren:
                continue
            parts = list(source.parts(number, raw))
            for line in parts:
                found = [record for _, record in self._line(line, context)]
                matched += bool(found)
                placed = placed or any(r.step is not None or r.epoch is not None for r in found)
            if look and all(self._is_barren(line) for line in parts):
                barren[look] = True
        score = self.base + 0.08 * matched / (matched + 10) if matched else 0.0
        return score if placed else _UNPLACED * score

    def _is_barren(self, line: Line) -> bool:
        shapes = self._shapes if self._shapes is not None and len(line.text) <= LONGEST else {}
        look = shape(line.text)
        return look in shapes and shapes[look] is None

    def read(self, source: Source) -> Iterator[Item]:
        yield from merged(self._read(source), events(source))

    @cached_property
    def _shapes(self) -> Memory[Learned | None] | None:
        """How lines were read, by their shape, None for shapes that no kind matches; no memory where digits decide."""
        return Memory() if all(map(asks_for_no_digit, self.kinds)) else None

    def _line(self, line: Line, context: dict[str, str]) -> Iterator[tuple[Kind, Record]]:
        shapes = self._shapes if len(line.text) <= LONGEST else None
        if shapes is None:
            yield from self._in_full(line, context)
            return
        look = shape(line.text)
        if look not in shapes:
            yield from self._in_full(line, context, look)
            return
        known = shapes[look]
        if known is None:
            return
        if not known.cut.fits(line.text):
            yield from self._in_full(line, context)
            return
        record, places = known.read(line)
        context.update(places)
        yield known.kind, record

    def _in_full(self, line: Line, context: dict[str, str], look: bytes | None = None) -> Iterator[tuple[Kind, Record]]:
        """The records of a line. What can be learned from it is kept under its shape `look`."""
        matched = False
        for kind in self.kinds:
            match = kind.pattern.search(line.text)
            if match is None:
                continue
            if matched:
                look = None  # the kind before depends on more than the line
            matched = True
            if kind.skip_next:
                context["skip"] = "1"
                return
            if kind.context:
                context.update(hints(match))
                return
            if kind.final and not line.final:
                return
            found = list(records(kind, match, line, context))
            if found:
                if look is not None and self._shapes is not None and len(found) == 1:
                    learned = learn(kind, match, line, found[0])
                    if learned is not None:
                        self._shapes[look] = learned
                context.update({k: v for k, v in hints(match).items() if k in _REMEMBERED})
                for name in kind.consume:
                    context.pop(name, None)
                for record in found:
                    yield kind, record
                return
        if look is not None and self._shapes is not None and not matched:
            self._shapes[look] = None

    def _read(self, source: Source) -> Iterator[Item]:
        context: dict[str, str] = {}
        pending: Record | None = None
        bars = _Progress()
        sizes: dict[int, int] = {}
        unfinished = 0 if source.text.endswith("\n") else source.text.count("\n") + 1
        for number, raw in source.iter_raw():
            if not any(anchor in raw for anchor in self.anchors):
                continue
            for line in source.parts(number, raw):
                some = False
                for kind, record in self._line(line, context):
                    some = True
                    if context.pop("skip", None):
                        continue
                    if pending is not None and kind.join and _joins(pending, record):
                        pending.values = {**record.values, **pending.values}
                        continue
                    if pending is not None and not _repeats(pending, record):
                        yield from bars.beside(pending)
                        yield pending
                    if number == unfinished and len(record.values) < sizes.get(id(kind), 0):
                        # The last number of a cut line may be cut too.
                        record.values = dict(list(record.values.items())[:-1])
                        yield Event("cut", number, line.text[:200])
                    sizes[id(kind)] = len(record.values)
                    pending = record if record.values else None
                    yield from bars.see(kind, record, context)
                # What closes a bracket is whole: a line of another kind.
                closed = line.text.rstrip().endswith(("}", "]", ")"))
                if not some and number == unfinished and pending is not None and line.final and not closed:
                    yield Event("cut", number, line.text[:200])
        if pending is not None:
            yield from bars.beside(pending)
            yield pending
        if bars.now is not None:
            yield bars.now


def _joins(before: Record, record: Record) -> bool:
    return (before.step, before.epoch, before.split) == (record.step, record.epoch, record.split)


def _repeats(before: Record, record: Record) -> bool:
    """A bar drawn again in the same line with the same numbers."""
    return before.line == record.line and before.step == record.step and before.values == record.values


class _Progress:
    """How far the training is, from "n of total" in its lines: told at the first record and at the end, and where
    another one begins."""

    def __init__(self) -> None:
        self.now: Event | None = None
        self._told = False

    def beside(self, record: Record) -> Iterator[Event]:
        if not self._told and self.now is not None and self.now.line == record.line:
            self._told = True
            yield self.now

    def see(self, kind: Kind, record: Record, context: dict[str, str]) -> Iterator[Event]:
        if record.split == "eval" or kind.axis in ("samples", "episodes"):
            return
        total, epochs = to_float(context.get("total")), to_float(context.get("epochs"))
        before = self.now
        if total and record.step is not None and (kind.step_in_epoch is None or epochs):
            if kind.step_in_epoch is not None and epochs:
                total *= epochs
            self.now = Event("progress", record.line, "", {"n": record.step, "total": total})
        elif not total and epochs and record.epoch is not None:
            self.now = Event("progress", record.line, "", {"n": record.epoch, "total": epochs})
        if before is not None and self.now is not None and before.data["total"] == self.now.data["total"]:
            yield from [before] if self.now.data["n"] < before.data["n"] else []

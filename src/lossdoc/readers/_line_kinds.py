"""One kind of metric line of a format as data, and the record that a matching line makes. Used by `_line_engine`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from msgspec import Struct, field

from lossdoc.input.clean import Line
from lossdoc.input.numbers import NUMBER, to_float
from lossdoc.model.record import Raw, Record
from lossdoc.readers._pairs import pairs, split_pairs
from lossdoc.readers._pydict import dict_end, parse_dict
from lossdoc.words import splits as words
from lossdoc.words.expressions import expression

_PLACES = ("step", "total", "epoch", "epochs")
_HINTS = frozenset({*_PLACES, "split", "stream", "dataset", "body", "key", "value", "classes"})
_ONE = expression(rf"(?<![\w.]){NUMBER}(?![\w.])")
_RUNNING = expression(rf"{NUMBER}\s*\(\s*({NUMBER})\s*\)")


class Kind(Struct, frozen=True):
    """One kind of line. The fields are the options of a YAML entry (see `_line_engine`)."""

    pattern: re.Pattern[str]
    split: str | None = None
    axis: str | None = None
    pairs: str | Mapping[str, str] = "auto"
    names: Mapping[str, str] = field(default_factory=dict)
    drop: frozenset[str] = frozenset()
    context: bool = False
    inherit: tuple[str, ...] = ()
    consume: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    final: bool = False
    join: bool = False
    skip_next: bool = False
    average: bool = False
    each: re.Pattern[str] | None = None
    step_in_epoch: int | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Kind:
        """From YAML. Unknown options are errors of the file: TypeError."""
        made = dict(data)
        made["pattern"] = re.compile(made["pattern"])
        for name, convert in (
            ("drop", frozenset),
            ("inherit", tuple),
            ("consume", tuple),
            ("needs", tuple),
            ("unless", tuple),
            ("each", re.compile),
        ):
            if name in made:
                made[name] = convert(made[name])
        return cls(**made)

    def body(self, text: str) -> dict[str, Raw]:
        """The pairs in the body of a line."""
        if self.average:
            text = _RUNNING.sub(r"\1", text)
        if self.pairs == "auto":
            return pairs(text)
        if self.pairs == "none":
            return {}
        if self.pairs == "dict":
            start = text.find("{")
            end = dict_end(text, start) if start >= 0 else -1
            row = parse_dict(text[start:end]) if end > 0 else None
            return {
                k: v for k, v in (row or {}).items() if isinstance(v, (int, float, str)) and not isinstance(v, bool)
            }
        assert not isinstance(self.pairs, str)
        return split_pairs(text, self.pairs["between"], self.pairs["sep"])


def hints(match: re.Match[str]) -> dict[str, str]:
    """The groups of a match that took part."""
    return {name: text for name, text in match.groupdict().items() if text is not None}


def records(kind: Kind, match: re.Match[str], line: Line, context: Mapping[str, str]) -> Iterator[Record]:
    """The records of one line: none when a hint that the kind needs is not there, or without a number."""
    if not all(map(context.get, kind.consume + kind.needs)) or any(map(context.get, kind.unless)):
        return
    groups = hints(match)
    for name in kind.inherit + kind.consume:
        if name not in groups and name in context:
            groups[name] = context[name]
    parts = (
        [groups] if kind.each is None else [{**groups, **hints(m)} for m in kind.each.finditer(groups.get("body", ""))]
    )
    for part in parts:
        record = _record(kind, part, line)
        if record is not None:
            yield record


def _record(kind: Kind, groups: Mapping[str, str], line: Line) -> Record | None:
    values: dict[str, Raw] = {}
    for name, text in groups.items():
        if name not in _HINTS and to_float(text) is not None:
            values[kind.names.get(name, name)] = text.strip()
    if "key" in groups and to_float(groups.get("value")) is not None:
        key = groups["key"].strip()
        values[kind.names.get(key, key)] = groups["value"].strip()
    if "key" in groups and (mean := _mean(groups.get("classes", ""))) is not None:
        values[groups["key"].strip()] = mean
    if "body" in groups:
        for key, value in kind.body(groups["body"]).items():
            if key not in kind.drop:
                values.setdefault(kind.names.get(key, key), value)
    if not values:
        return None
    split = split_of(groups.get("split") or kind.split or line.split)
    step, epoch = place(kind, groups)
    labels = {"dataset": groups["dataset"].strip()} if "dataset" in groups else {}
    return Record(
        values, line.number, step, kind.axis, epoch, split, groups.get("stream") or line.stream, labels=labels
    )


def _mean(classes: str) -> float | None:
    """The mean of a list of numbers, one for each class; a class that did not occur is NaN and does not count."""
    numbers = [to_float(number) for number in _ONE.findall(classes)]
    finite = [number for number in numbers if number is not None and isfinite(number)]
    return sum(finite) / len(finite) if finite else None


def split_of(name: str | None) -> str | None:
    """The split of a word of a line; WeNet calls held-out data CV."""
    if not name:
        return None
    return "eval" if name.lower() == "cv" else words.split_of(name) or name.lower()


def place(kind: Kind, groups: Mapping[str, str]) -> tuple[float | None, float | None]:
    """Step and epoch."""
    step, epoch = to_float(groups.get("step")), to_float(groups.get("epoch"))
    if kind.step_in_epoch is not None and step is not None and epoch is not None:
        total = to_float(groups.get("total"))
        if total is not None:
            step += (epoch - kind.step_in_epoch) * total
    return step, epoch

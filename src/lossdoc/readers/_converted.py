"""Rows of the tables that `lossdoc convert` writes -> records and events. Shared by the readers of its formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from lossdoc.input.numbers import to_float
from lossdoc.model.record import Event, Item, Raw, Record, Unread
from lossdoc.readers._json import loads
from lossdoc.words.expressions import expression

Row = Mapping[str, Any]  # cells by column; what is blank is not there

WIDE = ["source", "run", "axis", "step"]  # what the columns of a table begin with
TIDY = ["source", "run", "metric", "split"]
_PLACES = frozenset((*WIDE, "about"))
_AXES = ("step", "epoch", "tokens", "samples", "episodes")  # rows that nothing places are counted anew
_COLUMN = expression(r"(?:(?P<split>eval|test)/)?(?P<metric>[^\[\]]+)(?:\[(?P<labels>.*)\])?")
_LABEL = expression(r",(?=\w+=)")
_KINDS = frozenset(
    ("crash", "end", "resume", "interrupt", "progress", "loss_scale", "non_finite", "restart", "cut", "empty")
)


def items(rows: Sequence[tuple[int, Row]], *, tidy: bool) -> Iterator[Item]:
    """`rows` with their lines. Those of one record together, as many records as it has splits and sets of labels."""
    yield from _events([(line, _parsed(row["about"])) for line, row in rows if row.get("about")])
    yield from _tidy(rows) if tidy else _wide(rows)


def _parsed(text: object) -> object:
    try:
        return loads(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _events(abouts: Sequence[tuple[int, object]]) -> Iterator[Item]:
    """What each log said beside its numbers, at the first row of its run; a setting only where all runs share it."""
    known = [(line, about) for line, about in abouts if isinstance(about, dict)]
    for line, about in abouts:
        if not isinstance(about, dict):
            yield Unread(line, "what stands under about is no object")
    configs = [config if isinstance(config := about.get("config"), dict) else {} for _, about in known]
    shared = [pair for pair in configs[0].items() if all(pair in one.items() for one in configs)] if configs else []
    if shared:
        yield Event("config", known[0][0], "settings of the log that was converted", dict(shared))
    for line, about in known:
        if isinstance(data := about.get("trainer"), dict):
            yield Event("trainer", line, "trainer of the log that was converted", data)
        events = about.get("events")
        for event in events if isinstance(events, list) else []:
            if isinstance(event, dict) and event.get("kind") in _KINDS:
                data = event.get("data")
                yield Event(event["kind"], line, str(event.get("text", "")), data if isinstance(data, dict) else {})


def _tidy(table: Sequence[tuple[int, Row]]) -> Iterator[Item]:
    def record(entry: tuple[int, Row]) -> tuple[str, str]:
        return _run_of(entry[1]), str(entry[1].get("record", entry[0]))

    def place(entry: tuple[int, Row]) -> tuple[int, float]:
        return order.setdefault(_run_of(entry[1]), len(order)), to_float(entry[1].get("record")) or 0

    order: dict[str, int] = {}
    rows = sorted(table, key=place)
    several = len(order) > 1
    for _, entries in groupby(rows, record):
        groups: dict[tuple[str, str], Record] = {}
        for line, row in entries:
            key = str(row.get("split") or "train"), str(row.get("labels") or "")
            one = groups.get(key)
            if one is None:
                one = groups[key] = _placed(row, line, several, *key)
            one.values = {**one.values, str(row.get("metric")): row.get("value")}
        yield from groups.values()


def _wide(rows: Sequence[tuple[int, Row]]) -> Iterator[Item]:
    several = len({_run_of(row) for _, row in rows}) > 1
    for line, row in rows:
        groups: dict[tuple[str, str], dict[str, Raw]] = {}
        for name in row.keys() - _PLACES:
            if found := _COLUMN.fullmatch(name):
                group = groups.setdefault((found["split"] or "train", found["labels"] or ""), {})
                group[found["metric"]] = row[name]
        for key in sorted(groups):
            one = _placed(row, line, several, *key)
            one.values = groups[key]
            yield one


def _run_of(row: Row) -> str:
    return f"{row.get('source', '')} {row.get('run', '')}".strip()


def _placed(row: Row, line: int, several: bool, split: str, labels: str) -> Record:
    axis = row.get("axis")
    pairs = (label.partition("=") for label in _LABEL.split(labels) if label)
    return Record(
        {},
        line,
        step=to_float(row.get("step")) if axis in _AXES else None,
        axis=str(axis) if axis in _AXES else None,
        split=split,
        run=_run_of(row) if several else None,
        labels={name: value for name, _, value in pairs},
    )

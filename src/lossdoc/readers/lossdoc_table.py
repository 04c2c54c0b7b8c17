"""What `lossdoc convert` writes, as CSV or JSON lines: tidy, a row for each point, or wide, a row for each step.

Names are canonical and values normalised already; what the log said beside its numbers stands in the column `about`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, groupby
from typing import Any

from lossdoc.input.numbers import to_float
from lossdoc.input.source import Source
from lossdoc.model.record import Event, Item, Raw, Record, Unread
from lossdoc.readers import Sample
from lossdoc.readers._json import loads
from lossdoc.readers._samples_lossdoc import LOSSDOC

NAME = "lossdoc"
TITLE = "curves that `lossdoc convert` wrote, tidy or wide"
SAMPLES: list[Sample] = LOSSDOC

Row = Mapping[str, Any]

_WIDE = ["source", "run", "axis", "step"]
_TIDY = ["source", "run", "metric", "split"]
_PLACES = frozenset((*_WIDE, "about"))
_AXES = ("step", "epoch", "tokens", "samples")  # rows that nothing places are counted anew
_COLUMN = re.compile(r"(?:(?P<split>eval|test)/)?(?P<metric>[^\[\]]+)(?:\[(?P<labels>.*)\])?")
_LABEL = re.compile(r",(?=\w+=)")
_KINDS = frozenset(("crash", "end", "resume", "interrupt", "progress", "non_finite", "restart", "cut", "empty"))


def sniff(source: Source) -> float:
    first = source.head.lstrip("\ufeff").partition("\n")[0]
    return 0.99 if _names(first)[:4] in (_WIDE, _TIDY) else 0.0


def read(source: Source) -> Iterator[Item]:
    """Rows of one record together, as many records as it has splits and sets of labels."""
    rows = _rows(source)
    first = next(rows, None)
    if first is None:
        return
    tidy = _names(source.head.lstrip("\ufeff").partition("\n")[0])[:4] == _TIDY
    abouts: list[tuple[int, object]] = []
    for line, row in chain([first], rows):
        if isinstance(row, str):
            yield Unread(line, row)
        elif row.get("about"):
            abouts.append((line, _parsed(row["about"])))
    yield from _events(abouts)
    yield from _tidy(source) if tidy else _wide(source)


def _names(first: str) -> list[str]:
    """Names of the columns, in their order, by the first line of a table."""
    if first.startswith("{"):
        try:
            return list(loads(first))
        except ValueError:
            return []
    return first.strip().split(",")


def _rows(source: Source) -> Iterator[tuple[int, Row | str]]:
    """(line, row), or why a line is none."""
    lines = (line for _, line in source.iter_raw())
    if source.head.lstrip("\ufeff").startswith("{"):
        for number, line in enumerate(lines, 1):
            try:
                row = loads(line) if line.strip() else {}
            except ValueError:
                row = None
            if row != {}:
                yield number, row if isinstance(row, dict) else "broken or cut JSON object"
        return
    table = csv.reader(lines)
    try:
        names = [_bare(name) for name in next(table)]
        for cells in table:
            if len(cells) == len(names):
                yield table.line_num, {name: _bare(cell) for name, cell in zip(names, cells, strict=True) if cell}
            elif cells:
                yield table.line_num, f"the row is cut: {len(cells)} of {len(names)} cells"
    except csv.Error as error:
        yield table.line_num, f"no row of a table: {error}"


def _bare(cell: str) -> str:
    """Without the apostrophe that keeps spreadsheets from running a cell."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in "=+-@" else cell


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


def _tidy(source: Source) -> Iterator[Item]:
    def record(entry: tuple[int, Row]) -> tuple[str, str]:
        return _run_of(entry[1]), str(entry[1].get("record", entry[0]))

    rows = [(line, row) for line, row in _rows(source) if not isinstance(row, str)]
    order: dict[str, int] = {}
    rows.sort(
        key=lambda entry: (order.setdefault(_run_of(entry[1]), len(order)), to_float(entry[1].get("record")) or 0)
    )
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


def _wide(source: Source) -> Iterator[Item]:
    rows = [(line, row) for line, row in _rows(source) if not isinstance(row, str)]
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

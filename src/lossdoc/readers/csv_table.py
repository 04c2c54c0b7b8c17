"""CSV and TSV: Lightning, Keras, Ultralytics, timm, stable-baselines3, CatBoost, litgpt, trackers' exports.

A blank cell was not logged. The header may stand again in the middle (a resumed run, new keys), may begin with "#",
may follow comment lines or the "#{json}" line of monitor files, and cells may be padded.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from lossdoc.input.numbers import COUNTED_DIGITS, to_float
from lossdoc.input.source import Source
from lossdoc.model.record import Block, BulkItem, Event, Item, Raw, Record, Unread
from lossdoc.readers import Sample
from lossdoc.readers._grid import uncommented
from lossdoc.readers._json import is_data_row, loads
from lossdoc.readers._number_table import NumberTable
from lossdoc.readers._results import everyday, one_row_each, rollout
from lossdoc.readers._samples_csv import CSV
from lossdoc.readers._tensorboard import HEADER as _TENSORBOARD
from lossdoc.readers._tensorboard import of_ultralytics, tag_and_split
from lossdoc.words.expressions import expression
from lossdoc.words.splits import places_of_splits, split_in
from lossdoc.words.training import is_axis, is_strong, likelihood, tokens

NAME = "csv"
TITLE = "CSV or TSV with a header row"
SAMPLES: list[Sample] = CSV

_QUOTES, _NO_QUOTES = 0, 3  # csv.QUOTE_MINIMAL and csv.QUOTE_NONE
_STRETCH = 50_000  # rows that are read at once
_FIRST_ROWS = 20  # that say which columns hold words of splits
_DELIMITERS = (",", "\t", ";", "|")
_DECIMAL_COMMA = expression(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")
_WORDY = expression(r"^[ \t]*[A-Za-z#\"_]", re.M)
_NUMBERLY = frozenset("0123456789.+-")
_MONITOR = ["r", "l", "t"]  # reward, length and time of an episode
_EVALUATOR = ["epoch", "steps"]


class _Head(NamedTuple):
    """Where a table begins: the line of its header (from 0), its names, how cells are separated."""

    line: int
    names: list[str]
    delimiter: str
    meta: dict[str, object]


def sniff(source: Source) -> float:
    lines = source.head.split("\n")
    lines = lines[:-1] if len(source.text) > len(source.head) else lines
    head = _find(lines)
    if head is None:
        return 0.0
    body = [line for line in lines[head.line + 1 : head.line + 200] if line.strip()]
    cells = [split_cells(line, head.delimiter) for line in body]
    width = len(head.names)
    widths = {width, *(len(split_cells(lines[index], head.delimiter)) for index in _later_headers(lines, head))}
    if not cells or sum(len(row) in widths for row in cells) < 0.8 * len(cells):
        return 0.0
    rows = [dict(zip(head.names, row, strict=False)) for row in cells[:50]]
    numeric = [name for name in head.names if any(to_float(row.get(name)) is not None for row in rows)]
    if not numeric or sum(map(is_data_row, rows)) > len(rows) / 4:
        return 0.0
    if head.names[:3] == _MONITOR:
        return 0.95 if head.meta or width == 3 else 0.5
    if head.names == _TENSORBOARD:
        return 0.95
    if width == 1:
        return 0.7 if is_strong(head.names[0]) and len(rows) > 2 else 0.0
    if one_row_each(rows, head.names) or rollout(head.names) or (everyday(numeric) and not any(map(is_axis, numeric))):
        return 0.0
    return likelihood(numeric)


def read(source: Source) -> Iterator[Item]:
    """One record per row, blank cells left out; a header in the middle starts a new table."""
    return (item for item in _items(source, bulk=False) if not isinstance(item, Block))


def read_blocks(source: Source) -> Iterator[BulkItem]:
    """The same, stretches of nothing but numbers as blocks."""
    return _items(source, bulk=True)


def _items(source: Source, *, bulk: bool) -> Iterator[BulkItem]:
    lines = source.text.split("\n")
    head = _find(lines)
    if head is None:
        return
    if head.names[:3] == _MONITOR:
        yield Event("config", 1, "columns of a monitor file", {"framework": "sb3"})
    if of_ultralytics(head.names):
        yield Event("config", 1, "columns of results.csv", {"framework": "ultralytics"})
    if head.meta:
        yield Event("config", 1, "first line of the table", head.meta)
    cut = _cut_row(lines, head.delimiter)
    starts = [head.line, *_later_headers(lines, head)]
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        names = _names(lines[start], head.delimiter)
        body = lines[start + 1 : stop]
        if bulk and _is_plain(names, body, head.delimiter):
            yield from _stretches(body, names, head.delimiter, start + 2)
            continue
        table = _table(body, names, head.delimiter, start + 2)
        if names == _TENSORBOARD:
            yield from _one_curve(table, source)
        elif names[:2] == _EVALUATOR:
            yield from _evaluations(list(table))
        else:
            yield from _by_run(table, names) if any(name.endswith("__MAX") for name in names) else table
    if cut is not None:
        yield cut


def _cut_row(lines: list[str], delimiter: str) -> Unread | None:
    """A last row that breaks off loses the cell in which it does: 0.04 may have been going to be 0.0412."""
    row = lines[-1]
    cells, before = row.count(delimiter), lines[-2].count(delimiter)
    if cells >= before or '"' in row or not (cells or to_float(row) is not None):
        return None
    lines[-1] = row.rpartition(delimiter)[0]
    return Unread(len(lines), f"the last row is cut: {cells} of its {before + 1} cells are read")


def split_cells(line: str, delimiter: str) -> list[str]:
    """Cells of one line without padding; quotes are honoured where there are any."""
    if '"' in line:
        import csv

        try:
            cells = next(csv.reader([line.replace("\r", " ")], delimiter=delimiter, skipinitialspace=True), [])
        except csv.Error:  # a cell of more than 128 KiB, or one that no writer of CSV makes
            cells = line.split(delimiter)
        return [cell.strip() for cell in cells]
    return [cell.strip() for cell in line.split(delimiter)]


def _find(lines: list[str]) -> _Head | None:
    """The first line that is a header: names, no numbers, and a row with a number under it."""
    meta: dict[str, object] = {}
    seen = [(i, line) for i, line in enumerate(lines[:60]) if line.strip()]
    for place, (index, line) in enumerate(seen[:-1]):
        if line.startswith("#{"):
            try:
                meta = loads(line[1:])
            except ValueError:
                return None
            continue
        following = seen[place + 1][1]
        delimiter = max(
            _DELIMITERS, key=lambda mark: (line.count(mark) > 0 and following.count(mark), line.count(mark))
        )
        names, row = _names(line, delimiter), split_cells(following, delimiter)
        if any(to_float(name) is not None for name in names):
            return None
        if any(to_float(cell) is not None for cell in row) and abs(len(row) - len(names)) <= 1:
            return _Head(index, names, delimiter, meta)
        if len(names) > 1 and not line.lstrip().startswith("#"):
            return None  # a line of one cell may be a title
    return None


def _names(line: str, delimiter: str) -> list[str]:
    """Names of a header; a name that stands twice gets a number, as pandas does it."""
    seen: dict[str, int] = {}
    names = []
    for cell in split_cells(uncommented(line.lstrip("\ufeff")), delimiter):
        count = seen[cell] = seen.get(cell, -1) + 1
        names.append(f"{cell}.{count}" if count and cell else cell)
    return names


def _later_headers(lines: list[str], head: _Head) -> list[int]:
    known = set(head.names)
    found = []
    for index in range(head.line + 1, len(lines)):
        if lines[index][:1] not in _NUMBERLY and _WORDY.match(lines[index]):
            names = _names(lines[index], head.delimiter)
            if 2 * len(known & set(names)) > len(known) and not any(to_float(name) is not None for name in names):
                found.append(index)
                known |= set(names)
    return found


def _table(lines: list[str], names: list[str], delimiter: str, first: int) -> Iterator[Item]:
    """Rows of one table. `first` is the line number of the first of `lines`."""
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        return
    comma = delimiter == ";" and not any("." in line for line in lines[:50])
    kept = [(index, name) for index, name in enumerate(names) if name]
    named = _says_splits(lines, names, delimiter)
    rows, numbered = _quoted(lines, names, delimiter) if _needs_parser(lines) else (_split(lines, delimiter), True)
    for line, row in enumerate(rows, first):
        cells = [(key, row[index]) for index, key in kept if index < len(row) and row[index]]
        values: dict[str, Raw] = {key: _with_point(cell) if comma else cell for key, cell in cells}
        if values:
            split = split_in(row[at] for at in named if at < len(row)) if named else None
            yield Record(values, line if numbered else None, split=split)


def _says_splits(lines: list[str], names: list[str], delimiter: str) -> list[int]:
    """The places of the columns that say which split a row is of, as far as its first rows tell."""
    return places_of_splits(names, (split_cells(line, delimiter) for line in lines[:_FIRST_ROWS] if line.strip()))


def _needs_parser(lines: list[str]) -> bool:
    """A quote may hold delimiters and line breaks, a carriage return alone ends a row."""
    return any('"' in line or "\r" in line[:-1] for line in lines)


def _split(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    return ([cell.strip() for cell in line.split(delimiter)] for line in lines)


def _quoted(lines: list[str], names: list[str], delimiter: str) -> tuple[Iterator[tuple[str, ...]], bool]:
    """Rows with quotes in them, and whether each is one line."""
    import pandas as pd

    # Rows written with an older, shorter header or cut rows must not make pandas fail: enough columns for the longest.
    width = max(len(names), max(line.count(delimiter) for line in lines) + 1)
    read: Callable[..., Any] = partial(
        pd.read_csv,
        sep=delimiter,
        header=None,
        names=range(width),
        index_col=False,
        dtype=object,  # the cells as they stand, like dtype=str, without making string arrays of them
        keep_default_na=False,
        skipinitialspace=delimiter != "\t",
        skip_blank_lines=False,
        engine="c",
    )
    text = "\n".join(lines)
    try:
        frame = read(io.StringIO(text), quoting=_NO_QUOTES if _open_quote(lines) else _QUOTES)
    except pd.errors.ParserError:  # quotes that stand as no quote can: they are characters like others
        frame = read(io.StringIO(text), quoting=_NO_QUOTES)
    columns = [_cells(frame[index].tolist()) for index in range(width)]
    return zip(*columns, strict=True), len(frame) == len(lines)  # a quoted cell may hold a line break


def _is_plain(names: list[str], lines: list[str], delimiter: str) -> bool:
    """Rows of these names mean no more than their numbers, and no cell is quoted."""
    special = names == _TENSORBOARD or names[:2] == _EVALUATOR or bool(_says_splits(lines, names, delimiter))
    return not special and not any(name.endswith("__MAX") for name in names) and not any('"' in line for line in lines)


def _stretches(lines: list[str], names: list[str], delimiter: str, first: int) -> Iterator[BulkItem]:
    """A long table: the first rows as they were printed, then stretches of numbers as blocks."""
    while lines and not lines[-1].strip():
        lines.pop()
    table = NumberTable(lines, names, delimiter, first, COUNTED_DIGITS)
    for start in (0, *range(COUNTED_DIGITS, len(lines), _STRETCH)):
        stop = min(len(lines), start + _STRETCH if start else COUNTED_DIGITS)
        blocks = table.blocks(start, stop) if start else None
        if blocks is not None:
            yield from blocks
            continue
        for item in _table(lines[start:stop], names, delimiter, first + start):
            for key in item.values if isinstance(item, Record) else ():
                table.count_printed(key, 1)
            yield item


def _one_curve(table: Iterator[Item], source: Source) -> Iterator[Item]:
    """TensorBoard's download of one curve."""
    key, split = tag_and_split(source)
    for row in table:
        if isinstance(row, Record) and "Value" in row.values:
            step = to_float(row.values.get("Step"))
            yield Record({key: row.values["Value"]}, row.line, step, "step", split=split)


def _evaluations(rows: list[Item]) -> Iterator[Item]:
    """Results of sentence-transformers' evaluators: step -1 is the end of the epoch."""
    ours = any(isinstance(row, Record) and row.values.get("steps") == "-1" for row in rows)
    for row in rows:
        if ours and isinstance(row, Record):
            row.values = {key: cell for key, cell in row.values.items() if key not in _EVALUATOR or cell != "-1"}
            row.split = "eval"
        yield row


def _by_run(table: Iterator[Item], names: list[str]) -> Iterator[Item]:
    """W&B's export of a chart: the x axis, then "run - key", "run - key__MIN", "run - key__MAX" for each run.

    The x axis may be any key; a time is no place, and W&B adds its own `_step` only where another key is the x axis.
    """
    curves = {name: name.rpartition(" - ") for name in names if f"{name}__MAX" in names and " - " in name}
    axes = [name for name in names if " - " not in name]
    for row in table:
        if not isinstance(row, Record):
            continue
        place = next((name for name in axes if name in row.values), None)
        by_run: dict[str, dict[str, Raw]] = {}
        for name, (run, _, key) in curves.items():
            if name in row.values and key != "_step":
                by_run.setdefault(run, {})[key] = row.values[name]
        for run, values in by_run.items():
            record = Record(values, row.line, run=run)
            if place is not None and is_axis(place):
                record.values = {place: row.values[place], **values}
            elif place is not None and not {"time", "runtime", "timestamp"} & set(tokens(place)):
                record.step, record.axis = to_float(row.values[place]), "step"
            yield record


def _cells(column: list[object]) -> list[str]:
    """Cells without padding, "" where the row was too short for the column."""
    return [cell.strip() if isinstance(cell, str) else "" for cell in column]


def _with_point(cell: str) -> str:
    """A decimal comma becomes a point."""
    return cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell


def _open_quote(lines: list[str]) -> bool:
    """A quote that is never closed (a file cut in a cell) would swallow the rest of the table."""
    return sum(line.count('"') for line in lines) % 2 == 1

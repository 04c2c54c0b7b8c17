"""Tables in text: columns lined up with spaces or tabs, and Markdown, with prose or other output around them.

Notebook tables copied from a browser, model cards, fastai's and spaCy's console, DeePMD's lcurve.out, printed data
frames.
A table is believed only if its header names things that a trainer logs and its rows go forward.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from lossdoc.input.clean import Line
from lossdoc.input.shape import Memory, shape
from lossdoc.input.source import Source
from lossdoc.model.record import Item
from lossdoc.readers import Sample
from lossdoc.readers._events import events, merged
from lossdoc.readers._grid import Grid, header_cells, is_name, merge_words, progress, row_cells, uncommented
from lossdoc.readers._samples_table import TABLES
from lossdoc.readers.home_made.lead import shared_start
from lossdoc.words.expressions import expression
from lossdoc.words.training import likelihood

NAME = "table"
TITLE = "Whitespace, tab or Markdown table with a header row, also inside prose"
SAMPLES: list[Sample] = TABLES

_RULE = expression(r"[-=:|+\s.…·\u2500-\u257f]{2,}")  # the line under a header, or "..." for rows left out
_BAR = expression(r"(?:(?<![:\s])[:\s]+|(?<!\d))\d{1,3}%\|.*")
# No table without one of these: the cheap look at each line of a long log.
_HINTS = ("step", "epoch", "iter", "loss", "round", "update", "batch", "episode", "rmse", "acc", "#")
_SEPARATED = expression(r"[\t|,│┃║]")
_PLAIN = expression(r"  |[\t|│┃║]")
_SENTENCE = expression(r"[.,:;!?)](?:\s|$)|(?:\S+ ){16}")
_DIGITS = expression(r"\d+")
_GAP = expression(r"[^\w/.:-]+|(?<=[:>])(?=\w)")  # where what stands before a table may end
_HEAD_LINES = 3000
_COUNTED = expression(r"^\s*[\[(]\d+\s*/\s*\d+[\])][\s|:-]*")  # "[3/12] | epoch | loss": where the line stands
_WAIT = 20  # other lines between a header of several columns and its first row


def sniff(source: Source) -> float:
    lines = list(islice(source.iter_lines(), _HEAD_LINES))
    scores = [(grid.likelihood(), len(grid.rows)) for grid in _grids(lines)]
    best = max((score for score, _ in scores), default=0.0)
    covered = sum(rows for score, rows in scores if score) / max(1, len(lines))
    return best * (0.9 if covered > 0.5 else 0.7 if covered > 0.1 else 0.4)


def read(source: Source) -> Iterator[Item]:
    rows = (row for grid in _grids(source.iter_lines()) if grid.likelihood() for row in grid.rows)
    yield from merged(merged(rows, list(progress(source.text))), events(source))


def _grids(lines: Iterable[Line]) -> Iterator[Grid]:
    """Every header with the rows under it, in order."""
    grid: Grid | None = None
    pending: Line | None = None  # a line that would do as a header, until a line after it decides
    missed = waited = 0
    # What a line may be hangs on its shape alone: a log has few.
    heads: Memory[bool] = Memory()
    begin_nothing: Memory[bool] = Memory()
    for line in lines:
        text = line.text
        if not line.final or _RULE.fullmatch(text):
            continue  # a part that was written over is a state of a progress bar
        if grid is not None:
            if _add(grid, line):
                missed = 0
                pending = None
                continue
            missed += 1
            # Other output between the rows of a live log is normal; two columns of numbers are too little to trust it.
            if missed > (3 if len(grid.names) < 3 else 200):
                yield grid
                grid = None
        if pending is not None:
            pair = _pair(pending.text, text)
            new = None if pair in begin_nothing else _start(pending, line)
            if new is None:
                begin_nothing[pair] = True
            else:
                if grid is not None:
                    yield grid
                grid, pending, missed = new, None, 0
                continue
        look = shape(text)
        if look not in heads:
            heads[look] = _may_head(text)
        if heads[look]:
            pending, waited = line, 0
        elif pending is not None:
            # A header that is printed before the first batch may be followed by warnings.
            waited += 1
            if waited > (_WAIT if len(header_cells(pending.text)) > 3 else 0):
                pending = None
    if grid is not None:
        yield grid


def _pair(head: str, line: str) -> bytes:
    """The shapes of two lines, and whether the names in the first one differ, which digits decide."""
    names = header_cells(head)
    return b"%d\n%b\n%b" % (len({*names}) == len(names), shape(head), shape(line))


def _cells(text: str) -> list[list[str]]:
    return row_cells(_BAR.sub("", text) if "%|" in text else text)


def _may_head(text: str) -> bool:
    if len(text) > 4000 or text.startswith("{"):  # no name of a column begins like an object (is_name)
        return False
    lower = text.lower()
    if not any(hint in lower for hint in _HINTS):
        return False
    names = header_cells(_COUNTED.sub("", text))
    if _PLAIN.search(text.strip()) is None and _SENTENCE.search(text) and not _are_columns(names):
        return False
    return len(names) > 1 and likelihood(names) > 0 and all(is_name(name) for name in names if name)


def _are_columns(names: list[str]) -> bool:
    """Short names between commas, no parts of a sentence."""
    return len(names) > 2 and all(name and name.count(" ") < 2 for name in names[1:])


def _start(head: Line, line: Line) -> Grid | None:
    """The table that begins with these two lines, as they are or without what a logger wrote before both."""
    counted = _COUNTED.match(head.text) is not None and _COUNTED.match(line.text) is not None
    grid = None if counted else _started(head.text, line.text, head.number, line.number)
    lead = None if grid is not None else _COUNTED if counted else _lead(head.text, line.text)
    if lead is not None:
        grid = _started(lead.sub("", head.text, count=1), lead.sub("", line.text, count=1), head.number, line.number)
        if grid is not None:
            grid.lead = lead
    return grid


def _lead(one: str, other: str) -> re.Pattern[str] | None:
    """What both lines begin with, but for the digits in it; None where that is no more than the edge of a table."""
    shared = shared_start(_DIGITS.sub("0", one), _DIGITS.sub("0", other))
    end = max((found.end() for found in _GAP.finditer(shared)), default=0)
    if not shared[:end].strip(" \t|│┃║+-=#"):
        return None
    return re.compile(r"\d+".join(map(re.escape, shared[:end].split("0"))))


def _started(header: str, row: str, at: int, below: int) -> Grid | None:
    names = header_cells(header)
    fitting = [names] if _SEPARATED.search(header) else [names, uncommented(header).split()]
    for cells in _cells(row):
        for candidate in fitting:
            exact = candidate if len(cells) - len(candidate) in (0, 1) else merge_words(candidate, len(cells))
            if exact is None or len(set(exact)) < len(exact):
                continue
            grid = Grid(exact, at)
            first = grid.row(cells, below)
            if first is not None and len(first.values) > 1:
                grid.rows.append(first)
                return grid
    return None


def _add(grid: Grid, line: Line) -> bool:
    for cells in _cells(grid.lead.sub("", line.text, count=1) if grid.lead is not None else line.text):
        row = grid.row(cells, line.number)
        if row is not None:
            grid.rows.append(row)
            return True
    return False

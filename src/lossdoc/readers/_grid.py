"""Header rows and number rows: what whitespace, Markdown, HTML and console tables share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from lossdoc.input.numbers import to_float
from lossdoc.model.record import Event, Raw, Record
from lossdoc.words.expressions import expression
from lossdoc.words.splits import COLUMNS, split_of_cell, split_of_mark
from lossdoc.words.training import is_axis, is_strong, likelihood, words

_DURATION = expression(
    r"(?:\d+:)?\d+:\d\d(?:\.\d+)?|\d+h(?: ?\d+m)?(?: ?\d+s)?|\d+m ?\d+s|[<>]?\d+(?:\.\d+)?(?:ms|s|m|h)"
)
_EMPTY = frozenset(("", "none", "null", "n/a", "na", "-", "--", "no log", "nan", "?", "…"))
# Columns that may hold words: the split of a row, or nothing of interest.
_TEXT_COLUMNS = COLUMNS | words("date time eta class name note best saved status gpu_mem size")
_PROGRESS = expression(r"\[\s*(\d+)/(\d+) [\d:]+[^\]\n]*, Epoch [\d.]+/(\d+)\]")
_BARS = str.maketrans("│┃║", "|||")
_NO_LOG = expression(r"\bNo [lL]og\b")
_HASHED = expression(r"(?<=[|│] )#(?=[A-Za-z])")  # "#ep" is a name
_COMMENT = expression(r"^(?:#+|//|[%;](?=\s))\s*(?:(?:columns?|cols|fields|header|names)\s*[:=]\s*)?", re.I)
_GLYPHS = expression(r"[▲▼△▽↑↓✓✔★*]+(?=\s|$)")
# HF's notebook table writes its names in title case: "Training Loss", "F1 Macro".
_FOLLOWERS = words("Loss Norm Rate Accuracy Reward Length Score Macro Micro Precision Recall Acc F1 Std Steps Tokens")


def is_value(cell: str) -> bool:
    """A number, a duration, or a sign for "not logged"."""
    return cell.lower() in _EMPTY or to_float(cell) is not None or _DURATION.fullmatch(cell) is not None


def is_name(cell: str) -> bool:
    """Could be the name of a column: no number, no sentence."""
    return 0 < len(cell) <= 60 and cell.count(" ") <= 5 and not is_value(cell) and cell[0] not in "{}<>\"'="


class Grid(Struct):
    """A header and the rows under it."""

    names: list[str]
    line: int
    index: bool = False  # rows begin with a number that the header does not name (a printed data frame)
    rows: list[Record] = field(default_factory=list)
    lead: re.Pattern[str] | None = None  # what a logger wrote before each line
    named: bool = False  # a column holds the name of what each row is about

    def row(self, cells: Sequence[str], line: int) -> Record | None:
        """A record if the cells are as many as the names, and numbers where numbers must be."""
        split = None
        if len(cells) == len(self.names) + 1 and not cells[-1]:
            cells = cells[:-1]  # a separator at the end of the line
        elif len(cells) == len(self.names) + 1:
            marked = next((at for at, cell in enumerate(cells) if split_of_mark(cell)), None)  # its column has no name
            if marked is not None:
                split, cells = split_of_mark(cells[marked]), [*cells[:marked], *cells[marked + 1 :]]
            elif (self.index or not self.rows) and cells[0].isdigit():
                self.index, cells = True, cells[1:]
        if len(cells) != len(self.names):
            return None
        values: dict[str, Raw] = {}
        for name, cell in zip(self.names, cells, strict=True):
            if is_value(cell):
                if name and (cell.lower() not in _EMPTY or cell.lower() == "nan"):  # else the index of a data frame
                    values[name] = cell
            elif cell == name and any(map(str.isalnum, cell)):
                continue  # what a logger wrote before the table, in the header and in the rows
            elif (mark := split_of_mark(cell)) is not None:
                split = split or mark
            elif not name:
                self.named |= any(map(str.isalpha, cell))
            elif name.lower() in _TEXT_COLUMNS:
                split = split or (split_of_cell(cell) if name.lower() in COLUMNS else None)
                self.named |= name.lower() == "name"
            else:
                return None
        return Record(values, line, split=split) if values else None

    def likelihood(self) -> float:
        """0..1: names of a training log, rows that go forward. Benchmark tables have neither axis nor order."""
        names = [name for name in self.names if name and any(name in row.values for row in self.rows)]
        score = likelihood(names)
        if not self.rows or score == 0:
            return 0.0
        axes = [name for name in names if is_axis(name)]
        if not axes:
            return score * 0.4 if len(self.rows) > 2 and sum(map(is_strong, names)) > 1 and not self.named else 0.0
        points = [
            [number for row in self.rows if (number := to_float(row.values.get(axis))) is not None] for axis in axes
        ]
        forward = any(
            len(p) >= 0.6 * len(self.rows) and p == sorted(p) and (len(p) < 3 or p[0] < p[-1]) for p in points
        )
        return score if forward else score * 0.5 if len(self.rows) > 10 else 0.0


def header_cells(line: str) -> list[str]:
    """Names of a header line: split at bars, tabs or commas, else at two or more spaces, else at single spaces."""
    text = _HASHED.sub("", uncommented(line)).strip()
    return _separated(text) or (cells if len(cells := re.split(r"\s{2,}", text)) > 1 else text.split())


def uncommented(header: str) -> str:
    """ "# epoch loss", "% epoch loss", "# columns: epoch, loss": the names alone."""
    return _COMMENT.sub("", header.strip())


def row_cells(line: str) -> list[list[str]]:
    """The ways to cut a row into cells, most trustworthy first."""
    text = _GLYPHS.sub("", line).strip("\r\n").removeprefix("# ")  # a table kept as a comment in code
    if "o log" in text or "o Log" in text:
        text = _NO_LOG.sub("-", text)
    separated = _separated(text)
    if separated:
        return [separated]
    text = text.strip().strip("*=~").strip()
    ways = [re.split(r"\s{2,}", text), text.split()]
    return ways if ways[0] != ways[1] else ways[:1]


def _separated(text: str) -> list[str]:
    """Cells between bars (Markdown, rich, PrettyTable), tabs or commas; [] when the text has none of them."""
    text = text.translate(_BARS)
    if "|" in text:
        return [cell.strip().strip("*`") for cell in text.strip().removeprefix("|").removesuffix("|").split("|")]
    for mark in "\t;,":
        if mark in text:
            return [cell.strip() for cell in text.split(mark)]
    return []


def merge_words(cells: Sequence[str], count: int) -> list[str] | None:
    """Join the words of a header that lost its alignment ("Step Training Loss rewards / chosen") into `count` names."""
    merged: list[str] = []
    for cell in cells:
        joins = merged and (cell == "/" or merged[-1].endswith(" /"))
        if joins or (merged and cell in _FOLLOWERS and len(cells) > count and not is_axis(merged[-1])):
            merged[-1] = f"{merged[-1]} {cell}"
        else:
            merged.append(cell)
    return merged if len(merged) == count else None


def progress(text: str) -> Iterator[Event]:
    """How far a training in a notebook got, and how long it was to be: `[660/3758 2:31:52 < 11:55:01, Epoch 1/2]`."""
    for found in _PROGRESS.finditer(text):
        done, total, epochs = (float(number) for number in found.groups())
        line = text.count("\n", 0, found.start()) + 1
        yield Event("progress", line, found[0], {"n": done, "total": total, "epochs": epochs})

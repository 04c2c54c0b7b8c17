"""HTML with tables of a training: the output of a notebook cell, or a page saved from one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from html.parser import HTMLParser
from itertools import islice

from lossdoc.input.source import Source
from lossdoc.model.record import Event, Item, Record
from lossdoc.readers import Sample
from lossdoc.readers._grid import Grid, progress
from lossdoc.words.expressions import expression

NAME = "html"
TITLE = "HTML tables of notebooks (Hugging Face Trainer, fastai, data frames)"

_TABLE = expression(r"<table\b.*?(?:</table\s*>|\Z)", re.S | re.I)
_MOST = 50  # tables that `sniff` looks at

SAMPLES = [
    Sample(
        program="transformers 4 and 5 in a notebook",
        cite="transformers/utils/notebook.py NotebookTrainingTracker",
        text="""<div>
  <progress value='8' max='8'></progress>
  [8/8 00:00, Epoch 1/1]
</div>
<table border="1" class="dataframe">
  <thead>
    <tr style="text-align: left;"><th>Step</th><th>Training Loss</th><th>Validation Loss</th><th>F1 Macro</th></tr>
  </thead>
  <tbody>
    <tr><td>4</td><td>No log</td><td>2.500000</td></tr>
    <tr><td>8</td><td>2.250000</td><td>nan</td><td>0.500000</td></tr>
  </tbody>
</table><p>
""",
        records=[
            Record({"Step": "4", "Validation Loss": "2.500000"}, 10),
            Record({"Step": "8", "Training Loss": "2.250000", "Validation Loss": "nan", "F1 Macro": "0.500000"}, 11),
        ],
        events=[
            Event("progress", 3, "[8/8 00:00, Epoch 1/1]", {"n": 8, "total": 8, "epochs": 1}),
        ],
    ),
    Sample(
        program="fastai 2 in a notebook",
        cite="fastprogress/fastprogress.py text2html_table",
        text="""<table border="1" class="dataframe"><thead>
<tr style="text-align: left;"><th>epoch</th><th>train_loss</th><th>valid_loss</th><th>time</th></tr></thead><tbody>
<tr><td>0</td><td>1.250000</td><td>1.125000</td><td>00:01</td></tr>
<tr><td>1</td><td>0.750000</td><td>1.000000</td><td>00:01</td></tr></tbody></table>
""",
        records=[
            Record({"epoch": "0", "train_loss": "1.250000", "valid_loss": "1.125000", "time": "00:01"}, 3),
            Record({"epoch": "1", "train_loss": "0.750000", "valid_loss": "1.000000", "time": "00:01"}, 4),
        ],
    ),
]


def sniff(source: Source) -> float:
    if "<table" not in source.text:
        return 0.0
    page = source.head.lstrip("\ufeff \t\r\n").startswith("<")
    best = max((grid.likelihood() for grid in grids(source.text, _MOST)), default=0.0)
    return best * (0.95 if page else 0.7)  # otherwise a notebook turned into Markdown


def read(source: Source) -> Iterator[Item]:
    yield from items(source.text)


def items(html: str) -> Iterator[Item]:
    """Rows of the tables that hold a training, and the length of the run where the Trainer's bar says it."""
    yield from progress(html)
    for grid in grids(html):
        if grid.likelihood():
            yield from grid.rows


def grids(html: str, most: int | None = None) -> Iterator[Grid]:
    """The tables of a page or of a text with HTML in it, at most so many. Only what stands inside is taken apart."""
    counted, line = 0, 1
    for found in islice(_TABLE.finditer(html), most):
        line += html.count("\n", counted, found.start())
        counted = found.start()
        parser = _Tables(line)
        # Damaged markup ("<!x") ends what Python's parser can read of a table with an AssertionError.
        with suppress(AssertionError):
            parser.feed(found[0])
            parser.close()
        for rows in parser.tables:
            if len(rows) > 1:
                yield _grid(rows)


def _grid(rows: list[tuple[int, list[str]]]) -> Grid:
    line, names = rows[0]
    grid = Grid(names, line)
    for number, cells in rows[1:]:
        # The Trainer adds columns as metrics appear: earlier rows are shorter.
        row = grid.row(cells + [""] * (len(names) - len(cells)), number)
        if row is not None:
            grid.rows.append(row)
    return grid


class _Tables(HTMLParser):
    """All tables of a piece of HTML as lists of (line, cells). `line`: where the piece begins."""

    def __init__(self, line: int) -> None:
        super().__init__(convert_charrefs=True)
        self._before = line - 1
        self.tables: list[list[tuple[int, list[str]]]] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append((self._before + self.getpos()[0], []))
        elif tag in ("td", "th"):
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None:
            if self.tables and self.tables[-1]:
                self.tables[-1][-1][1].append(" ".join("".join(self._cell).split()))
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

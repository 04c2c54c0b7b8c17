"""Numbers without a header, one to a line or behind a counter, in a file that is named after them: loss.txt.

The file's name is all that says what the numbers are, so it must be the name of a trainer's quantity and every line a
number; a table of three columns or more names too little to be read.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from lossdoc.input.numbers import to_float
from lossdoc.input.source import Source
from lossdoc.model.record import Item, Record
from lossdoc.readers import Sample
from lossdoc.words.expressions import expression
from lossdoc.words.training import is_strong, tokens

NAME = "number-columns"
TITLE = "Numbers without a header, in a file named after them (loss.txt)"

_FEWEST = 5
_SPACE = expression(r"[\s,;]+")
_ENDINGS = frozenset(("", ".txt", ".csv", ".dat", ".log", ".out", ".tsv"))
_COPY = expression(r"[\W_]*\d*$")  # loss2.txt, loss (1).txt


def sniff(source: Source) -> float:
    if _key(source) is None:
        return 0.0
    lines = source.head.split("\n")
    rows = [cells for line in (lines[:-1] if len(source.text) > len(source.head) else lines) if (cells := _cells(line))]
    width = len(rows[0]) if rows else 0
    if len(rows) < _FEWEST or width > 2 or any(len(row) != width or None in row for row in rows):
        return 0.0
    return 0.6 if width == 1 or _counter(rows) is not None else 0.0


def read(source: Source) -> Iterator[Item]:
    key = _key(source)
    if key is None:
        return
    counter = _counter([_cells(line) for line in source.head.split("\n")[:-1]])
    for number, line in source.iter_raw():
        cells = _SPACE.split(line.strip())
        if len(cells) == 2 and counter is not None:
            yield Record({key: cells[1 - counter]}, number, to_float(cells[counter]))
        elif cells[0]:
            yield Record({key: cells[0]}, number)


def _counter(rows: Sequence[Sequence[float | None]]) -> int | None:
    """Which of two columns counts: whole numbers that rise, but for a few returns."""
    pairs = [row for row in rows if len(row) == 2]
    for column in (0, 1):
        counts = [row[column] or 0.0 for row in pairs]
        rising = sum(b > a for a, b in itertools.pairwise(counts))
        if len(counts) > 1 and all(n.is_integer() for n in counts) and rising >= 0.5 * (len(counts) - 1):
            return column
    return None


def _key(source: Source) -> str | None:
    """What the file is named after; None where the name says nothing."""
    path = PurePath(source.name)
    name = _COPY.sub("", path.stem).replace("losses", "loss")
    return name if path.suffix in _ENDINGS and is_strong(name) and len(tokens(name)) <= 4 else None


def _cells(line: str) -> list[float | None]:
    return [to_float(cell) for cell in _SPACE.split(line.strip())] if line.strip() else []


_AT_STEPS = [
    Record({"loss": value}, n + 1, 100 * n)
    for n, value in enumerate(("2.5125", "2.2512", "1.8125", "1.5125", "1.2512"))
]
SAMPLES = [
    Sample(
        "2.5125\n2.2512\n1.8125\n1.5125\nnan\n",
        [
            Record({"train_loss": value}, n)
            for n, value in enumerate(("2.5125", "2.2512", "1.8125", "1.5125", "nan"), 1)
        ],
        "home-made loops",
        "shapes seen in public logs",
        name="train_losses.txt",
    ),
    Sample(
        "0 2.5125\n100 2.2512\n200 1.8125\n300 1.5125\n400 1.2512\n",
        _AT_STEPS,
        "home-made loops",
        "shapes seen in public logs",
        name="loss.txt",
    ),
    Sample(
        "2.5125,0\n2.2512,100\n1.8125,200\n1.5125,300\n1.2512,400\n",
        _AT_STEPS,
        "home-made loops",
        "shapes seen in public logs",
        name="loss.log",
    ),
]

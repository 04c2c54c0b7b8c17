"""Curves in braille, standard library only: two by four dots in a cell, the lowest to the highest value of a column."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from lossdoc.show.blocks import Line, Text
from lossdoc.show.plot.ticks import widened

_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_BARS = "▁▂▃▄▅▆▇█"
_ASCII_BARS = "_.-=+*#@"
_LABEL = 7  # columns of the axis labels

Points = Sequence[tuple[float, float]]


class Series(NamedTuple):
    """A named curve: points (x, y) in order of x; NaN is a gap."""

    name: str
    points: Points
    style: str


class Plot:
    """Curves over a quantity that has no name on the axis."""

    def __init__(self, series: Sequence[Series], height: int, widest: int, *, ascii: bool = False) -> None:
        self.series, self._height, self._widest, self._ascii = series, height, widest, ascii

    def lines(self, width: int) -> list[Line]:
        made = draw(self.series, min(width, self._widest), self._height, ascii=self._ascii, axis="")
        return [line for text in made for line in text.lines(width)]


def draw(
    series: Sequence[Series],
    width: int,
    height: int,
    domain: tuple[float, float] | None = None,
    *,
    ascii: bool = False,
    axis: str = "step ",
) -> list[Text]:
    """`height` lines of at most `width` columns and one line with the ends of the x axis below.

    domain: the y axis; it grows where values leave it. Several series are named at their last point.
    """
    finite = [y for s in series for _, y in s.points if math.isfinite(y)]
    xs = [x for s in series for x, _ in s.points]
    if not finite:
        return [Text("(no finite values)")]
    low, high = widened(min([*finite, *(domain or ())]), max([*finite, *(domain or ())]))
    names = len(series) > 1
    tail = max(len(s.name) for s in series) + 1 if names else 0
    columns = max(8, width - _LABEL - 2 - tail)
    cells = [[(0, "")] * columns for _ in range(height)]
    ends: dict[int, tuple[str, str]] = {}
    for one in series:
        rows = _rows(one.points, min(xs), max(xs), 2 * columns, (low, high), 4 * height)
        _ink(cells, rows, one.style)
        last = next((r for r in reversed(rows) if r), None)
        if names and last:
            # Curves that end together: the name goes to the nearest free row, and is left out where none is free.
            home = last[1] // 4
            free = sorted(set(range(height)) - set(ends), key=lambda row: abs(row - home))
            if free:
                ends[free[0]] = (one.name, one.style)
    return [*_lines(cells, (low, high), ends, ascii), _axis(min(xs), max(xs), columns, axis)]


def _rows(
    points: Points, left: float, right: float, columns: int, y: tuple[float, float], height: int
) -> list[tuple[int, int] | None]:
    """For each column of dots the highest and the lowest row that the curve touches, None where there is none."""
    low, high = y
    span = (right - left) or 1.0

    def row(value: float) -> int:
        return round((high - value) / (high - low) * (height - 1))

    touched: list[tuple[int, int] | None] = [None] * columns

    def touch(column: int, first: int, last: int) -> None:
        before = touched[column]
        top, bottom = min(first, last), max(first, last)
        touched[column] = (top, bottom) if before is None else (min(top, before[0]), max(bottom, before[1]))

    def column(x: float) -> int:
        return min(columns - 1, int((x - left) / span * (columns - 1) + 0.5))

    good = [(x, v) if math.isfinite(v) else None for x, v in points]
    for point in good:
        if point:
            touch(column(point[0]), row(point[1]), row(point[1]))
    for a, b in pairwise(good):
        if a is None or b is None:
            continue
        first, last = column(a[0]), column(b[0])
        previous = row(a[1])
        for at in range(first, last + 1):
            share = (at - first) / ((last - first) or 1)
            here = row(a[1] + (b[1] - a[1]) * share)
            touch(at, previous, here)
            previous = here
    return touched


def _ink(cells: list[list[tuple[int, str]]], rows: Sequence[tuple[int, int] | None], style: str) -> None:
    for at, touched in enumerate(rows):
        if touched:
            for row in range(touched[0], touched[1] + 1):
                bits, _ = cells[row // 4][at // 2]
                cells[row // 4][at // 2] = (bits | _DOTS[at % 2][row % 4], style)


def _lines(
    cells: list[list[tuple[int, str]]], y: tuple[float, float], ends: dict[int, tuple[str, str]], ascii: bool
) -> list[Text]:
    made: list[Text] = []
    for number, row in enumerate(cells):
        label = short(y[1]) if number == 0 else short(y[0]) if number == len(cells) - 1 else ""
        line = Text(f"{label:>{_LABEL}} " + ("|" if ascii else "│"), "dim")
        for style, group in groupby(row, key=lambda cell: cell[1]):
            line.append("".join(_character(bits, ascii) for bits, _ in group), style)
        if number in ends:
            line.append(f" {ends[number][0]}", ends[number][1])
        made.append(line)
    return made


def _character(bits: int, ascii: bool) -> str:
    if not bits:
        return " "
    return "*" if ascii else chr(0x2800 + bits)


def _axis(left: float, right: float, columns: int, name: str) -> Text:
    first, last = f"{name}{short(left)}", short(right)
    gap = max(1, columns - len(first) - len(last))
    return Text(" " * (_LABEL + 2) + first + " " * gap + last, style="dim")


def spark(values: Sequence[float], *, ascii: bool = False) -> str:
    """A curve in one line; NaN is an x."""
    bars = _ASCII_BARS if ascii else _BARS
    finite = [v for v in values if math.isfinite(v)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    span = (high - low) or 1.0
    return "".join(bars[int((v - low) / span * (len(bars) - 1))] if math.isfinite(v) else "x" for v in values)


def short(value: float) -> str:
    """A number in at most seven columns."""
    text = f"{value + 0.0:.4g}"  # no minus zero
    return next((t for t in (text, f"{value:.1e}") if len(t) <= _LABEL), f"{value:.0e}")

"""Charts: curves with their findings, as a block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lossdoc.show.blocks import Cut, Line, Text, length
from lossdoc.words.expressions import expression

if TYPE_CHECKING:
    from lossdoc.show.plot.scene import Scene

_ANSI = expression("\x1b\\[([0-9;]*)m")
# Colours as plotext writes them -> words of a style.
_INKS = {"1": "red", "2": "green", "3": "yellow", "4": "blue", "5": "magenta", "6": "cyan", "8": "dim", "9": "red bold"}


class Chart:
    """One plot under its heading, in a terminal so many rows high."""

    def __init__(self, heading: Sequence[Text], scene: Scene, *, rows: int, ascii: bool) -> None:
        self.heading, self.scene = heading, scene
        self._rows, self._ascii = rows, ascii

    def courses(self) -> list[tuple[str, str]]:
        """Each series by its name, on one line of block characters."""
        from lossdoc.show.plot.spark import spark

        scale = " (log scale)" if self.scene.log else ""
        return [(one.name + scale, line) for one, line in zip(self.scene.series, spark(self.scene), strict=True)]

    def lines(self, width: int) -> list[Line]:
        head = [line for text in self.heading for line in Cut(text).lines(width)]
        return [*head, *self.body(width)]

    def body(self, width: int) -> list[Line]:
        from lossdoc.show.plot.canvas import draw

        text = draw(self.scene, width, self._rows, ascii=self._ascii)
        return [list(_spans(line)) for line in text.rstrip("\n").split("\n")]


class Charts:
    """Charts side by side, as many as have room; their plots stand on one line. `run` is the number of their run."""

    WIDE = 66  # columns of a chart in which a course can be seen
    GAP = 2

    def __init__(self, charts: Sequence[Chart], run: int = 0) -> None:
        self.charts, self.run = charts, run

    def lines(self, width: int) -> list[Line]:
        columns = max(1, width // self.WIDE)
        room = (width - self.GAP * (columns - 1)) // columns
        made: list[Line] = []
        for start in range(0, len(self.charts), columns):
            sides = [chart.lines(room) for chart in self.charts[start : start + columns]]
            tall = max(map(len, sides))
            sides = [[[] for _ in range(tall - len(side))] + side for side in sides]
            made += ([] if not made else [[]]) + [_beside(parts, room + self.GAP) for parts in zip(*sides, strict=True)]
        return made


def _beside(parts: Sequence[Line], room: int) -> Line:
    line: Line = []
    for part in parts:
        line += [*part, (" " * (room - length(part)), "")]
    return line


def _spans(text: str) -> Iterator[tuple[str, str]]:
    style = ""
    for number, part in enumerate(_ANSI.split(text)):
        if number % 2:
            style = _INKS.get(part.removeprefix("38;5;"), "")
        elif part:
            yield part, style

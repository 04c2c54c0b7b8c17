"""Pens and inks of a terminal: curves are told apart by their pens where there is no colour."""

from __future__ import annotations

from typing import NamedTuple

from lossdoc.model.finding import Severity


class Pen(NamedTuple):
    """A marker and a colour of plotext; `ascii` is the marker where the stream knows no other."""

    marker: str
    ascii: str
    ink: str

    def on(self, ascii: bool) -> str:
        """The marker to draw with."""
        return self.ascii if ascii else self.marker

    def sign(self, ascii: bool) -> str:
        """What stands for it in a legend."""
        return "⣿" if self.on(ascii) == "braille" else self.on(ascii)

    @property
    def style(self) -> str:
        """Its colour as a style of text."""
        return self.ink.replace("orange", "yellow")


PENS = (
    Pen("braille", "*", "cyan"),
    Pen("•", "o", "magenta"),
    Pen("·", ".", "green"),
    Pen("+", "+", "blue"),
    Pen("×", "x", "orange"),
    Pen("o", "@", "red"),
)
BEHIND = Pen("·", ".", "gray")
MARK_INK: dict[Severity, str] = {"error": "red", "warning": "orange", "info": "blue"}


def pen(rank: int) -> Pen:
    return PENS[rank % len(PENS)]

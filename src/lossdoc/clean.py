"""Cleaning shared by all line readers: carriage returns, ANSI, prefixes. bytes -> [here] -> reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|[@-Z\\-_])")


class Line(NamedTuple):
    """One cleaned line. `number` counts the lines of the source from 1; parts of a line split at \\r share it."""

    number: int
    text: str
    stream: str | None = None
    split: str | None = None


def clean(text: str) -> Iterator[Line]:
    """Split on \\n and \\r, strip ANSI, drop empty parts."""
    for number, raw in enumerate(text.split("\n"), 1):
        line = _ANSI.sub("", raw) if "\x1b" in raw else raw
        for part in line.split("\r"):
            if part.strip():
                yield Line(number, part)

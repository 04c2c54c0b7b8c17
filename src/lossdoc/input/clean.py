"""Cleaning shared by all line readers: carriage returns, backspaces, ANSI, prefixes. bytes -> [here] -> reader."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lossdoc.input.prefixes import strip_prefix
from lossdoc.words.expressions import expression

_ANSI = expression(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_ERASE = expression(
    r"\x1b\[(?:2?K|[01]?G)"
)  # "clear the line", "go to column 1": what follows replaces what stood there
_BACK = expression(r"\x08{2,}")
_RUBOUT = expression(r"[^\x08]\x08")
# A bar of tqdm without a line break, and what a logger wrote behind it.
_BEHIND_BAR = expression(r"(?<=(?:it/s|s/it)\])(?=[\w\[(<]| +(?:INFO|WARNING|ERROR|DEBUG|\[?\d{4}-\d\d-\d\d)\b)")
# Slurm's last word, written into the line that the program had begun.
_SLURM = "slurmstepd: error:"
# Expressions that look for a mark behind a run of letters, digits or blanks try every place of the run, so that its
# cost grows with the square of its length. A hundred blanks say no less than thousands, a float has no more than 400
# digits, and no name of a metric is as long. The last letter of a word stays: digits and an x are no number.
_LONG = 400
_RUNS = expression(r"( {100}) +|(\t{100})\t+|(?<!\w)(\w{399})\w+(?=\w)|(([^\w\s])\5{399})\5+")
_WIDE, _TABS = " " * 100, "\t" * 100
_REPEATED = expression(r"\s*\[repeated \d+x across cluster\].*$")


class Line(NamedTuple):
    """One cleaned line. `number` counts the lines of the source from 1; parts of a line split at \\r share it.

    `text` has no prefix; `stream` is the rank or process that the prefix named, `split` the split it named.
    `final` is False for a part that a later part of the same line wrote over (an earlier state of a progress bar).
    """

    number: int
    text: str
    stream: str | None = None
    split: str | None = None
    final: bool = True


def strip_control(raw: str) -> str:
    """One physical line without ANSI sequences and backspaces. Where a terminal starts the line over, \\r stands."""
    if "\x1b" in raw:
        raw = _ANSI.sub("", _ERASE.sub("\r", raw))
    if "\x08" in raw:
        raw = _RUBOUT.sub("", _BACK.sub("\r", raw))
    return raw


def clean_line(number: int, raw: str) -> Iterator[Line]:
    """The parts of one physical line, in the order in which they were written."""
    if "\x1b" in raw or "\x08" in raw:
        raw = strip_control(raw)
    if "/it]" in raw or "it/s]" in raw:
        raw = _BEHIND_BAR.sub("\r", raw)
    if _SLURM in raw:
        raw = raw.replace(_SLURM, "\r" + _SLURM)
    if _WIDE in raw or _TABS in raw or (len(raw) > _LONG and max(map(len, raw.split()), default=0) > _LONG):
        raw = _RUNS.sub(lambda run: run[1] or run[2] or run[3] or run[4], raw)
    if "\r" not in raw:
        if raw and not raw.isspace():
            yield _line(number, raw, True)
        return
    parts = [part for part in raw.split("\r") if part and not part.isspace()]
    last = len(parts) - 1
    stream: str | None = None  # a launcher names the rank once per line, in front of all states of a bar
    for index, part in enumerate(parts):
        line = _line(number, part, index == last)
        stream = line.stream or stream
        yield line if line.stream == stream else line._replace(stream=stream)


def _line(number: int, text: str, final: bool) -> Line:
    if " [repeated " in text:
        text = _REPEATED.sub("", text)
    body, stream, split = strip_prefix(text)
    return Line(number, body, stream, split, final)


def physical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Number and content of each line. Nothing but \\n ends a line: numbers are those of an editor."""
    number, start, size = 1, 0, len(text)
    while start < size:
        end = text.find("\n", start)
        if end < 0:
            end = size
        yield number, text[start:end]
        number, start = number + 1, end + 1


def lines_with(text: str, literal: str) -> Iterator[tuple[int, str]]:
    """Number and content of the lines that hold a literal: the cheap way through a log in which they are rare."""
    number, counted, at = 1, 0, text.find(literal)
    while at >= 0:
        start = text.rfind("\n", counted, at) + 1 or counted
        number += text.count("\n", counted, start)
        end = text.find("\n", at)
        if end < 0:
            end = len(text)
        yield number, text[start:end]
        counted = start
        at = text.find(literal, end)

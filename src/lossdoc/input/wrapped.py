"""Rows of metrics that take several lines: pretty-printed dicts and objects, and rows that a terminal has wrapped.

Such a row is joined where it begins, and the lines that it took stay as empty ones: line numbers hold. Only flat rows,
so a document of JSON with a history in it stays as it is. decode -> [here] -> clean.
"""

from __future__ import annotations

import re

from lossdoc.words.expressions import expression

# A row that begins in a line and does not end there.
_OPEN = expression(r"\{['\"][^{}\r\n]*\r?\n|\{[ \t]*\r?\n[ \t]*['\"]")
_ROW = expression(r"(\{\s*['\"][^{}]{1,20000}\})([^{\n]*)")
_DOCUMENT = expression(r"\{|\[\s*[{\[]")  # of JSON, unless the object that it begins with is such a row itself
_NUMBER = expression(r"['\"]\s*:\s*['\"]?[-+]?(?:\d|nan|inf)", re.IGNORECASE)
_METRIC = expression(r"loss|epoch|step|reward|acc|score|eval", re.IGNORECASE)

_BAR = expression(r"%\||\[[=.>#]|\d(?:it/s|s/it)|\bETA\b")


def with_line_ends(text: str) -> str:
    """Where no other line ends, carriage returns end the lines, unless they start a bar over."""
    alone = "\n" not in text and text.count("\r") > 1 and not _BAR.search(text)
    return text.replace("\r", "\n") if alone else text


def joined(text: str) -> str:
    """The text with every such row on one line."""
    if "{" not in text or text.count("}\n") == text.count("\n"):
        return text  # no line ends inside a row
    begin = text[:64].lstrip()
    flat = begin.startswith("{") and _ROW.match(text, text.index("{")) is not None
    if _DOCUMENT.match(begin) and not flat and text[-64:].rstrip().endswith(("}", "]")):
        return text
    return _ROW.sub(_on_one_line, text) if _OPEN.search(text) else text


def _on_one_line(match: re.Match[str]) -> str:
    row, behind = match.groups()
    lines = row.count("\n")
    # Without its line breaks it may be a longer word: a terminal cuts keys and numbers anywhere.
    whole = "{" + row[1:].replace("\r\n", "").replace("\n", "").lstrip()
    if not lines or "\r" in whole or not _NUMBER.search(whole) or not _METRIC.search(whole):
        return match[0]
    return whole + behind + "\n" * lines

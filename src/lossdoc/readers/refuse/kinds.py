"""What a text is in which nothing speaks of a training, for the message that refuses it: a table, settings, a log."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from lossdoc.input.looks import UNKNOWN, Look
from lossdoc.input.numbers import to_float
from lossdoc.readers._results import one_row_each
from lossdoc.words.expressions import expression

_WHOLE = 4 << 20  # characters of JSON that are parsed to say what it is
_SHARE = 0.3  # of the lines must look alike
_WEB = Look("the log of a web server", "server")
_SETTINGS = Look("a file of settings", "settings")
_LOGGED = Look("the log of a program, without metrics", "program")
_INSTALLED = Look("the output of an installation")
_CI = Look("the log of a CI job")
_LATEX = Look("a LaTeX text")
_WEEKDAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
# The first that fits so many of the lines, or stands anywhere where the share is 0.
_LINES: tuple[tuple[str, float, Look], ...] = (
    (r"^(?:\S.*)?##\[(?:group|endgroup|command|section|error|warning|debug)\]", 0, _CI),
    (r"^travis_(?:fold|time):|^section_(?:start|end):\d+:", 0, _CI),
    (
        r"^=+ test session starts =+$|^(?:ok|not ok) \d+ - |^\s*Tests?:? +\d+ (?:passed|failed)",
        0,
        Look("the output of tests"),
    ),
    (r"^[\w.-]+(?:[-_]\d+)?\s+\| ", _SHARE, Look("the log of containers")),
    (rf"^\[{_WEEKDAY} \w{{3}} [ \d]\d [\d:.]+ \d{{4}}\] \[", _SHARE, _WEB),
    (r"^\S+ \S+ \S+ \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] \"", _SHARE, _WEB),
    (r"^(?:npm |yarn |\d+ (?:verbose|silly|info|http|timing) )", _SHARE, _INSTALLED),
    (
        r"^(?:Collecting|Requirement already satisfied|Downloading|Installing collected)\b",
        _SHARE,
        _INSTALLED,
    ),
    (
        r"^(?:gcc|g\+\+|cc|clang|ld|ar|make(?:\[\d+\])?:|\[ *\d+%\] (?:Building|Linking))",
        _SHARE,
        Look("the output of a build"),
    ),
    (r"^(?:FROM \S+|RUN |COPY |ADD |CMD |ENTRYPOINT |WORKDIR |ENV )", _SHARE, Look("a Dockerfile")),
    (r"^\s*(?:\\(?:begin|end|section|usepackage|documentclass|hline|toprule)\b|.*\\\\\s*$)", _SHARE, _LATEX),
    (r"^\s*[\w.-]+ ?= ?\S.*$|^\[[\w. \"-]+\]$", 0.8, _SETTINGS),
    (r"^.{0,80}?(?:\d\d:\d\d:\d\d|\b1[0-7]\d{8}\b)", 0.6, _LOGGED),
    (r"^[IWEF]\d{4} |^\d{6} \d{6} \d+ [A-Z]+ ", _SHARE, _LOGGED),
    (r"^(?i:create|alter|insert|select|drop|comment|begin|commit)\b.*;?$|^--", 0.5, Look("source code (SQL)", "code")),
    (
        r"[;{}]\s*$|^\s*(?://|/\*|\*/)|:= |^\s*(?:func|fn|def|class|if|for|while|return|import|from|case|const|fi)\b",
        0.25,
        Look("source code", "code"),
    ),
    (r"^\s*(?:- )?[\w.\"'/-]+:(?: .*)?$|^\s*(?:- |#)", 0.7, _SETTINGS),
)
_COMPILED = tuple((expression(pattern, re.M), share, name) for pattern, share, name in _LINES)
# No sentence, no time, no "name: 1".
_NAME = expression(r"[^\W\d](?:(?![:=]\s*[-\d])[^{}<>;]){0,60}")
_PACKAGE = {"dependencies", "devDependencies", "scripts", "lockfileVersion"}
_MODEL = {"model_type", "architectures", "hidden_size", "vocab_size", "tokenizer_class", "added_tokens", "peft_type"}
_CONTAINER = {"log", "stream", "time"}


def kind_of(text: str, head: str) -> Look:
    """What it is, a text that no reader took; `head` is its beginning."""
    lines = [line for line in head.splitlines() if line.strip()]
    first = lines[0].lstrip()
    if first.startswith(("{", "[")) and (found := _json(text, lines)):
        return found
    if first.startswith("#!"):
        return Look("source code", "code")
    if first.startswith(("<?xml", "<svg")):
        return Look("an XML document")
    if table := _table(lines):
        return table
    for pattern, share, name in _COMPILED:
        count = sum(pattern.search(line) is not None for line in lines)
        if count > share * len(lines) and (len(lines) > 2 or not share):
            return name
    return UNKNOWN


def _json(text: str, lines: Sequence[str]) -> Look | None:
    tree = _parsed(text)
    if isinstance(tree, dict):
        return _object(tree)
    if isinstance(tree, list):
        rows = [row for row in tree if isinstance(row, dict)]
        if not rows:
            return Look("a JSON list without keys", "without keys")
        return Look(f"a JSON list of records{_named(rows[0])}")
    rows = [row for line in lines[:50] if isinstance(row := _parsed(line), dict)]
    if len(rows) < 0.8 * len(lines[:50]):
        return None
    if all(row.keys() >= _CONTAINER for row in rows):
        return Look("the log of containers")
    return Look(f"JSON lines{_named(rows[0])}")


def _object(tree: dict[str, Any]) -> Look:
    if "nbformat" in tree:
        return Look("a Jupyter notebook without the output of a training", "notebook")
    if len(tree) > 500 and all(isinstance(value, int) for value in tree.values()):
        return Look("a vocabulary", "vocabulary")
    if tree.keys() & _PACKAGE:
        return Look("a list of packages (package.json)", "packages")
    if tree.keys() & _MODEL:
        return Look("the settings of a model (JSON)", "settings")
    if not any(isinstance(value, list) and len(value) > 20 for value in tree.values()):
        return Look(f"JSON settings or results{_named(tree)}", "settings")
    return Look(f"a JSON document{_named(tree)}")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text.lstrip("\ufeff")) if len(text) <= _WHOLE else None
    except (ValueError, RecursionError):
        return None


def _table(lines: Sequence[str]) -> Look | None:
    """Cells between commas, tabs, semicolons or spaces, as many in each line."""
    body = [line for line in lines[:40] if not line.lstrip().startswith("#")]
    if len(body) < 3:
        return None
    for mark in ("\t", ",", ";", None):
        rows = [[cell.strip(' "') for cell in line.split(mark)] for line in body]
        widths = {len(row) for row in rows[:-1]}
        if all(to_float(cell) is not None for row in rows for cell in row if cell) and len(widths) == 1:
            if widths != {1}:
                return Look("columns of numbers without names", "without names")
            return Look("a column of numbers without a name", "without a name")
        if mark is not None and _alike(rows):
            named = [cell for cell in rows[0] if cell]
            if one_row_each([dict(zip(rows[0], row, strict=False)) for row in rows[1:]], rows[0]):
                return Look(f"a table with one thing in each row{_listed(named)}", "things")
            return Look(f"a table of {len(rows[0])} columns{_listed(named)}", "table")
    return None


def _alike(rows: Sequence[Sequence[str]]) -> bool:
    """A header of words, and rows that hold as many cells or, with text in them, more."""
    width = len(rows[0])
    fits = sum(len(row) >= width for row in rows[1:])
    names = [cell for cell in rows[0] if cell]
    return width > 1 and fits >= 0.8 * (len(rows) - 1) and all(_NAME.fullmatch(cell) for cell in names) and bool(names)


def _named(row: dict[str, Any]) -> str:
    return _listed([key for key in row if isinstance(key, str)])


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(" ".join(name.split())[:40] for name in names[:4])
    return f" ({shown}{', ...' if len(names) > 4 else ''})" if names else ""

"""The split that a row names in a cell of its own: {"mode": "val"}, a column `phase`, "mode validation" in a line."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lossdoc.model.record import Raw

_NAMES = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "validate", "eval", "evaluation", "evaluate", "dev"), "eval"),
    **dict.fromkeys(("test", "testing"), "test"),
}
_COLUMNS = ("split", "mode", "phase", "stage", "subset", "partition")
_STATED = re.compile(rf"(?i)\b(?:{'|'.join(_COLUMNS)})\b\W{{0,3}}({'|'.join(_NAMES)})\b")


def split_of(value: Raw) -> str | None:
    """train, eval or test for the words that programs use for them."""
    return _NAMES.get(value.strip().lower()) if isinstance(value, str) else None


def split_column(names: Iterable[str]) -> str | None:
    """The column that may say of each row which split it is of."""
    return next((name for name in names if name.strip().lower() in _COLUMNS), None)


def stated_split(text: str) -> str | None:
    """The split that a line of names and values states among them."""
    found = _STATED.search(text)
    return _NAMES[found[1].lower()] if found else None

"""What all lines of a home-made log begin with: the name of a logger, a rank, a host. It says nothing of a single line.

Used by `_row_lines` beside `input.prefixes`, which knows what loggers of known programs write.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from lossdoc.words.counters import COUNTERS, GLUED
from lossdoc.words.expressions import expression
from lossdoc.words.splits import mentioned
from lossdoc.words.training import is_strong

_FEWEST = 6  # lines that decide (ours)
_LONGEST = 80
_PIECE = expression(r"[^\W\d_]+|\d+(?:\.\d+)?|[^\w\s]+|\s+|_")
# A bracket, a colon, a bar, a number, a level.
_END = expression(r"[\])>}|%]\s*|:(?!\d)\s*|-\s+|(?<=\d)\s+|(?<![\w.])(?:DEBUG|INFO|WARN(?:ING)?|ERROR|[DIWE])\s+")


def common_lead(texts: Sequence[str]) -> str:
    """The beginning that all of these lines share, as far as it names no counter and no quantity; "" for none."""
    if len(texts) < _FEWEST:
        return ""
    first = min(texts)
    shared = shared_start(first, max(texts))
    lead = _before_names(first, _end(first, min(len(shared), _LONGEST)))
    own = mentioned(lead)
    if own is not None and all(mentioned(text[len(lead) :]) in (None, own) for text in texts):
        return ""  # it is the mark of the split, which nothing behind it contradicts
    return lead if any(char.isalnum() for char in lead) else ""


def shared_start(one: str, other: str) -> str:
    """What both texts begin with."""
    return "".join(char for char, _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _end(text: str, most: int) -> int:
    """Where the last piece of the beginning of a text ends."""
    return max((found.end() for found in _END.finditer(text) if found.end() <= most), default=0)


def _before_names(text: str, most: int) -> str:
    for piece in _PIECE.finditer(text, 0, most):
        word = piece[0].lower()
        letter = word in GLUED and not text[piece.end() : most].strip(" :")  # "E:" before its number
        if word in COUNTERS or letter or is_strong(word) or "=" in word:
            return text[: _end(text, piece.start())]
    return text[:most]

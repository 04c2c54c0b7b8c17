"""What all lines of a home-made log begin with: the name of a logger, a rank, a host. It says nothing of a single line.

Used by `_row_lines` beside `input.prefixes`, which knows what loggers of known programs write.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from lossdoc.readers._words import is_strong
from lossdoc.words.counters import COUNTERS, GLUED
from lossdoc.words.expressions import expression
from lossdoc.words.splits import mentioned

_FEWEST = 6  # lines that decide (ours)
_LONGEST = 80
_PIECE = expression(r"[^\W\d_]+|\d+(?:\.\d+)?|[^\w\s]+|\s+|_")
_END = expression(r"(?s).*(?:[\])>}|%]\s*|:(?!\d)\s*|-\s+|(?<=\d)\s+)")  # a bracket, a colon, a bar, a number


def common_lead(texts: Sequence[str]) -> str:
    """The beginning that all of these lines share, as far as it names no counter and no quantity; "" for none."""
    if len(texts) < _FEWEST:
        return ""
    first, last = min(texts), max(texts)
    shared = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))
    end = _END.match(shared[:_LONGEST])
    lead = _before_names(end[0]) if end is not None else ""
    own = mentioned(lead)
    if own is not None and all(mentioned(text[len(lead) :]) in (None, own) for text in texts):
        return ""  # it is the mark of the split, which nothing behind it contradicts
    return lead if any(char.isalnum() for char in lead) else ""


def _before_names(lead: str) -> str:
    at = 0
    for piece in _PIECE.finditer(lead):
        word = piece[0].lower()
        letter = word in GLUED and not lead[piece.end() :].strip(" :")  # "E:" before its number
        if word in COUNTERS or letter or is_strong(word) or "=" in word:
            end = _END.match(lead[:at])
            return end[0] if end is not None else ""
        at = piece.end()
    return lead

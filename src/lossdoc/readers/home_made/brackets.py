"""Where a bracket of a composed line closes, and whether it holds nothing but the tail of a line."""

from __future__ import annotations

from lossdoc.readers.home_made.lexemes import BRACKETS, TAIL

_LONGEST_BRACKET = 300  # characters (ours)
_DEEPEST = 10  # brackets of one kind in each other (ours)


def closing(text: str, at: int, end: int) -> int:
    """Where the bracket that opens here closes, -1 for nowhere near."""
    opening, depth = text[at], 0
    for place in range(at, min(end, at + _LONGEST_BRACKET)):
        if text[place] == opening:
            depth += 1
            if depth > _DEEPEST:
                break
        elif text[place] == BRACKETS[opening]:
            depth -= 1
            if depth == 0:
                return place
    return -1


def is_tail(inner: str) -> bool:
    pieces = [piece.strip() for piece in inner.split(",")]
    return all(TAIL.fullmatch(piece) for piece in pieces)

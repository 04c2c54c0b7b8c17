"""The shape of a line: what it looks like whatever its numbers are. Programs print few shapes, many times each.

Most of our patterns ask for digits, never for a certain digit: what one of them finds in a line, and where, it finds in
every line of the same shape. So it is looked for once per shape.
"""

from __future__ import annotations

from typing import Generic, TypeVar

_DIGITS = bytes.maketrans(b"123456789", b"000000000")
# Longer lines hold so many numbers of different length that their shape hardly comes twice.
LONGEST = 1000
_MOST = 4096

_FEW = 1 << 20  # characters that are searched as they are
_PIECE = 1 << 18  # characters that are made shapes at once: so many stay near the processor
_MOST_KINDS = 1 << 16  # a text of more kinds of lines is prose, or data: its shapes would be as long as itself

T = TypeVar("T")


def shape(text: str) -> bytes:
    """The text with 0 in place of every digit."""
    return text.encode("utf-8", "surrogatepass").translate(_DIGITS)


class Memory(dict[bytes, T], Generic[T]):
    """What was found for a shape; it forgets everything when it gets large."""

    def __setitem__(self, key: bytes, value: T) -> None:
        if len(self) >= _MOST:
            self.clear()
        super().__setitem__(key, value)


class Kinds:
    """The lines of a text, each kind once, whatever its numbers are: where a word is missing, the text has it nowhere.

    Dozens of words are looked for in each log, and most logs hold few of them.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._shapes = _kinds(text) if len(text) > _FEW else None

    def may_hold(self, literal: str) -> bool:
        """False where the literal, which stands on one line, is nowhere in the text."""
        if self._shapes is None:
            return literal in self._text
        return _short(literal) in self._shapes


def _short(text: str) -> bytes:
    """The text without its numbers."""
    return text.encode("utf-8", "surrogatepass").translate(None, b"0123456789.+-")


def _kinds(text: str) -> bytes | None:
    """The lines without their numbers; None where there are too many."""
    found: set[bytes] = set()
    start = 0
    while start < len(text):
        end = text.find("\n", min(start + _PIECE, len(text)))
        end = len(text) if end < 0 else end
        found.update(_short(text[start:end]).split(b"\n"))
        if len(found) > _MOST_KINDS:
            return None
        start = end + 1
    return b"\n".join(found)

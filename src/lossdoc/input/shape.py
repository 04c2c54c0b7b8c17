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

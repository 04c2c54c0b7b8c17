"""What a composed line is made of, as the grammar finds it."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct, field

from lossdoc.words.splits import SPLITS


class Pair(NamedTuple):
    """A name with its value, where the value stands, and the split that a mark before it names."""

    name: str
    value: str
    start: int
    end: int
    owner: str | None  # the word of the mark
    named: bool = True  # False for a counter that stands without a name
    share: float | None = None  # the value where it is worked out of two numbers


class Parts(Struct):
    """What a line says: pairs, counters (as pairs), the marks of splits, words in the place of a mark."""

    pairs: list[Pair] = field(default_factory=list)
    counters: list[Pair] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)  # the split of each mark
    tags: list[str] = field(default_factory=list)  # words that stand where a mark may stand and are none we know
    prose: bool = False  # words of a sentence stand before a value
    fixed: list[tuple[int, str]] = field(default_factory=list)  # digits that decide: where they stand, what they are
    residue: list[str] = field(default_factory=list)  # what no rule takes
    owner: str | None = None
    _marked_at: int = 0  # how many pairs stood before the last mark

    def mark(self, word: str, split: str) -> None:
        if self.marks and self._marked_at == len(self.pairs):
            self.marks.pop()  # "[trainer] epoch 3 val loss": of marks without values between them the last one counts
        self._marked_at = len(self.pairs)
        self.marks.append(split)
        self.owner = word if word.lower() in SPLITS else split  # a name that begins with it is to be understood

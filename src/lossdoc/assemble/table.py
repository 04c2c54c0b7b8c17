"""All rows of a source by column: NumPy arrays of one length, one entry per row, so that long logs cost little."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lossdoc.assemble.bucket import Bucket
    from lossdoc.model.note import Note

    Rows = NDArray[np.int64]
    Numbers = NDArray[np.float64]
    Mask = NDArray[np.bool_]

# A place beyond this is no place: NaN, infinity, a hash under a key that looks like a step.
FURTHEST = 1e15


class Words:
    """A column of few different words: the number of each row's word, 0 where the row has none."""

    def __init__(self, codes: NDArray[np.int64], names: Sequence[str] = ("",)) -> None:
        self.codes = codes
        self.names = list(names)

    @classmethod
    def empty(cls, rows: int) -> Words:
        import numpy as np

        return cls(np.zeros(rows, dtype=np.int64))

    def code(self, name: str | None) -> int:
        """The number of a word, which is new if need be."""
        if not name:
            return 0
        if name not in self.names:
            self.names.append(name)
        return self.names.index(name)

    def put(self, rows: Rows, words: Sequence[str | None]) -> None:
        """Set the words of some rows."""
        if not any(words):
            return
        known: dict[str | None, int] = {word: self.code(word) for word in dict.fromkeys(words)}
        self.codes[rows] = [known[word] for word in words]

    def among(self, rows: Rows) -> list[str]:
        """The different words of some rows, in the order in which they appear."""
        import numpy as np

        codes = self.codes[rows]
        order = np.argsort(codes, kind="stable")
        begins = order[np.append(True, np.diff(codes[order]) != 0)[: len(order)]]
        return [self.names[code] for code in codes[np.sort(begins)].tolist() if code]

    def are(self, name: str) -> Mask:
        """Which rows have this word."""
        mask: Mask = self.codes == (self.names.index(name) if name in self.names else -1)
        return mask

    def commonest(self, rows: Rows) -> str | None:
        """The word of most of these rows, of equally many the one that comes first; None where none has any."""
        import numpy as np

        counts = np.bincount(self.codes[rows], minlength=len(self.names))
        return max(self.among(rows), key=lambda name: counts[self.names.index(name)], default=None)


def _no_rows() -> Any:
    import numpy as np

    return np.zeros(0)


class Table(Struct):
    """NaN in a column of numbers means that the row does not say it; line 0, that its source has no lines."""

    lines: Rows
    steps: Numbers
    epochs: Numbers
    counts: Numbers  # tokens or samples seen so far, `counted` says which
    counted: Words
    axes: Words  # what `steps` count
    streams: Words
    runs: Words
    kinds: Words  # train, eval, test, summary, "" = no metric in the row
    buckets: dict[tuple[str, str, str, tuple[tuple[str, str], ...]], Bucket] = field(default_factory=dict)
    summary: dict[str, float] = field(default_factory=dict)  # final values such as train_runtime
    notes: list[Note] = field(default_factory=list)
    axis: str = "step"  # filled in by position.py: what `places` count
    places: Numbers = field(default_factory=_no_rows)
    inferred: bool = False

    def __len__(self) -> int:
        return len(self.lines)

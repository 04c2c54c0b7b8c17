"""What a reader yields: records in file order, and events beside them. reader -> [here] -> assemble."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# A value as written. Text is parsed by `lossdoc.input.numbers.parse` in the assemble step, which also learns the
# printed precision from it; None means that the trainer wrote "no value" (null, None), which is not NaN.
Raw = float | int | str | None

# The label of rows that stand several times at each place while nothing says whose they are: "1 of 2".
UNTOLD = "row"

# How the key of an object ends that is nested too deeply to be read; no log has it.
DEEPER = "\0deeper"


class Record(Struct):
    """One row of metrics as it stands in the source.

    `values` maps raw keys to raw values, step and epoch keys included (assemble finds them by the documents).
    The hints hold what the *grammar* says beside the keys: a step in a header, a split in a prefix, a rank.
    """

    values: Mapping[str, Raw]
    line: int | None = None
    step: float | None = None
    axis: str | None = None  # what `step` counts, where the grammar says so: step, epoch, tokens, samples
    epoch: float | None = None
    split: str | None = None
    stream: str | None = None  # rank or process that wrote the row: rows of several streams are interleaved
    run: str | None = None  # name or number of the run where the source itself keeps runs apart
    labels: Mapping[str, str] = field(default_factory=dict)


class Columns(Struct):
    """Many points of one raw key at once, for sources that store curves (event files, databases).

    Shapes: steps, values (n,).
    """

    key: str
    steps: NDArray[np.float64]
    values: NDArray[np.float64]
    axis: str | None = "step"
    split: str | None = None
    run: str | None = None
    inferred: bool = False  # the steps were worked out


class Block(Struct):
    """Many rows of one layout at once, for text sources: each row has every key, a number under it, and nothing else
    but the hints that hold for all of them.

    Shapes: each of `columns` (rows,), in the order of `keys`; `lines` (rows,), increasing; `steps` and `epochs` (rows,)
    where the grammar says them. Rows of other layouts may stand between them: the line numbers say where. `printed`
    holds the first numbers of a key as they were written, by which its digits are counted; None where the source holds
    numbers and no texts, for all keys or for one.
    """

    keys: tuple[str, ...]
    columns: Sequence[NDArray[np.float64]]
    lines: NDArray[np.int64]
    printed: Mapping[str, Sequence[str] | None] | None = None
    split: str | None = None
    axis: str | None = None
    steps: NDArray[np.float64] | None = None
    epochs: NDArray[np.float64] | None = None

    def records(self) -> Iterator[Record]:
        """The same rows one by one."""
        none = [None] * len(self.lines)
        steps, epochs = (none if place is None else place.tolist() for place in (self.steps, self.epochs))
        columns = [column.tolist() for column in self.columns]
        for line, step, epoch, *row in zip(self.lines.tolist(), steps, epochs, *columns, strict=True):
            yield Record(dict(zip(self.keys, row, strict=True)), line, step, self.axis, epoch, self.split)

    def where(self, keep: NDArray[np.bool_]) -> Block:
        """The block of some of its rows: a mask of shape (rows,)."""
        steps, epochs = (None if place is None else place[keep] for place in (self.steps, self.epochs))
        columns = [column[keep] for column in self.columns]
        printed = self.printed and {
            key: texts and list(compress(texts, keep.tolist())) for key, texts in self.printed.items()
        }
        return replace(self, columns=columns, lines=self.lines[keep], printed=printed, steps=steps, epochs=epochs)


class Event(Struct, frozen=True):
    """Something that the log says beside metrics.

    kind: "config" (data holds settings), "trainer" (data holds what an earlier reading recognised), "crash" (text is
    the error's own line), "end" (the trainer said that it finished), "resume" (it said that it resumed), "interrupt",
    "progress" (a progress bar: data n, total), "loss_scale" (an overflow: data scale, what it was reduced to),
    "non_finite" (it said that its loss is no number and stopped), "restart" (a new process or a new run starts here),
    "cut" (the source ends inside a record), "empty" (a store of metrics that holds none: text says what was read).
    """

    kind: str
    line: int | None = None
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


class Bars(Event, frozen=True, eq=False, kw_only=True):
    """Many states of one progress bar at once: an event "progress" whose data are the last of them.

    Shapes: `lines` and `states` (states,), in the order in which they were drawn.
    """

    lines: NDArray[np.int64]
    states: NDArray[np.int64]


class Unread(Struct, frozen=True):
    """A line that looked like a record and could not be read."""

    line: int | None
    why: str


Item = Record | Columns | Event | Unread
BulkItem = Item | Block  # what a reader yields of a long text

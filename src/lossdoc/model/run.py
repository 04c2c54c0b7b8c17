"""The data types that everything after the assemble step works on: Curve, Trainer, Run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from lossdoc.model.note import Note
    from lossdoc.model.record import Event, Unread

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


class Curve(Struct, frozen=True, eq=False):
    """One metric of one split: what was logged and nothing else.

    All arrays have shape (points,). A point that was not logged is not there: NaN in `values` always means that the
    trainer logged NaN. `steps` never decrease. `records` holds the number of the record of each point; by it curves are
    joined. `lines` holds source lines and is empty for binary sources.
    """

    metric: str
    split: str
    key: str
    steps: Floats
    values: Floats
    records: Ints
    lines: Ints
    axis: str = "step"  # step, epoch, row, tokens, samples
    steps_inferred: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    aggregation: str | None = None  # mean, sum, fraction, ...
    decimals: int | None = None  # digits printed after the point; None = not rounded that way
    significant: int | None = None  # significant digits printed (".4g"); None = not rounded that way
    known: bool = True  # a document knows the key
    full: float = 1.0  # what its log writes for a value of 1: 100 where shares were logged in percent

    def __len__(self) -> int:
        return len(self.values)

    def where(self, keep: NDArray[np.bool_] | Ints | slice) -> Curve:
        """The curve of some of its points: a mask of shape (points,), indices, or a slice."""
        return replace(
            self,
            steps=self.steps[keep],
            values=self.values[keep],
            records=self.records[keep],
            lines=self.lines[keep] if len(self.lines) else self.lines,
        )

    def finite(self) -> Curve:
        """The curve without its NaN and infinite points."""
        import numpy as np

        keep = np.isfinite(self.values)
        return self if keep.all() else self.where(keep)

    def line(self, index: int) -> int | None:
        """Source line of a point, or None for binary sources."""
        return int(self.lines[index]) if len(self.lines) else None

    def as_logged(self, value: float) -> float:
        """A value of this curve as its log writes it: 30 for 0.3 where shares are logged in percent."""
        return self.full * value

    @property
    def said(self) -> str:
        """The log's own name: `val_loss`; with the split and the labels that it does not hold: `eval acc (wiki)`."""
        from lossdoc.words.splits import held_out_word

        split = "" if self.split == "train" or held_out_word(self.key) else f"{self.split} "
        more = [value for value in self.labels.values() if value.lower() not in self.key.lower()]
        labels = f" ({', '.join(more)})" if more else ""
        return f"{split}{self.key or self.metric}{labels}"

    @property
    def name(self) -> str:
        """What lossdoc calls this curve, in whatever log: `eval loss (wiki)`."""
        label = f" ({', '.join(self.labels.values())})" if self.labels else ""
        return f"{'' if self.split == 'train' else self.split + ' '}{self.metric}{label}"


class Trainer(Struct, frozen=True):
    """Who wrote the log. Several candidates when the keys cannot tell; `given` when the user said it."""

    candidates: tuple[str, ...] = ()  # objectives, ids of `metrics/trainers/`, most likely first
    framework: str | None = None
    loss_type: str | None = None
    given: bool = False
    why: str = ""

    @property
    def objective(self) -> str | None:
        """The objective if it is certain."""
        return self.candidates[0] if len(self.candidates) == 1 else None

    @property
    def said(self) -> str:
        """`trl dpo (ipo)`, `sft, pretrain or regression`, `unknown`."""
        *others, last = self.candidates or ("unknown",)
        objective = f"{', '.join(others)} or {last}" if others else last
        loss_type = f" ({self.loss_type})" if self.loss_type else ""
        return f"{self.framework or ''} {objective}{loss_type}".strip()


class Run(Struct, eq=False, dict=True):
    """One training run as read from one or more sources."""

    source: str
    format: str
    curves: Sequence[Curve]
    sources: Sequence[str] = ()
    trainer: Trainer = field(default_factory=Trainer)
    config: Mapping[str, Any] = field(default_factory=dict)  # what the log or the user says
    beside: tuple[Mapping[str, Any], str] = field(default_factory=lambda: ({}, ""))  # settings of a file beside the log
    events: Sequence[Event] = ()
    unread: Sequence[Unread] = ()
    records: int = 0  # rows with a metric as they stand in the source
    dropped_records: int = 0  # duplicates and replayed segments that are not in the curves
    notes: Sequence[Note] = ()  # what assemble decided and a person should know
    name: str = ""  # which of several runs of one source, "" when there is one
    epochs: Curve | None = None  # epoch of the records where `steps` count something else; `all("epoch")` gives it
    counts: Curve | None = None  # tokens or samples seen at each record, where `steps` count something else

    @cached_property
    def metrics(self) -> frozenset[str]:
        """What `all` has a curve for."""
        return frozenset([*(c.metric for c in self.curves), *(["epoch"] if self.epochs is not None else [])])

    def all(self, metric: str, split: str | None = None) -> list[Curve]:
        """Curves of a metric, unlabelled ones first."""
        if metric == "epoch" and self.epochs is not None:
            return [self.epochs]
        found = [c for c in self.curves if c.metric == metric and split in (None, c.split)]
        return sorted(found, key=lambda c: len(c.labels)) if len(found) > 1 else found

    def get(self, metric: str, split: str = "train", labels: Mapping[str, str] | None = None) -> Curve | None:
        """The curve of a metric and split: with these labels, or the plainest one when none are asked for."""
        for curve in self.all(metric, split):
            if labels is None or dict(curve.labels) == dict(labels):
                return curve
        return None

    @property
    def last_step(self) -> float | None:
        """The furthest step of any curve that has real steps."""
        ends = [float(c.steps[-1]) for c in self.curves if len(c) and c.axis == "step"]
        return max(ends, default=None)

    def to_pandas(self) -> pd.DataFrame:
        """A tidy frame: metric, split, labels, key, axis, step, value, line."""
        import pandas as pd

        frames = [
            pd.DataFrame(
                {
                    "metric": c.metric,
                    "split": c.split,
                    "labels": ",".join(f"{k}={v}" for k, v in c.labels.items()),
                    "key": c.key,
                    "axis": c.axis,
                    "step": c.steps,
                    "value": c.values,
                    "record": c.records,
                    "line": c.lines if len(c.lines) else None,
                }
            )
            for c in self.curves
            if len(c)
        ]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

"""A long log at a cost that does not grow with it: what is new is read alone and joined to the newest points of before.

What it shows are hints and no findings: where one comes up the whole log is judged, and only that is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from lossdoc.model.finding import Report
    from lossdoc.model.run import Curve, Run

POINTS = 1000  # of each curve: one that is logged rarely is there as a whole
_HEAD = 4096  # bytes of the beginning of a log that are read again each time: titles of a table
_BEFORE = 50  # lines that are read again each time: what is new may be the end of a block


class Newest(Struct, frozen=True):
    """The newest points of a run, and up to which byte and line of its log they are read."""

    run: Run
    end: int
    lines: int

    @classmethod
    def of(cls, run: Run, data: bytearray, end: int) -> Newest:
        """`data`, up to byte `end`: the log that the run was read from."""
        return cls(replace(run, curves=[_last(c) for c in run.curves]), end, data.count(b"\n", 0, end))

    def grown(self, data: bytearray, end: int, read: Callable[[bytes], Sequence[Run]]) -> Newest | None:
        """With the lines up to byte `end`; None where they do not simply go on (a restart, another run)."""
        head = data[: data.rfind(b"\n", 0, _HEAD) + 1]
        start = self.end
        for _ in range(_BEFORE + 1):
            start = data.rfind(b"\n", len(head), start)
            if start < 0:
                break
        start = max(start + 1, len(head))
        again = head.count(b"\n") + data.count(b"\n", start, self.end)
        runs = read(bytes(head + data[start:end]))
        lines = self.lines + data.count(b"\n", self.end, end)
        if not runs:
            return Newest(self.run, end, lines)
        new = [part for c in runs[-1].curves if len(c.lines) and len(part := c.where(c.lines > again))]
        joined = self._joined(new, self.lines - again)
        if joined is None:
            return None
        events = [replace(e, line=e.line + self.lines - again) for e in runs[-1].events if e.line and e.line > again]
        records = self.run.records + len({int(record) for c in new for record in c.records})
        run = replace(self.run, curves=joined, events=[*self.run.events, *events], records=records)
        return Newest(run, end, lines)

    def _joined(self, new: Sequence[Curve], lines: int) -> list[Curve] | None:
        """The curves with their new points; `lines`: how far the numbers of lines of these are off."""
        if not new:
            return list(self.run.curves)
        first = min(int(c.records[0]) for c in new)
        parts = {_key(c): c for c in new}
        joined: list[Curve] = []
        for old in self.run.curves:
            part = parts.pop(_key(old), None)
            if part is None:
                joined.append(old)
                continue
            goes_on = _moved(part, self.run.records - first, lines, _gap(old, part))
            if len(old) and goes_on.steps[0] < old.steps[-1]:
                return None
            joined.append(_last(_sum(old, goes_on)))
        joined += [_moved(part, self.run.records - first, lines, 0.0) for part in parts.values()]
        return joined


def hints(report: Report, since: float | None) -> frozenset[tuple[str, str, float | None]]:
    """What a report of the newest points makes one look for: alarms, told apart by their onset where that is new."""
    return frozenset(
        (f.id, f.severity, f.first_step if since is not None and (f.first_step or since) > since else None)
        for f in report.findings
        if f.severity != "info"
    )


def _key(curve: Curve) -> tuple[str, str, frozenset[tuple[str, str]]]:
    labels: Mapping[str, str] = curve.labels
    return curve.metric, curve.split, frozenset(labels.items())


def _last(curve: Curve) -> Curve:
    return curve if len(curve) <= POINTS else curve.where(slice(-POINTS, None))


def _gap(old: Curve, new: Curve) -> float:
    """What new steps are off by where they were only counted."""
    if not (new.steps_inferred or new.axis == "row") or not len(old):
        return 0.0
    width = float(old.steps[-1] - old.steps[-2]) if len(old) > 1 else 1.0
    return float(old.steps[-1]) + width - float(new.steps[0])


def _moved(curve: Curve, records: int, lines: int, steps: float) -> Curve:
    return replace(curve, records=curve.records + records, lines=curve.lines + lines, steps=curve.steps + steps)


def _sum(old: Curve, new: Curve) -> Curve:
    import numpy as np

    return replace(
        old,
        steps=np.concatenate([old.steps, new.steps]),
        values=np.concatenate([old.values, new.values]),
        records=np.concatenate([old.records, new.records]),
        lines=np.concatenate([old.lines, new.lines]) if len(old.lines) else old.lines,
    )

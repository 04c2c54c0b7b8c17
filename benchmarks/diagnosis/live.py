"""How soon watch tells a fault: python -m benchmarks.diagnosis.live [--verbose]

For each labelled run whose fault is seen: is an expected check, as a warning or an error, found when so many records had
come since the onset of the label, and is it told, as watch tells it, which asks that it stood PATIENCE records before?
Faults of which no record comes after the onset (a run that was killed) are known only when the log stays silent.
"""

from __future__ import annotations

import sys
from dataclasses import replace

from benchmarks.diagnosis.labels import Label, read_runs
from benchmarks.diagnosis.score import share
from benchmarks.diagnosis.steady import best, runs_of
from lossdoc.api import Options, diagnose
from lossdoc.live import OF_THE_END
from lossdoc.live.watcher import PATIENCE
from lossdoc.model.run import Run

WITHIN = 20  # records


def until(run: Run, last: int) -> Run:
    """The run as it stood when its record `last` had come; how it ends is not known."""
    curves = [part for curve in run.curves if len(part := curve.where(curve.records <= last))]
    return replace(run, curves=curves, events=[e for e in run.events if e.kind not in ("end", "crash")])


def onset_record(run: Run, label: Label) -> int | None:
    """The first record at or after the step at which the fault began."""
    after = [c.records[c.steps >= (label.onset or 0)] for c in run.curves if c.axis == "step"]
    return min((int(records.min()) for records in after if len(records)), default=None)


def found(run: Run, last: int, label: Label, options: Options) -> bool:
    expected = frozenset[str]().union(*label.expected)
    return any(f.check in expected and f.severity != "info" for f in diagnose(until(run, last), options).findings)


def main() -> None:
    options = Options(ignore=OF_THE_END)
    seen: list[bool] = []
    told: list[bool] = []
    silent = 0
    for label in read_runs():
        path = best(label)
        if label.healthy or not label.observable or path is None:
            continue
        run = runs_of(path, options)[0]
        onset = onset_record(run, label)
        if onset is None:
            silent += 1
            continue
        seen.append(found(run, onset + WITHIN - 1, label, options))
        told.append(seen[-1] and found(run, onset + WITHIN - 1 - PATIENCE, label, options))
        if "--verbose" in sys.argv and not told[-1]:
            print(
                f"  {label.name}: {label.fault} from record {onset} on; {'found' if seen[-1] else 'not found'} by then"
            )
    if not seen:
        print("no ../shared/runs here: nothing to measure")
        return
    print(
        f"within {WITHIN} records of the onset: found {share(seen)}, told {share(told)}; no record after it: {silent}"
    )


if __name__ == "__main__":
    main()

"""How soon watch tells a fault, and what it tells of healthy runs: python -m benchmarks.diagnosis.live [--verbose]

Every labelled run as it stood at each of its records from the tenth on. Of the faulty ones whose fault is seen: is an
expected check, as a warning or an error, found, and told as watch tells it, when WITHIN records had come since the onset
of the label? Counted in records of the log, and in points of the curve that shows it: where one is evaluated every
twenty records no check can see overfitting within twenty. Of the healthy ones: was a warning or an error told that the
report of the whole run does not hold?
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from benchmarks.diagnosis.labels import Label, read_runs
from benchmarks.diagnosis.score import share
from benchmarks.diagnosis.steady import best, runs_of
from lossdoc.api import Options, diagnose
from lossdoc.live import OF_THE_END
from lossdoc.live.patience import Patience
from lossdoc.model.finding import Finding
from lossdoc.model.run import Run

WITHIN = 20  # records
FIRST = 10  # records: fewer are judged by nothing


@dataclass
class Course:
    """What was told of a run: findings with the record after which, and the points of their curves since the onset."""

    label: Label
    onset: int | None = None
    last: int = 0
    found: dict[str, tuple[Finding, int, int]] = field(default_factory=dict)
    told: dict[str, tuple[Finding, int, int]] = field(default_factory=dict)
    untrue: list[Finding] = field(default_factory=list)  # told, and not in the report of the whole run

    def soonest(self, said: dict[str, tuple[Finding, int, int]], *, points: bool) -> int | None:
        """Records, or points of its own curve, until the first expected finding; None where there is none."""
        expected = frozenset[str]().union(*self.label.expected)
        waits = [own if points else count for finding, count, own in said.values() if finding.check in expected]
        return min(waits, default=None)


def until(run: Run, last: int) -> Run:
    """The run as it stood when its record `last` had come; how it ends is not known."""
    curves = [part for curve in run.curves if len(part := curve.where(curve.records <= last))]
    events = [event for event in run.events if event.kind not in ("end", "crash")]
    return replace(run, curves=curves, events=events, records=last + 1)


def onset_record(run: Run, label: Label) -> int | None:
    """The first record at or after the step at which the fault began."""
    after = [c.records[c.steps >= (label.onset or 0)] for c in run.curves if c.axis == "step"]
    return min((int(records.min()) for records in after if len(records)), default=None)


def follow(label: Label) -> Course:
    """Look at a run after each of its records, as watch does on a log that is written slowly."""
    options, path = Options(ignore=OF_THE_END), best(label)
    assert path is not None
    run = runs_of(path, options)[0]
    course = Course(label, onset_record(run, label), max(int(c.records[-1]) for c in run.curves if len(c)))
    patience = Patience()
    for last in range(FIRST - 1, course.last + 1):
        report = diagnose(until(run, last), options)
        for said, now in ((course.found, report.findings), (course.told, [f for _, f in patience.ripe([report])])):
            for finding in now:
                if finding.severity != "info" and finding.id not in said:
                    said[finding.id] = finding, *_since_onset(run, finding, course.onset or 0, last)
    known = {finding.id for finding in diagnose(run, Options()).findings if finding.severity != "info"}
    course.untrue = [finding for finding, _, _ in course.told.values() if finding.id not in known]
    return course


def _since_onset(run: Run, finding: Finding, onset: int, last: int) -> tuple[int, int]:
    records = last - onset + 1
    curve = run.get(finding.metric, finding.split or "train", finding.labels) if finding.metric else None
    return records, records if curve is None else int(np.sum((curve.records >= onset) & (curve.records <= last)))


def figures(courses: list[Course]) -> Iterator[str]:
    healthy = [course for course in courses if course.label.healthy]
    sick = [c for c in courses if c.label.observable and not c.label.healthy]
    seen = [c for c in sick if c.onset is not None]
    for unit, points in (("records of the log", False), ("points of the curve that shows it", True)):
        waits = [(c.soonest(c.found, points=points), c.soonest(c.told, points=points)) for c in seen]
        found, told = (
            share(wait is not None and wait <= WITHIN for wait in column) for column in zip(*waits, strict=True)
        )
        yield f"within {WITHIN} {unit}: told {told}, found {found}"
    yield f"faults of which no record comes after the onset: {len(sick) - len(seen)}"
    yield f"healthy runs of which something was told that the whole log takes back: {share(bool(c.untrue) for c in healthy)}"
    untrue = sum(len(c.untrue) for c in courses if not c.label.healthy)
    yield f"of faulty runs so many told findings were taken back: {untrue} of {sum(len(c.told) for c in courses if not c.label.healthy)}"
    if "--verbose" in sys.argv:
        kinds: dict[str, list[str]] = defaultdict(list)
        for c in seen:
            kinds[c.label.fault].append(str(c.soonest(c.told, points=False) or "never"))
        yield from (f"  {fault}: told after {', '.join(waits)} records" for fault, waits in sorted(kinds.items()))
        yield from (f"  {c.label.name}: {', '.join(f.check for f in c.untrue)} taken back" for c in courses if c.untrue)


def main() -> None:
    labels = [label for label in read_runs() if best(label)]
    if not labels:
        print("no ../shared/runs here: nothing to measure")
        return
    with ProcessPoolExecutor() as pool:
        courses = list(pool.map(follow, labels))
    print("\n".join(figures(courses)))


if __name__ == "__main__":
    main()

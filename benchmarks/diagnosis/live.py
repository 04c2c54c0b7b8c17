"""How soon watch tells a fault, and what it tells of healthy runs: python -m benchmarks.diagnosis.live [--verbose]

Every labelled run as it stood at each of its records from the tenth on, a faulty one until its fault is confirmed. Of the
faulty ones whose fault is seen: was an expected check suspected, and was it confirmed, when WITHIN records had come since
the onset of the label? Counted in records of the log, and in points of the curve that shows it: where one is evaluated
every twenty records no check can see overfitting within twenty, and such faults are counted apart too. Of the healthy
ones: was a warning or an error confirmed that the report of the whole run does not hold, and how many saw a suspicion
that was withdrawn?
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from msgspec.structs import replace

from benchmarks.diagnosis.labels import Label, read_runs
from benchmarks.diagnosis.score import AT_ANY_SEVERITY, share
from benchmarks.diagnosis.steady import best, runs_of
from lossdoc.api import Options, diagnose
from lossdoc.live import OF_THE_END
from lossdoc.live.news import Said
from lossdoc.model.finding import Finding
from lossdoc.model.run import Run

WITHIN = 20  # records
FIRST = 10  # records: fewer are judged by nothing
AT_THE_START = 2  # steps: the fault was there from the first record on

Sure = Literal["suspected", "confirmed"]


@dataclass(frozen=True)
class Wait:
    """From the onset of the fault until a finding was told."""

    finding: Finding
    records: int  # of the log
    points: int  # of the curve that shows it
    soon: int  # points that this curve has within so many records


@dataclass
class Course:
    """What was told of a run: of each finding, suspected at least or confirmed, when it was first told."""

    label: Label
    onset: int | None = None
    waits: dict[Sure, dict[str, Wait]] = field(default_factory=lambda: {"suspected": {}, "confirmed": {}})
    withdrawn: list[str] = field(default_factory=list)  # what was suspected only
    untrue: list[str] = field(default_factory=list)  # confirmed, and not in the report of the whole run

    def soonest(self, sure: Sure, *, points: bool = False) -> int | None:
        """Records, or points of its own curve, until an expected finding; None where there is none."""
        waits = [wait.points if points else wait.records for wait in self._expected(sure)]
        return min(waits, default=None)

    @property
    def shows(self) -> bool:
        """The curve that shows the fault has more than one point in time: one alone has nothing to compare it with."""
        waits = list(self._expected("suspected"))
        return not waits or any(wait.soon > 1 for wait in waits)

    @property
    def slow(self) -> bool:
        """Wrong from the first record on, and seen by what does not come: healthy runs that start slowly look alike."""
        return (self.label.onset or 0) <= AT_THE_START

    def _expected(self, sure: Sure) -> Iterator[Wait]:
        expected = frozenset[str]().union(*self.label.expected)
        return (wait for wait in self.waits[sure].values() if wait.finding.check in expected)


def until(run: Run, last: int) -> Run:
    """The run as it stood when its record `last` had come; how it ends is not known."""
    curves = [part for curve in run.curves if len(part := curve.where(curve.records <= last))]
    line = max((int(c.lines[-1]) for c in curves if len(c.lines)), default=None)
    events = [e for e in run.events if e.kind not in ("end", "crash") and (line is None or (e.line or 0) <= line)]
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
    course, said = Course(label, onset_record(run, label)), Said()
    for last in range(FIRST - 1, max(int(c.records[-1]) for c in run.curves if len(c)) + 1):
        for _, finding, state, _ in said.news([diagnose(until(run, last), options)], at_the_end=False):
            if state == "withdrawn":
                course.withdrawn.append(finding.check)
            elif finding.severity != "info" or finding.check in AT_ANY_SEVERITY:
                wait = _wait(run, finding, course.onset or 0, last)
                course.waits["suspected"].setdefault(finding.id, wait)
                if state == "confirmed":
                    course.waits["confirmed"].setdefault(finding.id, wait)
        if not label.healthy and (course.soonest("confirmed") or 0) > 0:
            break
    known = {f.id for f in diagnose(run, Options()).findings if f.severity != "info" or f.check in AT_ANY_SEVERITY}
    course.untrue = [wait.finding.check for key, wait in course.waits["confirmed"].items() if key not in known]
    return course


def _wait(run: Run, finding: Finding, onset: int, last: int) -> Wait:
    curve = run.get(finding.metric, finding.split or "train", finding.labels) if finding.metric else None

    def points(until: int) -> int:
        return until - onset + 1 if curve is None else int(np.sum((curve.records >= onset) & (curve.records <= until)))

    return Wait(finding, last - onset + 1, points(last), points(onset + WITHIN - 1))


def figures(courses: list[Course]) -> Iterator[str]:
    healthy = [course for course in courses if course.label.healthy]
    sick = [c for c in courses if c.label.observable and not c.label.healthy]
    seen = [c for c in sick if c.onset is not None]
    yield _within("records of the log", seen)
    shown = [c for c in seen if c.shows]
    yield _within(f"records, without {len(seen) - len(shown)} whose curve has at most one point by then", shown)
    yield _within("records, of faults that begin later than the log", [c for c in shown if not c.slow])
    yield _within("records, of faults that are there from its first record on", [c for c in shown if c.slow])
    yield _within("points of the curve that shows it", seen, points=True)
    yield f"faults of which no record comes after the onset: {len(sick) - len(seen)}"
    yield f"healthy runs of which something was confirmed that the whole log takes back: {share(bool(c.untrue) for c in healthy)}"
    yield f"healthy runs of which something was suspected and withdrawn: {share(bool(c.withdrawn) for c in healthy)}"
    if "--verbose" in sys.argv:
        for c in sorted(seen, key=lambda c: (c.label.fault, c.label.name)):
            waits = ", ".join(f"{sure} after {c.soonest(sure)}" for sure in c.waits)
            yield f"  {c.label.fault}, {c.label.name}: {waits}" + ("" if c.shows else " (at most one point)")
        for c in healthy:
            for how, found in (("withdrawn", c.withdrawn), ("taken back", c.untrue)):
                yield from [f"  {c.label.name}: {', '.join(found)} {how}"] * bool(found)


def _within(unit: str, courses: list[Course], *, points: bool = False) -> str:
    def in_time(sure: Sure) -> str:
        waits = [course.soonest(sure, points=points) for course in courses]
        return share(wait is not None and wait <= WITHIN for wait in waits)

    return f"within {WITHIN} {unit}: told {in_time('suspected')}, of these confirmed {in_time('confirmed')}"


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

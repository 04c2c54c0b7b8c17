"""What must not change the diagnosis: python -m benchmarks.diagnosis.steady.

Prefixes of healthy runs are not failing; every fifth or tenth record gives no new alarm and mostly the same root; all
files of one run give the same roots.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from benchmarks.diagnosis.labels import FILES, Label, read_runs
from lossdoc.api import Options, diagnose, read_path
from lossdoc.model.run import Run

PREFIXES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
STRIDES = (2, 5, 10)


def runs_of(path: Path, options: Options) -> list[Run]:
    return [run for found in read_path(str(path), options) if isinstance(found, list) for run in found]


def cut(run: Run, keep: float) -> Run:
    """The run as it stood at a share of its records; it was still going on."""
    last = keep * max(int(c.records[-1]) for c in run.curves if len(c))
    curves = [part for c in run.curves if len(part := c.where(c.records <= last))]
    return replace(run, curves=curves, events=[e for e in run.events if e.kind != "end"])


def thinned(run: Run, stride: int) -> Run:
    """The run as if it had logged every n-th training record; evaluations are all kept."""
    curves = []
    for c in run.curves:
        part = c.where(np.arange(len(c)) % stride == stride - 1) if c.split == "train" else c
        if len(part):
            curves.append(part)
    return replace(run, curves=curves)


def roots(run: Run, options: Options) -> list[tuple[str, str]]:
    """(check, severity) of the root findings that count."""
    return [(f.check, f.severity) for f in diagnose(run, options).roots if f.severity != "info"]


def best(label: Label) -> Path | None:
    return next((path for kind in FILES if (path := label.source(kind))), None)


def prefixes(labels: list[Label], options: Options) -> None:
    """Healthy runs cut off early, and faulty ones before their fault began."""
    failing: Counter[str] = Counter()
    warned: Counter[str] = Counter()
    total = 0
    for label in labels:
        path = best(label)
        if path is None or not (label.healthy or (label.onset and label.steps and label.onset > 0.3 * label.steps)):
            continue
        for run in runs_of(path, options):
            for keep in PREFIXES:
                if not label.healthy and keep * (label.steps or 0) >= 0.98 * (label.onset or 0):
                    continue
                total += 1
                for check, severity in roots(cut(run, keep), options):
                    if check in label.may_report:
                        continue
                    (failing if severity == "error" else warned)[check] += 1
                    if "--verbose" in sys.argv:
                        print(f"  prefix {keep} of {label.name}: {check} {severity}")
    print(
        f"prefixes: {total}; failing {sum(failing.values())} {dict(failing)}; warned {sum(warned.values())} {dict(warned)}"
    )


def strides(labels: list[Label], options: Options) -> None:
    """Runs that logged less often."""
    for stride in STRIDES:
        alarms: Counter[str] = Counter()
        healthy = same = faulty = 0
        for label in labels:
            path = best(label)
            if path is None:
                continue
            for run in runs_of(path, options):
                if max(len(c) for c in run.curves) < 12 * stride:
                    continue
                found = roots(thinned(run, stride), options)
                if label.healthy:
                    healthy += 1
                    for check, _ in found:
                        alarms[check] += check not in label.may_report
                        if "--verbose" in sys.argv and check not in label.may_report:
                            print(f"  every {stride} of {label.name}: {check}")
                elif label.observable and (full := roots(run, options)):
                    faulty += 1
                    same += bool(
                        {c for c, _ in found[:1]} & {c for c, _ in full} or {c for c, _ in found[:1]} & _wanted(label)
                    )
        print(
            f"every {stride}: false alarms {sum(alarms.values())}/{healthy} {dict(alarms)}; same lead {same}/{faulty}"
        )


def _wanted(label: Label) -> set[str]:
    return set().union(*label.expected) if label.expected else set()


def sources(labels: list[Label], options: Options) -> None:
    """The files of one run against each other."""
    differing = compared = 0
    for label in labels:
        said = {
            kind: {check for run in runs_of(path, options) for check, _ in roots(run, options)}
            for kind in FILES
            if (path := label.source(kind))
        }
        if len(said) < 2:
            continue
        compared += 1
        if len({frozenset(s) for s in said.values()}) > 1:
            differing += 1
            print(f"  {label.name}: {said}")
    print(f"files of one run disagree: {differing}/{compared}")


def main() -> None:
    options = Options()
    labels = list(read_runs())
    for part in (prefixes, strides, sources):
        part(labels, options)


if __name__ == "__main__":
    main()

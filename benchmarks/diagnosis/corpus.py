"""Public logs with labels: errors on healthy ones, and whether the expected findings are there."""

from __future__ import annotations

import csv
import re

from benchmarks.diagnosis.labels import SHARED
from benchmarks.diagnosis.lossdoc_runs import say
from benchmarks.diagnosis.score import share
from lossdoc.api import Options


def score_corpus(options: Options, verbose: bool) -> None:
    """Print the figures of ../shared/corpus/manifest.csv."""
    manifest = SHARED / "corpus" / "manifest.csv"
    if not manifest.is_file():
        return
    healthy_errors: list[bool] = []
    healthy_alarms: list[bool] = []
    groups_found: list[bool] = []
    with manifest.open(newline="") as handle:
        for row in csv.DictReader(handle):
            if row["verdict"] not in ("healthy", "sick", "judge"):
                continue
            said = say(SHARED / "corpus" / row["file"], options)
            counted = [s for s in said if s.counts]
            names = {s.check for s in counted}
            may = set(re.split(r"[|;]", row["may_report"]))
            wanted = [set(group.split("|")) for group in row["expected"].split(";") if group]
            note = ""
            if row["verdict"] == "healthy" and row["label_confidence"] == "high":
                errors = {s.check for s in counted if s.severity == "error"} - may
                alarms = {s.check for s in counted if s.root and s.severity != "info"} - may
                healthy_errors.append(bool(errors))
                healthy_alarms.append(bool(alarms))
                note = f"ALARM {sorted(alarms)}" if alarms else ""
            elif row["verdict"] == "sick" and row["label_confidence"] == "high":
                got = [bool(group & names) for group in wanted]
                groups_found += got
                note = "" if all(got) else f"MISSED {row['expected']}"
            if verbose and (note or row["verdict"] == "judge"):
                print(f"  {row['verdict']:8} {row['file'][:50]:50} {note} said {sorted(names)}")
    print("public logs")
    print(f"  error on a surely healthy log      {share(healthy_errors)}")
    print(f"  warning or error on one            {share(healthy_alarms)}")
    print(f"  expected groups on surely sick     {share(groups_found)}")

"""Public logs per check: right on surely sick ones, wrong on surely healthy ones."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.diagnosis.labels import SHARED
from benchmarks.diagnosis.lossdoc_runs import say
from lossdoc.api import Options


@dataclass
class Public:
    """Counts by check id, and how many logs counted."""

    logs: int = 0
    expected: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)


def count(options: Options) -> Public:
    """The rows of ../shared/corpus/manifest.csv whose label is sure."""
    found = Public()
    manifest = SHARED / "corpus" / "manifest.csv"
    if not manifest.is_file():
        return found
    with manifest.open(newline="") as handle:
        rows = [
            r for r in csv.DictReader(handle) if r["label_confidence"] == "high" and r["verdict"] in ("healthy", "sick")
        ]
    for row in rows:
        found.logs += 1
        said = [s for s in say(SHARED / "corpus" / row["file"], options) if s.counts]
        names = {s.check for s in said}
        if row["verdict"] == "sick":
            wanted = {check for group in row["expected"].split(";") for check in group.split("|") if check}
            found.expected.update(wanted)
            found.right.update(wanted & names)
        else:
            allowed = set(re.split(r"[|;]", row["may_report"]))
            found.wrong.update({s.check for s in said if s.root and s.severity != "info"} - allowed)
    return found

"""The labels of ../shared/runs and ../shared/corpus as records."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared"
_STEPLESS = frozenset({"", "any", "none"})
# Names of the files of a run by what labels.csv calls them, the richest first.
FILES = {"state": "trainer_state.json", "jsonl": "log.jsonl", "csv": "log.csv", "stdout": "stdout.log", "events": "tb"}


@dataclass(frozen=True)
class Label:
    """One labelled run: `expected` are groups of ids, any id of a group counts; every group is one fault."""

    name: str
    trainer: str
    fault: str
    observable: bool
    expected: tuple[frozenset[str], ...]
    may_report: frozenset[str]
    must_not: frozenset[str]  # {"any"}: every warning or error is a false alarm
    onset: float | None
    steps: float | None
    observable_in: frozenset[str]
    folder: Path
    words: dict[str, str] = field(default_factory=dict)

    @property
    def healthy(self) -> bool:
        return self.fault == "none"

    @property
    def allowed(self) -> frozenset[str]:
        return self.may_report.union(*self.expected)

    def source(self, kind: str) -> Path | None:
        """The file of this kind, if the run has it with content and the fault shows in it."""
        path = self.folder / FILES[kind]
        if not path.exists() or (path.is_file() and not path.stat().st_size):
            return None
        shown = self.observable_in
        return path if not shown or "any" in shown or kind in shown else None


def read_runs(shared: Path = SHARED) -> Iterator[Label]:
    """The rows of labels.csv; nothing where ../shared is absent."""
    table = shared / "runs" / "labels.csv"
    if not table.is_file():
        return
    with table.open(newline="") as handle:
        for row in csv.DictReader(handle):
            yield Label(
                name=row["id"],
                trainer=row["trainer"],
                fault=row["fault"],
                observable=row["observable"] == "yes",
                expected=tuple(frozenset(group.split("|")) for group in row["expected"].split(";") if group),
                may_report=frozenset(re.split(r"[|;]", row["may_report"])) - {""},
                must_not=frozenset(re.split(r"[|;]", row["must_not_report"])) - {""},
                onset=float(row["onset_step"]) if row["onset_step"] else None,
                steps=float(row["steps"]) if row["steps"] else None,
                observable_in=frozenset(re.split(r"[|;]", row["observable_in"])) - {""},
                folder=shared / "runs" / row["id"],
                words=row,
            )

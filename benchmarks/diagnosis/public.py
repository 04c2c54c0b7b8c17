"""Public logs as they lie about, and whether an expert would sign what a tool says of them.

The labels (../shared/wild/labels.csv) hold the verdicts that are right: H healthy, S suspicious or failing, N not judged,
R no log. A rival that reads a log and warns of nothing says H.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.diagnosis.labels import SHARED
from benchmarks.diagnosis.lossdoc_runs import reports
from lossdoc import __version__
from lossdoc.api import Options

Finding = tuple[str, str, float | None]  # of a rival: id, severity, step
WILD = SHARED / "wild"
ROWS = {
    "verdict that an expert would sign": ("signed", "counted"),
    "sick runs called sick": ("found", "sick"),
    "called healthy although no expert would": ("reassured", "not healthy"),
    "false alarms": ("alarmed", "fine"),
    "logs not read": ("misread", "logs"),
    "texts that are no log refused": ("refused", "no log"),
}


@dataclass(frozen=True)
class Label:
    """What an expert says of a log; `allowed` holds the letters that are right."""

    file: Path
    allowed: frozenset[str]


def labels() -> list[Label]:
    """Those that are counted: of high or medium confidence."""
    with (WILD / "labels.csv").open(newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["confidence"] != "low"]
    return [Label(WILD / "files" / row["file"], frozenset(row["allowed"])) for row in rows]


def lossdoc(path: Path) -> str:
    """The letter of the worst run of a file."""
    verdicts = {report.verdict for report in reports(path, Options())}
    if not verdicts:
        return "R"
    return "S" if verdicts & {"failing", "suspicious"} else "H" if "healthy" in verdicts else "N"


def letter(found: Sequence[Finding] | None) -> str:
    """What a rival says: it warns, it does not, or it could not read the file."""
    return "R" if found is None else "S" if any(severity != "info" for _, severity, _ in found) else "H"


def count(tool: Callable[[Path], str]) -> Counter[str]:
    """How often a tool is right, and wrong in which way."""
    n: Counter[str] = Counter()
    given = labels()
    with ThreadPoolExecutor(2) as pool:
        for label, said in zip(given, pool.map(lambda one: tool(one.file), given), strict=True):
            allowed = label.allowed
            n["counted"] += 1
            n["signed"] += said in allowed
            if allowed == {"R"}:
                n["no log"] += 1
                n["refused"] += said == "R"
                continue
            n["logs"] += 1
            n["misread"] += said == "R" and "R" not in allowed
            n["sick"] += allowed == {"S"}
            n["found"] += allowed == {"S"} and said == "S"
            n["not healthy"] += "H" not in allowed
            n["reassured"] += "H" not in allowed and said == "H"
            n["fine"] += "S" not in allowed
            n["alarmed"] += "S" not in allowed and said == "S"
    print(".", end="", file=sys.stderr, flush=True)
    return n


def table(rivals: Mapping[str, Callable[[Path], Sequence[Finding] | None]]) -> str:
    """A table for the README, one row a tool."""
    tools: dict[str, Callable[[Path], str]] = {f"lossdoc {__version__}": lossdoc}
    for name, call in rivals.items():
        tools[name] = lambda path, call=call: letter(call(path))  # type: ignore[misc]
    lines = [f"| public logs | {' | '.join(ROWS)} |", f"| --- |{' --- |' * len(ROWS)}"]
    for name, tool in tools.items():
        n = count(tool)
        lines.append(f"| {name} | {' | '.join(f'{n[part]}/{n[whole]}' for part, whole in ROWS.values())} |")
    return "\n".join(lines)

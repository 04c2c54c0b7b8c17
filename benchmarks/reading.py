"""Read every file of ../shared and hold what was read against the manifest: python -m benchmarks.reading [FOLDER].

Prints per file: format found, records against the manifest, final loss against the manifest, keys recognised, seconds,
verdict kind; then the totals. `counted.csv` holds the files of the corpus whose records the manifest counts otherwise
than we do, with the reason: the totals say how many are right by each.
"""

from __future__ import annotations

import csv
import math
import re
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lossdoc.api import Options, diagnose, read_path
from lossdoc.model.finding import NotRead
from lossdoc.model.run import Run

HERE = Path(__file__).parent
SHARED = HERE.resolve().parents[1] / "shared"
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w@])")


@dataclass
class Row:
    """What was read from one file, and what the manifest says."""

    name: str
    wanted: dict[str, str]
    counted: int | None = None  # records as we count them, where the manifest says another number
    format: str = "-"
    records: int = 0
    loss: float | None = None
    keys: tuple[int, int] = (0, 0)
    seconds: float = 0.0
    verdict: str = ""
    problem: str = ""

    @property
    def wanted_records(self) -> int | None:
        text = self.wanted.get("n_records", "")
        return int(text) if text.isdigit() else None

    @property
    def wanted_loss(self) -> float | None:
        """The first final value that the manifest states."""
        text = self.wanted.get("final_loss", "")
        stated = _NUMBER.search(text)
        return math.nan if text == "nan" else float(stated[0]) if stated else None

    def records_right(self, wanted: int | None) -> bool | None:
        return None if wanted is None else abs(self.records - wanted) <= 0.02 * wanted

    def loss_right(self, finals: list[float]) -> bool | None:
        """A stated final value is among the last values that were read, within 0.5 %."""
        want = self.wanted_loss
        if want is None:
            return None
        return any((math.isnan(want) and math.isnan(got)) or abs(got - want) <= 0.005 * abs(want) for got in finals)


def counted() -> dict[str, int]:
    """Records, every row of numbers one, of the files whose number in the manifest is another."""
    with (HERE / "counted.csv").open(newline="") as handle:
        return {row["id"]: int(row["records"]) for row in csv.DictReader(handle)}


def files(folder: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """Files of a folder with their row of the manifest, {} where there is none."""
    manifest = folder / "manifest.csv"
    if manifest.is_file():
        with manifest.open(newline="") as handle:
            for row in csv.DictReader(handle):
                yield folder / row["file"], row
        return
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".md" and path.name != "labels.csv":
            yield path, {}


def read_one(path: Path, wanted: dict[str, str], options: Options) -> tuple[Row, list[float]]:
    """One row of the table, and the last values of all curves."""
    row = Row(str(path.parent.name + "/" + path.name)[:58], wanted, counted().get(wanted.get("id", "")))
    begin = time.process_time()
    finals: list[float] = []
    try:
        for result in read_path(str(path), options):
            if isinstance(result, NotRead):
                row.verdict, row.problem = "not read", f"{result.found}: {result.why}"[:100]
                continue
            row.format = result[0].format
            row.records = sum(run.records for run in result)
            row.verdict = "/".join(sorted({diagnose(run, options).verdict for run in result}))
            finals += [float(c.values[-1]) for run in result for c in run.curves if len(c)]
            row.loss = _final_loss(result)
            known = [c for run in result for c in run.curves if c.known]
            row.keys = (len({c.key for c in known}), len({c.key for run in result for c in run.curves}))
    except Exception:
        row.verdict, row.problem = "TRACEBACK", traceback.format_exc().strip().splitlines()[-1]
    row.seconds = time.process_time() - begin
    return row, finals


def _final_loss(runs: list[Run]) -> float | None:
    for run in reversed(runs):
        for curve in (run.get("loss"), *run.all("loss")):
            if curve is not None and len(curve):
                return float(curve.values[-1])
    return None


def main(folders: list[Path]) -> int:
    options = Options()
    for folder in folders:
        rows = [(*read_one(path, wanted, options),) for path, wanted in files(folder)]
        print(f"\n{folder}")
        print(
            f"{'file':58} {'format':16} {'records':>8} {'wanted':>8} {'loss':>10} {'final':>6} {'keys':>7} {'s':>5}  verdict"
        )
        for row, finals in rows:
            right = {True: "ok", False: "WRONG", None: ""}
            flag = "<" if row.records_right(row.wanted_records) is False else ""
            loss = "" if row.loss is None else f"{row.loss:.4g}"
            print(
                f"{row.name:58} {row.format[:16]:16} {row.records:8} {row.wanted.get('n_records', ''):>7}{flag or ' '} {loss:>10} "
                f"{right[row.loss_right(finals)]:>6} {row.keys[0]:>3}/{row.keys[1]:<3} {row.seconds:5.1f}  {row.verdict} {row.problem}"
            )
        _totals(rows)
    return 0


def _totals(rows: list[tuple[Row, list[float]]]) -> None:
    judged = [row for row, _ in rows if row.wanted_records is not None]
    by_manifest = sum(bool(row.records_right(row.wanted_records)) for row in judged)
    by_design = sum(
        bool(row.records_right(row.wanted_records if row.counted is None else row.counted)) for row in judged
    )
    losses = [right for row, finals in rows if (right := row.loss_right(finals)) is not None]
    nothing = [row for row, _ in rows if row.wanted.get("verdict") == "nothing-to-diagnose"]
    refused = [row for row in nothing if row.verdict == "not read"]
    tracebacks = sum(row.verdict == "TRACEBACK" for row, _ in rows)
    print(
        f"files {len(rows)}; records within 2 %: {by_design}/{len(judged)} as we count, {by_manifest} as the manifest does; "
        f"final loss within 0.5 %: {sum(losses)}/{len(losses)}; nothing to diagnose refused: {len(refused)}/{len(nothing)}; "
        f"tracebacks {tracebacks}; slowest {max((row.seconds for row, _ in rows), default=0):.1f} s"
    )


if __name__ == "__main__":
    sys.exit(main([Path(a) for a in sys.argv[1:]] or [SHARED / "corpus", SHARED / "samples", SHARED / "runs"]))

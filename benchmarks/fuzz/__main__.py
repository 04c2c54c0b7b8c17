"""Run the fuzzer; see the package. `--table README.md` writes the figures between its marks."""

from __future__ import annotations

import argparse
import collections
import os
import sys
import time
from datetime import date
from pathlib import Path

from benchmarks.fuzz.several import outcomes
from benchmarks.fuzz.trial import SLOW_SECONDS
from benchmarks.marked import put

KINDS = {
    "crash": "crashes",
    "reader": "readers that failed",
    "check": "broken checks",
    "warning": "warnings",
    "output": "invalid outputs",
    "slow": f"over {SLOW_SECONDS:g} s",
}


def main() -> int:
    ask = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description="Mutated logs through everything.")
    ask.add_argument("--inputs", type=int, default=10_000)
    ask.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--start", type=int, default=0, help="number of the first input")
    ask.add_argument("--only", type=int, help="this one input")
    ask.add_argument("--save", type=Path, help="a folder for the inputs that show a fault")
    ask.add_argument("--jobs", type=int, default=1, help="so many processes")
    ask.add_argument("--table", type=Path, help="write the figures into this page")
    said = ask.parse_args()
    numbers = range(said.start, said.start + said.inputs) if said.only is None else [said.only]
    faults: dict[tuple[str, str], list[int]] = {}
    begin, count, runs, slowest = time.monotonic(), 0, 0, (0.0, 0)
    for number, outcome in outcomes([(said.seed, number, said.save) for number in numbers], said.jobs):
        count, runs, slowest = count + 1, runs + bool(outcome.runs), max(slowest, (outcome.seconds, number))
        for fault in dict.fromkeys(outcome.faults):
            if fault not in faults:
                print(f"input {number}: {fault[0]}: {fault[1]}", flush=True)
            faults.setdefault(fault, []).append(number)
        if time.monotonic() - begin > said.seconds:
            break
    kinds = collections.Counter(kind for (kind, _), where in faults.items() for _ in where)
    found = ", ".join(f"{kinds[kind]} {words}" for kind, words in KINDS.items())
    figures = (
        f"{count:,} inputs, seed {said.seed}, of which {runs:,} were read as runs: {found} of the processor "
        f"(slowest {slowest[0]:.1f} s)"
    )
    print(f"{figures}; input {slowest[1]}; {time.monotonic() - begin:.0f} s")
    if said.table:
        version = ".".join(map(str, sys.version_info[:3]))
        put(said.table, "fuzz", f"On {date.today()} ({os.cpu_count()} cores, CPython {version}): {figures}.")
    return int(any(kind != "slow" for kind, _ in faults))  # a slow machine is no fault


if __name__ == "__main__":
    sys.exit(main())

"""Run the fuzzer; see the package."""

from __future__ import annotations

import argparse
import collections
import sys
import time
from pathlib import Path

from benchmarks.fuzz.mutate import mutated
from benchmarks.fuzz.seeds import all_seeds
from benchmarks.fuzz.trial import tried
from lossdoc.api import Options


def main() -> int:
    ask = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description="Mutated logs through everything.")
    ask.add_argument("--inputs", type=int, default=10_000)
    ask.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--start", type=int, default=0, help="number of the first input")
    ask.add_argument("--only", type=int, help="this one input")
    ask.add_argument("--save", type=Path, help="a folder for the inputs that show a fault")
    said = ask.parse_args()
    numbers = range(said.start, said.start + said.inputs) if said.only is None else [said.only]
    seeds, options = all_seeds(), Options()
    faults: dict[tuple[str, str], list[int]] = {}
    begin, count, runs, slowest = time.monotonic(), 0, 0, (0.0, 0)
    for number in numbers:
        if time.monotonic() - begin > said.seconds:
            break
        name, data = mutated(seeds, said.seed, number)
        outcome = tried(name, data, options)
        count, runs, slowest = count + 1, runs + bool(outcome.runs), max(slowest, (outcome.seconds, number))
        for fault in dict.fromkeys(outcome.faults):
            if fault not in faults:
                print(f"input {number}: {fault[0]}: {fault[1]}", flush=True)
            faults.setdefault(fault, []).append(number)
            if said.save is not None:
                said.save.mkdir(parents=True, exist_ok=True)
                (said.save / f"{fault[0]}-{said.seed}-{number}-{name.replace('/', '_')}").write_bytes(data)
    kinds = collections.Counter(kind for (kind, _), where in faults.items() for _ in where)
    print(
        f"{count:,} inputs in {time.monotonic() - begin:.0f} s, seed {said.seed}: {runs:,} with runs; "
        f"{kinds['crash']} crashes, {kinds['reader']} readers that failed, {kinds['check']} broken checks, {kinds['warning']} warnings, "
        f"{kinds['output']} invalid outputs, {kinds['slow']} over 3 s (slowest {slowest[0]:.1f} s, input {slowest[1]})"
    )
    return int(any(kind != "slow" for kind, _ in faults))  # a busy machine is slow too


if __name__ == "__main__":
    sys.exit(main())

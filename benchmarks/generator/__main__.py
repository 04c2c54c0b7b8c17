"""Per scenario: fired on the fault, fired on its healthy twin: python -m benchmarks.generator [CHECK...]."""

from __future__ import annotations

import sys

from benchmarks.generator.scenario import all_scenarios
from benchmarks.generator.score import LENGTHS, SEEDS, try_out
from lossdoc.api import Options


def main() -> None:
    options = Options()
    wanted = sys.argv[1:]
    print(f"{SEEDS} seeds, {' and '.join(map(str, LENGTHS))} records")
    print(f"{'check':26} {'scenario':34} {'trainer':10} {'fault':>7} {'twin':>7}  warnings on healthy twins")
    for scenario in all_scenarios():
        if wanted and scenario.check not in wanted:
            continue
        result = try_out(scenario, options)
        others = ", ".join(f"{check} {count}" for check, count in sorted(result.others.items()))
        print(
            f"{scenario.check:26} {scenario.name:34} {scenario.trainer:10} {result.fault:>3}/{result.runs:<3} "
            f"{result.twin:>3}/{result.runs:<3}  {others}"
        )


if __name__ == "__main__":
    main()

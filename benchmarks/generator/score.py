"""Each scenario over seeds and lengths: how often its check fires on the fault and on the healthy twin."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from msgspec.structs import replace

from benchmarks.generator.scenario import Scenario, all_scenarios
from lossdoc.api import Options, diagnose

SEEDS = 20
LENGTHS = (80, 400)

Pair = tuple[int, int]
Pairs = dict[str, tuple[Pair | None, Pair | None]]


@dataclass
class Result:
    """Counts of one scenario over all seeds and lengths."""

    scenario: Scenario
    runs: int = 0
    fault: int = 0
    twin: int = 0
    others: Counter[str] = field(default_factory=Counter)  # roots at warning or above on healthy twins, any check


def try_out(scenario: Scenario, options: Options, seeds: int = SEEDS, *, alone: bool = False) -> Result:
    """Fault and twin of every seed and length. The twin is judged with all checks, unless the scenario's own is asked
    for `alone`."""
    result = Result(scenario)
    own = replace(options, select=(scenario.check,))
    for n in LENGTHS:
        for seed in range(seeds):
            result.runs += 1
            sick = diagnose(scenario.run(n, seed, True), own)
            well = diagnose(scenario.run(n, seed, False), own if alone else options)
            result.fault += any(f.check == scenario.check for f in sick.findings)
            result.twin += any(f.check == scenario.check for f in well.findings)
            result.others.update({f.check for f in well.roots if f.severity != "info"})
    return result


def generated(options: Options) -> Pairs:
    """(fired, pairs) on faults and on twins by check."""
    pairs: dict[str, list[int]] = {}
    for scenario in all_scenarios():
        result = try_out(scenario, options, alone=True)
        counts = pairs.setdefault(scenario.check, [0, 0, 0])
        for at, more in enumerate((result.fault, result.twin, result.runs)):
            counts[at] += more
    return {check: ((fault, runs), (twin, runs)) for check, (fault, twin, runs) in pairs.items()}

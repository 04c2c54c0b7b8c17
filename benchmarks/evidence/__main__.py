"""Measure the evidence for each check: python -m benchmarks.evidence [--keep-generated].

Writes src/lossdoc/evidence.json, which `lossdoc explain CHECK` shows, and prints it as a table.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from benchmarks.diagnosis.labels import read_runs
from benchmarks.evidence.counts import figures, judge, score
from benchmarks.evidence.few import count as count_few
from benchmarks.evidence.public import count
from benchmarks.generator.score import Pairs, generated
from lossdoc import checks
from lossdoc.api import Options
from lossdoc.knowledge.evidence import FILE, Evidence, Figures, Score, evidence, experimental

TARGET = Path(__file__).resolve().parents[2] / "src" / "lossdoc" / FILE


def measure(options: Options, *, keep_generated: bool) -> Evidence:
    """All figures. Without the labelled runs of ../shared there is nothing to measure: SystemExit."""
    judged = list(judge(read_runs(), options))
    if not judged:
        raise SystemExit("no labelled runs: ../shared/runs is not here")
    total = score(judged)
    public = count(options)
    pairs = _kept() if keep_generated else generated(options)
    few = count_few(read_runs(), options)
    found: dict[str, Figures] = {}
    for check in checks.check_ids():
        fault, twin = pairs.get(check, (None, None))
        found[check] = msgspec.structs.replace(
            figures(check, judged, total),
            public_expected=public.expected[check],
            public_right=public.right[check],
            public_wrong=public.wrong[check],
            fault=fault,
            twin=twin,
            few=few.get(check, {}),
        )
    return Evidence(len(judged), sum(one.label.healthy for one in judged), public.logs, total, found)


def _kept() -> Pairs:
    return {check: (f.fault, f.twin) for check, f in evidence().checks.items() if f.fault and f.twin}


def show(known: Evidence, options: Options) -> None:
    """One line per check."""
    assert known.total is not None
    print(f"{known.runs} labelled runs, {known.healthy} healthy; {known.public} public logs; {_score(known.total)}")
    print(f"{'check':26} {'right':>7} {'wrong':>5} {'told':>4} {'public':>7} {'wrong':>5}  {'generated':14} without it")
    for check, f in known.checks.items():
        pair = f"{f.fault[0]}/{f.fault[1]} {f.twin[0]}/{f.twin[1]}" if f.fault and f.twin else "-"
        without = _score(f.without) if f.without else "the same"
        mark = "  experimental" if experimental(options.knowledge.check_page(check), known) else ""
        print(
            f"{check:26} {f.right:>3}/{f.expected:<3} {f.wrong:>5} {f.told:>4} {f.public_right:>3}/{f.public_expected:<3} "
            f"{f.public_wrong:>5}  {pair:14} {without}{mark}"
        )


def _score(score: Score) -> str:
    return f"found {100 * score.found:.1f} led {100 * score.led:.1f} precision {score.precision:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evidence")
    parser.add_argument("--keep-generated", action="store_true", help="leave the figures of the generator as they are")
    arguments = parser.parse_args()
    options = Options()
    known = measure(options, keep_generated=arguments.keep_generated)
    TARGET.write_bytes(msgspec.json.format(msgspec.json.encode(known), indent=1) + b"\n")
    show(known, options)


if __name__ == "__main__":
    main()

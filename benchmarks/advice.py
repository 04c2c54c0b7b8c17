"""Score the advice: python -m benchmarks.advice [--verbose]: is the injected cause among the first three?

Counted are the labelled runs of ../shared/runs whose fault can be seen and was found. The causes are those of the first
root finding, in the order in which a reader sees them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from benchmarks.diagnosis.labels import FILES, Label, read_runs
from benchmarks.diagnosis.score import share
from lossdoc.api import Options, diagnose, read_path
from lossdoc.model.finding import Report

# What was put in -> what names it: causes of metrics/causes.yaml, or the words of a cause that only one page has.
INJECTED: dict[str, tuple[str, ...]] = {
    "bad_init": ("standard deviation far too large",),
    "beta_tiny": ("beta-low",),
    "burst": ("bad-batch",),
    "constant_reward": ("reward-constant",),
    "deep_sigmoid": ("saturation",),
    "displacement": ("beta-low", "rate-high"),
    "entropy_collapse": ("rate-high",),  # a rate of 1e-3 did it
    "frozen": ("frozen",),
    "interrupted": ("restart",),
    "killed": ("The process was killed",),
    "kl_blowup": ("rate-high", "beta-low"),
    "length_collapse": ("pays for short answers",),
    "length_explosion": ("reward that grows with length",),
    "low_temp": ("cold-sampling", "reward-always"),
    "lr_half": ("schedule-short",),
    "lr_jump": ("rate-jump",),
    "lr_ramp": ("rate-high", "schedule-climbs"),
    "lr_too_high": ("rate-high",),
    "lr_too_low": ("rate-low",),
    "lr_zero": ("rate-zero",),
    "masked": ("bad-operation", "all tokens masked"),
    "nan": ("bad-batch", "bad-operation", "nan-crash", "ended-in-nan"),
    "noise_reward": ("reward-noise",),
    "outliers": ("bad-batch", "no-clipping"),
    "overfit": ("passes",),
    "random_labels": ("labels",),
    "reward_breaks": ("reward-broken",),
    "reward_hacking": ("had cheaply",),
    "saturated": ("passes",),
    "sgd_diverge": ("rate-high",),
    "shift": ("other-data",),
    "shuffled": ("labels",),
    "stale_optimizer": ("stale-optimiser",),
    "swapped_train": ("swapped",),
    "truncation": ("length-limit",),
    "zero_reward": ("reward-never", "reward-constant"),
}


def scored(options: Options) -> Iterator[tuple[Label, Report, bool]]:
    """Each run whose fault is seen and found, its report, and whether the injected cause is among the first three."""
    for label in read_runs():
        path = next((path for kind in FILES if (path := label.source(kind))), None)
        if label.healthy or not label.observable or path is None:
            continue
        runs = [run for result in read_path(str(path), options) if isinstance(result, list) for run in result]
        report = diagnose(runs[0], options)
        if report.roots:
            lead = report.roots[0]
            seen = [f"{names} {text}" for names, text in zip(lead.suspects, lead.causes, strict=True)][:3]
            yield label, report, any(word in cause for word in INJECTED[label.fault] for cause in seen)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.advice")
    parser.add_argument("--verbose", action="store_true", help="list the runs whose cause is not among the first three")
    arguments = parser.parse_args()
    found = list(scored(Options()))
    if not found:
        print("no ../shared/runs here: nothing to score")
        return
    for label, report, right in found:
        if arguments.verbose and not right:
            lead = report.roots[0]
            print(f"  {label.name}: {label.fault}; {lead.check} names {' | '.join(lead.suspects)}")
    print(f"injected cause among the first three of the leading finding: {share(right for *_, right in found)}")


if __name__ == "__main__":
    main()

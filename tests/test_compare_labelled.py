"""lossdoc compare on labelled runs: healthy twins are no regression of each other, faults are one."""

from __future__ import annotations

from pathlib import Path

import pytest

from lossdoc.api import Options, diagnose, read_path
from lossdoc.comparison import Choice, Comparison, compare

OPTIONS = Options()


def labelled(shared: Path, *names: str) -> Comparison:
    runs = [next(r for r in read_path(str(shared / "runs" / n), OPTIONS) if isinstance(r, list))[0] for n in names]
    return compare([diagnose(one, OPTIONS) for one in runs], OPTIONS.knowledge, Choice())


@pytest.mark.parametrize(
    "pair",
    [
        ("lm-ok1-a", "lm-ok1-c"),
        ("sft-ok1-a", "sft-ok1-c"),
        ("dpo-ok1-b", "dpo-ok1-d"),
        ("cls-ok2-c", "cls-ok2-a"),
        ("reward-ok2-b", "reward-ok2-d"),
        ("simpo-ok2-c", "simpo-ok2-a"),
        ("kto-ok1-c", "kto-ok1-a"),
        ("grpo-ok6-a", "grpo-ok6-c"),
        ("dpo-ok7-a", "dpo-ok7-c"),
    ],
)
def test_healthy_pairs_are_no_regression(shared: Path, pair: tuple[str, str]) -> None:
    assert labelled(shared, *pair).regressions == []


@pytest.mark.parametrize(
    "pair",
    [
        ("reward-ok1-a", "reward-randomlabels-b"),
        ("lm-ok1-a", "lm-shuffled-a"),
        ("cls-ok1-b", "cls-shuffled-a"),
        ("lm-ok2-b", "lm-lrtoolow-b"),
        ("sft-ok1-a", "sft-lrtoolow-b"),
        ("dpo-ok1-b", "dpo-randomlabels-b"),
        ("grpo-ok1-b", "grpo-noisereward-a"),
    ],
)
def test_wrong_labels_and_dead_rates_are_regressions(shared: Path, pair: tuple[str, str]) -> None:
    assert labelled(shared, *pair).regressions

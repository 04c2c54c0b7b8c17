"""Learning rates of 0."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from tests.checks.losses import Floats, rounded
from tests.checks.synthetic import curve, found


def linear(n: int = 300, peak: float = 1e-3) -> Floats:
    return peak * (1 - np.arange(n) / (n - 1))


def test_zero_all_along() -> None:
    assert [f.severity for f in found("zero-lr", curve("learning_rate", np.zeros(100)), trainer="sft")] == ["error"]


@pytest.mark.parametrize("end", [100, 200, 260])
def test_zero_long_before_the_end(end: int) -> None:
    y = np.concatenate([linear(end), np.zeros(300 - end)])
    (finding,) = found("zero-lr", curve("learning_rate", y), trainer="sft")
    assert finding.first_step == end


@pytest.mark.parametrize("warm", [0, 20])
def test_ends_of_a_schedule_are_silent(warm: int) -> None:
    y = np.concatenate([np.linspace(0, 1e-3, warm), linear()])
    assert not found("zero-lr", curve("learning_rate", y), trainer="sft")


def test_a_print_of_few_digits_proves_no_zero() -> None:
    assert not found("zero-lr", rounded(curve("learning_rate", linear(peak=4e-5)), 5), trainer="sft")


def test_a_rate_that_touches_zero_and_climbs_is_another_illness() -> None:
    y = 1e-3 * (1 + np.cos(np.linspace(0, 2 * np.pi, 301))) / 2
    assert not found("zero-lr", curve("learning_rate", y), trainer="sft")


@pytest.mark.parametrize(("second", "count"), [(56.168, 1), (56.169, 0)])
def test_a_rate_that_reads_zero_beside_evaluations_that_stand(second: float, count: int) -> None:
    held = curve("perplexity", [56.168, second], split="eval", every=3)
    held = replace(held, decimals=3)
    told = found("zero-lr", rounded(curve("learning_rate", np.zeros(4)), 5), held, trainer="sft")
    assert len(told) == count

"""Norms above the clip threshold."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.losses import Floats
from tests.checks.synthetic import curve, found, skipped


def norm(median: float) -> Floats:
    return np.asarray(median * np.random.default_rng(0).lognormal(0, 0.2, 200))


def test_far_above_all_the_time() -> None:
    got = found("constant-clipping", curve("grad_norm", norm(40)), trainer="sft", config={"max_grad_norm": 1.0})
    assert [f.severity for f in got] == ["info"]


def test_with_sgd_it_is_a_warning() -> None:
    config = {"max_grad_norm": 1.0, "optim": "sgd"}
    got = found("constant-clipping", curve("grad_norm", norm(40)), trainer="sft", config=config)
    assert [f.severity for f in got] == ["warning"]


@pytest.mark.parametrize("median", [0.5, 3.0])
def test_usual_norms_are_silent(median: float) -> None:
    assert not found(
        "constant-clipping", curve("grad_norm", norm(median)), trainer="sft", config={"max_grad_norm": 1.0}
    )


def test_an_unknown_threshold_is_said() -> None:
    assert "max_grad_norm" in skipped("constant-clipping", curve("grad_norm", norm(40)), trainer="sft")


def test_a_norm_after_clipping_is_silent() -> None:
    config = {"max_grad_norm": 1.0}
    assert not found("constant-clipping", curve("grad_norm", np.ones(200)), trainer="sft", config=config)

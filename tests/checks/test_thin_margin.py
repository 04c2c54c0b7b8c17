"""thin-margin."""

from __future__ import annotations

import numpy as np

from lossdoc.model.run import Curve
from tests.checks.synthetic import curve, found, noise, preference, saturating, skipped

CHECK = "thin-margin"


def thin(nats: float, beta: float = 0.1, share: float = 0.85) -> list[Curve]:
    margin = saturating(120, 0, nats * beta) + noise(120, 0.1 * nats * beta, 1)
    accuracy = np.random.default_rng(1).binomial(16, share, 120) / 16
    return [curve("reward_margin", margin), curve("reward_accuracy", accuracy)]


def test_high_accuracy_with_a_hundredth_of_a_nat() -> None:
    (finding,) = found(CHECK, *thin(0.01), trainer="dpo", config={"beta": 0.1})
    assert finding.severity == "info"


def test_measured_against_beta() -> None:
    assert found(CHECK, *thin(0.005, 0.5), trainer="dpo", config={"beta": 0.5})


def test_a_real_margin() -> None:
    assert not found(CHECK, *thin(0.3), trainer="dpo", config={"beta": 0.1})


def test_small_only_because_beta_is() -> None:
    curves = preference(saturating(200, 0, 4), saturating(200, 0, -9), beta=0.001)
    assert not found(CHECK, *curves, trainer="dpo")


def test_low_accuracy() -> None:
    assert not found(CHECK, *thin(0.01, share=0.55), trainer="dpo", config={"beta": 0.1})


def test_unknown_beta_is_said() -> None:
    assert "--set beta" in skipped(CHECK, *thin(0.01), trainer="dpo")

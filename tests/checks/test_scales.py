"""The unit of a reward and the size of beta change nothing in a verdict."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from lossdoc.model.run import Curve
from tests.checks.synthetic import Floats, found, preference, ramp, rewards, saturating

FALL = np.r_[saturating(90, 0.3, 0.8), ramp(10, 0.8, 0.05), np.full(60, 0.05)]
CASES = {"reward-flat": np.full(200, 0.5), "reward-collapse": FALL}


def moved(curves: list[Curve], factor: float, constant: float) -> list[Curve]:
    shift = {"reward": constant}
    return [replace(c, values=factor * c.values + shift.get(c.metric, 0.0)) for c in curves]


@pytest.mark.parametrize(("factor", "constant"), [(100.0, 0.0), (0.01, 0.0), (1.0, 7.0), (3.0, -40.0)])
@pytest.mark.parametrize("check", CASES)
def test_unit_of_the_reward(check: str, factor: float, constant: float) -> None:
    curves = rewards(CASES[check], answers=32)
    (plain,) = found(check, *curves)
    (other,) = found(check, *moved(curves, factor, constant))
    assert (plain.first_step, plain.severity) == (other.first_step, other.severity)


@pytest.mark.parametrize("check", CASES)
def test_unit_of_a_healthy_reward(check: str) -> None:
    for factor, constant in ((100.0, 0.0), (0.01, 3.0)):
        assert not found(check, *moved(rewards(ramp(200, 0.2, 0.8), answers=32), factor, constant))


@pytest.mark.parametrize("beta", [0.01, 0.1, 0.5])
@pytest.mark.parametrize(
    ("check", "chosen", "rejected"),
    [
        ("likelihood-displacement", ramp(200, 0, -80, 0.2), ramp(200, 0, -130, 0.2)),
        ("reward-runaway", saturating(200, 0, 1), saturating(200, 0, -260)),
    ],
)
def test_size_of_beta(check: str, chosen: Floats, rejected: Floats, beta: float) -> None:
    (finding,) = found(check, *preference(chosen, rejected, beta=beta, reference=-40), trainer="dpo")
    (given,) = found(
        check, *preference(chosen, rejected, beta=beta, reference=-40), trainer="dpo", config={"beta": beta}
    )
    assert finding.first_step == given.first_step


@pytest.mark.parametrize("beta", [0.01, 0.1, 0.5])
def test_size_of_beta_in_a_healthy_run(beta: float) -> None:
    curves = preference(saturating(200, 0, 2), saturating(200, 0, -6), beta=beta, reference=-40)
    for check in ("likelihood-displacement", "reward-runaway", "flat-margin", "thin-margin", "inverted-preference"):
        assert not found(check, *curves, trainer="dpo"), check

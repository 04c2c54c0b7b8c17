"""clip-saturation."""

from __future__ import annotations

import numpy as np

from tests.checks.synthetic import curve, found, noise, ramp

CHECK = "clip-saturation"


def test_half_of_the_tokens() -> None:
    (finding,) = found(CHECK, curve("clip_fraction", 0.5 + noise(100, 0.05, 1)))
    assert finding.severity == "warning"


def test_grows_into_it() -> None:
    (finding,) = found(CHECK, curve("clip_fraction", ramp(200, 0.02, 0.6, 0.2, 0.6) + noise(200, 0.02, 2)))
    assert 70 < (finding.first_step or 0) < 120


def test_a_few_percent() -> None:
    assert not found(CHECK, curve("clip_fraction", np.abs(0.05 + noise(200, 0.02, 3))))


def test_on_policy() -> None:
    assert not found(CHECK, curve("clip_fraction", np.zeros(200)))


def test_sequence_ratios_clip_by_design() -> None:
    fraction = curve("clip_fraction", 0.5 + noise(100, 0.05, 1))
    assert not found(CHECK, fraction, config={"importance_sampling_level": "sequence"})
    assert not found(CHECK, curve("clip_fraction", 0.5 + noise(100, 0.05, 1), key="cispo_clip_ratio"))


def test_a_policy_thrown_so_far_that_it_is_clipped_no_more() -> None:
    clipped = curve("clip_fraction", np.r_[0.9, np.full(39, 0.02)])
    (finding,) = found(CHECK, clipped, curve("approx_kl", np.abs(0.9 + noise(40, 0.4, 5))))
    assert finding.metric == "approx_kl"
    assert not found(CHECK, clipped, curve("approx_kl", np.abs(0.05 + noise(40, 0.03, 5))))
    assert not found(CHECK, clipped, curve("approx_kl", np.r_[2.0, 1.5, np.full(38, 0.01)]))

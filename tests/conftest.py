"""What tests share: where the labelled runs lie, if they are there, and how hypothesis runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

SHARED = Path(__file__).resolve().parents[2] / "shared"

# A busy machine is no fault of the code: no deadlines, no complaints about slow generation.
settings.register_profile(
    "lossdoc",
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("lossdoc")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of labelled runs, samples and public logs; tests that use it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not here")
    return SHARED

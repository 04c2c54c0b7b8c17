"""`lossdoc.losses` against the values of its peers (tests/data/loss_peers.json, made by benchmarks/losses/make.py)."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

TABLE = json.loads((Path(__file__).parent / "data" / "loss_peers.json").read_text(encoding="utf-8"))

# What computes in float32, or adds a small constant for stability, agrees to that much only.
LOOSE = ("float32", "1e-6", "CosineAnnealingLR", "torchmetrics", "LinearLR", "trl")


def _call(function: str, inputs: dict[str, Any]) -> Any:
    module, name = function.split(".")
    arrays = {k: np.array(v) if isinstance(v, list) else v for k, v in inputs.items()}
    return getattr(importlib.import_module(f"lossdoc.losses.{module}"), name)(**arrays)


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda c: f"{c['function']}-{c['peer']}")
def test_agrees_with_its_peer(case: dict[str, Any]) -> None:
    tolerance = 2e-6 if any(word in case["peer"] for word in LOOSE) else 1e-9
    ours = _call(case["function"], case["inputs"])
    np.testing.assert_allclose(ours, case["value"], rtol=tolerance, atol=tolerance)

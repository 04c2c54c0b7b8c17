"""What the toys that are trained by torch have in common: one core, one seed."""

from __future__ import annotations

import importlib
from typing import Any


def seeded(seed: int) -> Any:
    """torch on one core, drawing from this seed."""
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    return torch

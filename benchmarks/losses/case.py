"""One comparison: a call of ours, and what a peer gave for the same inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class PeerCase:
    """`function` is module.name under lossdoc.losses; `inputs` are its arguments by name; `value` is the peer's."""

    function: str
    peer: str
    inputs: Mapping[str, Any]
    value: Any

    def plain(self) -> dict[str, Any]:
        """For JSON: lists for arrays, floats with all their digits."""
        return {key: _plain(value) for key, value in asdict(self).items()}


class Draw:
    """Seeded inputs, rounded to four digits so that the table stays readable and exact."""

    def __init__(self, seed: int = 7) -> None:
        self._random = np.random.default_rng(seed)

    def normal(self, *shape: int, scale: float = 1.0) -> NDArray[np.float64]:
        return np.round(self._random.normal(size=shape) * scale, 4)

    def between(self, low: float, high: float, *shape: int) -> NDArray[np.float64]:
        return np.round(self._random.uniform(low, high, size=shape), 4)

    def integers(self, below: int, *shape: int) -> NDArray[np.int64]:
        return self._random.integers(0, below, size=shape)

    def signs(self, *shape: int) -> NDArray[np.float64]:
        return self._random.choice([-1.0, 1.0], size=shape)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if hasattr(value, "detach"):
        value = value.detach().numpy()
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return value

"""Prices of houses by a small net: lines as Keras prints them with verbose=2, and its history as a dictionary at the end."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.toys.begin import seeded

RUNS: Mapping[str, Mapping[str, Any]] = {
    "healthy": {},
    "healthy-few-epochs": {"epochs": 15, "rate": 0.01, "seed": 2},
    "not-scaled": {"scaled": False},
    "constant": {"clamped": True},
    "overfit": {"rows": 32, "width": 256, "rate": 0.01, "epochs": 80, "noise": 3.0},
    "shuffled": {"shuffled": True},
}


def train(
    folder: Path,
    rate: float = 0.02,
    epochs: int = 40,
    rows: int = 1024,
    width: int = 32,
    noise: float = 0.3,
    scaled: bool = True,
    clamped: bool = False,
    shuffled: bool = False,
    seed: int = 1,
) -> None:
    torch = seeded(seed)
    nn = torch.nn
    weights = torch.randn(8, 1)

    def drawn(count: int) -> tuple[Any, Any]:
        inputs = torch.randn(count, 8)
        prices = 250_000 + 40_000 * (inputs @ weights + inputs[:, :1] * inputs[:, 1:2] + noise * torch.randn(count, 1))
        return inputs, (prices - 250_000) / 120_000 if scaled else prices

    inputs, prices = drawn(rows)
    unseen, truth = drawn(256)
    prices = prices[torch.randperm(rows)] if shuffled else prices
    net = nn.Sequential(nn.Linear(8, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 1))
    if clamped:
        net.append(nn.ReLU())
        nn.init.constant_(net[-2].bias, -3.0)
    optimiser = torch.optim.SGD(net.parameters(), lr=rate, momentum=0.9)

    def measured(x: Any, y: Any) -> dict[str, float]:
        with torch.no_grad():
            wrong = net(x) - y
            squared = (wrong**2).mean().item()
            return {"loss": squared, "mae": wrong.abs().mean().item(), "r2": 1 - squared / y.var(unbiased=False).item()}

    kept: dict[str, list[float]] = {}
    batches = -(-rows // 32)
    for epoch in range(1, epochs + 1):
        began = time.time()
        for batch in torch.randperm(rows).split(32):
            loss = ((net(inputs[batch]) - prices[batch]) ** 2).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        row = measured(inputs, prices) | {f"val_{name}": value for name, value in measured(unseen, truth).items()}
        for name, value in row.items():
            kept.setdefault(name, []).append(value)
        took = time.time() - began
        print(f"Epoch {epoch}/{epochs}")
        print(
            f"{batches}/{batches} - {took:.0f}s - {1000 * took / batches:.0f}ms/step - "
            + " - ".join(f"{n}: {v:.4f}" for n, v in row.items())
        )
    (folder / "history.txt").write_text(repr(kept))

"""A segmenter of discs and boxes: one line an epoch with bars between, and a CSV of the same."""

from __future__ import annotations

import csv
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.toys.begin import seeded

RUNS: Mapping[str, Mapping[str, Any]] = {
    "healthy": {},
    "healthy-dice-loss": {"dice": True, "rate": 0.03, "seed": 2},
    "shuffled": {"shuffled": True},
    "rate-too-high": {"rate": 3.0, "momentum": 0.9},
    "masks-of-255": {"scale": 255.0},
    "masks-empty": {"scale": 0.0},
    "small-objects": {"size": 2, "rate": 2e-3, "noise": 1.2},
}
SIDE, EPOCHS, BATCH = 32, 16, 32


def train(
    folder: Path,
    rate: float = 0.2,
    momentum: float = 0.9,
    epochs: int = EPOCHS,
    scale: float = 1.0,
    size: int = 8,
    noise: float = 0.5,
    shuffled: bool = False,
    dice: bool = False,
    seed: int = 1,
) -> None:
    torch = seeded(seed)
    nn, functional = torch.nn, torch.nn.functional
    ys, xs = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")

    def drawn(count: int) -> tuple[Any, Any]:
        x, y = (torch.randint(size, SIDE - size, (count, 1, 1, 1)) for _ in "xy")
        radius = torch.randint(max(1, size // 2), size + 1, (count, 1, 1, 1))
        disc = (xs - x) ** 2 + (ys - y) ** 2 <= radius**2
        box = ((xs - x).abs() <= radius) & ((ys - y).abs() <= radius)
        masks = torch.where(torch.rand(count, 1, 1, 1) < 0.5, disc, box).float()
        return masks + noise * torch.randn(count, 1, SIDE, SIDE), masks

    images, masks = drawn(192)
    unseen, truth = drawn(64)
    masks = masks[torch.randperm(len(masks))] if shuffled else masks
    net = nn.Sequential(
        nn.Conv2d(1, 8, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 5, padding=2),
        nn.ReLU(),
        nn.Upsample(scale_factor=2),
        nn.Conv2d(16, 1, 3, padding=1),
    )
    optimiser = torch.optim.SGD(net.parameters(), lr=rate, momentum=momentum)

    def overlap(logits: Any, wanted: Any) -> Any:
        seen = logits.sigmoid()
        return 1 - (2 * (seen * wanted).sum() + 1) / (seen.sum() + wanted.sum() + 1)

    def criterion(logits: Any, wanted: Any) -> Any:
        loss = functional.binary_cross_entropy_with_logits(logits, wanted)
        return loss + overlap(logits, wanted) if dice else loss

    kind = "BCE+Dice" if dice else "BCE"
    print(f"device: cpu\ntrain images: {len(images)}, val images: {len(unseen)}")
    print(f"UNet-tiny, {sum(p.numel() for p in net.parameters())} parameters, {kind} loss, SGD lr={rate}\n")
    with (folder / "history.csv").open("w") as file:
        table = csv.writer(file)
        table.writerow(["epoch", "train_loss", "val_loss", "val_dice", "val_iou", "lr"])
        best = 0.0
        for epoch in range(1, epochs + 1):
            began, total = time.time(), 0.0
            for batch in torch.randperm(len(images)).split(BATCH):
                loss = criterion(net(images[batch]), scale * masks[batch])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                total += loss.item() * len(batch) / len(images)
            with torch.no_grad():
                logits = net(unseen)
                held = criterion(logits, scale * truth).item()
                seen = (logits > 0).float()
                both, either = (seen * truth).sum().item(), ((seen + truth) > 0).sum().item()
                score = 2 * both / (seen.sum().item() + truth.sum().item())
            print(
                f"Epoch {epoch}/{epochs} | train {kind}: {total:.4f} | val {kind}: {held:.4f} | "
                f"Dice: {score:.4f} | IoU: {both / either:.4f} | {time.time() - began:.1f}s"
            )
            table.writerow([epoch, f"{total:.5f}", f"{held:.5f}", f"{score:.5f}", f"{both / either:.5f}", rate])
            if score > best:
                best = score
                print(f"  -> saved best model (dice {best:.4f})")
    print(f"\nTraining done. Best val Dice: {best:.4f}")

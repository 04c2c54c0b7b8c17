"""A grid detector of coloured squares: a table of box, object and class losses with the mAP, and results.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.toys.begin import seeded

RUNS: Mapping[str, Mapping[str, Any]] = {
    "healthy": {},
    "healthy-slow": {"rate": 1e-3, "seed": 3},
    "no-boxes": {"labelled": False},
    "frozen": {"frozen": True},
    "shuffled": {"shuffled": True},
    "rate-too-high": {"rate": 0.5},
}
GRID, CELL, CLASSES = 6, 6, 3


def train(
    folder: Path,
    rate: float = 4e-3,
    epochs: int = 30,
    labelled: bool = True,
    frozen: bool = False,
    shuffled: bool = False,
    seed: int = 1,
) -> None:
    torch = seeded(seed)
    nn, functional = torch.nn, torch.nn.functional

    def drawn(count: int) -> tuple[Any, Any, Any, Any]:
        """Images, and for each cell whether an object's centre lies in it, its box (x, y, width: shares of the cell), its class."""
        there = torch.rand(count, GRID, GRID) < 0.06
        boxes, kinds = torch.rand(count, GRID, GRID, 3), torch.randint(0, CLASSES, (count, GRID, GRID))
        images = 0.2 * torch.randn(count, 3, GRID * CELL, GRID * CELL)
        for n, i, j in there.nonzero().tolist():
            x, y, width = boxes[n, i, j].tolist()
            half = CELL * (0.4 + 0.6 * width) / 2
            top, left = (i + y) * CELL, (j + x) * CELL
            rows, columns = (slice(max(0, round(c - half)), round(c + half)) for c in (top, left))
            images[n, kinds[n, i, j], rows, columns] += 1.0
        return images, there, boxes, kinds

    images, there, boxes, kinds = drawn(320)
    unseen, truth, truth_boxes, truth_kinds = drawn(120)
    if shuffled:
        order = torch.randperm(len(images))
        there, boxes, kinds = there[order], boxes[order], kinds[order]
    if not labelled:
        there = torch.zeros_like(there)
    net = nn.Sequential(
        nn.Conv2d(3, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(),
        nn.MaxPool2d(3), nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 4 + CLASSES, 1),
    )  # fmt: skip
    optimiser = torch.optim.Adam(net.parameters(), lr=rate)

    def losses(out: Any, now: Any, box: Any, kind: Any) -> tuple[Any, Any, Any]:
        count = max(1, int(now.sum()))
        placed = functional.smooth_l1_loss(out[..., :3][now].sigmoid(), box[now], reduction="sum") / count
        seen = functional.binary_cross_entropy_with_logits(out[..., 3], now.float())
        named = functional.cross_entropy(out[..., 4:][now], kind[now], reduction="sum") / count
        return placed, seen, named

    def precision(out: Any) -> tuple[float, float]:
        """Mean average precision over the classes at an IoU of 0.5 of squares in the same cell, and the mean IoU of objects."""
        mine, theirs = out[..., :3].sigmoid(), truth_boxes
        sides = [0.4 + 0.6 * one[..., 2:] for one in (mine, theirs)]
        low = torch.maximum(mine[..., :2] - sides[0] / 2, theirs[..., :2] - sides[1] / 2)
        high = torch.minimum(mine[..., :2] + sides[0] / 2, theirs[..., :2] + sides[1] / 2)
        both = (high - low).clamp(min=0).prod(-1)
        overlap = both / (sides[0][..., 0] ** 2 + sides[1][..., 0] ** 2 - both)
        found = []
        for kind in range(CLASSES):
            score = (out[..., 3].sigmoid() * out[..., 4:].softmax(-1)[..., kind]).flatten()
            order = score.argsort(descending=True)
            hit = (truth & (truth_kinds == kind) & (overlap > 0.5)).flatten()[order] & (score[order] > 0.05)
            at = hit.cumsum(0) / torch.arange(1, len(hit) + 1)
            found.append((at * hit).sum().item() / int((truth & (truth_kinds == kind)).sum()))
        return sum(found) / CLASSES, overlap[truth].mean().item()

    history = []
    print(
        f"train: {len(images)} images, {int(there.sum())} boxes\nval:   {len(unseen)} images, {int(truth.sum())} boxes\n"
    )
    print(f"{'Epoch':>8}{'box':>10}{'obj':>10}{'cls':>10}{'total':>10}{'mAP@.5':>10}{'mIoU':>10}")
    for epoch in range(1, epochs + 1):
        totals = [0.0, 0.0, 0.0]
        batches = torch.randperm(len(images)).split(32)
        for batch in batches:
            out = net(images[batch]).permute(0, 2, 3, 1)
            parts = losses(out, there[batch], boxes[batch], kinds[batch])
            optimiser.zero_grad()
            sum(parts).backward()
            if not frozen:
                optimiser.step()
            totals = [total + part.item() / len(batches) for total, part in zip(totals, parts, strict=True)]
        with torch.no_grad():
            average, overlap = precision(net(unseen).permute(0, 2, 3, 1))
        row = [*totals, sum(totals), average, overlap]
        print(f"{f'{epoch}/{epochs}':>8}" + "".join(f"{value:>10.4f}" for value in row))
        history.append(
            dict(zip(["box_loss", "obj_loss", "cls_loss", "loss", "mAP50", "mIoU"], row, strict=True))
            | {"epoch": epoch}
        )
    (folder / "results.json").write_text(json.dumps(history, indent=1))

"""Translation in small: sentences of letters turned round by a tiny transformer; train lines by step, valid
lines between, which stand in valid.jsonl too."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.toys.begin import seeded

RUNS: Mapping[str, Mapping[str, Any]] = {
    "healthy": {"rate": 4e-4, "steps": 600},
    "healthy-short": {"steps": 300, "seed": 4},
    "overfit": {"sentences": 20},
    "rate-too-high": {"rate": 0.3},
    "not-shifted": {"shift": False},
    "shuffled": {"shuffled": True},
}
LETTERS, LENGTH, WIDTH = 24, 8, 48
BEGIN = LETTERS


def bleu(wanted: Sequence[Sequence[int]], said: Sequence[Sequence[int]]) -> float:
    """Corpus BLEU-4 in percent; all sentences are equally long, so there is no penalty for brevity."""
    total = 0.0
    for n in range(1, 5):
        hits = count = 0
        for one, other in zip(wanted, said, strict=True):
            a, b = (Counter(tuple(row[i : i + n]) for i in range(len(row) - n + 1)) for row in (one, other))
            hits, count = hits + sum((a & b).values()), count + sum(b.values())
        total += math.log(max(hits, 1e-9) / count) / 4
    return 100 * math.exp(total)


def train(
    folder: Path,
    rate: float = 1e-3,
    steps: int = 400,
    sentences: int = 4000,
    shift: bool = True,
    shuffled: bool = False,
    seed: int = 1,
) -> None:
    torch = seeded(seed)
    nn, functional = torch.nn, torch.nn.functional
    source, held = torch.randint(0, LETTERS, (sentences, LENGTH)), torch.randint(0, LETTERS, (100, LENGTH))
    target, truth = source.flip(1), held.flip(1)
    target = target[torch.randperm(len(target))] if shuffled else target
    parts = nn.ModuleDict(
        {
            "letters": nn.Embedding(LETTERS + 1, WIDTH),
            "places": nn.Embedding(LENGTH, WIDTH),
            "core": nn.Transformer(WIDTH, 4, 1, 1, 96, dropout=0.0, batch_first=True),
            "out": nn.Linear(WIDTH, LETTERS),
        }
    )
    optimiser = torch.optim.Adam(parts.parameters(), lr=rate)
    mask = nn.Transformer.generate_square_subsequent_mask(LENGTH)

    def embedded(tokens: Any) -> Any:
        return parts["letters"](tokens) + parts["places"](torch.arange(tokens.shape[1]))

    def forward(read: Any, written: Any) -> Any:
        size = written.shape[1]
        return parts["out"](parts["core"](embedded(read), embedded(written), tgt_mask=mask[:size, :size]))

    def criterion(read: Any, wanted: Any) -> Any:
        first = torch.full((len(wanted), 1), BEGIN)
        written = torch.cat([first, wanted[:, :-1]], 1) if shift else wanted
        return functional.cross_entropy(forward(read, written).flatten(0, 1), wanted.flatten())

    def translated(read: Any) -> Any:
        written = torch.full((len(read), 1), BEGIN)
        for _ in range(LENGTH):
            written = torch.cat([written, forward(read, written[:, -LENGTH:])[:, -1:].argmax(-1)], 1)
        return written[:, 1:]

    print(f"| {sentences} sentence pairs, {len(held)} held out | lr {rate:g} | {steps} updates")
    total, lines = 0.0, []
    for step in range(1, steps + 1):
        batch = torch.randint(0, sentences, (64,))
        loss = criterion(source[batch], target[batch])
        optimiser.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(parts.parameters(), 5.0).item()
        optimiser.step()
        total += loss.item() / 20
        if step % 20 == 0:
            print(
                f"step {step:5d} | loss {total:.3f} | ppl {math.exp(min(total, 50)):.2f} | gnorm {norm:.2f} | lr {rate:.1e}"
            )
            total = 0.0
        if step % 40 == 0:
            with torch.no_grad():
                lost, said = criterion(held, truth).item(), translated(held).tolist()
            right = sum(a == b for a, b in zip(truth.tolist(), said, strict=True))
            score = bleu(truth.tolist(), said)
            print(f">>> valid @ {step}: loss {lost:.3f}, BLEU = {score:.2f}, exact match {right}/{len(said)}")
            lines.append(
                json.dumps({"update": step, "valid_loss": lost, "bleu": score, "exact_match": right / len(said)})
            )
    (folder / "valid.jsonl").write_text("\n".join(lines) + "\n")

"""Speech in small: noisy frames to letters by CTC, decoded greedily; lines of the logging module, a sample each epoch; dev.tsv."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.toys.begin import seeded

RUNS: Mapping[str, Mapping[str, Any]] = {
    "healthy": {},
    "healthy-slow": {"rate": 1e-3, "epochs": 40, "seed": 5},
    "shuffled": {"shuffled": True},
    "blanks": {"deaf": True},
    "rate-0": {"rate": 0.0},
    "rate-too-high": {"rate": 0.5},
}
LETTERS, FEATURES, LONGEST = "abcdefgh ", 12, 12


def distance(wanted: list[Any], said: list[Any]) -> int:
    """Levenshtein's."""
    row = list(range(len(said) + 1))
    for i, one in enumerate(wanted, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(said, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (one != other))
    return row[-1]


def train(
    folder: Path,
    rate: float = 5e-3,
    epochs: int = 30,
    shuffled: bool = False,
    deaf: bool = False,
    seed: int = 1,
) -> None:
    torch = seeded(seed)
    nn, functional = torch.nn, torch.nn.functional
    voices = torch.randn(len(LETTERS), FEATURES)

    def drawn(count: int) -> tuple[Any, Any, Any, list[str]]:
        lengths = torch.randint(5, LONGEST + 1, (count,))
        spoken = torch.randint(0, len(LETTERS), (count, LONGEST))
        frames = voices[spoken].repeat_interleave(4, dim=1) + 0.7 * torch.randn(count, 4 * LONGEST, FEATURES)
        frames *= (torch.arange(4 * LONGEST) < 4 * lengths[:, None])[..., None]
        texts = ["".join(LETTERS[i] for i in row[:n]) for row, n in zip(spoken, lengths, strict=True)]
        return (frames * 0 if deaf else frames), spoken + 1, lengths, texts

    heard, wanted, lengths, _ = drawn(320)
    unheard, truth, lengths_held, texts = drawn(80)
    if shuffled:
        order = torch.randperm(len(wanted))
        wanted, lengths = wanted[order], lengths[order]
    net = nn.Sequential(
        nn.Conv1d(FEATURES, 32, 5, padding=2),
        nn.ReLU(),
        nn.Conv1d(32, 48, 5, padding=2),
        nn.ReLU(),
        nn.Conv1d(48, len(LETTERS) + 1, 1),
    )
    optimiser = torch.optim.Adam(net.parameters(), lr=rate)

    def forward(frames: Any) -> Any:
        return functional.log_softmax(net(frames.transpose(1, 2)).permute(2, 0, 1), dim=-1)

    def criterion(said: Any, labels: Any, counts: Any) -> Any:
        return functional.ctc_loss(said, labels, torch.full((said.shape[1],), said.shape[0]), counts)

    def decoded(said: Any) -> list[str]:
        best = said.argmax(-1).T.tolist()
        kept = [[now for now, last in zip(row, [0, *row], strict=False) if now and now != last] for row in best]
        return ["".join(LETTERS[i - 1] for i in row) for row in kept]

    log = logging.getLogger("asr")
    logging.basicConfig(
        stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s [%(name)s] %(message)s"
    )
    log.info("vocab size %d (with blank), %d train utterances, %d dev", len(LETTERS) + 1, len(heard), len(unheard))
    rows = ["epoch\ttrain loss\tdev loss\tdev CER\tdev WER\n"]
    for epoch in range(1, epochs + 1):
        total, batches = 0.0, torch.randperm(len(heard)).split(32)
        for batch in batches:
            loss = criterion(forward(heard[batch]), wanted[batch], lengths[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item() / len(batches)
        with torch.no_grad():
            said = forward(unheard)
            held = criterion(said, truth, lengths_held).item()
            guesses = decoded(said)
        letters = sum(distance(list(a), list(b)) for a, b in zip(texts, guesses, strict=True)) / sum(map(len, texts))
        missed = sum(distance(a.split(), b.split()) for a, b in zip(texts, guesses, strict=True))
        words = missed / sum(len(text.split()) for text in texts)
        log.info(f"epoch {epoch}: train_loss={total:.4f}, dev_loss={held:.4f}, CER={letters:.2%}, WER={words:.2%}")
        rows.append(f"{epoch}\t{total:.4f}\t{held:.4f}\t{letters:.4f}\t{words:.4f}\n")
        log.info("  ref: %s", texts[0])
        log.info("  hyp: %s", guesses[0])
    (folder / "dev.tsv").write_text("".join(rows))

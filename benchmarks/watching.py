"""What watch costs for each new record of a long log: python -m benchmarks.watching

A record comes each second to logs of so many records, in three formats. Seconds of work for a record, and how many
times as much it is for the longest as for the shortest.
"""

from __future__ import annotations

import json
import math
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lossdoc.api import Options
from lossdoc.live.watcher import Watcher

LENGTHS = (1_000, 10_000, 100_000)
NEW = 60  # records


def row(step: int) -> dict[str, float]:
    """A loss that falls and scatters, the same each time."""
    noise = math.sin(step * 12.9898) * 0.05
    return {"step": step, "loss": 2 + 3 * math.exp(-step / 300) + noise, "grad_norm": 1.2 + noise, "lr": 1e-4}


FORMATS: dict[str, Callable[[int], str]] = {
    "JSON lines": lambda step: json.dumps(row(step)) + "\n",
    "dictionaries": lambda step: f"{dict(list(row(step).items())[1:])}\n",
    "words": lambda step: " | ".join(f"{name} {value:.5g}" for name, value in row(step).items()) + "\n",
}


def cost(log: Path, line: Callable[[int], str], length: int) -> float:
    """Seconds of this process for a record that comes when so many are there."""
    log.write_text("".join(map(line, range(1, length + 1))))
    passed = 0.0  # seconds of waiting for records
    watcher = Watcher(str(log), Options(), lambda: passed + time.process_time())
    watcher.changed()
    watcher.look()
    begun = time.process_time()
    with log.open("a") as file:
        for step in range(length + 1, length + NEW + 1):
            file.write(line(step))
            file.flush()
            passed += 1.0
            watcher.changed()
            if watcher.due():
                watcher.look()
    return (time.process_time() - begun) / NEW


def main() -> None:
    print(f"{'format':14}" + "".join(f"{length:>10,}" for length in LENGTHS) + "     times")
    with tempfile.TemporaryDirectory() as folder:
        for name, line in FORMATS.items():
            costs = [cost(Path(folder) / f"{name}-{length}.log", line, length) for length in LENGTHS]
            print(f"{name:14}" + "".join(f"{1000 * one:>7.1f} ms" for one in costs) + f"{costs[-1] / costs[0]:>10.2f}")


if __name__ == "__main__":
    main()

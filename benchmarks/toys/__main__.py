"""`python -m benchmarks.toys FOLDER [FAMILY/NAME ...]` trains the toys again, on one core, a minute each at most.

Needs `pip install torch xgboost`. Each run leaves what its trainer prints (train.log) and the files that it writes.
Some of them stand in `tests/data/toys`, where `tests/test_toys.py` says what is to be found in which.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

FAMILIES = ("boosted", "ctc", "detector", "regression", "reversal", "segmenter")


def train(family: str, name: str, folder: Path) -> None:
    """In a process of its own: some trainers print from C, so the descriptor itself is led to the file."""
    folder.mkdir(parents=True, exist_ok=True)
    if child := os.fork():
        if os.waitpid(child, 0)[1]:
            print(f"{family}/{name} ended with an error: {folder / 'train.log'}")
        return
    console = os.open(folder / "train.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(console, 1)
    os.dup2(console, 2)
    module = importlib.import_module(f"benchmarks.toys.{family}")
    module.train(folder, **module.RUNS[name])
    sys.stdout.flush()
    os._exit(0)


def main(arguments: list[str]) -> None:
    folder, *wanted = arguments
    for family in FAMILIES:
        for name in importlib.import_module(f"benchmarks.toys.{family}").RUNS:
            if not wanted or f"{family}/{name}" in wanted or family in wanted:
                train(family, name, Path(folder) / family / name)


if __name__ == "__main__":
    main(sys.argv[1:])

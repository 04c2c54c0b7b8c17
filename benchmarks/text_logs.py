"""Long text logs, 200,000 rows each, and the plainest program that takes their numbers out. Used by `speed`."""

from __future__ import annotations

import json
import math
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

_ROWS = 200_000
_BY_PANDAS = "import sys, pandas; print(len(pandas.{}))"
_BY_LINE = "import sys\n{}\nprint(sum(len({}) for line in open(sys.argv[1], newline='\\n') {}))"


def _row(n: int, noise: random.Random) -> dict[str, float]:
    loss = round(0.7 + 2.5 * math.exp(-3 * n / _ROWS) + noise.gauss(0, 0.03), 4)
    rate = 5e-5 * (1 - n / _ROWS)
    return {"step": n, "loss": loss, "grad_norm": round(noise.random(), 3), "learning_rate": rate}


def _dict_row(row: dict[str, float]) -> str:
    n = int(row.pop("step"))
    bar = f"\r {100 * n // _ROWS:3d}%|{'█' * 10}| {n}/{_ROWS} [01:00<03:00,  5.50it/s]\r"
    return f"{bar}{row | {'epoch': round(3 * n / _ROWS, 4)}}\n"


def _pairs(row: dict[str, float]) -> str:
    return " ".join(f"{key}={value:.6g}" for key, value in row.items()) + "\n"


_MAKERS: dict[str, tuple[str, Callable[[dict[str, float]], str], str]] = {
    "dict rows with bars / literal_eval": (
        "hf.log",
        _dict_row,
        _BY_LINE.format("from ast import literal_eval", "literal_eval(line[line.index('{'):])", "if '{' in line"),
    ),
    "key=value lines / findall, float": (
        "pairs.log",
        _pairs,
        _BY_LINE.format(
            "import re\nfind = re.compile(r'(\\w+)=([-+.\\de]+)').findall",
            "{key: float(number) for key, number in find(line)}",
            "",
        ),
    ),
    "JSON lines / pandas.read_json": (
        "rows.jsonl",
        lambda row: json.dumps(row) + "\n",
        _BY_PANDAS.format("read_json(sys.argv[1], lines=True)"),
    ),
    "CSV / pandas.read_csv": (
        "rows.csv",
        lambda row: ",".join(map(str, row.values())) + "\n",
        _BY_PANDAS.format("read_csv(sys.argv[1])"),
    ),
}


def text_logs() -> list[tuple[str, Path, str]]:
    """What is compared, the log, and the code of the plain program."""
    folder = Path(tempfile.mkdtemp())
    made = []
    for title, (name, line, code) in _MAKERS.items():
        noise = random.Random(1)
        path = folder / name
        with path.open("w", newline="\n") as file:
            if name.endswith(".csv"):
                file.write("step,loss,grad_norm,learning_rate\n")
            file.writelines(line(_row(n, noise)) for n in range(1, _ROWS + 1))
        made.append((title, path, code))
    return made

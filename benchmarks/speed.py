"""Costs as ratios of whole processes, side by side in one run: python -m benchmarks.speed [--full] [--table README.md].

CPU time (user and system, of a process and its children) and peak memory against the plainest program that does the
same work, or against the import of the libraries that any such command needs. A row is met when the median of its
pairs is. Absolute times (per run of a sweep, of a log with very many keys) hold for this machine alone. The peers that
lossdoc does not need (polars, tensorboard) are installed into a virtual environment of their own at the first call.
`--full` adds what takes minutes: a gigabyte, and a sweep of thousands; `--table FILE` puts the table between the marks
`<!-- speed -->` of a file, with the date, the machine and the versions.
"""

from __future__ import annotations

import json
import os
import platform
import random
import statistics
import struct
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

from benchmarks.marked import put
from benchmarks.text_logs import text_logs

PAIRS = 5
HOME = Path(tempfile.gettempdir()) / "lossdoc-peers"
_READ = (
    "import sys; from lossdoc.api import Options, read_path; print(len(read_path(sys.argv[1], Options())[0][0].curves))"
)
_THEIRS = (
    "import sys; from tensorboard.backend.event_processing.event_accumulator import EventAccumulator as E;"
    "e = E(sys.argv[1], size_guidance={'scalars': 0}); e.Reload(); print(sum(len(e.Scalars(t)) for t in e.Tags()['scalars']))"
)
_POLARS = "import sys, polars; print(polars.read_ndjson(sys.argv[1]).shape)"
_TARGETS = {"dict": 0.5}  # of the text logs; 1.5 for the others
Command = Sequence[object]


@dataclass(frozen=True)
class Cost:
    """CPU seconds and peak memory in MiB of one process."""

    seconds: float
    memory: float


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured several times, in `unit` ("x" is a ratio), and what it should be."""

    what: str
    values: Sequence[float]
    target: float
    unit: str = "x"

    def __str__(self) -> str:
        middle = statistics.median(self.values)
        spread = f"({min(self.values):.2f}-{max(self.values):.2f})"
        met = "yes" if middle <= self.target else "no"
        return f"| {self.what:66} | {middle:7.2f} {self.unit:2} {spread:15} | {self.target:5.2f} | {met:3} |"


def cost(command: Command) -> Cost:
    """What a process costs. Its output is thrown away, and so is its exit code: findings are no failure."""
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / (1024 if sys.platform == "linux" else 1 << 20))


def pairs(ours: Command, theirs: Command) -> list[tuple[Cost, Cost]]:
    """Costs A B A B, after one call of each that is not counted."""
    cost(ours), cost(theirs)
    return [(cost(ours), cost(theirs)) for _ in range(PAIRS)]


def ratio(what: str, target: float, ours: Command, theirs: Command) -> Row:
    return Row(what, [a.seconds / b.seconds for a, b in pairs(ours, theirs)], target)


def event_file(scalars: int = 100_000, tags: int = 10) -> Path:
    """An event file of the first version, as torch.utils.tensorboard writes it; the checksums are left 0."""
    path = Path(tempfile.mkdtemp()) / "events.out.tfevents.1700000000.host.1.0"
    with path.open("wb") as file:
        for n in range(scalars):
            name = f"train/metric_{n % tags}".encode()
            value = b"\x0a" + bytes([len(name)]) + name + b"\x15" + struct.pack("<f", 1 / (n + 1))
            summary = b"\x0a" + bytes([len(value)]) + value
            event = b"\x09" + struct.pack("<d", 1.7e9 + n) + b"\x10" + _varint(n // tags + 1)
            event += b"\x2a" + bytes([len(summary)]) + summary
            head = struct.pack("<Q", len(event))
            file.write(head + _crc(head) + event + _crc(event))
    return path


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


_TABLE = [0] * 256
for _byte in range(256):
    _value = _byte
    for _ in range(8):
        _value = _value >> 1 ^ (0x82F63B78 if _value & 1 else 0)
    _TABLE[_byte] = _value


def _crc(data: bytes) -> bytes:
    """Masked CRC-32C, without which TensorBoard refuses the record."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def peers() -> Path:
    """A Python that has what lossdoc is measured against."""
    python = HOME / "bin" / "python"
    if not python.exists():
        venv.create(HOME, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "polars", "tensorboard", "setuptools<81"], check=True)
    return python


def bulk_log(folder: Path, rows: int, name: str = "bulk.jsonl", metrics: int = 12) -> Path:
    """A log of a step and some metrics in each row, with all their digits."""
    noise = random.Random(1)
    keys = (
        *("loss", "grad_norm", "learning_rate", "reward", "reward_std", "kl", "entropy", "clip_fraction"),
        *("completion_length", "value_loss", "policy_loss", "token_accuracy"),
    )
    path = folder / name
    with path.open("w", newline="\n") as file:
        for step in range(1, rows + 1):
            values = {key: 1 + 2 / (1 + 9 * step / rows) + noise.gauss(0, 0.05) for key in keys[:metrics]}
            file.write(json.dumps({"step": step, **values}) + "\n")
    return path


def many_keys(folder: Path) -> Path:
    """500 rows of 200 keys each that no other row has: a name that counts up."""
    path = folder / "keys.jsonl"
    rows = ({"step": n, "loss": 1 / n, **{f"loss_at_{200 * n + k}": 0.5 for k in range(200)}} for n in range(1, 501))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def sweep(folder: Path, runs: int = 600, rows: int = 200) -> Row:
    """CPU per run of many small logs: what a call on all of them costs beyond a call on one."""
    (folder / "sweep").mkdir()
    for number in range(runs):
        bulk_log(folder / "sweep", rows, f"{number:04}.jsonl", metrics=3)
    check = [sys.executable, "-m", "lossdoc", "check", "-q"]
    found = pairs([*check, folder / "sweep" / "*.jsonl"], [*check, folder / "sweep" / "0000.jsonl"])
    per_run = [1000 * (a.seconds - b.seconds) / (runs - 1) for a, b in found]
    return Row(f"{runs} runs of {rows} rows x 4 in one call, per run", per_run, 5.0, "ms")


def rows(folder: Path) -> Iterator[Row]:
    """All rows of the table, as they are measured."""
    python, other = sys.executable, peers()
    lossdoc = [python, "-m", "lossdoc"]
    libraries = [python, "-c", "import typer, rich.console, rich.table"]
    yield ratio("explain loss / import typer, rich", 1.2, [*lossdoc, "explain", "loss"], libraries)
    small = bulk_log(folder, 300, "small.jsonl", metrics=3)
    needed = [python, "-c", "import numpy, typer, rich.console, rich.table, plotext"]
    yield ratio("check of 300 rows x 4 / import numpy, typer, rich, plotext", 1.4, [*lossdoc, "check", small], needed)
    for title, log, code in text_logs():
        target = next((target for word, target in _TARGETS.items() if word in title), 1.5)
        yield ratio(f"read 200,000 {title}", target, [python, "-c", _READ, log], [python, "-c", code, log])
    bulk = bulk_log(folder, 200_000)
    found = pairs([*lossdoc, "check", bulk], [other, "-c", _POLARS, bulk])
    size = f"200,000 rows x 13, {bulk.stat().st_size >> 20} MiB of JSON lines"
    yield Row(f"check of {size} / polars", [a.seconds / b.seconds for a, b in found], 1.5)
    yield Row("peak memory of the same / polars", [a.memory / b.memory for a, b in found], 0.5)
    yield sweep(folder)
    events = event_file()
    yield ratio(
        "100,000 scalars of events / EventAccumulator",
        0.12,
        [python, "-c", _READ, events],
        [other, "-c", _THEIRS, events],
    )
    wide = many_keys(folder)
    yield Row(
        "check of 500 rows with 100,000 keys", [cost([*lossdoc, "check", wide]).seconds for _ in range(3)], 3.0, "s"
    )


def full_rows(folder: Path) -> Iterator[Row]:
    """What takes minutes: how cost and memory grow."""
    lossdoc = [sys.executable, "-m", "lossdoc"]
    large = bulk_log(folder, 2_500_000, "large.jsonl")
    found = [(cost([*lossdoc, "check", large]), cost([peers(), "-c", _POLARS, large])) for _ in range(3)]
    size = f"2,500,000 rows x 13, {large.stat().st_size >> 20} MiB"
    yield Row(f"check of {size} / polars", [a.seconds / b.seconds for a, b in found], 1.5)
    yield Row("peak memory of the same / polars", [a.memory / b.memory for a, b in found], 0.5)
    large.unlink()
    yield sweep(folder, 10_000)


def where_measured() -> str:
    """Date, machine and versions."""
    from importlib.metadata import version

    packages = ", ".join(
        f"{name} {version(name)}" for name in ("numpy", "pandas", "msgspec", "typer", "rich", "plotext")
    )
    theirs = subprocess.run(
        [
            peers(),
            "-c",
            "import polars, tensorboard; print('polars', polars.__version__, 'tensorboard', tensorboard.__version__)",
        ],
        capture_output=True,
        text=True,
    ).stdout.strip()
    machine = (
        f"{os.cpu_count()} cores of {platform.machine()}, {platform.system()}, CPython {platform.python_version()}"
    )
    return f"Measured on {date.today()} ({machine}; {packages}; {theirs})."


def main(arguments: Sequence[str]) -> None:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its bytecode
    lines = [
        f"| {'what':66} | {'median (lowest-highest)':26} | target | met |",
        f"|{'-' * 68}|{'-' * 28}|{'-' * 8}|{'-' * 5}|",
    ]
    print(*lines, sep="\n", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for row in chain(rows(Path(folder)), full_rows(Path(folder)) if "--full" in arguments else ()):
            lines.append(str(row))
            print(row, flush=True)
    if "--table" in arguments:
        page = Path(arguments[arguments.index("--table") + 1])
        put(page, "speed", "\n".join([where_measured(), "", *lines]))


if __name__ == "__main__":
    main(sys.argv[1:])

"""Costs as ratios of whole processes in CPU time: python -m benchmarks.speed.

- `explain loss` against the import of the libraries that any such command would need (target 1.25);
- reading 100,000 scalars of an event file against TensorBoard's own EventAccumulator (target 0.12; needs tensorboard,
  which is installed into a virtual environment of its own at the first call);
- `check` of a small log against the import of NumPy;
- reading long text logs against the plainest program that takes their numbers out.
"""

from __future__ import annotations

import os
import resource
import statistics
import struct
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path

from benchmarks.text_logs import text_logs

PAIRS = 7
HOME = Path(tempfile.gettempdir()) / "lossdoc-tensorboard"
EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "sft-healthy.log"
_READ = (
    "import sys; from lossdoc.api import Options, read_path; print(len(read_path(sys.argv[1], Options())[0][0].curves))"
)
_THEIRS = (
    "import sys; from tensorboard.backend.event_processing.event_accumulator import EventAccumulator as E;"
    "e = E(sys.argv[1], size_guidance={'scalars': 0}); e.Reload(); print(sum(len(e.Scalars(t)) for t in e.Tags()['scalars']))"
)


def cpu(command: Sequence[object]) -> float:
    """CPU seconds, user and system, of a process and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def ratio(ours: Sequence[object], theirs: Sequence[object]) -> str:
    """Median of paired ratios A B A B, with the lowest and the highest, after one call of each that is not counted."""
    cpu(ours), cpu(theirs)
    pairs = [(cpu(ours), cpu(theirs)) for _ in range(PAIRS)]
    ratios = sorted(a / b for a, b in pairs)
    mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f}); {mine:.3f} s against {other:.3f} s"


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


def tensorboard_python() -> Path:
    """A Python that has tensorboard."""
    python = HOME / "bin" / "python"
    if not python.exists():
        venv.create(HOME, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "tensorboard", "setuptools<81"], check=True)
    return python


def main() -> None:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its bytecode
    python = sys.executable
    lossdoc = [python, "-m", "lossdoc"]
    libraries = [python, "-c", "import typer, rich.console, rich.table"]
    print("explain loss / import typer, rich        ", ratio([*lossdoc, "explain", "loss"], libraries))
    print(
        "check small log / import numpy           ", ratio([*lossdoc, "check", EXAMPLE], [python, "-c", "import numpy"])
    )
    for title, log, code in text_logs():
        print(f"{title:41}", ratio([python, "-c", _READ, log], [python, "-c", code, log]))
    path = event_file()
    theirs = [tensorboard_python(), "-c", _THEIRS, path]
    print("100,000 scalars: lossdoc / EventAccumulator", ratio([python, "-c", _READ, path], theirs))


if __name__ == "__main__":
    main()

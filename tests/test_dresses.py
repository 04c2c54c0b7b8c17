"""A log reads the same however it was carried: line ends of Windows, docker, Kubernetes, journald, a launcher."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lossdoc.input.source import Source
from lossdoc.model.record import Item
from lossdoc.readers import Reader, all_readers

PADDING = "\nsaving\n" * 3  # a label is told by several lines, and some samples have one
TIME = "2026-01-01T10:00:00.123456789Z"
DRESSES: dict[str, Callable[[str], str]] = {
    "Windows": lambda line: f"{line}\r",
    "docker": lambda line: f"{TIME} {line}",
    "Kubernetes": lambda line: f"{TIME} stdout F {line}",
    "journald": lambda line: f"Jan  1 10:00:00 node17 python[42]: {line}",
    "compose": lambda line: f"trainer-1  | {line}",
    "mpirun": lambda line: f"[1,0]<stdout>:{line}",
    "pdsh": lambda line: f"node-1: {line}",
}
# Whole-file formats are no lines that a collector could pass on.
WHOLE = {"csv", "json", "trainer-state", "ipynb", "html", "table", "json-messages"}
SAMPLES = [
    pytest.param(reader, sample.text, id=f"{reader.NAME}-{number}")
    for reader in all_readers()
    if reader.NAME not in WHOLE
    for number, sample in enumerate(reader.SAMPLES)
    if isinstance(sample.text, str)
]


def read(reader: Reader, text: str) -> list[Item]:
    return list(reader.read(Source.from_text(text)))


@pytest.mark.parametrize(("reader", "text"), SAMPLES)
def test_every_sample_in_every_dress(reader: Reader, text: str) -> None:
    bare = text + PADDING
    expected = read(reader, bare)
    for name, dress in DRESSES.items():
        dressed = "\n".join(dress(line) for line in bare.split("\n"))
        assert repr(read(reader, dressed)) == repr(expected), name

"""How much is read at most: the last byte, line and key that is, and the first that is not."""

from __future__ import annotations

import io
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import pytest

from lossdoc.assemble.limits import first_runs, limited
from lossdoc.assemble.segments import Part
from lossdoc.input import decode, files
from lossdoc.input.source import Source
from lossdoc.model.record import Record, Unread
from lossdoc.readers._json import flatten, loads


@pytest.mark.parametrize(("size", "by_line"), [(4_000_000_000, True), (4_000_000_001, False)])
def test_file(size: int, by_line: bool, tmp_path: Path) -> None:
    log = tmp_path / "x.jsonl"
    with log.open("wb") as file:
        file.write(b'{"step": 1, "loss": 2}\n' * 100)
        file.truncate(size)  # which writes nothing
    assert bool(files.beginning(log)) == by_line


class _Block(bytes):
    """As long as it says, and next to nothing in memory."""

    said: int

    def __len__(self) -> int:
        return self.said


class _Pipe(io.RawIOBase):
    def __init__(self, holds: int) -> None:
        self.holds = holds

    def read(self, size: int = -1) -> bytes:
        block = _Block(b"x")
        block.said = min(size, self.holds)
        self.holds -= block.said
        return block


@pytest.mark.parametrize(("holds", "whole"), [(1_000_000_000, True), (1_000_000_001, False)])
def test_stream(holds: int, whole: bool) -> None:
    _, left_out = files.read_stream(cast(BinaryIO, _Pipe(holds)))
    assert (left_out == "") == whole


@pytest.mark.parametrize(("unpacked", "refused"), [(4_000_000_000, ""), (4_000_000_001, "4,000,000,000 bytes")])
def test_archive(unpacked: int, refused: str) -> None:
    said = decode.beyond(unpacked, unpacked // 10, unpacked)
    assert (said == "") == (refused == "")
    assert refused in said


@pytest.mark.parametrize(("unpacked", "whole"), [(64_000_000, True), (64_000_001, False)])
def test_harmless(unpacked: int, whole: bool) -> None:
    assert (decode.beyond(unpacked, 10_000, 10_000) == "") == whole


@pytest.mark.parametrize(("times", "whole"), [(199, True), (201, False)])
def test_ratio(times: int, whole: bool) -> None:
    assert (decode.beyond(times * 400_000, 400_000, 400_000) == "") == whole


@pytest.mark.parametrize(("characters", "kept"), [(20_000, 20_000), (20_001, 20_000), (15_000, 15_000)])
def test_line(characters: int, kept: int) -> None:
    source = Source.from_text(("a," * characters)[:characters] + "\nb\n")
    assert [len(line.text) for line in source.iter_lines()] == [kept, 1]


@pytest.mark.parametrize(("keys", "whole"), [(10_000, True), (10_001, False)])
def test_keys(keys: int, whole: bool) -> None:
    found = limited([Record({f"loss/{n}": 1.0 for n in range(keys)})])
    assert (not any(isinstance(item, Unread) for item in found)) == whole


@pytest.mark.parametrize(("levels", "left_out"), [(100, 0), (101, 1)])
def test_nesting(levels: int, left_out: int) -> None:
    row = '{"a": ' * levels + "1" + "}" * levels
    items = limited([Record(flatten(loads(row)))])
    assert sum(isinstance(item, Unread) for item in items) == left_out


@pytest.mark.parametrize(("runs", "left_out"), [(200, 0), (201, 1)])
def test_runs(runs: int, left_out: int) -> None:
    parts, beyond = first_runs([Part(np.zeros(1, dtype=np.int64), numbered=True)] * runs)
    assert (len(parts), len(beyond)) == (200, left_out)

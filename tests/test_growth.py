"""Four times the lines take about four times the work: calls are counted for a sample of every reader."""

from __future__ import annotations

import sys
from types import FrameType

import pytest

from lossdoc.api import Options, read_source
from lossdoc.input.source import Source
from lossdoc.readers import Sample, all_readers

OPTIONS = Options()
MOST = 6.0  # times the calls for four times the lines: a square would be 16
FEW = 24  # lines that are repeated; what a reader does once weighs less beside them

SAMPLES = [sample for reader in all_readers() for sample in reader.SAMPLES[:1] if sample.text.count("\n") > 3]


@pytest.mark.parametrize("near_miss", [False, True])
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_work_grows_with_the_lines(sample: Sample, near_miss: bool) -> None:
    lines = sample.text.splitlines(keepends=True)
    body = [line for line in lines if any(char.isdigit() for char in line)] or lines
    if near_miss:  # the same without what closes or parts a row
        body = [line.replace("}", "").replace("|", "!").replace(",", ";") for line in body]
    rows = [turned(body[number % len(body)], number) for number in range(16 * FEW)]
    small, large = ("".join([*lines[:3], *rows[: many * FEW]]) for many in (4, 16))
    read_source(Source.from_text(large, sample.name), OPTIONS)  # what is worked out once for all: names, templates
    assert calls(large, sample.name) < MOST * calls(small, sample.name)


def turned(line: str, row: int) -> str:
    """The same line with other digits in the same places."""
    return "".join(
        str((int(char) + row * (at % 7)) % 10) if char in "0123456789" else char for at, char in enumerate(line)
    )


def calls(text: str, name: str) -> int:
    """How many functions are called, those written in C included, while a text is read."""
    count = 0

    def counted(_: FrameType, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    source = Source.from_text(text, name)
    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        read_source(source, OPTIONS)
    finally:
        sys.setprofile(before)
    return count

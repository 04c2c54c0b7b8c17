"""Each sample of each reader is tried by every reader: its own wins and reads exactly what the sample says."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from msgspec.structs import asdict

from lossdoc.input.numbers import to_float
from lossdoc.input.source import Source
from lossdoc.model.record import Event, Item, Record, Unread
from lossdoc.readers import Reader, Sample, all_readers, detect, readers_in

CASES = [(reader, sample) for reader in all_readers() for sample in reader.SAMPLES]
IDS = [f"{reader.NAME}-{n}" for reader in all_readers() for n in range(len(reader.SAMPLES))]


def plain(item: Item) -> dict[str, Any]:
    """All fields of an item, its values as written: 1 is not 1.0 and not "1", and NaN is NaN."""
    if isinstance(item, Record):
        return {**asdict(item), "values": {key: repr(value) for key, value in item.values.items()}}
    assert isinstance(item, (Event, Unread))
    return {"what": type(item).__name__, **asdict(item)}


@pytest.mark.parametrize(("reader", "sample"), CASES, ids=IDS)
def test_sample_is_won_by_its_reader(reader: Reader, sample: Sample) -> None:
    source = Source.from_text(sample.text, sample.name)
    won = detect(source)[0][1].NAME
    assert won == reader.NAME, f"{won} claims the sample: no line of {reader.NAME} matches, or no anchor stands in it"
    scores = {other.NAME: other.sniff(source) for other in all_readers()}
    own = scores.pop(reader.NAME)
    assert own > max(scores.values())


@pytest.mark.parametrize(("reader", "sample"), CASES, ids=IDS)
def test_sample_is_read_exactly(reader: Reader, sample: Sample) -> None:
    items = list(reader.read(Source.from_text(sample.text, sample.name)))
    records = [plain(item) for item in items if isinstance(item, Record)]
    beside = [plain(item) for item in items if not isinstance(item, Record)]
    assert records == [plain(record) for record in sample.records]
    assert beside == [plain(event) for event in sample.events]


@pytest.mark.parametrize("sample", [sample for _, sample in CASES], ids=IDS)
def test_sample_says_something(sample: Sample) -> None:
    """No sample passes with an empty expectation, and each says where its lines come from."""
    assert sample.program, "program: missing: which program printed it, in which version?"
    assert sample.cite, "cite: missing: which file of the program prints it?"
    assert sample.records, "records: missing: what has to be read of it?"
    for record in sample.records:
        assert any(to_float(value) is not None for value in record.values.values())


@pytest.mark.parametrize("reader", all_readers(), ids=lambda reader: reader.NAME)
def test_every_reader_of_text_has_samples(reader: Reader) -> None:
    """Readers of files that are no text have tests of their own: these write such files."""
    binary = reader in readers_in("lossdoc.readers.binary")
    assert bool(reader.SAMPLES) != binary, f"{reader.NAME}: samples are missing, or those of a file that is no text"


def test_names_are_unique() -> None:
    names = Counter(reader.NAME for reader in all_readers())
    assert max(names.values()) == 1

"""Each sample of each reader is tried by every reader: its own wins and reads exactly what the sample says."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

import pytest

from lossdoc.numbers import to_float
from lossdoc.readers import Reader, Sample, all_readers, detect
from lossdoc.record import Event, Raw, Record
from lossdoc.source import Source

CASES = [(reader, sample) for reader in all_readers() for sample in reader.SAMPLES]
IDS = [f"{reader.NAME}-{n}" for reader in all_readers() for n in range(len(reader.SAMPLES))]


def same(a: Raw, b: Raw) -> bool:
    x, y = to_float(a), to_float(b)
    if x is None or y is None:
        return a == b
    return x == y or (math.isnan(x) and math.isnan(y))


def told(values: Mapping[str, Raw]) -> dict[str, Raw]:
    """What carries a value: cells that say "not logged" may be kept or left out by a reader."""
    return {key: value for key, value in values.items() if to_float(value) is not None}


@pytest.mark.parametrize(("reader", "sample"), CASES, ids=IDS)
def test_sample(reader: Reader, sample: Sample) -> None:
    source = Source("sample", sample.text) if isinstance(sample.text, bytes) else Source.from_text(sample.text)
    found = detect(source)
    assert found
    assert found[0][1].NAME == reader.NAME
    assert len(found) == 1 or found[0][0] > found[1][0], "two readers are equally sure"
    items = list(reader.read(source))
    records = [item for item in items if isinstance(item, Record)]
    assert len(records) == len(sample.records)
    for record, (step, values) in zip(records, sample.records, strict=True):
        assert step is None or record.step == step
        expected, got = told(values), told(record.values)
        assert set(expected) <= set(got)
        assert all(same(got[key], value) for key, value in expected.items())
    assert set(sample.events) <= {item.kind for item in items if isinstance(item, Event)}


def test_samples_are_complete() -> None:
    """Every reader shows what it reads, and says where that comes from. Readers of bytes have tests of their own."""
    text = Source.from_text("step 1 loss 0.5\n")
    for reader in all_readers():
        assert reader.SAMPLES or reader.sniff(text) == 0, reader.NAME
        assert all(sample.program and sample.cite for sample in reader.SAMPLES), reader.NAME


def test_names_are_unique() -> None:
    names = Counter(reader.NAME for reader in all_readers())
    assert max(names.values()) == 1

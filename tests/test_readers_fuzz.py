"""No input makes a reader fail: not arbitrary bytes, not arbitrary text, not a sample cut, spliced or damaged."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossdoc.input.source import Source
from lossdoc.model.record import Columns, Event, Record, Unread
from lossdoc.readers import Reader, all_readers

READERS = all_readers()
TEXTS = [sample.text for reader in READERS for sample in reader.SAMPLES if isinstance(sample.text, str)]
HEADS = (
    b":W&B\xe1\xbe\x00",
    b":SWL\xd6\xe1\x01",
    b":SWL\xd6\xe1\x02",
    b"SQLite format 3\x00",
    b"PK\x03\x04",
    b"\x18" + bytes(7) + b"\xa3\x7fK\x22\x09",
)
_MARKS = r"""{ } [ ] "loss" : , | NaN 1.5 - step epoch loss # ... │ <table> <tr> <td> --- ' = [step=1,epoch=0] ½"""
WORDS = st.sampled_from(
    [*_MARKS.split(), "\t", "  ", "\n", "\r", "\x1b[0m", "Training Loss", "log_history", "\ufeff", "\x00"]
)


def consume(reader: Reader, source: Source) -> None:
    score = reader.sniff(source)
    assert 0 <= score <= 1
    for item in reader.read(source):
        assert isinstance(item, Record | Columns | Event | Unread)
        if isinstance(item, Columns):
            assert len(item.steps) == len(item.values) > 0
        elif item.line is not None:
            assert item.line >= 1


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.NAME)
@given(
    data=st.one_of(st.binary(max_size=400), st.builds(bytes.__add__, st.sampled_from(HEADS), st.binary(max_size=300)))
)
def test_bytes(reader: Reader, data: bytes) -> None:
    consume(reader, Source("x", data))


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.NAME)
@settings(max_examples=15)
@given(parts=st.lists(st.one_of(WORDS, st.text(max_size=8)), max_size=60))
def test_text(reader: Reader, parts: list[str]) -> None:
    consume(reader, Source.from_text("".join(parts)))


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.NAME)
@settings(max_examples=25)
@given(
    text=st.sampled_from(TEXTS),
    other=st.sampled_from(TEXTS),
    at=st.floats(0, 1),
    to=st.floats(0, 1),
    middle=st.one_of(st.just(""), WORDS, st.text(max_size=5)),
)
def test_damaged_samples(reader: Reader, text: str, other: str, at: float, to: float, middle: str) -> None:
    consume(reader, Source.from_text(text[: int(at * len(text))] + middle + other[int(to * len(other)) :]))

"""Numbers in every shape that trainers print."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossdoc.input.numbers import Number, parse, to_float

SHAPES = {
    "0.5": 0.5,
    " 0.5 ": 0.5,
    ".5": 0.5,
    "-0.000000": 0.0,
    "1.0E+00": 1.0,
    "1e-06": 1e-6,
    "1,234": 1234,
    "1,234,567": 1234567,
    "49K": 49000,
    "1.31M": 1.31e6,
    "12.3k": 12300,
    "2B": 2e9,
    "12.3%": 12.3,
    "(51.44%)": 51.44,
    "9.46GiB(64.99%)": 9.46,
    "5.094 GB": 5.094,
    "123.45ms": 123.45,
    "112.9TFLOPS": 112.9,
    "12345 tokens/s": 12345,
    "15.2it/s": 15.2,
    "10/438": 10,
    "122/  250000": 122,
    "0.7256 (0.71)": 0.7256,
    "3.029740+-0.009980": 3.02974,
    "3.02974±0.00998": 3.02974,
    "1.32912+0.01596": 1.32912,
    "[5e-05]": 5e-5,
    "[21.]": 21,
    "np.float64(0.5)": 0.5,
    "np.float32(0.93)": 0.93,
    "array(0.25, dtype=float32)": 0.25,
    "tensor(0.75, device='cuda:0', grad_fn=<MeanBackward0>)": 0.75,
    "'5e-05'": 5e-5,
    "3.435.": 3.435,
    "−1.5": -1.5,
    "inf": math.inf,
    "-inf": -math.inf,
    "Infinity": math.inf,
}
NO_NUMBERS = [
    "", "None", "null", "N/A", "n/a", "NA", "-", "No log", "0:01:02", "3 days, 4:29:51", "46m 13s", "1_000",
    "2024-01-01", "127.0.0.1", "0.5abc", "nanobot", "infer", "[0.9, 0.999]", "v1.2", "12:30", "1.2.3", "True",
    "---NaN", "-+inf",
    "x" * 500,
]  # fmt: skip


def known(number: Number | None) -> Number:
    assert number is not None
    return number


@pytest.mark.parametrize(("text", "value"), SHAPES.items())
def test_shape(text: str, value: float) -> None:
    assert to_float(text) == value
    number = parse(text)
    assert number is not None
    assert number.value == value


@pytest.mark.parametrize("text", ["nan", "NaN", "-nan", "nanms", "tensor(nan, device='cuda:0')", "'nan'"])
def test_nan(text: str) -> None:
    value = to_float(text)
    assert value is not None
    assert math.isnan(value)


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_no_number(text: str) -> None:
    assert to_float(text) is None
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "decimals", "significant"),
    [("0.6931", 4, 4), ("3.666", 3, 4), ("0.000", 3, 1), ("12", 0, 2), ("5e-05", None, 1), ("1.234e+06", None, 4)],
)
def test_printed_precision(text: str, decimals: int | None, significant: int) -> None:
    number = parse(text)
    assert number is not None
    assert (number.decimals, number.significant) == (decimals, significant)


def test_unit_and_total() -> None:
    assert known(parse("45.6%")).unit == "%"
    assert known(parse("123 ms")).unit == "ms"
    assert known(parse("10/438")).total == 438


def test_raw_kinds() -> None:
    assert to_float(3) == 3.0
    assert to_float(None) is None
    assert to_float(True) is None
    assert to_float(10**400) == math.inf


@given(st.floats(allow_nan=False))
def test_floats_round_trip(value: float) -> None:
    assert to_float(repr(value)) == value
    assert known(parse(repr(value))).value == value
    assert known(parse(value)).value == value


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_none(text: str) -> None:
    value, number = to_float(text), parse(text)
    assert value is None or isinstance(value, float)
    if number is not None:
        assert value is not None

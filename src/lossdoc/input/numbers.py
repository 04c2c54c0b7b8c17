"""Every shape in which trainers print a number -> value, printed precision, unit. Shared by readers and assemble."""

from __future__ import annotations

import math
import re
from functools import lru_cache

from msgspec import Struct

from lossdoc.words.expressions import expression

Raw = float | int | str | None

# Digits are counted in so many values of a key; what is printed later is printed alike.
COUNTED_DIGITS = 2001
_SCALE = {"k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "B": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
# What frameworks print for "no value": not NaN, the quantity was not measured.
_MISSING = frozenset({"", "none", "null", "n/a", "na", "-", "--", "no log", "?", "...", "undefined"})
_PLAIN = expression(r"[+-]?(?:(?P<head>\d+)(?:\.(?P<tail>\d*))?|\.(?P<only>\d+))(?P<exp>[eE][+-]?\d+)?")
NUMBER = (
    r"[+-]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
    r"|(?i:nan|inf(?:inity)?)(?![A-Za-z_]{3,}))"
)
_WRAP = expression(
    r"(?:(?:np|numpy|torch|jnp)\.)?(?:u?int\d*|float\d*|tensor|array|Array|Tensor|DeviceArray)\((.*)\)", re.S
)
_SHAPE = expression(
    rf"(?P<number>{NUMBER})(?P<scale>[kKMGBTPE](?![A-Za-z/]))?"
    r"(?P<pm>\s?(?:±|\+-|\+/-|\+)\s?\d[\d.eE+-]*)?"
    r"(?:\s*/\s*(?P<total>\d[\d,]*(?:\.\d+)?))?"
    r"(?P<unit>\s?%|\s?[A-Za-zµμ°²][\w/.µμ°²^-]*)?"
    r"(?:\s?\([^()]*\))*"
)
_WORD_UNIT = expression(
    r"(?i)%|°c|[numµμ]?s|m|h|min|mins|minutes|hours?|sec(?:ond)?s?|days?|[kmgt]?i?b(?:/s)?|w|kwh|x|z|it|its|iters?|steps?|pts?"
    r"|[kmgtpe]?flops?(?:/s)?(?:/(?:gpu|device))?|tok(?:en)?s?|samples?|images?|img|imgs|examples?|ex|nats?|bits?|db|hz"
    r"|[a-zµ]{1,9}/[a-z]{1,9}(?:/[a-z]{1,9})?|frames?|words?|wps|tps|fps|epochs?|episodes?|batch(?:es)?"
)
# What the units of numbers end with, and blanks before them.
_UNIT_LETTERS = " %/abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Number(Struct, frozen=True):
    """A parsed number.

    `decimals`: digits printed after the point (None with an exponent or a suffix such as K). `significant`: digits of
    the mantissa without leading zeros. `unit` as written beside the number ("%", "ms", "GiB"). `total`: the right side
    of "10/438".
    """

    value: float
    decimals: int | None = None
    significant: int | None = None
    unit: str | None = None
    total: float | None = None


def to_float(raw: object) -> float | None:
    """The value alone, by the shortest way. None when `raw` is no number or says "not logged"."""
    kind = type(raw)
    if kind is float:
        return raw  # type: ignore[return-value]
    if kind is int:
        return _from_int(raw)  # type: ignore[arg-type]
    if kind is str:
        # float() also takes "1_000", which in a log is a name and no number.
        if "_" not in raw:  # type: ignore[operator]
            try:
                return float(raw)  # type: ignore[arg-type]
            except ValueError:
                pass
            place, slash, total = raw.partition("/")  # type: ignore[attr-defined]
            if slash and place.isdecimal() and total.isdecimal():  # "10/438"
                return float(place)
            bare = raw.rstrip(_UNIT_LETTERS)  # type: ignore[attr-defined]
            if bare.replace(".", "", 1).isdecimal() and bare[0] != "." and _is_unit(raw[len(bare) :]):  # type: ignore[index]
                return float(bare)
        number = parse(raw)  # type: ignore[arg-type]
        return None if number is None else number.value
    return None


@lru_cache(1024)
def _is_unit(text: str) -> bool:
    """A unit that changes no number before it: "ms", " %", not "k"."""
    numbers = [parse(plain + text) for plain in ("15", "1.5")]
    return [number and number.value for number in numbers] == [15.0, 1.5]


def parse(raw: Raw) -> Number | None:
    """Value, printed precision and unit of a raw value, or None when it is no number or says "not logged"."""
    if raw is None or isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return Number(_from_int(raw), 0, len(str(abs(raw))) if abs(raw) < 10**30 else 30)
    if isinstance(raw, float):
        return _plain(repr(raw)) or Number(raw)
    text = raw.strip().strip("'\"`*").strip()
    if not text or len(text) > 200 or text.lower() in _MISSING:
        return None
    text = text.replace("−", "-") if "−" in text else text
    return _plain(text) or _wrapped(text) or _shaped(text)


LARGEST_COUNT = 10**18  # no counter goes further


def whole(digits: str) -> int:
    """The integer that digits write, at most the largest count: Python refuses thousands of digits."""
    return int(digits) if len(digits) < len(str(LARGEST_COUNT)) else min(int(digits[:60]), LARGEST_COUNT)


def _from_int(value: int) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer of more than 308 digits
        return math.inf if value > 0 else -math.inf


def _plain(text: str) -> Number | None:
    match = _PLAIN.fullmatch(text)
    if match is None:
        bare = text[text[:1] in ("+", "-") :].lower()
        return Number(float(text)) if bare in ("nan", "inf", "infinity") else None
    head, tail, only, exponent = match.group("head", "tail", "only", "exp")
    fraction = tail if tail is not None else only or ""
    digits = ((head or "") + fraction).lstrip("0")
    return Number(float(text), None if exponent else len(fraction), len(digits) or 1)


def _wrapped(text: str) -> Number | None:
    """np.float64(0.5), tensor(nan, device='cuda:0'), array(0., dtype=float32), [5e-05], (0.5): the first element."""
    match = _WRAP.fullmatch(text)
    if match is not None:
        inner = match.group(1)
    elif text[0] in "[(" and text[-1] in "])":
        inner = text[1:-1]
        if "," in inner.strip(" ,"):
            return None  # a list is not a number
    else:
        return None
    first = inner.strip().strip("[]()").split(",", 1)[0].strip()
    return parse(first) if first and len(first) < len(text) else None


def _shaped(text: str) -> Number | None:
    match = _SHAPE.fullmatch(text.rstrip(",;|").rstrip())
    if match is None:
        match = _SHAPE.fullmatch(text.rstrip(",;.|!").rstrip())
    if match is None:
        return None
    unit = (match["unit"] or "").strip() or None
    if unit is not None and _WORD_UNIT.fullmatch(unit) is None:
        return None  # "0.5abc" is a word that begins with a digit
    number = _plain(match["number"].replace(",", ""))
    if number is None:
        return None
    scale = _SCALE[match["scale"]] if match["scale"] else None
    total = float(match["total"].replace(",", "")) if match["total"] else None
    if scale is None:
        return Number(number.value, number.decimals, number.significant, unit, total)
    digits = match["number"].replace(",", "")
    # 1.31 * 1e6 is 1310000.0000000002: shifting the decimal point keeps what was printed.
    shiftable = digits[-1].isdigit() and "e" not in digits.lower()
    value = float(f"{digits}e{round(math.log10(scale))}") if shiftable else number.value * scale
    return Number(value, None, number.significant, unit, total)

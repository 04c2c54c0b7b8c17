"""One TensorBoard event -> the values in it: scalars of both generations, and texts that hold settings."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from lossdoc.readers.binary._protobuf import double, fields, signed, single, string, varint

# DataType -> struct format of one element in tensor_content; the typed lists have their own fields.
_FORMATS = {1: "<f", 2: "<d", 3: "<i", 4: "<B", 5: "<h", 6: "<b", 9: "<q", 17: "<H", 19: "<e", 22: "<I", 23: "<Q"}
_STRING = 7
_NOTHING = (None, 0, 0, None)


class Value(NamedTuple):
    """A value of a summary. `at`: where its number stands in the file, a float of `width` bytes; width 0 = no float."""

    tag: str
    plugin: str
    number: float | None
    at: int
    width: int
    text: str | None
    content: bytes  # of the plugin


def values(data: bytes, start: int, end: int) -> Iterator[Value]:
    """All values of the summary of one event (ValueError when the bytes are no event)."""
    for number, kind, a, b in fields(data, start, end):
        if number == 5 and kind == 2:
            for inner, inner_kind, c, d in fields(data, a, b):
                if inner == 1 and inner_kind == 2:
                    yield _value(data, c, d)


def step(data: bytes, start: int, end: int) -> int:
    """A step of zero is not written."""
    for number, kind, value, _ in fields(data, start, end):
        if number == 2 and kind == 0:
            return signed(value)
    return 0


def _value(data: bytes, start: int, end: int) -> Value:
    tag = plugin = ""
    scalar: float | None = None
    at, width, text, content = 0, 0, None, b""
    for number, kind, a, b in fields(data, start, end):
        if number == 1 and kind == 2:
            tag = string(data, a, b)
        elif number == 2 and kind == 5:
            scalar, at, width, plugin = single(data, a), a, 4, plugin or "scalars"
        elif number == 8 and kind == 2:
            scalar, at, width, text = _tensor(data, a, b)
        elif number == 9 and kind == 2:
            plugin, content = _plugin(data, a, b)
    return Value(tag, plugin, scalar, at, width, text, content)


def _tensor(data: bytes, start: int, end: int) -> tuple[float | None, int, int, str | None]:
    """(scalar, its place and width, text) of a tensor with one element."""
    dtype = 0
    for number, kind, a, b in fields(data, start, end):
        if number == 1 and kind == 0:
            dtype = a
        elif number == 2 and kind == 2 and _elements(data, a, b) != 1:
            return _NOTHING
        elif number == 4 and kind == 2 and dtype in _FORMATS:
            if b - a != struct.calcsize(_FORMATS[dtype]):
                return _NOTHING
            width = b - a if dtype in (1, 2) else 0
            return float(struct.unpack_from(_FORMATS[dtype], data, a)[0]), a, width, None
        elif number == 5 and kind in (2, 5) and b - a == 4:
            return single(data, a), a, 4, None
        elif number == 6 and kind in (1, 2) and b - a == 8:
            return double(data, a), a, 8, None
        elif number in (7, 10) and kind == 0:
            return float(signed(a)), 0, 0, None
        elif number in (7, 10) and kind == 2:  # a packed list: one element, or no scalar
            element, behind = varint(data, a)
            return (float(signed(element)), 0, 0, None) if behind == b else _NOTHING
        elif number == 8 and kind == 2 and dtype == _STRING:
            return None, 0, 0, string(data, a, b)
    return _NOTHING


def _elements(data: bytes, start: int, end: int) -> int:
    count = 1
    for number, kind, a, b in fields(data, start, end):
        if number == 2 and kind == 2:
            size = next((signed(value) for n, k, value, _ in fields(data, a, b) if n == 1 and k == 0), 0)
            count *= size
    return count


def _plugin(data: bytes, start: int, end: int) -> tuple[str, bytes]:
    for number, kind, a, b in fields(data, start, end):
        if number == 1 and kind == 2:
            name, content = "", b""
            for inner, inner_kind, c, d in fields(data, a, b):
                if inner == 1 and inner_kind == 2:
                    name = string(data, c, d)
                elif inner == 2 and inner_kind == 2:
                    content = data[c:d]
            return name, content
    return "", b""

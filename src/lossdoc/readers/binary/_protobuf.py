"""The wire format of protocol buffers: enough to follow the few fields that hold metrics."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_F64 = struct.Struct("<d").unpack_from
_F32 = struct.Struct("<f").unpack_from


def varint(data: bytes, at: int) -> tuple[int, int]:
    """(value, position behind it). ValueError when the bytes end or the number is too long."""
    value = shift = 0
    while shift < 70:
        if at >= len(data):
            raise ValueError("cut varint")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise ValueError("varint too long")


def signed(value: int) -> int:
    """int64 fields hold negative numbers as two's complement."""
    return value - (1 << 64) if value >= 1 << 63 else value


def fields(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, int, int]]:
    """(field number, wire type, start, end) of each field of a message; for varints `start` holds the value itself.

    Raises ValueError where the bytes are no message.
    """
    at, end = start, len(data) if end is None else end
    while at < end:
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
            yield key >> 3, 0, value, at
            continue
        if kind == 2:
            size, at = varint(data, at)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise ValueError(f"wire type {kind}")
        if at + size > end:
            raise ValueError("field longer than its message")
        yield key >> 3, kind, at, at + size
        at += size


def double(data: bytes, at: int) -> float:
    return float(_F64(data, at)[0])


def single(data: bytes, at: int) -> float:
    return float(_F32(data, at)[0])


def string(data: bytes, start: int, end: int) -> str:
    return data[start:end].decode("utf-8", "replace")

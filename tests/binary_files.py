"""Protocol buffers and event files written byte by byte, as the programs write them, and what is read from them."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from lossdoc.input.source import Source
from lossdoc.model.record import Columns, Event, Item
from lossdoc.readers import Reader, detect


def only_reader(source: Source) -> Reader:
    found = detect(source)
    assert [score for score, _ in found] == [1.0]
    return found[0][1]


def read(data: bytes) -> list[Item]:
    source = Source("x", data)
    return list(only_reader(source).read(source))


def columns(items: Iterable[Item]) -> dict[str, list[tuple[float, float]]]:
    return {
        item.key: list(zip(item.steps.tolist(), item.values.tolist(), strict=True))
        for item in items
        if isinstance(item, Columns)
    }


def kinds(items: Iterable[Item]) -> list[str]:
    return [item.kind for item in items if isinstance(item, Event)]


def varint(value: int) -> bytes:
    value %= 1 << 64
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def message(number: int, content: bytes | str) -> bytes:
    content = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def double(field: int, value: float) -> bytes:
    return varint(field << 3 | 1) + struct.pack("<d", value)


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def framed(payload: bytes) -> bytes:
    head = struct.pack("<Q", len(payload))
    return head + struct.pack("<I", crc32c(head)) + payload + struct.pack("<I", crc32c(payload))


def event(step: int, *values: bytes) -> bytes:
    steps = number(2, step) if step else b""
    return framed(double(1, 1.7e9 + step) + steps + message(5, b"".join(message(1, value) for value in values)))


def simple(tag: str, value: float) -> bytes:
    return message(1, tag) + b"\x15" + struct.pack("<f", value)


def tensor(tag: str, content: bytes, plugin: str = "scalars") -> bytes:
    metadata = message(9, message(1, message(1, plugin))) if plugin else b""
    return message(1, tag) + message(8, content) + metadata


FLOAT, DOUBLE, INT32, STRING, INT64 = (number(1, kind) for kind in (1, 2, 3, 7, 9))
VERSION = framed(double(1, 1.7e9) + message(3, "brain.Event:2"))

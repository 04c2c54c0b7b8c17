"""The block log of LevelDB, in which W&B and SwanLab keep their local runs: records cut at blocks of 32 KiB."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

_BLOCK = 32768
_HEADER = 7  # of the file, and of each part of a record
_PART = struct.Struct("<IHB").unpack_from
_FULL, _FIRST, _LAST = 1, 2, 4


class Cut(ValueError):
    """The file ends inside a record, or a checksum is wrong."""


def is_block_log(data: bytes, ident: bytes, magic: int) -> bool:
    """The seven bytes at the start: four letters, a magic number, a version."""
    return data[:4] == ident and data[4:6] == magic.to_bytes(2, "little")


def records(data: bytes) -> Iterator[bytes]:
    """The payloads. The checksum is zlib's CRC-32 over type and bytes. Raises `Cut` where the log breaks off."""
    at, size, parts = _HEADER, len(data), bytearray()
    while at < size:
        left = _BLOCK - at % _BLOCK
        if left < _HEADER:
            at += left
            continue
        if at + _HEADER > size:
            raise Cut("the file ends inside the head of a record")
        checksum, length, kind = _PART(data, at)
        start, at = at + _HEADER, at + _HEADER + length
        if not 0 < kind <= _LAST or at > size or zlib.crc32(data[start:at], zlib.crc32(bytes([kind]))) != checksum:
            raise Cut("the file ends inside a record, or a record is damaged")
        if kind == _FULL:
            yield data[start:at]
            continue
        if kind == _FIRST:
            parts = bytearray()
        parts += data[start:at]
        if kind == _LAST:
            yield bytes(parts)

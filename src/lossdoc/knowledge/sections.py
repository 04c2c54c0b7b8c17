"""The index file: a table of contents, then sections that are decoded one by one when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

_MAGIC = b"lossdoc1"


def pack(parts: Mapping[str, bytes], stamp: bytes) -> bytes:
    """Sections and the stamp of what they were made from, as one byte string."""
    contents: dict[str, tuple[int, int]] = {}
    offset = 0
    for name, part in parts.items():
        contents[name] = (offset, len(part))
        offset += len(part)
    head = msgspec.msgpack.encode((stamp, contents))
    return b"".join((_MAGIC, len(head).to_bytes(4, "big"), head, *parts.values()))


class Sections:
    """Reads what `pack` wrote. ValueError where the bytes are something else or cut."""

    def __init__(self, data: bytes) -> None:
        size = int.from_bytes(data[8:12], "big")
        if data[:8] != _MAGIC or len(data) < 12 + size:
            raise ValueError("not an index")
        self._data = data
        self._start = 12 + size
        self.stamp, self._contents = msgspec.msgpack.decode(
            data[12 : 12 + size], type=tuple[bytes, dict[str, tuple[int, int]]]
        )
        if self._contents and self._start + sum(list(self._contents.values())[-1]) != len(data):
            raise ValueError("the index is cut")

    def __contains__(self, name: str) -> bool:
        return name in self._contents

    def __getitem__(self, name: str) -> bytes:
        start, size = self._contents[name]
        return self._data[self._start + start : self._start + start + size]

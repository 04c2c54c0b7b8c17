"""What of a path is read: regular files, pipes and process substitution; devices and sockets are refused by name."""

from __future__ import annotations

import codecs
import os
import stat
from pathlib import Path
from typing import BinaryIO

from lossdoc.input import limits

_BLOCK = 1 << 24
LONG = 1 << 20  # from here on lines are read as they come, and rows of one layout as columns (ours)
_BEGIN = 1 << 18  # bytes that tell whether they can be


def is_remote(path: str) -> bool:
    """`s3://bucket/run.jsonl`: `input.remote` reads it. A drive of Windows is one letter."""
    scheme, mark, _ = path.partition("://")
    return bool(mark) and len(scheme) > 1 and scheme[0].isalpha() and scheme.replace("+", "").isalnum()


class Refused(Exception):
    """A path that is not read, whatever it holds."""

    def __init__(self, found: str, why: str) -> None:
        super().__init__(f"{found}: {why}")
        self.found, self.why = found, why


def read_path(path: Path) -> tuple[bytes, str]:
    """The content, and what of it was left out ("" where nothing was). `Refused` for a device or a socket; OSError."""
    mode = os.stat(path).st_mode
    if stat.S_ISSOCK(mode):
        raise Refused("a socket", "a program answers there, no log is kept; name the file that the trainer wrote")
    if stat.S_ISBLK(mode) or (stat.S_ISCHR(mode) and not os.path.samestat(os.stat(path), os.stat(os.devnull))):
        raise Refused("a device", "it has no end; name the file that the trainer wrote, or - for standard input")
    with open(path, "rb") as file:
        if stat.S_ISREG(mode):
            return limited(file, int(limits.FILE), "file", os.fstat(file.fileno()).st_size)
        return read_stream(file)


def beginning(path: Path) -> bytes:
    """The first whole lines of a long file of JSON lines that needs no preparation as a whole; b"" of any other."""
    mode = os.stat(path)
    if not stat.S_ISREG(mode.st_mode) or not LONG <= mode.st_size <= limits.FILE:
        return b""
    with open(path, "rb") as file:
        block = file.read(_BEGIN)
    if not block.startswith((b'{"', codecs.BOM_UTF8 + b'{"')):
        return b""
    from lossdoc.input.decode import decode
    from lossdoc.input.launchers import without_labels
    from lossdoc.input.wrapped import joined

    begin = block[: block.rfind(b"\n") + 1]
    text = decode(begin)
    return begin if joined(without_labels(text)) == text else b""


def read_stream(file: BinaryIO) -> tuple[bytes, str]:
    """The content of a pipe up to its end, and what was left out."""
    return limited(file, int(limits.STREAM), "stream", 0)


def limited(file: BinaryIO, most: int, what: str, size: int) -> tuple[bytes, str]:
    """A file whose size is known is read in one go; what grows meanwhile is read as it was opened."""
    if size:
        data = file.read(min(size, most))
        left = size - len(data) if size > most else 0
        return data, f"the {what} is read up to {most:,} bytes: {left:,} bytes are left out" if left else ""
    parts: list[bytes] = []
    room = most
    while room and (block := file.read(min(room, _BLOCK))):
        parts.append(block)
        room -= len(block)
    more = not room and bool(file.read(1))
    why = f"the {what} is read up to {most:,} bytes: it goes on, and the rest is left out"
    return b"".join(parts), why if more else ""

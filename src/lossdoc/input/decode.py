"""Bytes to text: compression, binary content and encodings told by content."""

from __future__ import annotations

import bz2
import codecs
import lzma
import zlib
from typing import Protocol


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


_BLOCK = 1 << 20
# Archives that blow up are cut: no log that a person keeps compressed is larger.
MAX_BYTES = 8 << 30
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BINARY_MAGIC = (
    b":W&B",
    b":SWL",
    b"SQLite format 3\0",
    b"\x89PNG",
    b"\x89HDF",
    b"PK\x03\x04",
    b"%PDF",
    b"\x7fELF",
    b"PAR1",
    b"GGUF",
)
_TEXT_CONTROL = bytes(set(range(32)) - {7, 8, 9, 10, 11, 12, 13, 27})


def _new_decompressor(data: bytes) -> _Decompressor | None:
    if data.startswith(b"\x1f\x8b"):
        return zlib.decompressobj(wbits=31)
    if data.startswith(b"BZh"):
        return bz2.BZ2Decompressor()
    if data.startswith(b"\xfd7zXZ\0"):
        return lzma.LZMADecompressor()
    if data.startswith(b"\x28\xb5\x2f\xfd"):
        return _zstd()
    return None


def _zstd() -> _Decompressor | None:
    try:
        from compression.zstd import ZstdDecompressor  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        try:
            from backports.zstd import ZstdDecompressor  # type: ignore[import-not-found, unused-ignore]
        except ImportError:
            return None
    made: _Decompressor = ZstdDecompressor()
    return made


def decompress(data: bytes) -> bytes:
    """Decompressed content (several members in a row too), or the data itself. A cut archive gives what it holds."""
    if _new_decompressor(data) is None:
        return data
    out = bytearray()
    at = 0
    while at < len(data) and len(out) < MAX_BYTES:
        worker = _new_decompressor(data[at : at + 8])
        if worker is None:
            break
        try:
            while at < len(data) and not worker.eof and len(out) < MAX_BYTES:
                out += worker.decompress(data[at : at + _BLOCK])
                at += _BLOCK
        except (zlib.error, OSError, EOFError, lzma.LZMAError, ValueError, RuntimeError):
            break
        if not worker.eof:
            break
        at = min(at, len(data)) - len(worker.unused_data)
    return bytes(out) if out else data


def is_binary(data: bytes) -> bool:
    """True when no text encoding explains the first kilobytes."""
    head = data[:8192]
    if head.startswith(_BINARY_MAGIC):
        return True
    if head.startswith(_UTF16):
        return False
    if b"\0" in head and not _utf16_without_mark(head):
        # Preallocated or crashed logs end in NUL bytes: text up to there stays text.
        return not head.rstrip(b"\0") or b"\0" in head.rstrip(b"\0")
    control = len(head) - len(head.translate(None, _TEXT_CONTROL))
    return control > len(head) // 20 if b"\0" not in head else False


def _utf16_without_mark(head: bytes) -> str | None:
    """Windows redirection writes UTF-16 with a mark; tails of such files come without one."""
    if len(head) < 16:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > half * 0.6 and even < half * 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.6 and odd < half * 0.05 else None


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """What is not UTF-8 is read as Windows-1252: one foreign byte does not cost the file."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("lossdoc-cp1252", _as_cp1252)


def decode(data: bytes) -> str:
    """Text of a source. Never fails: what no encoding explains becomes U+FFFD."""
    if data.startswith(_UTF16):
        return data.decode("utf-16", "replace")
    bare = _utf16_without_mark(data[:8192])
    if bare is not None:
        return data.decode(bare, "replace")
    if data.startswith(codecs.BOM_UTF8):
        data = data[3:]
    return data.decode("utf-8", "lossdoc-cp1252")

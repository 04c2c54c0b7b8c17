"""Bytes to text: compression, binary content and encodings told by content."""

from __future__ import annotations

import bz2
import codecs
import lzma
import zlib
from typing import NamedTuple, Protocol

from lossdoc.input import limits


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


_BLOCK = 1 << 12  # of packed bytes; a block of zeros alone may become 100 MB
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


class Unpacked(NamedTuple):
    """What an archive holds as far as it was unpacked, and what was left out ("" where nothing was)."""

    data: bytes
    left_out: str = ""


def decompress(data: bytes) -> Unpacked:
    """Decompressed content (several members in a row too), or the data itself. A cut archive gives what it holds."""
    if _new_decompressor(data) is None:
        return Unpacked(data)
    out = bytearray()
    at = 0
    left_out = ""
    while at < len(data) and not left_out:
        worker = _new_decompressor(data[at : at + 8])
        if worker is None:
            rest = len(data) - at
            left_out = f"{rest:,} bytes behind the archive are not read" if data[at:].strip(b"\0") else ""
            break
        try:
            while at < len(data) and not worker.eof and not left_out:
                out += worker.decompress(data[at : at + _BLOCK])
                at += _BLOCK
                left_out = beyond(len(out), min(at, len(data)), len(data))
        except Exception as error:  # every library has errors of its own; whatever it is, the archive ends here
            left_out = f"the archive is damaged ({error}): read as far as it goes, {len(out):,} bytes"
        if not worker.eof and not left_out:
            left_out = f"the archive is cut: read as far as it goes, {len(out):,} bytes"
        at = min(at, len(data)) - len(worker.unused_data)
    return Unpacked(bytes(out), left_out) if out else Unpacked(data, left_out)


def beyond(unpacked: int, packed: int, size: int) -> str:
    """Why an archive is not unpacked further; "" while it is like one of a log."""
    if unpacked > limits.ARCHIVE:
        limit = f"at most {limits.ARCHIVE:,} bytes"
    elif unpacked > limits.HARMLESS and unpacked > limits.RATIO * packed:
        limit = f"at most {limits.RATIO} times its size"
    else:
        return ""
    share = 100 * packed / size
    return f"the archive is unpacked to {limit}: {unpacked:,} bytes, {share:.2g} % of it, are read and the rest is not"


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

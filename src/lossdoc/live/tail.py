"""A text file that grows, is rotated, truncated, rewritten, or not there yet. Path -> all bytes that it ever held."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

_SEAM = 64  # bytes before our place that must still be the same: else the file was written anew


class Tail:
    """`read` takes in what is new; `data` is everything so far, files that followed each other one after the other.

    A file that takes the place of another (rotation), or that begins anew (truncation), counts as a copy of what is
    known for as long as it says the same: a file that is written as a whole each time says nothing twice.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = bytearray()
        self.seen = False  # the file has been there
        self._file: BinaryIO | None = None
        self._begin = 0  # of the present file in `data`
        self._alike: int | None = None  # bytes of a file that began anew and so far repeats what is known

    def read(self) -> bool:
        """Whether there was anything new. A file that is away (being rotated, not there yet) has nothing new."""
        grown = False
        try:
            status = os.stat(self.path)
        except OSError:
            return self._drain() if self._file is not None else False
        if self._file is not None and self._is_another(status):
            grown = self._drain()  # what was written to the old file before it was moved away
            self._close()
        if self._file is None:
            self._file = open(self.path, "rb")  # noqa: SIM115  # stays open: a rotated file is read to its end
            self._alike = 0 if self.seen else None
            self.seen = True
        elif self._begins_anew(status.st_size):
            self._file.seek(0)
            self._alike = 0
        return self._drain() or grown

    def _is_another(self, status: os.stat_result) -> bool:
        assert self._file is not None
        ours = os.fstat(self._file.fileno())
        return (ours.st_dev, ours.st_ino) != (status.st_dev, status.st_ino)

    def _begins_anew(self, size: int) -> bool:
        """Shorter than our place, or with other bytes before it."""
        assert self._file is not None
        place = self._file.tell()
        if size < place:
            return True
        seam = min(_SEAM, place)
        self._file.seek(place - seam)
        here = self._begin + place  # without a copy of the whole, which every poll would pay for
        return self._file.read(seam) != self.data[here - seam : here]

    def _known(self) -> bytearray:
        return self.data[self._begin :]

    def _drain(self) -> bool:
        assert self._file is not None
        new = self._file.read()
        if not new:
            return False
        if self._alike is not None:
            return self._compare(new)
        self.data += new
        return True

    def _compare(self, new: bytes) -> bool:
        """Bytes of a file that began anew: nothing new while they repeat, else they follow what is known."""
        assert self._alike is not None
        known = self._known()
        whole = known[: self._alike] + new
        if known.startswith(whole):
            self._alike = len(whole)
            return False
        if whole.startswith(known):  # it has caught up and goes on
            self.data += whole[len(known) :]
        else:
            if self.data and not self.data.endswith(b"\n"):
                self.data += b"\n"
            self._begin = len(self.data)
            self.data += whole
        self._alike = None
        return True

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def close(self) -> None:
        """Let go of the file."""
        self._close()

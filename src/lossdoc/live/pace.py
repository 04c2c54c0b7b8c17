"""When a log that grows is judged as a whole: so that each new byte costs the same, however many are there already."""

from __future__ import annotations

from msgspec import Struct

SHORT = 1 << 18  # bytes: a log up to here is judged as a whole at every look
GROWTH = (
    1 / 32
)  # share by which a longer one has grown: a byte is judged 32 times as it grows, and what is left is paid
SAVED = 32  # bytes that may be judged beyond that, for what came up in between, for each new one
AT_FIRST = 4  # times the whole, for what comes up right after the first look at a log that is long already


class Pace(Struct):
    """Sizes are in bytes, and do not shrink: a log that begins anew is added to what is known."""

    _judged: int = 0  # of the log at the last look at all of it
    _size: int = 0
    _saved: float = 0.0

    def grew_to(self, size: int) -> None:
        self._saved += SAVED * (size - self._size)
        self._size = size

    @property
    def is_short(self) -> bool:
        return self._size <= SHORT

    @property
    def is_due(self) -> bool:
        return self.is_short or self._size >= self._judged * (1 + GROWTH)

    @property
    def is_affordable(self) -> bool:
        return self._saved >= self._size

    def judged(self) -> None:
        """The whole was judged, because it was due or because something came up."""
        if not self._judged:
            self._saved = AT_FIRST * self._size
        elif not self.is_due:
            self._saved -= self._size
        self._judged = self._size

"""What a source is when it is no training log: for the message that refuses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lossdoc.source import Source


def looks_like(source: Source) -> str:
    """A noun phrase ("Python source code"), or "" when nothing fits."""
    if not source.data.strip(b"\0 \t\r\n"):
        return "an empty file"
    return "a binary file" if source.is_binary else ""

"""Expressions that are compiled when they are first asked: a command needs few of all that its modules hold."""

from __future__ import annotations

import re
from typing import Any, cast


def expression(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Like `re.compile`, without its price where the expression is never asked."""
    return cast("re.Pattern[str]", _Expression(pattern, flags))


class _Expression:
    """Compiles itself when a method is asked for, and keeps that method: the second time costs nothing more."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern = pattern
        self._flags = flags
        self._compiled: re.Pattern[str] | None = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self._compiled is None:
            self._compiled = re.compile(self.pattern, self._flags)
        found = getattr(self._compiled, name)
        setattr(self, name, found)
        return found

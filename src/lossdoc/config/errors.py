"""The one error of the configuration, and the near match that it names."""

from __future__ import annotations

from collections.abc import Iterable


class ConfigError(ValueError):
    """A configuration that cannot be used; the text says file, line, key, reason and what was probably meant."""


def near(word: str, known: Iterable[str]) -> str:
    """` Did you mean overfitting?`, "" where nothing is close."""
    import difflib

    close = difflib.get_close_matches(word, list(known), n=1)
    return f" Did you mean {close[0]}?" if close else ""

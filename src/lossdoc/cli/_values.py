"""Values of options that typer cannot check by type: settings, output formats."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from lossdoc.show import report as outputs


def settings(words: Sequence[str]) -> dict[str, float | str]:
    """`beta=0.1` -> {"beta": 0.1}; what is no number stays text."""
    found: dict[str, float | str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key.strip() or not value.strip():
            raise ValueError(f"--set {word}: write it as KEY=VALUE, such as --set beta=0.1")
        try:
            found[key.strip()] = float(value)
        except ValueError:
            found[key.strip()] = value.strip()
    return found


def format_name(word: str) -> str:
    """The name of an output format; BadParameter where there is none."""
    known = outputs.writer_names()
    if word not in known:
        raise typer.BadParameter(f"no format {word!r}.{_near(word, known)} There are: {', '.join(known)}")
    return word


def reader_name(word: str | None) -> str | None:
    """The name of an input format; ValueError with near matches where there is none."""
    if word is not None:
        from lossdoc.readers import all_readers

        known = [reader.NAME for reader in all_readers()]
        if word not in known:
            raise ValueError(f"--input-format: no format {word!r}.{_near(word, known)} See: lossdoc list formats")
    return word


def _near(word: str, known: Sequence[str]) -> str:
    import difflib

    close = difflib.get_close_matches(word, known, n=1)
    return f" Did you mean {close[0]}?" if close else ""

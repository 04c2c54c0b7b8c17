"""Which reports are written and where to: from --format, --output, --output-format, or what the place suggests."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from lossdoc.cli._values import format_name

# What files of a format are called. ".json" alone may be one of several.
ENDINGS: dict[str, tuple[str, ...]] = {
    "text": (".txt", ".log"),
    "json": (".json",),
    "json-lines": (".jsonl", ".ndjson"),
    "markdown": (".md", ".markdown"),
    "html": (".html", ".htm"),
    "sarif": (".sarif", ".json"),
    "junit": (".xml",),
    "gitlab": (".json",),
    "csv": (".csv",),
}
_TOGETHER = {"text", "github", "compact"}  # lines that can stand under each other on one screen


class Target(Struct, frozen=True):
    """A format and where it goes; `file` None: standard output. `append`: the file belongs to others as well."""

    format: str
    file: Path | None = None
    append: bool = False


def targets(
    format_: str | None, output: Path | None, further: Sequence[str], environ: Mapping[str, str] = os.environ
) -> list[Target]:
    """ValueError for a format that there is not, or a file whose ending says another format."""
    found = [_parsed(word) for word in further]
    if format_ is not None or output is not None:
        found.insert(0, Target(format_ or _by_ending(output) or "text", output))
    elif not further and environ.get("GITHUB_ACTIONS") == "true":
        found = [Target("text"), Target("github")]
        if summary := environ.get("GITHUB_STEP_SUMMARY"):
            found.append(Target("markdown", Path(summary), append=True))
    if all(target.file for target in found) and output is None:
        found.insert(0, Target("text"))
    for target in found:
        if not target.append:
            _agree(target)
    screen = [target.format for target in found if target.file is None]
    if len(screen) > 1 and not set(screen) <= _TOGETHER:
        raise ValueError(f"{' and '.join(screen)} cannot share standard output: --output-format {screen[-1]}:FILE")
    return found


def _parsed(word: str) -> Target:
    name, colon, file = word.partition(":")
    if colon and not file:
        raise ValueError(f"--output-format {word}: write it as FORMAT:FILE, such as sarif:lossdoc.sarif")
    return Target(format_name(name), Path(file) if colon and file != "-" else None)


def _by_ending(output: Path | None) -> str | None:
    return next((name for name, ends in ENDINGS.items() if output and output.suffix.lower() in ends), None)


def _agree(target: Target) -> None:
    """ValueError where a file is called what only other formats are called."""
    ending = target.file.suffix.lower() if target.file else ""
    others = [name for name, ends in ENDINGS.items() if ending in ends]
    if others and target.format in ENDINGS and target.format not in others:
        raise ValueError(
            f"{target.file} is called like {' or '.join(others)} and would hold {target.format}: "
            f"say --format {others[0]}, or call it {ENDINGS[target.format][0]}"
        )

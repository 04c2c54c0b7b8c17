"""Options of the command line -> the configuration that is in force -> options for reading and judging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lossdoc.cli._errors import say
from lossdoc.cli._values import reader_name, settings

if TYPE_CHECKING:
    from lossdoc.api import Options
    from lossdoc.config import InForce


def listed(words: Sequence[str] | None) -> list[str] | None:
    """`["a,b", "c"]` -> `["a", "b", "c"]`; None where the option was not given."""
    if words is None:
        return None
    return [word.strip() for text in words for word in text.split(",") if word.strip()]


def pairs(words: Sequence[str] | None, option: str, example: str) -> dict[str, str] | None:
    """`["a=b"]` -> `{"a": "b"}`; ValueError for a word without its value."""
    if words is None:
        return None
    found: dict[str, str] = {}
    for word in words:
        key, equals, value = word.rpartition("=")
        if not equals or not key.strip() or not value.strip():
            raise ValueError(f"{option} {word}: write it as {example}")
        found[key.strip()] = value.strip()
    return found


def numbers(words: Sequence[str] | None) -> dict[str, float] | None:
    """`["overfitting.rise=0.1"]` -> `{"overfitting.rise": 0.1}`; ValueError for what is no number."""
    said = pairs(words, "--limit", "NAME=NUMBER, such as --limit overfitting.rise=0.1")
    if said is None:
        return None
    found: dict[str, float] = {}
    for name, text in said.items():
        try:
            found[name] = float(text)
        except ValueError:
            raise ValueError(f"--limit {name}={text}: {text!r} is no number (5 % is 0.05)") from None
    return found


def gather(given: Mapping[str, Any], config: Path | None, isolated: bool) -> InForce:
    """`given`: by key of the configuration, None where the option was not given. ValueError for what cannot be used."""
    from lossdoc.config import load
    from lossdoc.config.words import verify

    said = {key: value for key, value in given.items() if value is not None and value is not False}
    in_force = load(Path.cwd(), said, config, isolated)
    verify(in_force)
    return in_force


def options_of(in_force: InForce) -> Options:
    """What reading and judging need to know. ValueError for names that do not exist; remarks are said."""
    from lossdoc.api import Options
    from lossdoc.config.apply import for_source
    from lossdoc.config.schema import flat
    from lossdoc.config.settings import unread
    from lossdoc.config.words import verify_limits, verify_names

    config = in_force.config
    folders = tuple(Path(folder) for folder in config.metrics)
    for folder in folders:
        if not folder.is_dir():
            raise ValueError(f"{in_force.source('metrics')}: {folder} is no folder")
    options = Options(
        trainer=config.trainer,
        input_format=reader_name(config.input_format),
        settings=config.settings,
        metrics=folders,
        names=config.map,
        limits=flat(config.limits),
        local=partial(for_source, in_force) if config.overrides else None,
    )
    for trainer in (config.trainer, *(one.trainer for one in config.overrides)):
        if trainer:
            options.knowledge.parse_trainer(trainer)
    verify_names(config.map, options.knowledge, in_force)
    verify_limits(options.knowledge, in_force)
    for folder in folders:
        if why := no_documents(folder):
            raise ValueError(f"--metrics {folder}: {why}")
    for problem in options.knowledge.problems_in(options.metrics):
        say(str(problem))
    for name in config.settings:
        if remark := unread(name):
            say(remark)
    return options


def no_documents(folder: Path) -> str:
    """Why a folder adds nothing, "" where it holds documents."""
    from lossdoc.knowledge.build import FOLDERS, files

    if any(True for kind in FOLDERS for _ in files(folder, kind)):
        return ""
    inner = next((one for one in sorted(folder.iterdir()) if one.is_dir() and any(one.glob("*.md"))), None)
    return f"no documents (*.md) in it{f'; did you mean {inner}?' if inner else ''}"


def set_values(words: Sequence[str] | None) -> dict[str, float | str] | None:
    return None if words is None else settings(words)

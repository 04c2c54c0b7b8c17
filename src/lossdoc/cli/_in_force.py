"""Options of the command line -> the configuration that is in force -> options for reading and judging."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lossdoc.cli._errors import say
from lossdoc.cli._values import reader_name, settings

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from lossdoc.api import Options
    from lossdoc.config.layers import InForce


def listed(words: Sequence[str]) -> list[str]:
    """`["a,b", "c"]` -> `["a", "b", "c"]`."""
    return [word.strip() for text in words for word in text.split(",") if word.strip()]


def pairs(words: Sequence[str], option: str, example: str) -> dict[str, str]:
    """`["a=b"]` -> `{"a": "b"}`; ValueError for a word without its value."""
    found: dict[str, str] = {}
    for word in words:
        key, equals, value = word.rpartition("=")
        if not equals or not key.strip() or not value.strip():
            raise ValueError(f"{option} {word}: write it as {example}")
        found[key.strip()] = value.strip()
    return found


def numbers(words: Sequence[str], option: str, example: str) -> dict[str, float]:
    """`["overfitting.rise=0.1"]` -> `{"overfitting.rise": 0.1}`; ValueError for what is no number."""
    found: dict[str, float] = {}
    for name, text in pairs(words, option, example).items():
        try:
            found[name] = float(text)
        except ValueError:
            raise ValueError(f"{option} {name}={text}: {text!r} is no number (5 % is 0.05)") from None
    return found


def _shares(words: Sequence[str]) -> dict[str, float]:
    """`["0.1", "loss=0.05"]` -> `{"default": 0.1, "loss": 0.05}`; ValueError for what is no share."""
    found: dict[str, float] = {}
    for word in words:
        name, _, share = word.rpartition("=")
        try:
            found[name or "default"] = float(share)
        except ValueError:
            raise ValueError(f"--tolerance {word}: write it as SHARE or METRIC=SHARE, such as loss=0.05") from None
    return found


# Parameters of commands that are keys of the configuration as well: the key, and how the command line says its value.
_SAID: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "trainer": ("trainer", str),
    "set_": ("settings", settings),
    "map_": ("map", partial(pairs, option="--map", example="NAME=METRIC, such as --map my_dev=eval/loss")),
    "select": ("select", listed),
    "ignore": ("ignore", listed),
    "extend_select": ("extend-select", listed),
    "extend_ignore": ("extend-ignore", listed),
    "severity": ("severity", partial(pairs, option="--severity", example="CHECK=LEVEL, such as loss-spike=info")),
    "limit": ("limits", partial(numbers, option="--limit", example="NAME=NUMBER, such as overfitting.rise=0.1")),
    "input_format": ("input-format", str),
    "metrics": ("metrics", lambda folders: [str(folder) for folder in folders]),
    "fail_on": ("fail-on", str),
    "expect": ("expect", list),
    "require": ("require", listed),
    "max_warnings": ("max-warnings", int),
    "exit_zero": ("exit-zero", bool),
    "baseline": ("baseline", str),
    "output_format": ("output-format", list),
    "tolerance": ("tolerance", _shares),
}


def gather(told: Mapping[str, Any]) -> InForce:
    """What holds for a command that was told this (its parameters by name). ValueError for what cannot be used."""
    from lossdoc.config.layers import load
    from lossdoc.config.words import verify

    given = {name: told[name] for name in _SAID.keys() & told.keys() if told[name] not in (None, [])}
    said = {_SAID[name][0]: _SAID[name][1](value) for name, value in given.items() if value is not False}
    in_force = load(Path.cwd(), said, told["config"], told["isolated"])
    verify(in_force)
    return in_force


def options_of(in_force: InForce) -> Options:
    """What reading and judging need to know. ValueError for names that do not exist; remarks are said."""
    from lossdoc.api import Options
    from lossdoc.config.apply import for_source
    from lossdoc.config.schema import flat
    from lossdoc.config.settings import unread
    from lossdoc.config.words import verify_limits, verify_names
    from lossdoc.knowledge.recognise import hint_from_name

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
            hint_from_name(trainer, options.knowledge)
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
    """Why a folder adds nothing, "" where it holds documents. Prose without front matter is none, a README say."""
    from lossdoc.knowledge.build import FOLDERS, files

    if any(map(_is_document, (path for kind in FOLDERS for path in files(folder, kind)))):
        return ""
    inner = next(
        (one for one in sorted(folder.iterdir()) if one.is_dir() and any(map(_is_document, one.glob("*.md")))), None
    )
    return f"no documents (*.md with front matter) in it{f'; did you mean {inner}?' if inner else ''}"


def _is_document(path: Traversable) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(8).lstrip(b"\xef\xbb\xbf\r\n ").startswith(b"---")
    except OSError:
        return False

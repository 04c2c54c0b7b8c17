"""Defaults, files, command line: laid over each other, checked, and each value with the place it comes from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from lossdoc.config import find
from lossdoc.config.errors import ConfigError, near
from lossdoc.config.find import Layer
from lossdoc.config.schema import ADDED, TABLES, Config, Override, Suppress, flat
from lossdoc.words.expressions import expression

COMMAND_LINE = "the command line"
DEFAULT = "default"
_UNKNOWN_FIELD = expression(r"Object contains unknown field `(?P<field>[^`]*)`(?: - at `\$(?P<at>.*)`)?")
_INNER = {
    "overrides": Override.__struct_encode_fields__,
    "suppress": Suppress.__struct_encode_fields__,
}
_AT = expression(r"^\$?\.?(?P<key>[\w-]+)")


class InForce(Struct, frozen=True):
    """The configuration that holds, and where each of its values comes from (`severity.overfitting`: a place)."""

    config: Config
    sources: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    def source(self, key: str) -> str:
        return self.sources.get(key, DEFAULT)

    def on_command_line(self, key: str) -> bool:
        return COMMAND_LINE in self.source(key)


def load(
    start: Path, given: Mapping[str, Any] | None = None, path: Path | None = None, isolated: bool = False
) -> InForce:
    """`given`: what the command line says, under the same keys; `path`: --config; `isolated`: read no file.

    ConfigError, with file and line, for everything that cannot be used.
    """
    layers = [] if isolated and path is None else _files(start, path)
    layers.append(Layer(COMMAND_LINE, given or {}, start))
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for layer in layers:
        if layer.values:
            _convert(layer, Config)
        _lay(values, sources, layer)
    merged = msgspec.convert(values, Config) if values else Config()  # the first conversion reads all types
    return InForce(merged, sources, tuple(layer.name for layer in layers[:-1]))


def _files(start: Path, path: Path | None) -> list[Layer]:
    """The file that holds and those that it extends, the furthest first."""
    at = path or find.nearest(start.resolve())
    if at is None:
        return []
    found: list[Layer] = []
    seen: set[Path] = set()
    while at is not None:
        if at.resolve() in seen:
            raise ConfigError(f"{found[-1].where('extend')}: extends itself")
        seen.add(at.resolve())
        layer = find.read(at, _shown(at, start))
        found.append(layer)
        further = layer.values.get("extend")
        at = layer.folder / further if isinstance(further, str) else None
    return found[::-1]


def _shown(path: Path, start: Path) -> str:
    """How a file is called: seen from here where it is here or above."""
    try:
        return os.path.relpath(path, start)
    except ValueError:  # another drive
        return str(path)


def _lay(values: dict[str, Any], sources: dict[str, str], layer: Layer) -> None:
    """Tables are merged by name, gates and overrides add up, everything else replaces what was there."""
    for key, value in layer.values.items():
        place = layer.where(key)
        if key == "limits":
            value = flat(value)
        if key in TABLES:
            values[key] = {**values.get(key, {}), **value}
            sources.update({f"{key}.{name}": layer.where(*_place(layer, name, key)) for name in value})
        elif key in ADDED:
            values[key] = [*values.get(key, []), *_seen_from(layer, key, value)]
            sources[key] = f"{sources[key]}; {place}" if key in sources else place
        elif key in ("extend-select", "extend-ignore"):
            plain = key.removeprefix("extend-")
            # Nothing selected means everything: to add to that changes nothing.
            if plain != "select" or values.get("select"):
                values[plain] = [*(values.get(plain) or []), *value]
                sources[plain] = f"{sources.get(plain, DEFAULT)}; {place}"
        elif key != "extend":
            values[key] = _seen_from(layer, key, value)
            sources[key] = place


def _place(layer: Layer, name: str, table: str) -> tuple[str, str]:
    """Where a name of a table stands: `overfitting.rise` of limits may stand as `rise` in a table of its own."""
    room, _, inner = name.partition(".")
    own = f"{table}.{room}"
    return (inner, own) if inner and layer.line(name, table) is None and layer.line(inner, own) else (name, table)


def _seen_from(layer: Layer, key: str, value: Any) -> Any:
    """Paths of a file are seen from its folder, those of the command line from where we are."""
    if layer.name == COMMAND_LINE:
        return value
    if key == "metrics":
        return [os.path.join(_near_folder(layer), folder) for folder in value]
    if key == "baseline":
        return os.path.join(_near_folder(layer), value)
    if key == "overrides":
        return [{**one, "paths": [str(layer.folder / p) for p in one.get("paths", [])]} for one in value]
    if key == "suppress":
        return [{**one, "path": str(layer.folder / one["path"])} if one.get("path") else one for one in value]
    return value


def _near_folder(layer: Layer) -> str:
    return os.path.dirname(layer.name)


def _convert(layer: Layer, kind: type[Config]) -> None:
    """ConfigError where a value has the wrong type or an inner table an unknown key."""
    try:
        msgspec.convert(dict(layer.values), kind)
    except msgspec.ValidationError as error:
        raise ConfigError(_told(str(error), layer)) from None


def _told(said: str, layer: Layer) -> str:
    unknown = _UNKNOWN_FIELD.search(said)
    if unknown:
        key = (_AT.match(unknown["at"] or "") or {"key": ""})["key"]
        names = _INNER.get(key, ())
        at = f"{layer.where(unknown['field'], key)}: " if key else f"{layer.name}: "
        return f"{at}unknown key {unknown['field']!r} in {key or 'the configuration'}.{near(unknown['field'], names)}"
    reason, _, at = said.partition(" - at ")
    name = at.strip("`").removeprefix("$.").replace("[...]", "") or "the configuration"
    key = name.partition(".")[0].partition("[")[0]
    return f"{layer.where(key)}: {name}: {reason[:1].lower()}{reason[1:]}"


def rows(in_force: InForce) -> Iterator[tuple[str, Any, str]]:
    """(key, value, where it comes from) of everything that is in force, tables name by name."""
    for info in msgspec.structs.fields(Config):
        key, value = info.encode_name, getattr(in_force.config, info.name)
        if key == "extend" or key.startswith("extend-"):
            continue
        if key in TABLES and value:
            yield from ((f"{key}.{name}", one, in_force.source(f"{key}.{name}")) for name, one in value.items())
        else:
            yield key, msgspec.to_builtins(value), in_force.source(key)

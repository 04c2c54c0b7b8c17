"""Configuration files: where they are looked for, what is read from them, and what is refused with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from lossdoc.config.errors import ConfigError, near
from lossdoc.words.expressions import expression

# What a table [tool.lossdoc] can look like; what looks like one and is none, the parser tells.
_OURS = expression(r"""\btool["']?\s*\.\s*["']?lossdoc|^\s*\[?\s*["']?tool["']?\s*[\]=]""", re.M)
NAMES = ("lossdoc.toml", "pyproject.toml")  # in one folder the first wins


class Layer(Struct, frozen=True):
    """What one place says. `name` is how it is called, `folder` what its paths are seen from, `text` its lines."""

    name: str
    values: Mapping[str, Any]
    folder: Path
    text: str = ""

    def line(self, key: str, inside: str = "") -> int | None:
        """The line where a key (of a table) stands; None where it cannot be found."""
        within = not inside
        for number, line in enumerate(self.text.splitlines(), 1):
            if line.lstrip().startswith("["):
                name = line.strip().strip("[]").strip().removeprefix("tool.lossdoc").lstrip(".")
                if name == key and not inside:
                    return number
                within = name == inside
            elif within and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
                return number
        return None

    def where(self, key: str, inside: str = "") -> str:
        """`lossdoc.toml, line 3`."""
        line = self.line(key, inside)
        return f"{self.name}, line {line}" if line else self.name


def nearest(start: Path) -> Path | None:
    """The nearest lossdoc.toml, or pyproject.toml with a table [tool.lossdoc], in a folder or above it."""
    for folder in (start, *start.parents):
        for name in NAMES:
            path = folder / name
            if path.is_file() and (name == "lossdoc.toml" or "lossdoc" in _tool(path)):
                return path
    return None


def _tool(path: Path) -> Mapping[str, Any]:
    """The table [tool] of a pyproject.toml that we only pass by: one that is broken is not ours to complain about."""
    try:
        text = path.read_text(encoding="utf-8")
        if not _OURS.search(text):  # most are passed by without the parser
            return {}
        import tomllib

        tool = tomllib.loads(text).get("tool", {})
    except (OSError, ValueError):
        return {}
    return tool if isinstance(tool, Mapping) else {}


def read(path: Path, shown: str = "") -> Layer:
    """One file. ConfigError where it cannot be read, is no TOML, or holds a key that there is not."""
    import tomllib

    from lossdoc.config.schema import KEYS

    name = shown or str(path)
    try:
        text = path.read_text(encoding="utf-8")
        data: Any = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{name}: cannot be read: {error.strerror or error}") from None
    except ValueError as error:  # TOML or UTF-8
        raise ConfigError(f"{name}: no valid TOML: {error}") from None
    if path.name == "pyproject.toml" or "lossdoc" in _table(data.get("tool")):
        data = _table(data.get("tool")).get("lossdoc")
        if data is None:
            raise ConfigError(f"{name}: there is no table [tool.lossdoc] in it")
    if not isinstance(data, dict):
        raise ConfigError(f"{name}: [tool.lossdoc] has to be a table")
    layer = Layer(name, data, path.resolve().parent, text)
    for key in data:
        if key not in KEYS:
            raise ConfigError(f"{layer.where(key)}: unknown key {key!r}.{near(key, KEYS)} See: lossdoc config --keys")
    return layer


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}

"""Settings of a run inside a tracker's store: a JSON or "key: value" text, hparams of TensorBoard."""

from __future__ import annotations

import re
from typing import Any

from lossdoc.input.numbers import to_float
from lossdoc.readers._json import flatten, loads
from lossdoc.readers.binary._protobuf import double, fields, string
from lossdoc.words.expressions import expression

_PAIR = expression(r"^[ \t|*-]*([A-Za-z_][\w./-]*)[*` ]*[:=|][ \t`*]*([^\s|`*][^|`*\n]*?)[ \t|`*]*$", re.M)


def from_text(text: str | None) -> dict[str, Any]:
    """{} unless the text is an object in JSON, or mostly lines of `key: value` (YAML, a Markdown table)."""
    if not text or len(text) > 1 << 20:
        return {}
    start = text.find("{")
    if start >= 0:
        try:
            tree = loads(text[start : text.rfind("}") + 1])
        except ValueError:
            tree = None
        if isinstance(tree, dict):
            return dict(flatten(tree))
    pairs = _PAIR.findall(text)
    if len(pairs) < 3 or len(pairs) < 0.5 * len(text.strip().splitlines()):
        return {}
    return {key: value if (number := to_float(value)) is None else number for key, value in pairs}


def from_hparams(content: bytes) -> dict[str, Any]:
    """HParamsPluginData: session_start_info (3) has a map (1) from name to a google.protobuf.Value.

    {} where the bytes are no such message.
    """
    try:
        return _hparams(content)
    except ValueError:
        return {}


def _hparams(content: bytes) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for number, kind, a, b in fields(content):
        if number == 3 and kind == 2:
            for inner, inner_kind, c, d in fields(content, a, b):
                if inner == 1 and inner_kind == 2:
                    key, value = _entry(content, c, d)
                    if key and value is not None:
                        settings[key] = value
    return settings


def _entry(data: bytes, start: int, end: int) -> tuple[str, float | str | bool | None]:
    key: str = ""
    value: float | str | bool | None = None
    for number, kind, a, b in fields(data, start, end):
        if number == 1 and kind == 2:
            key = string(data, a, b)
        elif number == 2 and kind == 2:
            for inner, inner_kind, c, d in fields(data, a, b):
                if inner == 2 and inner_kind == 1:
                    value = double(data, c)
                elif inner == 3 and inner_kind == 2:
                    value = string(data, c, d)
                elif inner == 4 and inner_kind == 0:
                    value = bool(c)
    return key, value

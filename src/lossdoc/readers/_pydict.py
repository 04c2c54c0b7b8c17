"""A Python dict as `print` writes it -> dict. Nothing is evaluated: JSON after translation, else literals only."""

from __future__ import annotations

import ast
import re
import warnings
from typing import Any

import msgspec

from lossdoc.words.expressions import expression

_QUOTES = str.maketrans("'", '"')
_decode = msgspec.json.Decoder().decode
# Bare words that JSON does not know, as values only (after a colon or inside a list).
_WORDS = expression(r"(?<=[:\[,(])(\s*)(nan|-?inf|None|True|False)(?=\s*[,}\])])")
_AS_JSON = {"None": "null", "True": "true", "False": "false"}
_CALL = expression(r"(?:(?:np|numpy|torch)\.)?(?:u?int\d*|float\d*|bool_?|str_|tensor|array)\(([^()]*|\([^()]*\))\)")


def parse_dict(body: str) -> dict[str, Any] | None:
    """The dict, or None when the text is none. Bare nan and inf become floats; np.float32(0.5) becomes 0.5."""
    try:
        return _as_dict(_decode(body.translate(_QUOTES)))
    except (msgspec.DecodeError, RecursionError):
        pass
    if "(" in body:
        body = _CALL.sub(lambda m: m[1].strip("[]").split(",", 1)[0].strip("[] ") or "None", body)
    try:
        return _as_dict(_decode(_WORDS.sub(_json_word, body).translate(_QUOTES)))
    except (msgspec.DecodeError, RecursionError):
        pass
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python has an opinion on "1if" and on stray backslashes; a log has not
            return _as_dict(ast.literal_eval(_WORDS.sub(_literal_word, body)))
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None


def _json_word(match: re.Match[str]) -> str:
    word = match[2]
    quoted = f'"{word}"'
    return match[1] + _AS_JSON.get(word, quoted)


def _literal_word(match: re.Match[str]) -> str:
    word = match[2]
    return match[0] if word in _AS_JSON else f"{match[1]}'{word}'"


def _as_dict(value: Any) -> dict[str, Any] | None:
    return value if isinstance(value, dict) else None


def dict_end(text: str, start: int) -> int:
    """Position after the brace that closes the one at `start`, quotes respected; -1 when it is never closed."""
    depth, at, quote = 0, start, ""
    while at < len(text):
        char = text[at]
        if quote:
            if char == "\\":
                at += 1
            elif char == quote:
                quote = ""
        elif char in "'\"":
            quote = char
        elif char in "{[(":
            depth += 1
        elif char in "}])":
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return -1

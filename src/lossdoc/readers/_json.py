"""JSON as trainers write it: NaN and Infinity, nested objects, numbers in strings. Shared by several readers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lossdoc.input.limits import NESTING
from lossdoc.model.record import DEEPER, Raw
from lossdoc.words.expressions import expression
from lossdoc.words.training import tokens, words


def flatten(tree: Mapping[str, Any], prefix: str = "", level: int = 1) -> dict[str, Raw]:
    """Nested objects become keys joined by "/". Lists and booleans are no metrics and are left out.

    Of what is nested beyond `NESTING` stands the key `DEEPER`, so that it can be told.
    """
    flat: dict[str, Raw] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            deeper = level < NESTING
            flat.update(flatten(value, f"{prefix}{key}/", level + 1) if deeper else {f"{prefix}{key}/{DEEPER}": None})
        elif value is None or (isinstance(value, int | float | str) and not isinstance(value, bool)):
            flat[prefix + key] = value
    return flat


def are_rows(head: str) -> bool:
    """The beginning of JSON lines: the first line is a whole object, and more follows. No document begins like that."""
    first, _, rest = head.lstrip("\ufeff \t\r\n").partition("\n")
    if not first.startswith("{") or not rest.strip():
        return False
    try:
        return isinstance(loads(first), dict)
    except ValueError:
        return False


MOST_KEYS = 2000  # of one row: a vocabulary has more
_GAP = expression(r"[\s,]*")


def rows_with_lines(text: str, start: int) -> Iterator[tuple[int, Any, int]]:
    """The elements of the array whose "[" stands just before `start`: (line, element, position behind it).

    Ends at the closing bracket; raises ValueError at the place where the array breaks off.
    """
    decode = json.JSONDecoder().raw_decode
    position, line, counted = start, 1, 0
    while True:
        position = _GAP.match(text, position).end()  # type: ignore[union-attr]  # matches the empty string as well
        line += text.count("\n", counted, position)
        counted = position
        if text.startswith("]", position):
            return
        try:
            element, position = decode(text, position)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        yield line, element, position


def loads(text: str | bytes) -> Any:
    """Parse one document; ValueError (also for nesting that is too deep) when it is none.

    The standard library's parser is used on purpose: it reads the NaN and Infinity that Python programs write.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


_SETTINGS = words("""
    config configs configuration args arguments hparams hparam hyperparams hyperparam hyperparameters hyperparameter
    settings
""")


def is_settings(key: str, value: Any) -> bool:
    """A part of a document that says what a run was given: {"hyperparameters": {..}}, {"lora_config": {..}}."""
    parts = tokens(key)
    return isinstance(value, dict) and bool(parts) and (parts[-1] in _SETTINGS or "".join(parts[-2:]) in _SETTINGS)


_TEXTS = words("""
    prompt chosen rejected messages conversations instruction question answer text input output response completion
    completions query content context input_ids tokens solution
""")


_PYTHON = expression(
    r"""(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<word>\b(?:None|True|False|nan|inf)\b)"""
    r"""|(?:np|numpy)\.\w+\((?P<number>[^()]*)\)"""
)
_WORDS = {"None": "null", "True": "true", "False": "false", "nan": "NaN", "inf": "Infinity"}


def loads_python(text: str) -> Any:
    """Parse what `print` made of dicts, lists and numbers (trainer.state.log_history, history.history), NaN included.

    Nothing is evaluated: the text is rewritten as JSON. ValueError when it is neither.
    """
    return loads(_PYTHON.sub(_as_json, text))


def _as_json(found: re.Match[str]) -> str:
    if found["word"]:
        return _WORDS[found["word"]]
    if found["text"]:
        return json.dumps(found["text"][1:-1].replace("\\'", "'"))
    return _WORDS.get(found["number"], found["number"])


def is_data_row(row: Mapping[str, Any]) -> bool:
    """A row of a data set or a roll-out, not of a log: it holds texts or token lists under the usual names."""
    texts = (value for key, value in row.items() if key in _TEXTS)
    return any(isinstance(value, list | dict) or (isinstance(value, str) and len(value) > 12) for value in texts)

"""Plain data -> a struct, with every fault found and not only the first."""

from __future__ import annotations

import copy
import re
from typing import Any, TypeVar

import msgspec

from lossdoc.words.expressions import expression

_AT = expression(r"^(.*?)(?: - at `(?:key in )?\$(.*)`)?$", re.DOTALL)
_STEP = expression(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_UNKNOWN = expression(r"^Object contains unknown field `(.*)`$")
_LIMIT = 40  # faults per document; more means that the file is something else

D = TypeVar("D", bound=msgspec.Struct)
Path = list[str | int]


def convert(data: dict[str, Any], kind: type[D], faults: list[tuple[Path, str]]) -> D | None:
    """The document, or None when it has faults, which are added to `faults` as (path of the field, reason)."""
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        first = error
    rest = copy.deepcopy(data)
    for _ in range(_LIMIT):
        path, reason = _fault(rest, kind, first)
        faults.append((path, reason))
        if not path or not _remove(rest, path):
            break
        try:
            msgspec.convert(rest, kind)
            break
        except msgspec.ValidationError as error:
            first = error
    return None


def _fault(data: Any, kind: type[msgspec.Struct], error: msgspec.ValidationError) -> tuple[Path, str]:
    found = _AT.match(str(error))
    message, where = (found[1], found[2] or "") if found else (str(error), "")
    path = _resolve(data, kind, where)
    unknown = _UNKNOWN.match(message)
    if unknown:
        return [*path, unknown[1]], "there is no such field"
    return path, _human(message)


def _human(message: str) -> str:
    """msgspec's words in ours."""
    missing = re.match(r"^Object missing required field `(.*)`$", message)
    if missing:
        return f"the field `{missing[1]}` is missing"
    expected = re.match(r"^Expected `(.*)`, got `(.*)`$", message)
    if expected:
        return f"expected {expected[1].replace('object', 'a mapping').replace('array', 'a list')}, found {expected[2]}"
    wrong = re.match(r"^Invalid enum value (.*)$", message)
    return f"the value {wrong[1]} is not one of those allowed" if wrong else message


def _resolve(data: Any, kind: type[msgspec.Struct], where: str) -> Path:
    """A path of msgspec with the keys of mappings filled in, which it prints as `[...]`."""
    steps = [name or index for name, index in _STEP.findall(where)]
    path: Path = []
    node = data
    for step in steps:
        if step == "..." and isinstance(node, dict):
            step = _culprit(data, kind, path, node)
        key: str | int = int(step) if step.isdigit() and isinstance(node, list | tuple) else step
        path.append(key)
        node = _get(node, key)
    return path


def _culprit(data: Any, kind: type[msgspec.Struct], path: Path, node: dict[str, Any]) -> str:
    """The key of a mapping whose value is at fault: the one that keeps the fault when the others are taken out."""
    for key in node:
        trial = copy.deepcopy(data)
        inner = trial
        for step in path:
            inner = inner[step]
        for other in list(inner):
            if other != key:
                del inner[other]
        try:
            msgspec.convert(trial, kind)
        except msgspec.ValidationError as error:
            if str(error).count("[...]"):
                return key
    return next(iter(node), "")


def _get(node: Any, key: str | int) -> Any:
    try:
        return node[key]
    except (KeyError, IndexError, TypeError):
        return None


def _remove(data: Any, path: Path) -> bool:
    """Take a faulty field out so that the next fault is seen."""
    node = data
    for step in path[:-1]:
        node = _get(node, step)
    try:
        del node[path[-1]]
    except (KeyError, IndexError, TypeError):
        return False
    return True

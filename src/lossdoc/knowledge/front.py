"""A document's text -> plain data: front matter in YAML 1.2 fashion, with the line of every field.

PyYAML follows YAML 1.1, in which `1e-5` and `nan` are text, `off` is false and `1:30` is ninety. Learning rates and
switches are written just so in our documents, so scalars are resolved here by the core schema of YAML 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_FLOAT = re.compile(
    r"^[-+]?(?:\.\d+|\d[\d_]*(?:\.\d*)?)(?:[eE][-+]?\d+)?$|^[-+]?(?:\.inf|inf|Inf|\.Inf|infinity|Infinity)$"
    r"|^(?:\.nan|nan|NaN|\.NaN)$"
)
_INT = re.compile(r"^[-+]?\d+$")


class FrontError(Exception):
    """A document without readable front matter: the reason, and the line where it was seen."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, line


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


def _float(loader: Any, node: ScalarNode) -> float:
    text: str = loader.construct_scalar(node).replace("_", "").lower()
    return float(text.replace(".inf", "inf").replace(".nan", "nan"))


def _mapping(loader: Any, node: MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(loader.construct_object(key_node, deep=True))
        if key in found:
            raise FrontError(f"the field `{key}` stands twice", key_node.start_mark.line + 2)
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", _INT, list("-+0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+.0123456789niNI"))
_Loader.add_constructor("tag:yaml.org,2002:float", _float)
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def split(text: str) -> tuple[str, str]:
    """Front matter and prose of a document. FrontError where there is none."""
    text = text.removeprefix("\ufeff")
    lines = text.splitlines(keepends=True)
    if not lines or lines[0].rstrip() != "---":
        raise FrontError("no front matter: the first line must be `---`")
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() == "---":
            return "".join(lines[1:number]), "".join(lines[number + 1 :]).strip()
    raise FrontError("the front matter is not closed by a line `---`")


def read(text: str) -> dict[str, Any]:
    """The fields of a document and its `prose`. FrontError where it cannot be read."""
    front, prose = split(text)
    return uniform(fields(front)) | {"prose": prose}


def fields(text: str) -> dict[str, Any]:
    """The mapping that YAML text holds, lines counted as under a first line `---`. FrontError where it holds none."""
    try:
        data = yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise FrontError(f"not YAML: {error.problem or error.context}", mark.line + 2 if mark else 1) from error
    except yaml.YAMLError as error:
        raise FrontError(f"not YAML: {error}") from error
    if not isinstance(data, dict):
        raise FrontError("the front matter holds no fields")
    return data


def uniform(data: Mapping[str, Any]) -> dict[str, Any]:
    """One shape where documents may have two: a single curve becomes a mapping of one curve without a name, a single
    rule under `detect` or value under `start` a list of one."""
    found = dict(data)
    for name in ("detect", "start"):
        if name in found and not isinstance(found[name], list):
            value = found[name]
            found[name] = [value if isinstance(value, dict) else {"value": value}]
    views = found.get("visualizations")
    if isinstance(views, dict):
        found["visualizations"] = {
            name: {"": value}
            if name in ("healthy", "unhealthy") and isinstance(value, dict) and "data" in value
            else value
            for name, value in views.items()
        }
    return found


def line_of(text: str, path: list[str | int]) -> int:
    """Line of a field in a document's text, or of the nearest field around it that exists."""
    try:
        node: Node | None = yaml.compose(split(text)[0], Loader=_Loader)
    except (yaml.YAMLError, FrontError):
        return 1
    line = 2
    for part in path:
        if isinstance(node, MappingNode) and (part == "" or isinstance(part, int)):
            continue  # a step that `uniform` added
        step = _enter(node, part)
        if step is None:
            break
        line, node = step
    return line


def _enter(node: Node | None, part: str | int) -> tuple[int, Node] | None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 2, value
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item.start_mark.line + 2, item
    return None

"""The keys of `[tool.lossdoc]`: their types, choices and meaning. The JSON schema for editors is made from these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

if TYPE_CHECKING:
    from lossdoc.knowledge.facts import LimitFacts

Level = Literal["error", "warning", "info"]
FailOn = Literal["error", "warning", "info", "never"]
Setting = float | str | bool


def _about(text: str) -> Meta:
    return Meta(description=text)


Limits = Annotated[
    dict[str, float | dict[str, float]],
    _about("Numbers instead of ours: overfitting.rise = 0.1. See: lossdoc list limits."),
]
Checks = Annotated[list[str], _about("Ids of checks (overfitting) or vital signs (generalising: all of its checks).")]
Patterns = Annotated[
    list[str], _about("Patterns of paths (logs/*.log, runs/**) or folders, seen from the file's folder.")
]


class Suppress(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """One finding that is known and accepted: it is shown with its reason and fails nothing."""

    check: Annotated[str, _about("Id of the check.")]
    reason: Annotated[str, Meta(description="Why it is accepted; it stands in every report.", min_length=3)]
    metric: Annotated[str | None, _about("Only on this metric.")] = None
    split: Annotated[str | None, _about("Only on this split: train, eval or test.")] = None
    path: Annotated[str | None, _about("Only in logs of this path or pattern.")] = None


class Override(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """What holds for some logs only: those of `paths`, and of these those of `trainers`, where they are named."""

    paths: Patterns = []
    trainers: Annotated[list[str], _about("Objectives or frameworks: grpo, trl, trl-dpo.")] = []
    select: Checks | None = None
    ignore: Checks | None = None
    severity: Annotated[dict[str, Level], _about("Severity of findings by check id.")] = {}
    settings: Annotated[dict[str, Setting], _about("What the log does not say. Needs paths.")] = {}
    limits: Limits = {}
    trainer: Annotated[str | None, _about("Who trained. Needs paths.")] = None
    expect: Annotated[list[str], _about("Gates that these runs have to pass as well.")] = []
    require: Annotated[list[str], _about("Vital signs that have to be yes.")] = []


class Config(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Everything that a configuration may say. None: nothing was said, the default holds."""

    extend: Annotated[str | None, _about("Another configuration that this one builds on.")] = None
    select: Checks | None = None
    ignore: Checks | None = None
    extend_select: Annotated[list[str], _about("Added to `select` of the configuration that is extended.")] = []
    extend_ignore: Annotated[list[str], _about("Added to `ignore` of the configuration that is extended.")] = []
    severity: Annotated[dict[str, Level], _about("Severity of findings by check id.")] = {}
    trainer: Annotated[str | None, _about("Who trained: dpo, trl-dpo, verl-grpo, ...")] = None
    settings: Annotated[dict[str, Setting], _about("What logs do not say: max_grad_norm = 1.0.")] = {}
    limits: Limits = {}
    map: Annotated[dict[str, str], _about('Names of your own: my_objective = "loss", my_dev = "eval/loss".')] = {}
    metrics: Annotated[list[str], _about("Folders of documents of your own, seen from the file's folder.")] = []
    input_format: Annotated[str | None, _about("Read inputs as this format.")] = None
    fail_on: Annotated[FailOn, _about("The mildest finding that fails.")] = "error"
    max_warnings: Annotated[Annotated[int, Meta(ge=0)] | None, _about("More new warnings than this fail.")] = None
    exit_zero: Annotated[bool, _about("Exit with 0 whatever is found.")] = False
    expect: Annotated[list[str], _about('Gates: "eval/loss.last < 1.2", "steps >= 3000", "learning == yes".')] = []
    require: Annotated[list[str], _about("Vital signs that have to be yes; unknown fails.")] = []
    baseline: Annotated[str | None, _about("File of known findings, written by --write-baseline.")] = None
    output_format: Annotated[list[str], _about('Reports to write: "text", "sarif:lossdoc.sarif".')] = []
    tolerance: Annotated[
        dict[str, float],
        _about("compare: share of the baseline's progress that a metric may lose; `default` for all others."),
    ] = {}
    overrides: Annotated[list[Override], _about("What holds for some paths or trainers only; the last wins.")] = []
    suppress: Annotated[list[Suppress], _about("Findings that are known and accepted, each with its reason.")] = []


KEYS: tuple[str, ...] = Config.__struct_encode_fields__
TABLES = ("severity", "settings", "limits", "map", "tolerance")  # merged name by name; everything else as a whole
ADDED = ("expect", "require", "overrides", "suppress")  # those of a later layer come on top


def json_schema(limits: Mapping[str, LimitFacts] | None = None) -> dict[str, Any]:
    """For editors: of `lossdoc.toml`, and of `tool.lossdoc` in pyproject.toml."""
    schema = msgspec.json.schema(Config)
    for name in ("Config", "Override") if limits else ():
        schema["$defs"][name]["properties"]["limits"] |= _limits(limits or {})
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "lossdoc", **schema}


def _limits(limits: Mapping[str, LimitFacts]) -> dict[str, Any]:
    """Each limit under its check, with its unit and our number."""
    rooms: dict[str, Any] = {}
    for limit in limits.values():
        room, _, name = limit.name.partition(".")
        table = rooms.setdefault(room, {"type": "object", "properties": {}, "additionalProperties": False})
        kind = "integer" if limit.whole else "number"
        table["properties"][name] = {"type": kind, "default": limit.value, "description": limit.unit}
    return {"properties": rooms, "additionalProperties": False}


def flat(limits: Mapping[str, float | Mapping[str, float]]) -> dict[str, float]:
    """`{"overfitting": {"rise": 0.1}}`, as TOML reads `overfitting.rise = 0.1`, -> `{"overfitting.rise": 0.1}`."""
    found: dict[str, float] = {}
    for name, value in limits.items():
        found |= {f"{name}.{inner}": v for inner, v in value.items()} if isinstance(value, Mapping) else {name: value}
    return found


def meaning(key: str) -> str:
    """The sentence that the schema has for a key."""
    fields = json_schema()["$defs"]["Config"]["properties"][key]
    options = fields.get("anyOf", [{}])
    return str(fields.get("description") or options[0].get("description") or "")

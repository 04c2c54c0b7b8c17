"""The JSON schema of the documents' front matter, made from the structs, for editors."""

from __future__ import annotations

from typing import Any

import msgspec

from lossdoc.knowledge.schema import KINDS


def json_schema() -> str:
    """One schema with a definition for each kind of document; looser where a document may leave out a level."""
    (metric, trainer, loss), parts = msgspec.json.schema_components(KINDS.values(), ref_template="#/$defs/{name}")
    for name in ("MetricDocument", "TrainerDocument", "LossDocument"):
        parts[name]["properties"].pop("prose")
    views = parts["Visualizations"]["properties"]
    for group in ("healthy", "unhealthy"):
        views[group] = {"anyOf": [{"$ref": "#/$defs/Drawing"}, views[group]]}
    _or_one(parts["TrainerDocument"]["properties"], "detect")
    start: dict[str, Any] = parts["LossDocument"]["properties"]["start"]
    parts["LossDocument"]["properties"]["start"] = {"anyOf": [start["items"], {"type": ["number", "string"]}, start]}
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Front matter of a lossdoc document",
        "anyOf": [metric, trainer, loss],
        "$defs": parts,
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


def _or_one(properties: dict[str, Any], name: str) -> None:
    """A list may be written as its only item."""
    properties[name] = {"anyOf": [properties[name]["items"], properties[name]]}

"""JSON schemas of what lossdoc writes for programs, made from the types that the writers return."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from msgspec import Meta


def about(text: str) -> Meta:
    """What a field means, for the schema."""
    return Meta(description=text)


def json_schema(document: Any, title: str) -> str:
    """The schema as text. Fields may be added under schema 1, so that a field more is no fault."""
    schema = msgspec.json.schema(document)
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **schema}
    return json.dumps(whole, indent=2) + "\n"

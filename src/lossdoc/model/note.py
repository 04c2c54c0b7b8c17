"""What was decided on the way from a log to its curves, or about a comparison, and a person should know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field


class Note(Struct, frozen=True):
    """A remark as a value: its kind, and what its sentence needs. The sentences stand in `show`, one for each kind."""

    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.kind)  # mappings have none

"""What was decided on the way from a log to its curves, or about a comparison, and a person should know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Note:
    """A remark as a value: its kind, and what its sentence needs. The sentences stand in `show`, one for each kind."""

    kind: str
    data: Mapping[str, Any] = field(default_factory=dict, hash=False)

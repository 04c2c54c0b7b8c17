"""What a user says instead of a limit: whether it can be said, and the limit that it is said of."""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge
    from lossdoc.knowledge.facts import LimitFacts
    from lossdoc.model.limit import Limit


def problem(limit: LimitFacts, value: float) -> str:
    """Why a limit cannot have this value, "" where it can."""
    if limit.whole and (value != value or value < 1 or value != int(value)):
        return f"{limit.name} counts {limit.unit}: a whole number from 1 on, not {value:g}"
    if limit.share and not 0 <= value <= 1:
        return f"{limit.name} is a {limit.unit}, between 0 and 1 (5 % is 0.05), not {value:g}"
    if not math.isfinite(value) or value * limit.value < 0:
        return f"{limit.name} is a {'negative' if limit.value < 0 else 'positive'} number ({limit.unit}), not {value:g}"
    return ""


def said_instead(said: Mapping[str, float], knowledge: Knowledge) -> dict[Limit, float]:
    """The limits that names stand for. KeyError for a name that there is not."""
    if not said:
        return {}
    known = knowledge.limits()
    found: dict[Limit, float] = {}
    for name, value in said.items():
        facts = known[name]
        limit: Limit = getattr(importlib.import_module(facts.module), facts.attribute)
        found[limit] = int(value) if facts.whole else value
    return found

"""Where facts are kept: functions of a situation by name, each True, False, or None where the log cannot tell."""

from __future__ import annotations

from collections.abc import Callable

from lossdoc.advice.situation import Situation

Fact = Callable[[Situation], bool | None]

FACTS: dict[str, Fact] = {}


def fact(function: Fact) -> Fact:
    """Enter a function under its name, with dashes: `rate_zero` is the fact `rate-zero`."""
    FACTS[function.__name__.replace("_", "-")] = function
    return function


def opposite(answer: bool | None) -> bool | None:
    """What is not known stays unknown."""
    return None if answer is None else not answer

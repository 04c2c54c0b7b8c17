"""Limits of a check, and each of them changed by half both ways."""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc import checks
from lossdoc.judge.limits import said_instead
from lossdoc.model.limit import Limit
from tests.limit_sides import SIGNS, knowledge

FACTORS = (0.5, 1.5)
Mutant = tuple[str, float]  # a limit's name and the value that it has instead

OF_SIGNS = ("merit.", "signs.")


def mutants(names: Iterator[str] | list[str]) -> Iterator[Mutant]:
    """Each limit changed both ways. Whole numbers stay whole, and change by one at least."""
    known = knowledge().limits()
    for name in names:
        limit = known[name]
        for factor in FACTORS:
            value = limit.value * factor
            if limit.whole:
                value = max(1, int(value)) if factor < 1 else max(int(value), int(limit.value) + 1)
                if value == limit.value:
                    continue
            yield name, float(value)


def limit_of(mutant: Mutant) -> dict[Limit, float]:
    """The mutant as `instead` takes it."""
    return said_instead({mutant[0]: mutant[1]}, knowledge())


def used_by(check: str) -> list[str]:
    """Names of the limits that a check, or the signs, hold something against."""
    if check == SIGNS:
        return [name for name in knowledge().limits() if name.startswith(OF_SIGNS)]
    return list(knowledge().check_page(check).limits)


def everything() -> list[str]:
    """Checks, and the signs."""
    return [*checks.check_ids(), SIGNS]

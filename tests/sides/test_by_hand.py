"""Both sides of limits that no search reaches: what is said just below, and just above."""

from __future__ import annotations

import pytest

from tests.sides import by_hand, of_generalising, of_learning, of_policies, of_stability

SIDES: tuple[by_hand.Sides, ...] = (*of_learning.SIDES, *of_generalising.SIDES, *of_stability.SIDES, *of_policies.SIDES)


@pytest.mark.parametrize("sides", SIDES, ids=lambda sides: sides.limit)
def test_what_is_said_below_and_above(sides: by_hand.Sides) -> None:
    assert sides.says() == sides.said

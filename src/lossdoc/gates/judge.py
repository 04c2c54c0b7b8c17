"""A gate held against a report: passed, failed with what was measured, or not judged with the reason."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING

from lossdoc.gates.grammar import Fact, Gate
from lossdoc.gates.measure import NotMeasured, fact, quantity
from lossdoc.model.finding import Outcome

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge
    from lossdoc.model.finding import Report

_COMPARE = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def judge(gate: Gate, report: Report, knowledge: Knowledge) -> Outcome:
    """What cannot be measured does not pass, and neither does NaN."""
    try:
        left = fact(gate.left, report) if isinstance(gate.left, Fact) else quantity(gate.left, report, knowledge)
        right = gate.right
        if not isinstance(right, (float, str)):
            right = gate.factor * quantity(right, report, knowledge)
    except NotMeasured as why:
        return Outcome(gate.text, passed=False, why=f"cannot be judged: {why}")
    if isinstance(left, str) or isinstance(right, str):
        return Outcome(gate.text, passed=(left == right) == (gate.operator == "=="), why=_said(str(left), gate, report))
    passed = bool(_COMPARE[gate.operator](left, right)) and not (math.isnan(left) or math.isnan(right))
    against = "" if isinstance(gate.right, float) else f", against {right:.6g}"
    return Outcome(gate.text, passed, f"measured {left:.6g}{against}", left)


def _said(word: str, gate: Gate, report: Report) -> str:
    """The answer, and for a vital sign its evidence."""
    evidence = ["; ".join(sign.evidence) for name, sign in report.signs.items() if name == gate.left.name]
    return ": ".join([f"{gate.left.name} is {word}", *filter(None, evidence)])

"""Runs held against each other: reports in, one Comparison out. Nothing here prints.

`align.py` puts curves on one axis, `terms.py` says what may be compared and in which unit, `differ.py` measures a
difference with its noise, `setup.py` finds settings that differ, `verdict.py` draws the conclusion.

    comparison = compare(reports, knowledge, Choice(by="step"))
"""

from __future__ import annotations

from lossdoc.comparison.result import Axis, Choice, Comparison, Delta, Outcome, Row, Side, Standing
from lossdoc.comparison.run import compare

__all__ = ["Axis", "Choice", "Comparison", "Delta", "Outcome", "Row", "Side", "Standing", "compare"]

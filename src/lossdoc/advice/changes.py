"""The setting to change: what the run had, what to try, and the line that says so to this trainer."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.advice.facts import half_precision, jump_of
from lossdoc.advice.rate import came_back
from lossdoc.advice.spell import line
from lossdoc.model.finding import Change
from lossdoc.signal import median
from lossdoc.words.spoken import brief

if TYPE_CHECKING:
    from lossdoc.advice.situation import Situation
    from lossdoc.knowledge.schema import Cause

Tried = float | bool | None


def change_of(cause: Cause, situation: Situation) -> Change | None:
    """The change that a cause asks for; None where this log holds no number to make it from."""
    for setting, rule in cause.change.items():
        was = situation.readings.value(setting)
        to = RULES[rule](setting, was, situation)
        if to is None or to == was:
            continue
        text = line(setting, str(to) if isinstance(to, bool) else brief(to), situation.run.trainer, situation.knowledge)
        if text is None:
            continue
        return Change(setting, was, to, f"{text}  # was {brief(was)}" if was is not None else text)
    return None


def _down(setting: str, was: float | None, situation: Situation) -> Tried:
    """A tenth of what was far above the usual, else a third; not below what is usual, and nothing for what was."""
    if not was or was <= 0:
        return None
    usual = situation.readings.usual(setting)
    if usual is None:
        return _short(was / 3)
    if was > usual.high:
        return _short(min(was / 10, usual.high) if was > 10 * usual.high else max(was / 10, usual.low))
    return _short(max(was / 3, usual.low)) if was > usual.low else None


def _up(setting: str, was: float | None, situation: Situation) -> Tried:
    """The low end of the usual for what lay below it, else three times as much, not above the usual."""
    usual = situation.readings.usual(setting)
    if was is None:
        return None
    if usual is None or usual.vague:
        return _short(was * 10) if was > 0 and (usual is None or was < usual.low) else None
    return usual.low if was < usual.low else _short(min(was * 3, max(usual.high, was)))


def _before_jump(setting: str, was: float | None, situation: Situation) -> Tried:  # noqa: ARG001
    rate = situation.readings.rate
    at = jump_of(rate) if rate is not None else None
    if rate is None or at is None or came_back(rate, at):
        return None
    return _short(float(rate.values[at - 1]), 2)


def _median_norm(setting: str, was: float | None, situation: Situation) -> Tried:  # noqa: ARG001
    """The usual 1.0, or the run's own median before the fault where that is larger; never above what is in force.

    None where too little stands before the fault, or it was on its way: the norms of a run that breaks are no measure.
    """
    norm = situation.run.get("grad_norm")
    norm = norm.finite() if norm is not None else None
    onset = situation.at_onset(norm) if norm is not None else None
    y = norm.values[: onset if onset is not None and not was else None] if norm is not None else np.array([])
    if len(y) < 5 or (onset is not None and not was and y[-3:].max() > 10 * median(y)):
        return None
    to = max(1.0, float(_short(median(y), 2) or 0.0))
    return to if not was or to < was else None


def _best_epoch(setting: str, was: float | None, situation: Situation) -> Tried:
    """The pass in which the best evaluation stood, counted up; where no evaluation tells, the least that is usual. None
    where a score got better behind the best loss: the early pass would cost what it gained."""
    if was is None or was <= 1 or "score_gain" in situation.finding.measured:
        return None
    finding, last = situation.finding, situation.run.last_step
    best = finding.first_step
    if finding.check != "overfitting" or best is None or (finding.axis != "epoch" and not last):
        usual = situation.readings.usual(setting)
        return usual.low if usual is not None and not usual.vague and was > usual.high else None
    if finding.axis != "epoch" and last:
        best *= (situation.readings.passes or was) / last
    return float(min(max(1, math.ceil(best)), math.ceil(was)))


def _double(setting: str, was: float | None, situation: Situation) -> Tried:  # noqa: ARG001
    return 2 * was if was else None


def _warm_up(setting: str, was: float | None, situation: Situation) -> Tried:  # noqa: ARG001
    """A twentieth of the steps that the run has."""
    steps = situation.readings.configured("max_steps") or situation.run.last_step
    return float(max(1, round(steps / 20))) if steps and steps >= 20 and not was else None


def _instead_of_fp16(setting: str, was: float | None, situation: Situation) -> Tried:  # noqa: ARG001
    return True if half_precision(situation) else None


def _off(setting: str, was: float | None, situation: Situation) -> Tried:  # noqa: ARG001
    return False


RULES: dict[str, Callable[[str, float | None, Situation], Tried]] = {
    "down": _down,
    "up": _up,
    "before-jump": _before_jump,
    "median-norm": _median_norm,
    "best-epoch": _best_epoch,
    "double": _double,
    "warm-up": _warm_up,
    "instead-of-fp16": _instead_of_fp16,
    "off": _off,
}


def _short(value: float, digits: int = 1) -> float:
    """A setting is no measurement: one digit says where to look."""
    return float(f"{value:.{digits - 1}e}")

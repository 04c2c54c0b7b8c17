"""What a log shows that speaks for a cause or rules it out: one function a fact, named as the causes name it.

A fact is True, False, or None where the log cannot tell. `found lr-jump` is the fact that this check found something.
Words of size (a tenth of the usual, three passes) are named below; they order causes and judge no run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.signal import noise

if TYPE_CHECKING:
    from lossdoc.advice.situation import Situation
    from lossdoc.model.run import Curve, Floats

Fact = Callable[["Situation"], bool | None]

FAR = 10.0  # times the usual
JUMP = 1.5  # from one record to the next
EARLY, LATE = 0.1, 0.25  # share of the run
MANY = 3.0  # passes over the data
COLD = 0.7  # sampling temperature
FACTS: dict[str, Fact] = {}


def holds(name: str, situation: Situation) -> bool | None:
    """Whether a fact holds in a situation."""
    if name.startswith("found "):
        return name.removeprefix("found ") in situation.found
    return FACTS[name](situation)


def _fact(function: Fact) -> Fact:
    FACTS[function.__name__.replace("_", "-")] = function
    return function


# -- who trains


@_fact
def language_model(s: Situation) -> bool | None:
    """What is trained writes text: its answers can be read, adapters and templates exist."""
    kinds = {_writes_text(s, objective) for objective in s.run.trainer.candidates}
    return kinds.pop() if len(kinds) == 1 else None


def _writes_text(s: Situation, objective: str) -> bool | None:
    facts = s.knowledge.trainer(objective)
    if s.run.get("token_accuracy") is not None or s.run.get("completion_length") is not None:
        return True
    if objective == "ppo":
        return s.run.get("episode_length") is None and s.run.get("return_mean") is None
    if facts.family in ("preference", "reward") or objective in ("sft", "pretrain", "grpo", "rloo", "online-dpo"):
        return True
    return None if facts.family == "other" else False


@_fact
def gradient_descent(s: Situation) -> bool | None:
    """Weights move by gradients: not trees."""
    return s.run.trainer.candidates != ("gbdt",)


# -- the learning rate


def _rate(s: Situation, test: Callable[[float, float, float], bool]) -> bool | None:
    value, usual = s.readings.value("learning_rate"), s.readings.usual("learning_rate")
    return test(value, usual.low, usual.high) if value is not None and usual is not None else None


@_fact
def rate_far_below_usual(s: Situation) -> bool | None:
    return _rate(s, lambda value, low, _high: value < low / FAR)


@_fact
def rate_below_usual(s: Situation) -> bool | None:
    return _rate(s, lambda value, low, _high: value < low)


@_fact
def rate_usual_or_more(s: Situation) -> bool | None:
    return _rate(s, lambda value, low, _high: value >= low)


@_fact
def rate_usual(s: Situation) -> bool | None:
    return _rate(s, lambda value, low, high: low <= value <= high)


@_fact
def rate_above_usual(s: Situation) -> bool | None:
    return _rate(s, lambda value, _low, high: value > high)


@_fact
def rate_far_above_usual(s: Situation) -> bool | None:
    return _rate(s, lambda value, _low, high: value > FAR * high)


@_fact
def rate_zero(s: Situation) -> bool | None:
    value = s.readings.value("learning_rate")
    return None if value is None else value == 0


@_fact
def rate_jumped(s: Situation) -> bool | None:
    """The rate rose at one record, after its warm-up and not after the fault had begun."""
    rate = s.readings.rate
    if rate is None or len(rate) < 10:
        return None
    at = jump_of(rate)
    onset = s.at_onset(rate)
    return at is not None and (onset is None or at <= onset + max(2, len(rate) // 20))


@_fact
def rate_steady(s: Situation) -> bool | None:
    """No record's rate stands far above the one before, warm-up aside."""
    rate = s.readings.rate
    return None if rate is None or len(rate) < 10 else jump_of(rate) is None


def jump_of(rate: Curve) -> int | None:
    """The record at which the rate jumps up, from near what had been its peak or after it had fallen."""
    y = rate.values
    peaks = np.maximum.accumulate(y)
    for at in np.flatnonzero(y[1:] > JUMP * y[:-1]) + 1:
        warm = at >= 3 and (y[at - 1] >= 0.9 * peaks[at - 1] >= 0.9 * peaks[at - 2] or y[at - 1] < 0.9 * peaks[at - 1])
        if warm and y[at - 1] <= y[at - 2] * 1.05 and y[at - 1] > 0:
            return int(at)
    return None


@_fact
def rate_climbs(s: Situation) -> bool | None:
    """The rate still rises when the fault begins, or over most of the run."""
    rate = s.readings.rate
    if rate is None or len(rate) < 10:
        return None
    return bool(np.argmax(rate.values) >= 0.5 * len(rate) and rate.values[0] < 0.5 * rate.values.max())


@_fact
def rate_ended_early(s: Situation) -> bool | None:
    """The rate came down to next to nothing before the last tenth of the run."""
    rate = s.readings.rate
    if rate is None or len(rate) < 10:
        return None
    y = rate.values[: -max(1, len(rate) // 10)]
    peak = int(np.argmax(y))
    return bool((y[peak:] <= 0.01 * y[peak]).any())


@_fact
def rate_lasted(s: Situation) -> bool | None:
    ended = rate_ended_early(s)
    return None if ended is None else not ended


@_fact
def warmed_up(s: Situation) -> bool | None:
    rate = s.readings.rate
    if rate is None or len(rate) < 10:
        return None
    return bool(np.argmax(rate.values) >= max(2, len(rate) // 100) and rate.values[0] < 0.5 * rate.values.max())


@_fact
def no_warm_up(s: Situation) -> bool | None:
    warm = warmed_up(s)
    return None if warm is None else not warm


# -- when it began


@_fact
def from_the_start(s: Situation) -> bool | None:
    return None if s.progress is None else s.progress <= EARLY


@_fact
def late(s: Situation) -> bool | None:
    return None if s.progress is None else s.progress >= LATE


@_fact
def calm_before(s: Situation) -> bool | None:
    """Loss and gradient norm had stood as always up to the record before the fault."""
    seen: list[bool] = []
    for metric in ("loss", "grad_norm"):
        curve = s.run.get(metric)
        at = s.at_onset(curve) if curve is not None else None
        if curve is None or at is None or at < 8:
            continue
        y = curve.values[max(0, at - 30) : at]
        y = y[np.isfinite(y)]
        if len(y) >= 8:
            usual = y[:-3]
            seen.append(bool(y[-3:].max() <= np.median(usual) + 6 * max(noise(usual), 1e-3 * abs(np.median(usual)))))
    return all(seen) if seen else None


@_fact
def jumped_early(s: Situation) -> bool | None:
    """The training loss rose above its start within the first fifth."""
    y = _train(s)
    if y is None or len(y) < 10:
        return None
    head = y[1 : max(5, len(y) // 5)]
    return bool(head.max() > y[0] + max(0.1 * abs(float(y[0])), 5 * noise(y)))


@_fact
def loss_fell(s: Situation) -> bool | None:
    y = _train(s)
    if y is None or len(y) < 10:
        return None
    fall = float(np.median(y[:3]) - np.median(y[-max(3, len(y) // 10) :]))
    return bool(fall > max(0.1 * abs(float(np.median(y[:3]))), 4 * noise(y)))


def _train(s: Situation) -> Floats | None:
    loss = s.run.get("loss")
    return loss.finite().values if loss is not None else None


# -- gradients


@_fact
def gradient_alive(s: Situation) -> bool | None:
    norm = _norm(s)
    return None if norm is None else bool(np.median(norm) > 1e-8)


@_fact
def gradient_zero(s: Situation) -> bool | None:
    norm = _norm(s)
    return None if norm is None else bool(np.median(norm) == 0)


@_fact
def gradient_tiny(s: Situation) -> bool | None:
    """A gradient is there, and so small that a deep stack may have lost it."""
    norm = _norm(s)
    return None if norm is None else bool(0 < np.median(norm) < 0.05)


@_fact
def gradient_spiked(s: Situation) -> bool | None:
    """The gradient norm peaked where the fault began."""
    norm = s.run.get("grad_norm")
    norm = norm.finite() if norm is not None else None
    at = s.at_onset(norm) if norm is not None else None
    if norm is None or at is None or at < 5:
        return None
    around = norm.values[max(0, at - 2) : at + 5]
    return bool(around.max() > 5 * np.median(norm.values[:at]))


@_fact
def clipped(s: Situation) -> bool | None:
    """Clipping is known to be on."""
    threshold = s.readings.value("max_grad_norm")
    return None if threshold is None else threshold > 0


@_fact
def not_clipped(s: Situation) -> bool | None:
    on = clipped(s)
    return None if on is None else not on


@_fact
def half_precision(s: Situation) -> bool | None:
    """fp16 is configured, or a loss scale is logged."""
    if s.run.config.get("fp16") is True or s.run.all("loss_scale"):
        return True
    return False if s.run.config.get("bf16") is True or s.run.config.get("fp16") is False else None


@_fact
def full_range(s: Situation) -> bool | None:
    """bf16 or float32: nothing of fp16's range can overflow."""
    half = half_precision(s)
    return None if half is None else not half


def _norm(s: Situation) -> Floats | None:
    norm = s.run.get("grad_norm")
    norm = norm.finite() if norm is not None else None
    return norm.values if norm is not None and len(norm) >= 3 else None


# -- data and evaluation


@_fact
def many_passes(s: Situation) -> bool | None:
    passes = s.readings.value("num_train_epochs")
    return None if passes is None else passes >= MANY


@_fact
def one_pass(s: Situation) -> bool | None:
    passes = s.readings.value("num_train_epochs")
    return None if passes is None else passes <= 1.05


@_fact
def evaluation_moves(s: Situation) -> bool | None:
    """The held-out loss differs between evaluations: some weight was changed."""
    loss = s.run.get("loss", "eval")
    y = loss.finite().values if loss is not None else np.array([])
    return bool(np.ptp(y) > 1e-5 * abs(float(np.median(y)))) if len(y) >= 2 else None


@_fact
def evaluation_still(s: Situation) -> bool | None:
    moves = evaluation_moves(s)
    return None if moves is None else not moves


@_fact
def sets_disagree(s: Situation) -> bool | None:
    """The accuracy is above one half on one of the two sets and below it on the other."""
    ends = []
    for split in ("train", "eval"):
        curve = s.run.get("reward_accuracy", split)
        y = curve.finite().values if curve is not None else np.array([])
        if len(y) < 2:
            return None
        ends.append(float(np.median(y[-max(2, len(y) // 5) :])))
    return (ends[0] - 0.5) * (ends[1] - 0.5) < 0


# -- beta, sampling and reward


def _beta(s: Situation, test: Callable[[float, float, float], bool]) -> bool | None:
    value, usual = s.readings.value("beta"), s.readings.usual("beta")
    return test(value, usual.low, usual.high) if value is not None and usual is not None else None


@_fact
def beta_below_usual(s: Situation) -> bool | None:
    return _beta(s, lambda value, low, _high: value < low)


@_fact
def beta_usual_or_more(s: Situation) -> bool | None:
    return _beta(s, lambda value, low, _high: value >= low)


@_fact
def beta_above_usual(s: Situation) -> bool | None:
    return _beta(s, lambda value, _low, high: value > high)


@_fact
def sampled_cold(s: Situation) -> bool | None:
    temperature = s.readings.value("temperature")
    return None if temperature is None else temperature < COLD


@_fact
def sampled_warm(s: Situation) -> bool | None:
    cold = sampled_cold(s)
    return None if cold is None else not cold


def _reward(s: Situation) -> Floats | None:
    reward = s.run.get("reward")
    reward = reward.finite() if reward is not None else None
    return reward.values if reward is not None and len(reward) >= 5 else None


@_fact
def reward_all_zero(s: Situation) -> bool | None:
    reward = _reward(s)
    return None if reward is None else not reward.any()


@_fact
def reward_constant(s: Situation) -> bool | None:
    """The same number from first to last, and not 0."""
    reward = _reward(s)
    return None if reward is None else bool(reward[0] != 0 and np.ptp(reward) <= 1e-6 * abs(float(reward[0])))


@_fact
def reward_varies(s: Situation) -> bool | None:
    reward = _reward(s)
    return None if reward is None else bool(np.ptp(reward) > 1e-6 * float(np.abs(reward).max()))


@_fact
def reward_became_zero(s: Situation) -> bool | None:
    """The reward was not 0 and is exactly 0 from the fault on."""
    curve = s.run.get("reward")
    curve = curve.finite() if curve is not None else None
    if curve is None or len(curve) < 10:
        return None
    tail = curve.values[-max(5, len(curve) // 10) :]
    return bool(not tail.any() and curve.values.any())


@_fact
def reward_rose(s: Situation) -> bool | None:
    reward = _reward(s)
    if reward is None:
        return None
    part = max(2, len(reward) // 10)
    return bool(np.median(reward[-part:]) - np.median(reward[:part]) > 3 * noise(reward))


@_fact
def reward_high(s: Situation) -> bool | None:
    """The reward ends at the best that was seen, above 0, and had been lower."""
    reward = _reward(s)
    if reward is None:
        return None
    end = float(np.median(reward[-max(3, len(reward) // 10) :]))
    return bool(end > 0 and end >= 0.9 * reward.max() and np.ptp(reward) > 0)


@_fact
def answers_cut_from_the_start(s: Situation) -> bool | None:
    cut = s.run.get("truncated_fraction")
    y = cut.finite().values if cut is not None else np.array([])
    return bool(np.median(y[: max(3, len(y) // 10)]) > 0.5) if len(y) >= 5 else None


@_fact
def answers_grew(s: Situation) -> bool | None:
    length = s.run.get("completion_length")
    y = length.finite().values if length is not None else np.array([])
    part = max(3, len(y) // 10)
    return bool(np.median(y[-part:]) > JUMP * np.median(y[:part])) if len(y) >= 10 else None


# -- crashes


def _crash(s: Situation, *words: str) -> bool | None:
    texts = [event.text.lower() for event in s.run.events if event.kind == "crash"]
    return any(word in text for text in texts for word in words) if texts else None


@_fact
def crash_names_nan(s: Situation) -> bool | None:
    return _crash(s, "nan", "inf", "device-side assert", "out of bounds")


@_fact
def crash_names_memory(s: Situation) -> bool | None:
    return _crash(s, "out of memory", "memoryerror", "oom")


@_fact
def crash_names_communication(s: Situation) -> bool | None:
    return _crash(s, "nccl", "gloo", "broken pipe", "connection", "socket")


@_fact
def crash_names_nothing_known(s: Situation) -> bool | None:
    named = [fact(s) for fact in (crash_names_nan, crash_names_memory, crash_names_communication)]
    return None if None in named else not any(named)

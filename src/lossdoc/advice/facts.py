"""What a log shows that speaks for a cause or rules it out: one function a fact, named as the causes name it.

`found lr-jump` is the fact that this check found something. Here stand the facts of loss, gradient, data and crash;
those of the rate, of the reward and of what is trained stand beside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lossdoc.advice import reward, trained  # noqa: F401  their facts enter themselves
from lossdoc.advice.rate import jump_of
from lossdoc.advice.registry import FACTS, fact, opposite
from lossdoc.advice.situation import Situation
from lossdoc.signal import median, noise

if TYPE_CHECKING:
    from lossdoc.model.run import Floats

MANY = 3.0  # passes over the data
SEEN = 2.0  # passes

__all__ = ["FACTS", "holds", "jump_of"]


def holds(name: str, situation: Situation) -> bool | None:
    """Whether a fact holds in a situation."""
    if name.startswith("found "):
        return name.removeprefix("found ") in situation.found
    return FACTS[name](situation)


# -- the loss


@fact
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
            seen.append(bool(y[-3:].max() <= median(usual) + 6 * max(noise(usual), 1e-3 * abs(median(usual)))))
    return all(seen) if seen else None


@fact
def jumped_early(s: Situation) -> bool | None:
    """The training loss rose above its start within the first fifth."""
    y = _train(s)
    if y is None or len(y) < 10:
        return None
    head = y[1 : max(5, len(y) // 5)]
    return bool(head.max() > y[0] + max(0.1 * abs(float(y[0])), 5 * noise(y)))


@fact
def loss_fell(s: Situation) -> bool | None:
    y = _train(s)
    if y is None or len(y) < 5:
        return None
    fall = float(median(y[:3]) - median(y[-max(3, len(y) // 10) :]))
    return bool(fall > max(0.1 * abs(median(y[:3])), 4 * noise(y)))


def _train(s: Situation) -> Floats | None:
    loss = s.run.get("loss")
    return loss.finite().values if loss is not None else None


# -- gradients


@fact
def gradient_alive(s: Situation) -> bool | None:
    norm = s.values("grad_norm", 3)
    return None if norm is None else bool(median(norm) > 1e-8)


@fact
def gradient_zero(s: Situation) -> bool | None:
    norm = s.values("grad_norm", 3)
    return None if norm is None else bool(median(norm) == 0)


@fact
def gradient_tiny(s: Situation) -> bool | None:
    """A gradient is there, and so small that a deep stack may have lost it."""
    norm = s.values("grad_norm", 3)
    return None if norm is None else bool(0 < median(norm) < 0.05)


@fact
def gradient_peaks_at_end(s: Situation) -> bool | None:
    """The last gradient norm that was logged is far above what had been usual; no where none was logged."""
    norm = s.values("grad_norm", 10)
    return norm is not None and bool(norm[-1] > 5 * median(norm))


@fact
def gradient_spiked(s: Situation) -> bool | None:
    """The gradient norm peaked where the fault began."""
    norm = s.run.get("grad_norm")
    norm = norm.finite() if norm is not None else None
    at = s.at_onset(norm) if norm is not None else None
    if norm is None or at is None or at < 5:
        return None
    around = norm.values[max(0, at - 2) : at + 5]
    return bool(around.max() > 5 * median(norm.values[:at]))


@fact
def clipped(s: Situation) -> bool | None:
    """Clipping is known to be on."""
    threshold = s.readings.value("max_grad_norm")
    return None if threshold is None else threshold > 0


@fact
def not_clipped(s: Situation) -> bool | None:
    return opposite(clipped(s))


@fact
def half_precision(s: Situation) -> bool | None:
    """fp16 is configured, or a loss scale is logged."""
    if s.run.config.get("fp16") is True or s.run.all("loss_scale"):
        return True
    return False if s.run.config.get("bf16") is True or s.run.config.get("fp16") is False else None


@fact
def full_range(s: Situation) -> bool | None:
    """bf16 or float32: nothing of fp16's range can overflow."""
    return opposite(half_precision(s))


# -- data and evaluation


@fact
def many_passes(s: Situation) -> bool | None:
    passes = s.readings.value("num_train_epochs")
    return None if passes is None else passes >= MANY


@fact
def one_pass(s: Situation) -> bool | None:
    passes = s.readings.value("num_train_epochs")
    return None if passes is None else passes <= 1.05


@fact
def seen_before(s: Situation) -> bool | None:
    """The fault began in a later pass: its examples had been trained on without one."""
    if s.finding.first_step is None:
        return None
    if s.finding.axis == "epoch":
        return s.finding.first_step > SEEN
    epoch = s.run.get("epoch")
    at = s.at_onset(epoch) if epoch is not None else None
    return None if epoch is None or at is None else bool(epoch.values[at] > SEEN)


@fact
def evaluation_moves(s: Situation) -> bool | None:
    """The held-out loss differs between evaluations: some weight was changed."""
    y = s.values("loss", 2, "eval")
    return None if y is None else bool(np.ptp(y) > 1e-5 * abs(median(y)))


@fact
def evaluation_still(s: Situation) -> bool | None:
    return opposite(evaluation_moves(s))


@fact
def held_out_stands(s: Situation) -> bool | None:
    """The held-out loss gained next to nothing from its first evaluation to its last."""
    y = s.values("loss", 3, "eval")
    return None if y is None else bool(y[0] - y[-1] < 0.03 * abs(y[0]))


@fact
def sets_disagree(s: Situation) -> bool | None:
    """The accuracy is above one half on one of the two sets and below it on the other."""
    ends = []
    for split in ("train", "eval"):
        y = s.values("reward_accuracy", 2, split)
        if y is None:
            return None
        ends.append(median(y[-max(2, len(y) // 5) :]))
    return (ends[0] - 0.5) * (ends[1] - 0.5) < 0


# -- crashes


def _crash(s: Situation, *words: str) -> bool | None:
    texts = [event.text.lower() for event in s.run.events if event.kind == "crash"]
    return any(word in text for text in texts for word in words) if texts else None


@fact
def crash_names_nan(s: Situation) -> bool | None:
    return _crash(s, "nan", "inf", "device-side assert", "out of bounds")


@fact
def crash_names_memory(s: Situation) -> bool | None:
    return _crash(s, "out of memory", "memoryerror", "oom")


@fact
def crash_names_communication(s: Situation) -> bool | None:
    return _crash(s, "nccl", "gloo", "broken pipe", "connection", "socket")


@fact
def crash_names_nothing_known(s: Situation) -> bool | None:
    named = [fact(s) for fact in (crash_names_nan, crash_names_memory, crash_names_communication)]
    return None if None in named else not any(named)

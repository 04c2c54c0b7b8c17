"""The first loss is far from what theory allows: wrong head, wrong scale, or a damaged model.

## What it means
An untrained language model guesses: its loss is ln V for V tokens, at most a nat or two more for a wide head. A
classifier starts at ln k. A first loss far above says that the outputs are certain and wrong: an initialisation that
is too large, a head that does not fit, damaged weights, or a loss that is summed or multiplied (by accumulation
steps, say).

## How it is measured
The median of the first three records, so that one odd first record does not count. Limit for language models: ln V +
{room} with the given `vocab_size`, else the limit of the largest vocabulary in use. For classifiers: {classes} times
ln k with the given `classes`. Where the log leaves open whether the objective is a regression, the loss must also
behave like that of a language model: it ends above {ends-above} and scatters by less than {scatters}.

## Silent when
- the loss is below the limit, whatever the vocabulary
- only the first record is high
- the objective may be one whose start is open: regression, ranking, sums over tokens
- the log begins in the middle of a run

## Likely causes
- Weights initialised with a standard deviation far too large (0.02 is usual).
- A new head or resized embeddings that were not initialised.
- A checkpoint that loads only partly, a broken quantisation or adapter.
- The loss is a sum over tokens or over accumulation steps instead of a mean.

## What to try
- Compare with ln V (or ln k) and look at the quotient: a whole number is the accumulation or the world size.
- Print the warnings of the checkpoint's loading: missing and unexpected keys.
- Initialise the head with a standard deviation of 0.02, or scale embeddings and head alike.
- Evaluate the untouched base model on the same batch.

## Sources
- ln V plus 0.0002 per unit of width for a head of 0.02: checked numerically; ln V + 2
  covers 8192.
- Sums over accumulation steps: transformers 4.46, gradient-accumulation fix. Labelled run: lm-badinit-b (16.7 against
  ln 512).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import begins_late, declared, living, number, part, step
from lossdoc.judge.case import Case, Need, Setting, Skip
from lossdoc.judge.merit import course, measures
from lossdoc.model.finding import Confidence, Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import level, median, noise, tail

if TYPE_CHECKING:
    from lossdoc.model.run import Curve

SEVERITY: Severity = "warning"
SIGN: SignName = "stable"
EXPLAINS = ("exploding-gradient", "lr-too-high")
LARGEST = Limit(14.476649250079015, "nats", "ln 262144 + 2, above any vocabulary in use")
ROOM = Limit(2.0, "nats above ln V", "ours: a head of 0.02 adds 0.0002 per unit of width, so that it covers 8192")
CLASSES = Limit(4.0, "times ln k", "ours")
COMES_DOWN = Limit(0.8, "share of the first loss", "ours: a loss that stays as high has another scale")
ENDS_ABOVE = Limit(1.0, "nats", "ours: squared errors end near 0")
SCATTERS = Limit(0.05, "share of the loss", "ours: squared errors scatter by their own size")
RECORDS = Limit(5, "records", "ours")
NEEDS = {
    "loss": Need("loss", points=RECORDS),
    "vocab_size": Setting("vocab_size", optional=True),
    "classes": Setting("classes", optional=True),
}

LANGUAGE = {"pretrain", "sft"}
OPEN = {"pretrain", "sft", "classification", "regression"}


def check(case: Case, loss: Curve, vocab_size: object, classes: object) -> Iterator[Finding]:
    del vocab_size, classes
    begins_late(loss)
    loss = living(loss)
    if len(loss) < RECORDS:
        return
    first = median(loss.values[:3])
    vocabulary, k = declared(case, "vocab_size"), declared(case, "classes")
    objectives = set(case.objectives)
    if vocabulary:
        limit, name, how_sure = float(np.log(vocabulary)) + ROOM, f"ln {vocabulary:g} + {ROOM:g}", "high"
    elif k:
        limit, name, how_sure = CLASSES * float(np.log(k)), f"{CLASSES:g} ln {k:g}", "high"
    elif objectives and objectives <= LANGUAGE:
        limit, name, how_sure = LARGEST.value, "ln 262144 + 2", "high"
    elif objectives and objectives <= OPEN and objectives & LANGUAGE:
        if not like_language(loss):
            return
        limit, name, how_sure = LARGEST.value, "ln 262144 + 2", "medium" if plain_trainer(case) else "low"
    else:
        raise Skip(
            "no start value is known for this objective", *(["classes"] if "classification" in objectives else [])
        )
    # A start that rises from there is a divergence, one that begins below the limit a spike.
    if min(first, float(loss.values[0])) <= limit or median(loss.values[-len(loss) // 4 :]) > COMES_DOWN * first:
        return
    confidence: Confidence = "high" if how_sure == "high" else "medium" if how_sure == "medium" else "low"
    end = level(loss.values[tail(len(loss))]).value
    yield case.finding(
        loss,
        f"loss starts at {number(float(loss.values[0]))} ({step(loss, 0)}), above {name} = {number(limit)}, the most "
        f"that an untrained model gives; it ends at {number(end)}",
        last=min(len(loss) - 1, int(np.argmax(loss.values <= limit)) or len(loss) - 1),
        severity="info" if confidence == "low" or left_for_good(case, loss, limit) else None,
        confidence=confidence,
        measured={"first": float(loss.values[0]), "first_level": first, "limit": limit, "end": end},
        cannot_tell=("whether the weights or the scale of the loss are wrong",)
        if confidence == "high"
        else ("whether the weights or the scale of the loss are wrong", "that this is a language model"),
    )


def left_for_good(case: Case, loss: Curve, limit: float) -> bool:
    """The loss is below the limit within a few records and a held-out score got better: a checkpoint of another
    objective (mT5's span corruption starts above 20) is a usual start."""
    held = [m for m in measures(case.run, case.knowledge) if m.role == "score" and m.held_out]
    good = any((went := course(m)) is not None and went.went == "better" for m in held)
    return good and int(np.argmax(loss.values <= limit)) <= max(3, len(loss) // 20)


def plain_trainer(case: Case) -> bool:
    """Only what a trainer of language models logs: one loss, its gradient and rate. Parts of a loss, or measures that
    no document knows, speak for a sum of other losses (detection, optical flow, several code books), whose start is
    anybody's guess."""
    curves = case.run.curves
    if any(not curve.known or curve.metric == "loss_component" for curve in curves):
        return False
    names = {curve.metric for curve in curves}
    return case.run.trainer.framework is not None or {"grad_norm", "learning_rate"} <= names


def like_language(loss: Curve) -> bool:
    """Ends above 1 and scatters little, as token losses do; squared errors end near 0 or scatter by their own size."""
    late = part(loss, len(loss) // 2).values
    return median(late) > ENDS_ABOVE and noise(late) < SCATTERS * median(late)

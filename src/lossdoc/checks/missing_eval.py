"""A long run of several epochs, or reinforcement learning, logs no held-out measure at all.

## What it means
Training curves alone cannot tell learning from memorising, or a better policy from a better trick. Nothing in such a
log can show overfitting or reward hacking.

## How it is measured
No curve of an eval or test split, and {epochs} epochs or more with at least {records} records, or reinforcement
learning with at least {rl-records} records.

## Silent when
- one pass over the data: the training loss is measured on data the model has not seen
- short runs

## Likely causes
- No evaluation set was given, or evaluation is switched off.
- Evaluation is logged to another file.

## What to try
- Hold out a few hundred samples and evaluate several times per epoch. [supervised]
- Score a fixed set of prompts or episodes with a second, independent measure. [reinforcement]

## Sources
- Ours: what the other checks cannot judge without it. For information only.
"""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.judge.case import Case
from lossdoc.judge.passes import passes
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit

SEVERITY: Severity = "info"
SIGN: SignName = "generalising"
EXPLAINS = ()
EPOCHS = Limit(3.0, "epochs", "ours: one pass over the data measures on data that the model has not seen")
RECORDS = Limit(100, "records", "ours")
RL_RECORDS = Limit(200, "records", "ours")
NEEDS: dict[str, object] = {}


def check(case: Case) -> Iterator[Finding]:
    run = case.run
    if any(curve.split != "train" for curve in run.curves):
        return
    families = case.families()
    epochs = passes(run)
    if families == {"rl"}:
        if run.records < RL_RECORDS or run.get("reward") is None:
            return
        text = f"{run.records} records of reinforcement learning and no held-out measure"
    else:
        if epochs is None or epochs < EPOCHS or run.records < RECORDS:
            return
        text = f"{epochs:.3g} epochs and no held-out measure"
    yield case.finding(None, text, measured={"records": run.records} | ({} if epochs is None else {"epochs": epochs}))

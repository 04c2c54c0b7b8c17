"""The log goes back: steps were trained and written twice, because the run was continued from a checkpoint.

## What it means
After a crash or a stop the trainer goes on from its last checkpoint and repeats the steps since. That is harmless as
long as optimiser, schedule and data order come back with the weights. lossdoc keeps the newest segment and drops what
it replaces, so curves and counts are of the run as it went on.

## How it is measured
Places where the step falls back and newer records replace older ones, with the steps and the number of records, or
the trainer's own words that it resumed. It is a warning when the loss after the place is above the loss before by
more than {rise} and {sure} standard errors.

## Silent when
- several ranks write the same rows
- several runs stand one after another in one file: each is judged alone

## Likely causes
- A crash, a preempted machine or a stop by hand, and a restart from the last checkpoint. [restart]
- With a jump of the loss: the optimiser state, the schedule or the random state of the data was not restored.

## What to try
- Nothing, when loss and learning rate continue where they were.
- Save and load the optimiser, the scheduler and the sampler state; save checkpoints more often.
- Delete or mark the repeated rows before averaging the log with other tools.

## Sources
- transformers trainer: resume_from_checkpoint skips the batches of the epoch that were seen; rows since are printed
  again.
- NVIDIA-NeMo/RL pull request 954: offsets of repeated steps in metric checks.
- The jump: ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from lossdoc.judge.case import Case
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import difference, level, noise

if TYPE_CHECKING:
    from lossdoc.model.record import Event
    from lossdoc.model.run import Run

SEVERITY: Severity = "info"
SIGN: SignName = "running"
EXPLAINS = ("loss-spike", "level-shift", "lr-jump")
RISE = Limit(0.1, "share of the loss before", "ours")
SURE = Limit(5.0, "standard errors", "ours")
BESIDE = Limit(4, "records on each side", "ours")
NEEDS: dict[str, object] = {}


def check(case: Case) -> Iterator[Finding]:
    replays = [event for event in case.run.events if event.kind == "replay"]
    said = [event for event in case.run.events if event.kind == "resume"]
    if not replays and not said:
        return
    if replays:
        yield from_replays(case, replays, said)
        return
    where = said[0].data.get("step")
    finding = case.finding(
        None,
        f"the trainer says that it resumed{'' if where is None else f' at step {where}'}; no step is repeated",
        line=said[0].line,
        confidence="high",
    )
    yield finding if where is None else replace(finding, first_step=float(where), detected_step=float(where))


def from_replays(case: Case, replays: list[Event], said: list[Event]) -> Finding:
    first = replays[0].data
    begin, end = float(first["from_step"]), float(first["to_step"])
    dropped = sum(int(event.data["dropped"]) for event in replays)
    more = len(replays) - 1
    places = f" and at {more} more place{'s' * (more > 1)}" if more else ""
    jump = loss_jump(case.run, begin)
    text = f"steps {begin:g} to {end:g} stand twice{places}: {dropped} older records were dropped"
    measured = {"from_step": begin, "to_step": end, "dropped_records": dropped, "places": len(replays)}
    if jump is not None:
        measured["rise"] = jump
        text += f", and the loss is {jump:.0%} higher after it"
    finding = case.finding(
        None,
        text,
        line=replays[0].line or (said[0].line if said else None),
        severity=None if jump is None else "warning",
        measured=measured,
        cannot_tell=("whether optimiser and data order were restored",),
    )
    return replace(finding, first_step=end, detected_step=end, last_step=float(replays[-1].data["to_step"]))


def loss_jump(run: Run, step: float) -> float | None:
    """The relative rise of the training loss at a step, where it is sure and material."""
    loss = run.get("loss")
    if loss is None or "rl" in run.trainer.candidates:
        return None
    finite = np.isfinite(loss.values)
    steps, values = loss.steps[finite], loss.values[finite]
    at = int(np.searchsorted(steps, step))
    before, after = values[max(0, at - 10) : at], values[at : at + 10]
    if len(before) < BESIDE or len(after) < BESIDE:
        return None
    scale = noise(values)
    change = difference(level(before, scale), level(after, scale))
    old = level(before).value
    return change.value / old if old > 0 and change.value > RISE * old and change.score > SURE else None

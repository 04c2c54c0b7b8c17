"""The log ends before the run does: in the middle of a record, or long before the declared end.

## What it means
A process that is killed writes no last words: the summary is missing, the last block of output may be missing with
it, and a copy taken while the file was being written ends inside a line. Everything said about this run holds up to
that place only.

## How it is measured
Any of: the source ends inside a record; a progress bar or a counter names a total and the last one stands below 98 %
of it without a summary of the end; a console log of the Hugging Face trainer, which always prints a summary row, ends
without one while the epoch or the learning-rate schedule is unfinished; an interruption from the keyboard.

## Silent when
- the trainer printed its summary, as it does after early stopping too
- a trainer_state.json of a checkpoint stands below max_steps: that is what a checkpoint is
- formats that declare no end

## Likely causes
- The process was killed: out of memory, time limit, preemption.
- The run is still going on, or the file was copied meanwhile.
- An error that went to another stream.

## What to try
- Look at the scheduler's or the kernel's log for the end of the process.
- Read the log again when the run is over; `lossdoc watch` follows a live one.
- Write output unbuffered (python -u), so that a killed process loses nothing.

## Sources
- transformers 5.23 trainer: the row with train_runtime is the last thing that train() logs.
- Labelled runs: a killed process loses its last block and still ends on a clean line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.case import Case
from lossdoc.finding import Confidence, Finding, Severity

if TYPE_CHECKING:
    from lossdoc.run import Run

SEVERITY: Severity = "info"
EXPLAINS = ()
NEEDS: dict[str, object] = {}
# Formats that are a copy of the whole state: where they end says nothing about the process.
STATES = ("trainer-state", "json", "tensorboard", "tfevents", "event-file")


def check(case: Case) -> Iterator[Finding]:
    run = case.run
    kinds = {event.kind for event in run.events}
    if "cut" in kinds:
        cut = next(event for event in run.events if event.kind == "cut")
        yield at_end(case, "the log ends in the middle of a record", cut.line, "high")
        return
    if "end" in kinds or run.format in STATES:
        return
    if "interrupt" in kinds:
        stop = next(event for event in run.events if event.kind == "interrupt")
        yield at_end(case, "the run was interrupted from the keyboard", stop.line, "high")
        return
    reached = progress(run)
    if reached is not None:
        n, total = reached
        if n < 0.98 * total:
            yield at_end(case, f"the log ends at {n:g} of {total:g} without a summary of the end", None, "high")
        return
    if run.format == "hf-stdout" and (why := unfinished(run)):
        yield at_end(case, f"the trainer's summary row is missing and {why}", None, "medium")


def at_end(case: Case, message: str, line: int | None, confidence: Confidence) -> Finding:
    finding = case.finding(None, message, line=line or last_line(case.run), confidence=confidence)
    longest = max(case.run.curves, key=len, default=None)
    if longest is None or not len(longest):
        return finding
    end = max(float(c.steps[-1]) for c in case.run.curves if len(c) and c.axis == longest.axis)
    return replace(finding, first_step=end, detected_step=end, last_step=end, axis=longest.axis)


def last_line(run: Run) -> int | None:
    return max((int(c.lines[-1]) for c in run.curves if len(c.lines)), default=None)


def progress(run: Run) -> tuple[float, float] | None:
    """(reached, total) of the last progress event of the longest counter, or the last step and the declared steps."""
    bars = [e.data for e in run.events if e.kind == "progress" and "n" in e.data and e.data.get("total")]
    if bars:
        total = max(float(b["total"]) for b in bars)
        return max(float(b["n"]) for b in bars if float(b["total"]) == total), total
    steps, last = run.config.get("max_steps"), run.last_step
    if isinstance(steps, (int, float)) and steps > 0 and last is not None:
        # The last record may stand up to one logging interval before the end.
        return last + _interval(run), float(steps)
    return None


def _interval(run: Run) -> float:
    gaps = [float(np.median(np.diff(c.steps))) for c in run.curves if len(c) > 2 and c.axis == "step"]
    return min(gaps, default=0.0)


def unfinished(run: Run) -> str | None:
    epoch, rate = run.get("epoch"), run.get("learning_rate")
    if rate is not None and len(rate) >= 8:
        peak, last = float(np.nanmax(rate.values)), float(rate.values[-1])
        falling = rate.values[-1] < rate.values[-2] < rate.values[-3]
        if falling and last > 0.05 * peak:
            return f"the learning rate is still at {last / peak:.0%} of its peak"
    if epoch is not None and len(epoch):
        last = float(epoch.values[-1])
        if abs(last - round(last)) > 0.05:
            return f"the epoch stands at {last:.3g}"
    return None

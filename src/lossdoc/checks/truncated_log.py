"""The log ends before the run does: in the middle of a record, or long before the declared end.

## What it means
A process that is killed writes no last words: the summary is missing, the last block of output may be missing with
it, and a copy taken while the file was being written ends inside a line. Everything said about this run holds up to
that place only.

## How it is measured
Any of: the source ends inside a record; a progress bar or a counter names a total and the last one stands below
{ending.done} of it without a summary of the end; a console log of the Hugging Face trainer, which always prints a
summary row, ends without one while the epoch or the learning-rate schedule is unfinished; in other logs, a learning
rate that falls in a straight line and stands before {ending.of-line} of the way to 0; an interruption from the
keyboard.

## Silent when
- the trainer printed its summary, as it does after early stopping too
- a trainer_state.json of a checkpoint stands below max_steps: that is what a checkpoint is
- formats that declare no end

## Likely causes
- The process was killed: out of memory, time limit, preemption.
- The run is still going on, or the file was copied meanwhile.
- An error that went to another stream.
- A NaN or an infinity stopped the trainer: the last gradient norm is far above the usual. [ended-in-nan]

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

from msgspec.structs import replace

from lossdoc.checks._ending import STATES, Stop, last_line, progress, stops_short
from lossdoc.judge.case import Case
from lossdoc.model.finding import Confidence, Finding, Severity, SignName

SEVERITY: Severity = "info"
SIGN: SignName = "running"
EXPLAINS = ()

NEEDS: dict[str, object] = {}


def check(case: Case) -> Iterator[Finding]:
    run = case.run
    for kind, message in (
        ("cut", "the log ends in the middle of a record"),
        ("interrupt", "the run was interrupted from the keyboard"),
    ):
        event = next((e for e in reversed(run.events) if e.kind == kind), None)
        if event is None or (kind == "interrupt" and (run.format in STATES or went_on(case, event.line))):
            continue
        yield at_end(case, Stop(message, {}), event.line, "high")
        return
    if why := stops_short(run):
        yield at_end(case, why, None, "high" if progress(run) else "medium")


def went_on(case: Case, line: int | None) -> bool:
    """The trainer announced its end, or resumed, after this line."""
    later = ("end", "resume", "replay", "restart")
    return any(e.kind in later and (e.line or 0) > (line or 0) for e in case.run.events)


def at_end(case: Case, stop: Stop, line: int | None, confidence: Confidence) -> Finding:
    finding = case.finding(
        None,
        stop.text,
        line=line or last_line(case.run),
        confidence=confidence,
        measured=stop.measured,
    )
    longest = max(case.run.curves, key=len, default=None)
    if longest is None or not len(longest):
        return finding
    end = max(float(c.steps[-1]) for c in case.run.curves if len(c) and c.axis == longest.axis)
    return replace(finding, first_step=end, detected_step=end, last_step=end, axis=longest.axis)

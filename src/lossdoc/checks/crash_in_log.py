"""The log holds the error that ended the run.

## What it means
A traceback, an out-of-memory message, a communication failure or a kill signal stands in the log. The curves before
it say whether the training was sick already; the error's own line says what stopped it.

## How it is measured
Lines that a program prints when it dies: a Python traceback (its last line is quoted), CUDA out of memory, NCCL and
watchdog errors, a non-zero exit code, Killed, a segmentation fault. Position in the file is no evidence of time,
since errors and records reach the file through different buffers.

## Silent when
- the words stand in generated text, in source code or in a warning
- the trainer printed its final summary after all, or it resumed behind the error: then it only informs
- the same error stands between records {caught} times or more: the program catches it and goes on (informs)
- the error stands before the first record of a run that shows no sign of stopping short, or more than {buffer} behind
  it still hold records: an earlier attempt (informs)

## Likely causes
- What the quoted line names.
- For errors inside sampling or an assert on the device: NaN or infinity in the logits, an index outside the
  vocabulary. [nan-crash]
- For out of memory: longer sequences than before, a batch too large, a leak (see `memory-growth`). [memory-crash]
- For communication errors: another rank died first; its log has the reason. [communication-crash]

## What to try
- Read the traceback at the given line from its end upwards.
- For NaN: train in bf16 or float32, lower the learning rate, look at the loss before it. [nan-crash]
- For memory: smaller batch with accumulation, gradient checkpointing, a cap on sequence length. [memory-crash]
- For several ranks: find the rank that failed first. [communication-crash]

## Sources
- runmedic's patterns and axolotl's error table; log-formats notes on torch elastic (exitcode) and Ray prefixes.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lossdoc.checks._ending import first_line, last_line, stops_short
from lossdoc.judge.case import Case
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit

if TYPE_CHECKING:
    from lossdoc.model.run import Run

SEVERITY: Severity = "error"
SIGN: SignName = "running"
EXPLAINS = ("truncated-log",)
_CAUGHT = Limit(
    2,
    "errors between records",
    "ours: once may be a batch that was skipped before the same error ended the run",
)
_BUFFER = Limit(
    400,
    "lines",
    "ours: a dying program flushes what it had printed, 8 KiB in the buffers of C and Python, 20 characters a line",
)
NEEDS: dict[str, object] = {}


def check(case: Case) -> Iterator[Finding]:
    crashes = [event for event in case.run.events if event.kind == "crash"]
    if not crashes:
        return
    run = case.run
    worst = crashes[-1]
    went_on = any(event.kind == "end" for event in run.events) or any(
        event.kind in ("resume", "replay", "restart") and (event.line or 0) > (worst.line or 0) for event in run.events
    )
    begin = first_line(run)
    if begin is not None and worst.line is not None and worst.line < begin and stops_short(run) is None:
        # An error of an earlier attempt; a run that stops short may have had its records buffered behind its error.
        went_on = True
    end = last_line(run)
    if end is not None and worst.line is not None and end - worst.line > _BUFFER:
        went_on = True
    if caught(run, [event.line or 0 for event in crashes if _name(event.text) == _name(worst.text)]):
        went_on = True
    more = "" if len(crashes) == 1 else f" (and {len(crashes) - 1} more)"
    finding = case.finding(
        None,
        f"the log holds an error{more}: {worst.text.strip()[:200]}" + ("; the run went on" if went_on else ""),
        line=worst.line,
        severity="info" if went_on else None,
        confidence="high",
        measured={"errors": len(crashes)},
    )
    step = run.last_step
    yield finding if step is None or went_on else replace(finding, first_step=step, detected_step=step, last_step=step)


def caught(run: Run, errors: Sequence[int]) -> bool:
    """The same error stands between records, in several places: the ranks of a run that dies print theirs in one."""
    records = sorted({int(line) for curve in run.curves for line in curve.lines})
    places = [bisect.bisect(records, line) for line in errors]
    inside = [place for place in places if 0 < place < len(records)]
    return len(inside) >= _CAUGHT and len(set(places)) > 1


def _name(error: str) -> str:
    """The class of an error, or the first word of what a program says as it dies."""
    return re.split(r"[\s:(]", error.strip(), maxsplit=1)[0]

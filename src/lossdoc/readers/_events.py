"""Crash, end, resume, interrupt and configuration in a text log: shared by all line readers.

The text is searched for literals, so a log of 100 MB costs a few passes of `str.find`. A word counts only where a
program would print it: at the start of a line (after prefixes), never inside a generated answer, code or a dict.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lossdoc.clean import clean_line, lines_with
from lossdoc.record import Event, Item
from lossdoc.source import Source

# The error's own line at the end of a traceback: a dotted class name, then the message. Chained notes are no errors.
_ERROR = re.compile(
    r"(?:[A-Za-z_][\w.]*\.)?[A-Z]\w*(?:Error|Exception|Interrupt|Exit|Warning|Timeout|Failure|Died)\w*(?::\s.*|)$"
)
_ANY_ERROR = re.compile(r"[A-Za-z_][\w.]*(?::\s.*)?$")
_CRASH = {
    "Traceback (most recent call last)": None,
    "CUDA out of memory": "out of memory",
    "OutOfMemoryError": "out of memory",
    "CUDA error": "CUDA error",
    "device-side assert": "CUDA error",
    "NCCL error": "communication",
    "ncclInternalError": "communication",
    "Watchdog caught collective operation timeout": "communication",
    "exitcode": "killed",
    "Killed": "killed",
    "oom-kill": "out of memory",
    "slurmstepd: error": "killed",
    "SIGTERM": "killed",
    "SIGKILL": "killed",
    "Segmentation fault": "segmentation fault",
    "Bus error": "segmentation fault",
    "core dumped": "segmentation fault",
    "terminate called": "aborted",
    "RuntimeError:": None,
}
# A literal found is only a candidate: the cleaned line must have this shape.
_CRASH_LINE = re.compile(
    r"(?:(?:[A-Za-z_][\w.]*\.)?\w*(?:Error|Exception): .*"
    r"|(?:\S+: line \d+: +\d+ )?(?:Killed|Segmentation fault|Bus error|Aborted)(?: +.*|\s*\(core dumped\)|\.?)$"
    r"|.*\bexitcode\s*:\s*-?[1-9]\d*.*"
    r"|slurmstepd: error: .*|terminate called .*|.*\[E .*NCCL.*|.*NCCL (?:WARN|error).*"
    r"|(?:W|WARNING|ERROR|torch).*(?:SIGTERM|SIGKILL|Signal \d+).*|.*Watchdog caught collective operation timeout.*"
    r"|.*oom-kill.*|CUDA error.*|CUDA out of memory.*|.*device-side assert triggered.*)"
)
_INTERRUPT = ("KeyboardInterrupt",)
_RESUME = (
    "Continuing training from checkpoint",
    "Continuing training from global step",
    "Continuing training from epoch",
    "Resuming from checkpoint",
    "Resuming training from",
    "resuming from",
    "Resumed from checkpoint",
    "Resume from checkpoint",
    "successfully loaded checkpoint from",
    "Loaded checkpoint at",
    "Loaded checkpoint from",
    "loaded checkpoint",
    "Loading states from",
    "Resuming training",
    "resumed from epoch",
    "Load from checkpoint",
    "resumed epoch:",
)
_RESUME_STEP = re.compile(r"(?:global step|iteration|step|epoch|updates?|checkpoint-)[\s:=]*(\d+)", re.I)
_END = (
    "Training completed. Do not forget to share your model",
    "Training complete",
    "Training finished",
    "training finished",
    "training done",
    "Training done",
    "done training in",
    "Optimization Done.",
    "Saved final weights to",
    "Training is done",
    "Finished training",
    "Final validation metrics:",
    "[after training is done]",
    "***** train metrics *****",
)
_CONFIG = {
    "Total optimization steps": ("max_steps", re.compile(r"\s*Total optimization steps\s*=\s*([\d,]+)")),
    "Num Epochs": ("num_train_epochs", re.compile(r".*Num Epochs\s*=\s*([\d,]+)")),
    "Total steps": ("max_steps", re.compile(r".*\bTotal steps\s*=\s*([\d,]+)")),
    "Num examples": ("num_examples", re.compile(r".*Num examples\s*=\s*([\d,]+)")),
    "Instantaneous batch size per device": (
        "per_device_train_batch_size",
        re.compile(r"\s*Instantaneous batch size per device\s*=\s*([\d,]+)"),
    ),
    "Gradient Accumulation steps": (
        "gradient_accumulation_steps",
        re.compile(r"(?i).*Gradient Accumulation steps\s*=\s*([\d,]+)"),
    ),
    "Total train batch size": ("train_batch_size", re.compile(r"\s*Total train batch size\b.*=\s*([\d,]+)")),
}
_KEEP = 20  # tracebacks of generated programs can fill a log: the first and the last ones are enough


def events(source: Source) -> list[Event]:
    """Events of a text source in file order, without progress bars (these stand beside the records)."""
    text = source.text
    found = [*_crashes(text), *_lines(text, _RESUME, "resume"), *_lines(text, _END, "end"), *_configs(text)]
    found.sort(key=lambda event: event.line or 0)
    return found


def merged(items: Iterable[Item], beside: list[Event]) -> Iterator[Item]:
    """Items of a reader with the events of the file between them, by line."""
    at = 0
    for item in items:
        line = getattr(item, "line", None)
        if line is not None:
            while at < len(beside) and (beside[at].line or 0) < line:
                yield beside[at]
                at += 1
        yield item
    yield from beside[at:]


def _crashes(text: str) -> list[Event]:
    found: dict[int, Event] = {}
    covered: list[tuple[int, int]] = []
    for number, error_line, message in _tracebacks(text):
        covered.append((number, error_line))
        kind = "interrupt" if message.startswith(_INTERRUPT) else "crash"
        found[error_line] = Event(kind, error_line, message[:500], {"traceback": number})
    for literal in _CRASH:
        if literal.startswith("Traceback") or literal not in text:
            continue
        for number, raw in lines_with(text, literal):
            if number in found or any(a <= number <= b for a, b in covered):
                continue
            line = _last(number, raw)
            if line is not None and "{'" not in line and _CRASH_LINE.match(line.lstrip()):
                found[number] = Event("crash", number, line.strip()[:500])
    for number, raw in lines_with(text, "KeyboardInterrupt"):
        line = _last(number, raw)
        if line is not None and line.strip().startswith("KeyboardInterrupt"):
            found.setdefault(number, Event("interrupt", number, "KeyboardInterrupt"))
    ordered = [found[number] for number in sorted(found)]
    return ordered if len(ordered) <= 2 * _KEEP else ordered[:_KEEP] + ordered[-_KEEP:]


def _tracebacks(text: str) -> Iterator[tuple[int, int, str]]:
    """(first line, line of the error, the error's own line). Tracebacks of several ranks interleave: ranks are kept."""
    opener = "Traceback (most recent call last)"
    at = text.find(opener)
    number = 1
    counted = 0
    while at >= 0:
        number += text.count("\n", counted, at)
        counted = at
        start = text.rfind("\n", 0, at) + 1
        first = _last(number, text[start : _line_end(text, at)])
        if first is not None and first.lstrip().startswith(opener):
            yield from _one_traceback(text, number, start)
        at = text.find(opener, at + len(opener))


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _one_traceback(text: str, number: int, start: int) -> Iterator[tuple[int, int, str]]:
    stream: str | None = None
    frames = 0
    here = number
    for offset in range(400):
        end = _line_end(text, start)
        for line in clean_line(here, text[start:end]):
            if offset == 0:
                stream = line.stream
            elif line.stream == stream:
                bare = line.text
                if bare.lstrip().startswith('File "'):
                    frames += 1
                elif not bare[:1].isspace() and bare[:1] not in "|+^~":
                    if frames and (_ERROR.match(bare) or _ANY_ERROR.match(bare)):
                        yield number, here, bare.strip()
                    return
        if end >= len(text):
            return
        start, here = end + 1, here + 1


def _last(number: int, raw: str) -> str | None:
    line = None
    for line in clean_line(number, raw):  # noqa: B007 - the last part is what a terminal shows
        pass
    return None if line is None else line.text


def _lines(text: str, literals: tuple[str, ...], kind: str) -> list[Event]:
    found: dict[int, Event] = {}
    for literal in literals:
        if literal not in text:
            continue
        for count, (number, raw) in enumerate(lines_with(text, literal)):
            if count > 4 * _KEEP:
                break
            line = _last(number, raw)
            # A sentence of a program is short and starts near the beginning of its line.
            if line is None or len(line) > 300 or line.find(literal) not in range(40):
                continue
            match = _RESUME_STEP.search(line) if kind == "resume" else None
            found.setdefault(number, Event(kind, number, line.strip(), {"step": int(match[1])} if match else {}))
    return list(found.values())


def _configs(text: str) -> list[Event]:
    found = []
    for literal, (name, pattern) in _CONFIG.items():
        if literal not in text:
            continue
        for number, raw in lines_with(text, literal):
            line = _last(number, raw)
            match = pattern.match(line) if line is not None and len(line) < 300 else None
            if match is not None:
                found.append(Event("config", number, match[0].strip(), {name: int(match[1].replace(",", ""))}))
    return found

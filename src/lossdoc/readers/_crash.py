"""Crashes and interruptions in a text log: tracebacks with the error's own line, signals, out of memory, NCCL.

A word counts only where a program would print it: at the start of a line (after prefixes), never inside a generated
answer, code or a dict.
"""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.input.clean import clean_line, lines_with, strip_control
from lossdoc.input.source import Source
from lossdoc.model.record import Event
from lossdoc.words.expressions import expression

_OPENER = "Traceback (most recent call last)"
# Python's logging prints what went wrong with a message, and the program goes on.
_OF_LOGGING = "--- Logging error ---"
# The error's own line: a dotted class name, Ray's "(cause)", the message. `error_file : x` of torchrun is none.
_ERROR = expression(r"[A-Za-z_][\w.]*(?:\([\w.]+\))?(?::\s.*)?$")
_RAY = expression(r"[\w.]+\([\w.]+\): .*\bpid=")
# Literals that make a line a candidate; the shape decides.
_LITERALS = (
    "Error: ",
    "CUDA out of memory",
    "CUDA error",
    "device-side assert",
    "NCCL error",
    "collective operation timeout",
    "exitcode",
    "Killed",
    "oom-kill",
    "slurmstepd: error",
    "SIGTERM",
    "SIGKILL",
    "SIGSEGV",
    "Segmentation fault",
    "Bus error",
    "core dumped",
    "terminate called",
    "raining failed",
    ".py: error: ",
)
_SHAPE = expression(
    r"(?:[A-Za-z_][\w.]*(?:Error|Exception|Died): \S.*"
    r"|(?:\S+: line \d+: +\d+ )?(?:Killed|Segmentation fault|Bus error|Aborted)(?: {2,}.*|\s*\(core dumped\)|\.?)$"
    r"|(?:\S+\s+)?exitcode\s*: -?[1-9]\d*\b.*"
    r"|slurmstepd: error: .*|terminate called .*|\[E .*NCCL.*|.*: NCCL error.*|NCCL error.*"
    r"|\S*(?:torch|torchelastic|launcher|launch|elastic|runner)\S* .*\bSIG(?:TERM|KILL|SEGV)\b.*"
    r"|(?:Received|received|Caught|Got) (?:signal )?(?:\d+ )?\(?SIG(?:TERM|KILL|SEGV)\b.*"
    r"|.*Watchdog caught collective operation timeout.*|.*oom-kill.*|CUDA error.*|CUDA out of memory.*"
    # of argparse
    r"|(?:\S+\.py: )?error: (?:argument|the following arguments|unrecognized arguments|ambiguous option)\b.*"
    r"|.*device-side assert triggered.*|\W*[Tt]raining failed\b.*)"
)
_INTERRUPTED = expression(
    r"\W*(?:KeyboardInterrupt\b|[Tt]raining (?:was )?interrupted\b|[Ii]nterrupted by user\b|\(Pdb\) )"
)
_INTERRUPTS = ("KeyboardInterrupt", "nterrupted", "(Pdb)")
# What a launcher says of a process that died of an error of its own: the error stands above (2: a wrong option).
_ECHO = expression(r".*(?:exitcode\s*: [12]\b|ChildFailedError|CalledProcessError|closing signal SIGTERM)")
_NEAR = 400  # lines between an error and its echo: each rank prints its own traceback (ours)
_KEEP = 20  # tracebacks of generated programs can fill a log: the first and the last are enough


def crashes(source: Source) -> list[Event]:
    """Events "crash" and "interrupt" by line; `data["traceback"]` is the line where a traceback begins."""
    found: dict[int, Event] = {}
    covered: list[tuple[int, int]] = []
    text = source.text
    for first, last, message in _tracebacks(text) if source.kinds.may_hold(_OPENER) else ():
        covered.append((first, last))
        kind = "interrupt" if message.startswith("KeyboardInterrupt") else "crash"
        found[last] = Event(kind, last, message[:500], {"traceback": first})
    # Programs print caught exceptions too: an error's line without a traceback counts only where the log ends.
    tail = text.count("\n", 0, len(text.rstrip())) - 2
    for literal in _LITERALS:
        for number, line in _candidates(source, literal):
            bare = line.lstrip()
            if number in found or "{'" in line or not _SHAPE.match(bare):
                continue
            if literal != "Error: " or number >= tail or "out of memory" in line:
                found[number] = Event("crash", number, bare.strip()[:500])
    for literal in _INTERRUPTS:
        for number, line in _candidates(source, literal):
            if number not in found and _INTERRUPTED.match(line):
                found[number] = Event("interrupt", number, line.strip()[:500])
    spans = [span for span in covered if span[1] in found]
    begin = {last: first for first, last in covered}  # two ranks' tracebacks overlap, and none is inside the other
    inside = {n for n in found if any(a <= begin.get(n, n) and n < b for a, b in spans)} if len(spans) < 200 else set()
    ordered = _without_echoes([found[number] for number in sorted(found) if number not in inside])
    return ordered if len(ordered) <= 2 * _KEEP else ordered[:_KEEP] + ordered[-_KEEP:]


def _without_echoes(events: list[Event]) -> list[Event]:
    kept: list[Event] = []
    cause = -_NEAR
    for event in events:
        line = event.line or 0
        echo = _ECHO.match(event.text) is not None
        if echo and line - cause < _NEAR:
            continue
        cause = cause if echo else line
        kept.append(event)
    return kept


def last_part(number: int, raw: str) -> tuple[str, str | None] | None:
    """What a terminal shows of a physical line, and the rank that wrote it."""
    parts = list(clean_line(number, raw))
    return (parts[-1].text, parts[-1].stream) if parts else None


def _candidates(source: Source, literal: str) -> Iterator[tuple[int, str]]:
    if not source.kinds.may_hold(literal):
        return
    for count, (number, raw) in enumerate(lines_with(source.text, literal)):
        if count > 5000:
            return
        part = last_part(number, raw) if len(raw) < 5000 else None
        if part is not None:
            yield number, part[0]


def _tracebacks(text: str) -> Iterator[tuple[int, int, str]]:
    """(first line, line of the error, the error's own line)."""
    at = text.find(_OPENER)
    number, counted, seen = 1, 0, 0
    while at >= 0 and seen < 5000:
        seen += 1
        number += text.count("\n", counted, at)
        counted = at
        start = text.rfind("\n", 0, at) + 1
        raw = text[start : _line_end(text, at)]
        first = last_part(number, raw)
        if first is not None and _opens(first[0]) and not _is_of_logging(text, start):
            yield from _one(text, number, start, first[1], max(1, _gap(raw, first[0])))
        at = text.find(_OPENER, at + len(_OPENER))


def _is_of_logging(text: str, start: int) -> bool:
    return _OF_LOGGING in text[text.rfind("\n", 0, max(0, start - 1)) + 1 : start]


def _opens(line: str) -> bool:
    """A traceback begins here: alone on its line, or right behind a progress bar that was not finished."""
    lead = line.partition(_OPENER)[0].strip(" |+-")
    return _OPENER in line and (not lead or ("%|" in lead and lead.endswith("]")))


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _gap(raw: str, line: str) -> int:
    """Blanks between the prefix of a line and the line."""
    prefix = strip_control(raw).rstrip().removesuffix(line.rstrip())
    return len(prefix) - len(prefix.rstrip(" "))


def _one(text: str, number: int, start: int, stream: str | None, gap: int) -> Iterator[tuple[int, int, str]]:
    """One traceback: lines of other ranks between its own are passed over.

    `gap` are the blanks behind the prefix of its first line: where a line has more of them, they are indentation, which
    sets the code apart from the error's own line.
    """
    frames, here, error = 0, number, None
    for _ in range(400):
        start, here = _line_end(text, start) + 1, here + 1
        if start >= len(text):
            break
        raw = text[start : _line_end(text, start)]
        part = last_part(here, raw)
        if part is None or part[1] != stream:
            continue
        line = " " * (_gap(raw, part[0]) - gap) + part[0]
        if line.lstrip(" |").startswith('File "'):
            frames += 1
        elif not line[0].isspace() and line[0] not in "|+^~":
            if frames and (_ERROR.match(line) or _RAY.match(line)):
                error = (number, here, line.strip())
                if _RAY.match(line):
                    continue  # Ray repeats the frames of the worker under its own error: the cause stands below them
            break
    if error is not None:
        yield error

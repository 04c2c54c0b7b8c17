"""What an input is that gave no metric, and what to do about it. For the one message that refuses it."""

from __future__ import annotations

from collections.abc import Sequence

from lossdoc.finding import NotRead
from lossdoc.record import Event, Item, Record
from lossdoc.source import Source

_NAME_THE_LOG = "name the log that the trainer wrote, its trainer_state.json or its event file"
# What to do, by a word of what the input looks like; the first that fits.
_ADVICE = (
    ("data set", "this is what a run is trained on, not what it printed; name its log"),
    ("source code", "run it and give its output: python train.py 2>&1 | lossdoc check -"),
    ("weights", "checkpoints hold no curves; name the log or the trainer_state.json beside them"),
    ("checkpoint", "checkpoints hold no curves; name the log or the trainer_state.json beside them"),
    (
        "progress",
        "print the loss too (logging_steps in transformers), or name the file that the trainer writes it to",
    ),
    ("empty", "the run has written nothing yet, or writes elsewhere"),
    ("server", _NAME_THE_LOG),
)


def refusal(source: Source, items: Sequence[Item], input_format: str | None) -> NotRead:
    """`items` are what readers found that thought the source theirs; none of it is a metric."""
    events = [item for item in items if isinstance(item, Event)]
    empty = next((event for event in events if event.kind == "empty"), None)
    if empty is not None:
        return NotRead(source.name, empty.text, "the run may have logged nothing, or to another file of its folder")
    if input_format:
        why = f"--input-format {input_format} found no metric in it; leave it out to let the content decide"
        return NotRead(source.name, source.looks_like or "text", why)
    if not source.is_binary and "code" not in source.looks_like and "Markdown" not in source.looks_like:
        from lossdoc.readers._events import events as scan

        events += [item for item in scan(source) if isinstance(item, Event)]
    crashes = [event for event in events if event.kind == "crash"]
    if crashes:
        last = crashes[-1]
        where = f" at line {last.line}" if last.line else ""
        why = f"{last.text.strip()[:200]} - the run died before it logged a metric: mend that and start it again"
        return NotRead(source.name, f"a log without metrics that ends in an error{where}", why)
    found = source.looks_like
    keys = list(dict.fromkeys(key for item in items if isinstance(item, Record) for key in item.values))
    if keys and "metrics" in (found or "metrics"):
        found = f"records of progress or timing without a metric ({', '.join(keys[:4])})"
    elif not found:
        found = "a text without metrics"
    return NotRead(source.name, found, _advice(found))


def _advice(found: str) -> str:
    for word, advice in _ADVICE:
        if word in found:
            return advice
    return f"no number stands under a name such as loss, reward or accuracy; {_NAME_THE_LOG}"

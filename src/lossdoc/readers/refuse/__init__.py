"""What an input is that gave no metric, and what to do about it. For the one message that refuses it."""

from __future__ import annotations

from collections.abc import Sequence

from lossdoc.input.decode import decode
from lossdoc.input.looks import Kind, Look, text_looks_like
from lossdoc.input.source import Source
from lossdoc.model.finding import NotRead
from lossdoc.model.record import Event, Item, Record
from lossdoc.readers._events import events as scan
from lossdoc.readers.refuse.kinds import kind_of

_LABELS = 1 << 14  # characters that labels may add to the head
_NAME_THE_LOG = "name the log that the trainer wrote, its trainer_state.json or its event file"
_ADVICE: dict[Kind, str] = {
    "pointer": "fetch the file first: git lfs pull",
    "vocabulary": "this is what a model reads by; name the log of its training",
    "notebook": "run its training cells and save it with what they print, or name the log that the trainer wrote",
    "without names": 'names are needed: put them into its first line, such as "# epoch train_loss val_loss"',
    "without keys": 'names are needed: write records such as {"epoch": 1, "train_loss": 2.5}',
    "without a name": 'a name is needed: put it into the first line, such as "loss"',
    "things": "a run is one row per step or epoch; name the log, the history or the event file of one run",
    "table": f"none of its columns is a loss, reward or accuracy that goes on in time; {_NAME_THE_LOG}",
    "settings": "settings are what a run was given, not what it printed; name its log",
    "packages": "name the log of a training instead",
    "data set": "this is what a run is trained on, not what it printed; name its log",
    "code": "run it and give its output: python train.py 2>&1 | lossdoc check -",
    "weights": "checkpoints hold no curves; name the log or the trainer_state.json beside them",
    "checkpoint": "checkpoints hold no curves; name the log or the trainer_state.json beside them",
    "progress": "print the loss too (logging_steps in transformers), or name the file that the trainer writes it to",
    "empty": "the run has written nothing yet, or writes elsewhere",
    "server": _NAME_THE_LOG,
    "system log": f"a machine wrote this, no trainer; {_NAME_THE_LOG}",
}


def refusal(source: Source, items: Sequence[Item], input_format: str | None) -> NotRead:
    """`items` are what readers found that thought the source theirs; none of it is a metric."""
    events = [item for item in items if isinstance(item, Event)]
    empty = next((event for event in events if event.kind == "empty"), None)
    if empty is not None:
        return NotRead(source.name, empty.text, "the run may have logged nothing, or to another file of its folder")
    if input_format:
        why = f"--input-format {input_format} found no metric in it; leave it out to let the content decide"
        return NotRead(source.name, source.looks_like.text, why)
    if not source.is_binary and source.looks_like.kind not in ("code", "markdown"):
        events += [item for item in scan(source) if isinstance(item, Event)]
    crashes = [event for event in events if event.kind == "crash"]
    if crashes:
        last = crashes[-1]
        where = f" at line {last.line}" if last.line else ""
        why = f"{last.text.strip()[:200]} - the run died before it logged a metric: mend that and start it again"
        return NotRead(source.name, f"a log without metrics that ends in an error{where}", why)
    stopped = [event for event in events if event.kind == "interrupt"]
    if stopped:
        where = f" at line {stopped[-1].line}" if stopped[-1].line else ""
        why = f"{stopped[-1].text.strip()[:200]} - the run was stopped before it logged a metric: let it run further"
        return NotRead(source.name, f"a log without metrics that was interrupted{where}", why)
    found = source.looks_like
    keys = list(dict.fromkeys(key for item in items if isinstance(item, Record) for key in item.values))
    if keys and found.may_log:
        found = Look(f"records of progress or timing without a metric ({', '.join(keys[:4])})", "progress")
    elif found.kind == "unknown":
        written = decode(source.data)  # with the labels that containers, CI and syslog put before each line
        head = written[: len(source.head) + _LABELS]
        found = text_looks_like(head)
        found = kind_of(written, head) if found.kind == "unknown" else found
    plain = f"no number stands under a name such as loss, reward or accuracy; {_NAME_THE_LOG}"
    return NotRead(source.name, found.text, _ADVICE.get(found.kind, plain))

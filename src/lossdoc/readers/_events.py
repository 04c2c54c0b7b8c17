"""What a text log says beside metrics: crash, end, resume, interruption, settings. Shared by all line readers.

The text is searched for literals, so a log of 100 MB costs a few passes of `str.find`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator

from lossdoc.input.clean import lines_with
from lossdoc.input.numbers import whole
from lossdoc.input.source import Source
from lossdoc.model.record import Event, Item
from lossdoc.readers._crash import crashes, last_part
from lossdoc.words.expressions import expression

_RESUME = (
    "Continuing training from ",
    "Resuming from checkpoint",
    "Resuming training",
    "resuming from ",
    "resume from checkpoint",
    "Resume from checkpoint",
    "resumed from epoch",
    "resumed epoch:",
    "Resumed from ",
    "successfully loaded checkpoint from",
    "Loading states from ",
)
_RESUME_STEP = expression(r"(?:global[_ ]step|iteration|step|updates?|checkpoint-)[\s:=_]*(\d+)", re.I)
# torchvision, DETR, MAE and their kin, before they give up.
_NON_FINITE = ("Loss is nan, stopping", "Loss is inf, stopping", "Loss is -inf, stopping")
_END = (
    "Training completed",
    "Training complete",
    "raining finished",
    "raining done",
    "Finished training",
    "Training is done",
    "done training in",
    "Optimization Done.",
    "Final validation metrics:",
    "[after training is done]",
    "***** train metrics *****",
    "TrainOutput(global_step=",
)
# CycleGAN and pix2pix, each time that they open their log.
_RESTART = ("================ Training Loss (",)
# "Epoch 3: training finished" ends an epoch; after "if", in code or in a quotation nothing ends or is resumed.
_OF_AN_EPOCH = expression(r"(?i)\s*(?:(?:of|for|the)\s+)*epoch")  # "Finished training epoch 3"
_MENTION = expression(r"(?i)epoch|\b(?:not|if|when|until|after|will)\b|[\"'`({=]")
_NUMBER = r"\s*[=:]\s*([\d,]+)"
_CONFIG = {
    "Total optimization steps": ("max_steps", expression(r"\s*Total optimization steps" + _NUMBER)),
    "Total steps": ("max_steps", expression(r".*\bTotal steps" + _NUMBER)),
    "Num Epochs": ("num_train_epochs", expression(r".*Num Epochs" + _NUMBER)),
    "Num examples": ("num_examples", expression(r".*Num examples" + _NUMBER)),
    "Instantaneous batch size per device": (
        "per_device_train_batch_size",
        expression(r"\s*Instantaneous batch size per device" + _NUMBER),
    ),
    "Gradient Accumulation steps": (
        "gradient_accumulation_steps",
        expression(r".*Gradient Accumulation steps" + _NUMBER),
    ),
    "Gradient accumulation steps": (
        "gradient_accumulation_steps",
        expression(r".*Gradient accumulation steps" + _NUMBER),
    ),
    "Total train batch size": ("train_batch_size", expression(r"\s*Total train batch size[^=]*=\s*([\d,]+)")),
}
# apex and DeepSpeed at each overflow.
_SCALE = r"(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*$"  # a number that breaks off is none
_SCALED = {
    "reducing loss scale to ": expression(r"Gradient overflow\..*\breducing loss scale to " + _SCALE),
    "Attempted loss scale: ": expression(r"\bAttempted loss scale: [\d.eE+-]+, reducing to " + _SCALE),
}
_KEEP = 80  # sentences of one kind: more say nothing new
_NEAR = 48  # a sentence of a program starts near the beginning of its line


def events(source: Source) -> list[Event]:
    """Events of a text source in file order, without progress bars (these stand beside the records)."""
    found = [*crashes(source), *_configs(source), *_scaled(source)]
    for kind, literals in {"resume": _RESUME, "end": _END, "non_finite": _NON_FINITE, "restart": _RESTART}.items():
        found += _sentences(source, literals, kind)
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


def _sentences(source: Source, literals: tuple[str, ...], kind: str) -> list[Event]:
    found: dict[int, Event] = {}
    for literal in literals:
        if not source.kinds.may_hold(literal):
            continue
        for count, (number, raw) in enumerate(lines_with(source.text, literal)):
            if count > _KEEP:
                break
            part = last_part(number, raw) if len(raw) < 5000 else None
            line = part[0].strip() if part is not None else ""
            before, _, after = line.partition(literal)
            if len(line) > 300 or literal not in line or len(before) > _NEAR or _MENTION.search(before):
                continue
            if kind == "end" and _OF_AN_EPOCH.match(after):
                continue
            match = _RESUME_STEP.search(line) if kind == "resume" else None
            if match is not None and whole(match[1]) == 0:
                continue
            found.setdefault(number, Event(kind, number, line, {"step": whole(match[1])} if match else {}))
    return list(found.values())


def _scaled(source: Source) -> list[Event]:
    """The loss scales that a scaler went down to, the last ones: a scale that holds is reduced now and then."""
    found: deque[Event] = deque(maxlen=_KEEP)
    for literal, pattern in _SCALED.items():
        if not source.kinds.may_hold(literal):
            continue
        for number, raw in lines_with(source.text, literal):
            part = last_part(number, raw) if len(raw) < 1000 else None
            match = pattern.search(part[0]) if part is not None else None
            if match is not None:
                found.append(Event("loss_scale", number, match[0].strip(), {"scale": float(match[1])}))
    return list(found)


def _configs(source: Source) -> list[Event]:
    found = []
    for literal, (name, pattern) in _CONFIG.items():
        if not source.kinds.may_hold(literal):
            continue
        for count, (number, raw) in enumerate(lines_with(source.text, literal)):
            if count > _KEEP:
                break
            part = last_part(number, raw) if len(raw) < 1000 else None
            match = pattern.match(part[0]) if part is not None and len(part[0]) < 300 else None
            if match is not None:
                found.append(Event("config", number, match[0].strip(), {name: whole(match[1].replace(",", ""))}))
    return found

"""MosaicML Composer and LLM Foundry console: `[batch=1/100]:`, then one indented `Train name: value` per line."""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.input.numbers import whole
from lossdoc.input.source import Source
from lossdoc.model.record import Event, Item, Raw, Record
from lossdoc.readers import Sample
from lossdoc.readers._events import events, merged
from lossdoc.words.expressions import expression

NAME = "composer"
FRAMEWORK = "composer"
TITLE = "Composer / LLM Foundry console"

_HEAD = expression(
    r"(?:\[epoch=(?P<epoch>\d+)(?:/(?P<epochs>\d+))?\])?"
    r"\[(?P<eval>Eval )?batch=(?P<batch>\d+)(?:/(?P<total>\d+))?\](?::| Eval on (?P<set>.+?) data:?)"
)
_ITEM = expression(r"\s+(?P<split>Train|Eval) (?P<key>\S.*?): (?P<value>\S+)\s*")

SAMPLES = [
    Sample(
        program="LLM Foundry 0.6 console",
        cite="composer/loggers/console_logger.py; scripts/train/README.md of llm-foundry",
        text="""[batch=1/100]:
\t Train loss/train/total: 10.5000
\t Train metrics/train/LanguageCrossEntropy: 10.5000
[batch=2/100]:
\t Train loss/train/total: 9.5000
[Eval batch=8/8] Eval on eval data:
\t Eval metrics/eval/LanguageCrossEntropy: 9.2500
""",
        records=[
            Record({"loss/train/total": "10.5000", "metrics/train/LanguageCrossEntropy": "10.5000"}, 1, 1, axis="step"),
            Record({"loss/train/total": "9.5000"}, 4, 2, axis="step"),
            Record({"metrics/eval/LanguageCrossEntropy": "9.2500"}, 6, 2, axis="step", split="eval"),
        ],
        events=[
            Event("config", 1, "[batch=1/100]:", {"max_steps": 100}),
        ],
    ),
    Sample(
        program="Composer 0.20 console, duration in epochs",
        cite="composer/loggers/console_logger.py",
        text="[epoch=2][batch=3/10]:\n\t Train loss/train/total: 1.5000\n",
        records=[
            Record({"loss/train/total": "1.5000"}, 1, 13, axis="step", epoch=2),
        ],
    ),
]


def sniff(source: Source) -> float:
    at = source.text.find("batch=")
    if at < 0 or (at > 0 and source.text[at - 1] not in "[ "):
        return 0.0
    start = source.text.rfind("\n", 0, at) + 1
    part = Source.from_text(source.text[start : start + 8000])
    return 0.97 if any(isinstance(item, Record) for item in _records(part)) else 0.0


def read(source: Source) -> Iterator[Item]:
    yield from merged(_records(source), events(source))


def _records(source: Source) -> Iterator[Item]:
    """A record per header. An evaluation has no step of its own: it belongs to the last one."""
    record: Record | None = None
    values: dict[str, Raw] = {}
    step = 0.0
    told = False
    for line in source.iter_lines():
        head = _HEAD.fullmatch(line.text.strip())
        if head is None:
            item = _ITEM.fullmatch(line.text) if record is not None else None
            if item is not None:
                values[item["key"]] = item["value"]
            continue
        if not head["eval"]:
            step_now = float(head["batch"])
            if head["epoch"] and head["total"]:  # then the batch counts within the epoch
                step_now += (whole(head["epoch"]) - 1) * float(head["total"])
            elif head["total"] and not told:
                told = True
                yield Event("config", line.number, line.text, {"max_steps": float(head["total"])})
        else:
            step_now = step
        if record is not None and values:
            yield record
        values = {}
        record = Record(values, line.number, step_now, "step", float(head["epoch"]) if head["epoch"] else None)
        if head["eval"]:
            record.split = "eval"
            record.labels = {"dataset": head["set"]} if head["set"] not in (None, "eval") else {}
        step = step_now
    if record is not None and values:
        yield record

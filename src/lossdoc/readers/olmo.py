"""OLMo and OLMo-core: `[step=1/1000,epoch=0]`, then one indented `name=value` per line."""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.input.numbers import to_float
from lossdoc.input.source import Source
from lossdoc.model.record import Event, Item, Raw, Record
from lossdoc.readers import Sample
from lossdoc.readers._events import events, merged
from lossdoc.words.expressions import expression

NAME = "olmo"
TITLE = "OLMo and OLMo-core console"

_HEAD = expression(r"\[step=(?P<step>\d+)(?:/(?:(?P<total>\d+)|\?+))?,epoch=(?P<epoch>\d+)")
_ITEM = expression(r"\s{3,}(?P<key>[^\s=][^=]*?)=(?P<value>\S+)\s*")

SAMPLES = [
    Sample(
        program="OLMo 0.6",
        cite="olmo/train.py log_metrics_to_console",
        text="""2025-01-01 10:00:00.123\thost:0\tolmo.train:979\tINFO\t[step=1/1000,epoch=0]
    optim/total_grad_norm=2.500
    train/CrossEntropyLoss=11.25
    throughput/total_tokens=4,194,304
2025-01-01 10:00:09.123\thost:0\tolmo.train:979\tINFO\tc4-validation
    eval/c4-validation/CrossEntropyLoss=11.00
2025-01-01 10:00:19.123\thost:0\tolmo.train:979\tINFO\t[step=2/1000,epoch=0]
    train/CrossEntropyLoss=nan
""",
        records=[
            Record(
                {
                    "optim/total_grad_norm": "2.500",
                    "train/CrossEntropyLoss": "11.25",
                    "throughput/total_tokens": "4,194,304",
                },
                1,
                1,
                axis="step",
                epoch=0,
            ),
            Record({"eval/c4-validation/CrossEntropyLoss": "11.00"}, 5, 1, axis="step", epoch=0),
            Record({"train/CrossEntropyLoss": "nan"}, 7, 2, axis="step", epoch=0),
        ],
        events=[
            Event("config", 1, "[step=1/1000,epoch=0]", {"max_steps": 1000}),
        ],
    ),
    Sample(
        program="OLMo-core 2 (fa6c5014c), the length of the run known and not",
        cite="olmo_core/train/callbacks/console_logger.py",
        text="""2025-01-01 10:00:00.123\thost:0\tolmo_core.train:100\tINFO\t[step=10/1000,epoch=1,eta=1d2h]
    optim/LR (group 0)=1.2500E-05
    train/CE loss=11.25
    train/masked labels (%)=0.0125
2025-01-01 11:00:00.123\thost:0\tolmo_core.train:100\tINFO\t[step=20/???,epoch=1,eta=1d2h(hard stop)]
    train/CE loss=10.25
    throughput/total tokens=4.194B
""",
        records=[
            Record(
                {"optim/LR (group 0)": "1.2500E-05", "train/CE loss": "11.25", "train/masked labels (%)": "0.0125"},
                1,
                10,
                axis="step",
                epoch=1,
            ),
            Record({"train/CE loss": "10.25", "throughput/total tokens": "4.194B"}, 5, 20, axis="step", epoch=1),
        ],
        events=[
            Event("config", 1, "[step=10/1000,epoch=1,eta=1d2h]", {"max_steps": 1000}),
        ],
    ),
]


def sniff(source: Source) -> float:
    head = _HEAD.search(source.text)
    if head is None:
        return 0.0
    following = source.text[head.end() : head.end() + 4000].split("\n")[1:4]
    return 0.97 if any(_ITEM.fullmatch(line) for line in following) else 0.0


def read(source: Source) -> Iterator[Item]:
    yield from merged(_records(source), events(source))


def _records(source: Source) -> Iterator[Item]:
    """One record per block. The block of an evaluator has no step in its header: it belongs to the last one."""
    step: float | None = None
    epoch: float | None = None
    values: dict[str, Raw] = {}
    first, told = 0, False
    for line in source.iter_lines():
        item = _ITEM.fullmatch(line.text)
        if item is not None and step is not None:
            if to_float(item["value"]) is not None:
                values[item["key"]] = item["value"]
            continue
        if values:
            yield Record(values, first, step, "step", epoch)
        values, first = {}, line.number
        head = _HEAD.search(line.text)
        if head is not None:
            step, epoch = float(head["step"]), float(head["epoch"])
            if head["total"] and not told:
                told = True
                yield Event("config", line.number, line.text, {"max_steps": float(head["total"])})
    if values:
        yield Record(values, first, step, "step", epoch)

"""NVIDIA NeMo RL: a header with the step, then titled blocks with one bulleted metric per line."""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.input.numbers import to_float, whole
from lossdoc.input.source import Source
from lossdoc.model.record import Event, Item, Raw, Record
from lossdoc.readers import Sample
from lossdoc.readers._events import events, merged
from lossdoc.words.expressions import expression

NAME = "nemo-rl"
FRAMEWORK = "nemo-rl"
TITLE = "NeMo RL console (headers and bulleted blocks)"

_HEAD = expression(r"={10,} (?P<word>Step|Epoch) (?P<n>\d+)/(?P<total>\d+) ={10,}")
_VALIDATION = expression(r"Validation Results(?: for `?(?P<set>[^`:]+?)`? set)?:")
_ITEM = expression(r"\s*[•-] +(?P<key>[^:]+(?::[^ :][^:]*)*): +(?P<value>\S.*?)\s*$")

SAMPLES = [
    Sample(
        program="NeMo RL (7ea279abf) GRPO",
        cite="nemo_rl/algorithms/grpo.py grpo_train",
        text="""========================= Step 1/100 =========================
📊 Training Results:
  • Loss: 0.1250
  • Avg Reward: 0.2500
  • Mean Generation Length: 512.0000

⏱️  Timing:
  • Total step time: 66.50s
  • generation: 32.50s (48.9%)
========================= Step 2/100 =========================
📊 Validation Results:
    • Accuracy: 0.5000
    • Average response length: 123.5 tokens
📊 Training Results:
  • Loss: 0.0625
  • Avg Reward: N/A
""",
        records=[
            Record(
                {
                    "Loss": "0.1250",
                    "Avg Reward": "0.2500",
                    "Mean Generation Length": "512.0000",
                    "Total step time": "66.50s",
                    "generation": "32.50s (48.9%)",
                },
                2,
                1,
                axis="step",
            ),
            Record({"Accuracy": "0.5000", "Average response length": "123.5 tokens"}, 11, 2, axis="step", split="eval"),
            Record({"Loss": "0.0625"}, 14, 2, axis="step"),
        ],
        events=[
            Event("config", 1, "========================= Step 1/100 =========================", {"max_steps": 100}),
        ],
    ),
    Sample(
        program="NeMo RL (7ea279abf) DPO",
        cite="nemo_rl/algorithms/dpo.py dpo_train",
        text="""========================= Epoch 2/2 =========================
========================= Step 1/10 =========================
📊 Training Results:
  • loss: 0.6875
  • rewards_chosen_mean: 0.1250

📊 Validation Results for `helpsteer3` set:
    • Validation loss: 0.6250
    • Validation accuracy: 0.7500

⏱️  Validation Timing for `helpsteer3` set:
    • Total validation time: 12.50s
""",
        records=[
            Record({"loss": "0.6875", "rewards_chosen_mean": "0.1250"}, 3, 11, axis="step", epoch=2),
            Record(
                {"Validation loss": "0.6250", "Validation accuracy": "0.7500", "Total validation time": "12.50s"},
                7,
                11,
                axis="step",
                epoch=2,
                split="eval",
                labels={"dataset": "helpsteer3"},
            ),
        ],
    ),
]


def sniff(source: Source) -> float:
    if "== Step " not in source.text:
        return 0.0
    return 0.97 if any(isinstance(item, Record) for item in _records(source, stop=400)) else 0.0


def read(source: Source) -> Iterator[Item]:
    yield from merged(_records(source), events(source))


def _records(source: Source, stop: int | None = None) -> Iterator[Item]:
    """A record per step for its training blocks, one per validation block. `stop`: lines after the first header."""
    step: float | None = None
    epoch = 0
    record: Record | None = None
    values: dict[str, Raw] = {}
    seen = 0
    for line in source.iter_lines():
        head = _HEAD.search(line.text)
        seen += head is not None or seen > 0
        if stop is not None and seen > stop:
            break
        validation = _VALIDATION.search(line.text) if head is None else None
        begins = head is not None or validation is not None or "Training Results:" in line.text
        if begins:
            if record is not None and values:
                yield record
            record, values = None, {}
        if head is not None and head["word"] == "Epoch":
            epoch = whole(head["n"])
        elif head is not None:
            # The header counts within the epoch.
            step = float(head["n"]) + max(0, epoch - 1) * float(head["total"])
            if epoch == 0 and step == 1:
                yield Event("config", line.number, line.text, {"max_steps": float(head["total"])})
        elif begins:
            record = Record(values, line.number, step, "step", float(epoch) if epoch else None)
            if validation is not None:
                record.split = "eval"
                record.labels = {"dataset": validation["set"]} if validation["set"] else {}
        elif record is not None:
            item = _ITEM.fullmatch(line.text)
            if item is not None and to_float(item["value"]) is not None:
                values.setdefault(item["key"], item["value"])
    if record is not None and values:
        yield record

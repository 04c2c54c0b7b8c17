"""AReaL: a header with the step, then grids whose cells are keys and values by turns."""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.input.numbers import to_float
from lossdoc.input.source import Source
from lossdoc.model.record import Event, Item, Raw, Record
from lossdoc.readers import Sample
from lossdoc.readers._events import events, merged
from lossdoc.words.expressions import expression

NAME = "areal"
FRAMEWORK = "areal"
TITLE = "AReaL statistics grids"

_HEAD = expression(r"Epoch (?P<epoch>\d+)/(?P<epochs>\d+) Step \d+/\d+ Train step (?P<step>\d+)/(?P<total>\d+) done")

SAMPLES = [
    Sample(
        program="AReaL (4aef98d8d)",
        cite="areal/utils/stats_logger.py, areal/utils/printing.py tabulate_stats",
        text="""(AReaL) 20250101-10:00:00.123 StatsLogger INFO: Epoch 1/2 Step 3/10 Train step 3/20 done.
(AReaL) 20250101-10:00:00.125 StatsLogger INFO: Stats (1/1):
(AReaL) 20250101-10:00:00.126 StatsLogger INFO:
╒═══════════════════════════╤════════════╤══════════════════════════════╤════════════╕
│ ppo_actor/task_reward/avg │ 5.1000e-01 │ ppo_actor/update/entropy/avg │ 3.1000e-01 │
├───────────────────────────┼────────────┼──────────────────────────────┼────────────┤
│ ppo_actor/update/loss/avg │ 1.2500e-02 │                              │            │
╘═══════════════════════════╧════════════╧══════════════════════════════╧════════════╛
(AReaL) 20250101-10:00:09.123 StatsLogger INFO: Epoch 1/2 Step 4/10 Train step 4/20 done.
(AReaL) 20250101-10:00:09.125 StatsLogger INFO: Stats (1/1):
(AReaL) 20250101-10:00:09.126 StatsLogger INFO:
╒═══════════════════════════╤════════════╕
│ ppo_actor/task_reward/avg │        nan │
╘═══════════════════════════╧════════════╛
""",
        records=[
            Record(
                {
                    "ppo_actor/task_reward/avg": "5.1000e-01",
                    "ppo_actor/update/entropy/avg": "3.1000e-01",
                    "ppo_actor/update/loss/avg": "1.2500e-02",
                },
                1,
                3,
                axis="step",
                epoch=1,
            ),
            Record({"ppo_actor/task_reward/avg": "nan"}, 9, 4, axis="step", epoch=1),
        ],
        events=[
            Event("config", 1, "Epoch 1/2 Step 3/10 Train step 3/20 done.", {"max_steps": 20, "num_train_epochs": 2}),
        ],
    ),
]


def sniff(source: Source) -> float:
    found = _HEAD.search(source.text)
    return 0.97 if found is not None and "│" in source.text[found.end() :] else 0.0


def read(source: Source) -> Iterator[Item]:
    yield from merged(_records(source), events(source))


def _records(source: Source) -> Iterator[Item]:
    """One record per step: all grids up to the next header belong to it."""
    record: Record | None = None
    values: dict[str, Raw] = {}
    told = False
    for line in source.iter_lines():
        head = _HEAD.search(line.text)
        if head is not None:
            if record is not None and values:
                yield record
            values = {}
            record = Record(values, line.number, step=float(head["step"]), axis="step", epoch=float(head["epoch"]))
            if not told:
                told = True
                settings = {"max_steps": float(head["total"]), "num_train_epochs": float(head["epochs"])}
                yield Event("config", line.number, line.text, settings)
        elif record is not None and "│" in line.text:
            cells = [cell.strip() for cell in line.text.strip().strip("│").split("│")]
            for key, value in zip(cells[::2], cells[1::2], strict=False):
                if key and to_float(value) is not None:
                    values[key] = value
    if record is not None and values:
        yield record

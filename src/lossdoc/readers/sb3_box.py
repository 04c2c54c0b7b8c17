"""Boxes of two columns between rows of dashes: stable-baselines3, OpenAI baselines, Spinning Up.

A row that ends in "/" is a section; the indented rows under it get its name in front.
"""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.input.clean import strip_control
from lossdoc.input.numbers import to_float
from lossdoc.input.source import Source
from lossdoc.model.record import Item, Raw, Record
from lossdoc.readers import Sample
from lossdoc.readers._events import events, merged
from lossdoc.words.expressions import expression
from lossdoc.words.training import likelihood

NAME = "box"
TITLE = "Boxes of keys and values between dashes (stable-baselines3, baselines, Spinning Up)"

_EDGE = expression(r"\s*-{12,}\s*")
_ROW = expression(r"\s*\|(?P<indent>\s+)(?P<key>[^|]*?)\s*\|\s*(?P<value>[^|]*?)\s*\|\s*")

SAMPLES = [
    Sample(
        program="stable-baselines3 2",
        cite="stable_baselines3/common/logger.py HumanOutputFormat",
        text="""Using cpu device
---------------------------------
| rollout/           |          |
|    ep_len_mean     | 21.5     |
|    ep_rew_mean     | 21.5     |
| time/              |          |
|    total_timesteps | 2048     |
---------------------------------
-----------------------------------------
| rollout/           |                  |
|    ep_len_mean     | 26.5             |
| time/              |                  |
|    total_timesteps | 4096             |
| train/             |                  |
|    approx_kl       | 0.00862          |
|    entropy_loss    | -0.686           |
-----------------------------------------
""",
        records=[
            Record({"rollout/ep_len_mean": "21.5", "rollout/ep_rew_mean": "21.5", "time/total_timesteps": "2048"}, 4),
            Record(
                {
                    "rollout/ep_len_mean": "26.5",
                    "time/total_timesteps": "4096",
                    "train/approx_kl": "0.00862",
                    "train/entropy_loss": "-0.686",
                },
                11,
            ),
        ],
    ),
    Sample(
        program="OpenAI Spinning Up",
        cite="spinup/utils/logx.py EpochLogger.dump_tabular",
        text="""---------------------------------------
|             Epoch |               0 |
|      AverageEpRet |            19.5 |
|            LossPi |         -0.0125 |
---------------------------------------
---------------------------------------
|             Epoch |               1 |
|      AverageEpRet |            24.5 |
|            LossPi |          -0.025 |
---------------------------------------
""",
        records=[
            Record({"Epoch": "0", "AverageEpRet": "19.5", "LossPi": "-0.0125"}, 2),
            Record({"Epoch": "1", "AverageEpRet": "24.5", "LossPi": "-0.025"}, 7),
        ],
    ),
]


def sniff(source: Source) -> float:
    if "-" * 12 not in source.head or "|" not in source.head:
        return 0.0
    boxes = list(_boxes(source.head))
    best = max((likelihood(box.values) for box in boxes), default=0.0)
    return best * (0.97 if len(boxes) > 1 else 0.8)


def read(source: Source) -> Iterator[Item]:
    yield from merged(_boxes(source.text), events(source))


def _boxes(text: str) -> Iterator[Record]:
    """One record per box, on the line of its first row. The cleaning would take the first bar for a logger's prefix."""
    values: dict[str, Raw] = {}
    section, first, open_ = "", 0, False
    for number, raw in enumerate(text.split("\n"), 1):
        line = strip_control(raw).rstrip("\r").rpartition("\r")[2]
        if _EDGE.fullmatch(line):
            if values:
                yield Record(values, first)
            # A box that was cut (its lower edge is missing) ends where the next one begins.
            values, section, open_ = {}, "", True
            continue
        row = _ROW.fullmatch(line) if open_ else None
        if row is None:
            open_ = open_ and (not line.strip() or bool(values))
            continue
        key, value = row["key"], row["value"]
        if not value and key.endswith("/"):
            section = key
        elif to_float(value) is not None and key:
            first = number if not values else first
            name = section + key if len(row["indent"]) > 1 else key
            values[name if name not in values else f"{name} ({len(values)})"] = value
    if values:
        yield Record(values, first)

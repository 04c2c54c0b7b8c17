"""open-instruct GRPO: a panel titled "Metrics" with a column of categories and wrapped `name: value | name: value`."""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.input.clean import strip_control
from lossdoc.input.numbers import to_float
from lossdoc.input.source import Source
from lossdoc.model.record import Item, Raw, Record
from lossdoc.readers import Sample
from lossdoc.readers._events import events, merged
from lossdoc.words.expressions import expression

NAME = "open-instruct-panel"
FRAMEWORK = "open-instruct"
TITLE = "open-instruct metric panels"

_TOP = expression(r"[╭+][─-]+ Metrics [─-]+[╮+]")
_BOTTOM = expression(r"\s*[╰+][─-]+[╯+]\s*")
# A row with a category begins with it; a wrapped row begins with spaces where the category would stand.
_ROW = expression(r"[^│]*[│|] {1,3}(?:(?P<category>[^\s:]+) {2,}| +)(?P<rest>.*?)\s*[│|]\s*")

SAMPLES = [
    Sample(
        program="open-instruct (e6c3044aa)",
        cite="open_instruct/model_utils.py print_rich_single_line_metrics",
        text="""╭────────────────────────── Metrics ──────────────────────────╮
│  loss       policy_avg: 0.25 | total_avg: 0.50 | kl_avg:    │
│             1.50e-06                                        │
│  objective  scores: 0.75                                    │
│  other      episode: 512 | training_step: 1                 │
╰─────────────────────────────────────────────────────────────╯
""",
        records=[
            Record(
                {
                    "loss/policy_avg": "0.25",
                    "loss/total_avg": "0.50",
                    "loss/kl_avg": "1.50e-06",
                    "objective/scores": "0.75",
                    "episode": "512",
                    "training_step": "1",
                },
                1,
            ),
        ],
    ),
]


def sniff(source: Source) -> float:
    found = _TOP.search(source.text) if " Metrics " in source.text else None
    return 0.97 if found is not None and " | " in source.text[found.end() : found.end() + 2000] else 0.0


def read(source: Source) -> Iterator[Item]:
    yield from merged(_records(source), events(source))


def _records(source: Source) -> Iterator[Item]:
    categories: dict[str, str] = {}
    category = ""
    first: int | None = None
    for number, raw in source.iter_raw():
        line = strip_control(raw).rstrip("\r")
        if _TOP.search(line):
            categories, category, first = {}, "", number
        elif first is not None and _BOTTOM.fullmatch(line):
            yield Record(_values(categories), first)
            first = None
        elif first is not None and (row := _ROW.fullmatch(line)) is not None:
            category = row["category"] or category
            categories[category] = f"{categories.get(category, '')} {row['rest']}".strip()


def _values(categories: dict[str, str]) -> dict[str, Raw]:
    """ "other" is no prefix: its names are plain keys."""
    values: dict[str, Raw] = {}
    for category, text in categories.items():
        prefix = "" if category == "other" else f"{category}/"
        for item in text.split(" | "):
            name, _, value = item.rpartition(":")
            if name.strip() and to_float(value.strip()) is not None:
                values[prefix + name.strip()] = value.strip()
    return values

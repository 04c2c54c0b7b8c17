"""Logs whose lines are JSON objects around a printed message: loguru and prime-rl in JSON mode, container logs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from lossdoc.input.source import Source
from lossdoc.model.record import Item, Record
from lossdoc.readers import Sample, detect
from lossdoc.readers._json import loads
from lossdoc.readers._nested import read_text

NAME = "json-messages"
TITLE = "JSON log records with the training's output as their message"

_KEYS = ("message", "msg", "log", "textPayload", "text")
_QUOTED = tuple(f'"{key}"' for key in _KEYS)

SAMPLES = [
    Sample(
        program="Docker's json-file log driver around transformers 4",
        cite="moby/daemon/logger/jsonfilelog",
        text="""{"log":"start\\n","stream":"stderr","time":"2025-01-01T10:00:00Z"}
{"log":"{'loss': 2.5, 'learning_rate': 5e-05, 'epoch': 0.5}\\n","stream":"stdout","time":"2025-01-01T10:00:01Z"}
{"log":"{'loss': 2.25, 'learning_rate': 4e-05, 'epoch': 1.0}\\n","stream":"stdout","time":"2025-01-01T10:00:02Z"}
""",
        records=[
            Record({"loss": 2.5, "learning_rate": 5e-05, "epoch": 0.5}, 2),
            Record({"loss": 2.25, "learning_rate": 4e-05, "epoch": 1.0}, 3),
        ],
    ),
]


def sniff(source: Source) -> float:
    if not source.head.lstrip("\ufeff \r\n").startswith("{"):
        return 0.0
    text, lines = _messages(source, 2000)
    if not lines:
        return 0.0
    found = detect(Source.from_text(text))
    return 0.95 * found[0][0] if found else 0.0


def read(source: Source) -> Iterator[Item]:
    """What the best reader finds in the messages, with the line numbers of the file."""
    text, lines = _messages(source, None)
    yield from read_text(text, lines)


def _messages(source: Source, stop: int | None) -> tuple[str, list[int]]:
    """The messages as one text, and the line of the file for each of its lines. Empty when the lines are no records."""
    parts: list[str] = []
    lines: list[int] = []
    seen = 0
    for number, raw in islice(source.iter_raw(), stop):
        if not raw.strip():
            continue
        seen += 1
        message = _message(raw)
        if message is not None:
            part = message if message.endswith("\n") else message + "\n"
            parts.append(part)
            lines.extend([number] * part.count("\n"))
        elif seen > 20 and len(parts) < seen / 2:
            return "", []
    return "".join(parts), lines


def _message(raw: str) -> str | None:
    if not any(key in raw for key in _QUOTED):
        return None
    try:
        row: Any = loads(raw)
    except ValueError:
        return None
    if not isinstance(row, dict):
        return None
    record = row.get("record")
    message = record.get("message") if isinstance(record, dict) else None  # loguru's serialize=True
    for key in _KEYS:
        message = message if isinstance(message, str) else row.get(key)
    return message if isinstance(message, str) else None

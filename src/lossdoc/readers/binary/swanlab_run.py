"""Local runs of SwanLab: `backup.swanlab` (0.6, JSON in a block log) and `run-<id>.swanlab` (0.10, protocol buffers).

Field numbers of 0.10: Record.finish 11, scalar 13; ScalarRecord.key 1, step 2, value 5; FinishRecord.state 1, error 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lossdoc.input.numbers import to_float
from lossdoc.input.source import Source
from lossdoc.model.record import Columns, Event, Item
from lossdoc.readers import Sample
from lossdoc.readers._json import loads
from lossdoc.readers.binary._block_log import Cut, is_block_log, records
from lossdoc.readers.binary._protobuf import double, fields, signed, string

NAME = "swanlab"
TITLE = "SwanLab local run (.swanlab)"
SAMPLES: list[Sample] = []  # binary: tests write their own files

_FINISH, _SCALAR = 11, 13
_CRASHED = 2
_Points = dict[str, list[tuple[float, float]]]


def sniff(source: Source) -> float:
    return 1.0 if is_block_log(source.data, b":SWL", 0xE1D6) else 0.0


def read(source: Source) -> Iterator[Item]:
    """The columns of each key; whether the run ended well."""
    import numpy as np

    points: _Points = {}
    ends: list[Event] = []
    count = 0
    try:
        for data in records(source.data):
            count += 1
            end = _from_json(data, points) if source.data[6] == 1 else _from_message(data, points)
            if end is not None:
                ends.append(end)
    except (Cut, ValueError) as error:
        ends.append(Event("cut", None, str(error)))
    for key, pairs in points.items():
        steps, values = np.array(pairs, dtype=np.float64).T
        yield Columns(key, steps, values)
    yield from ends
    if not points:
        yield Event("empty", None, f"a SwanLab run file that was read ({count} records) and holds no metric")


def _from_json(data: bytes, points: _Points) -> Event | None:
    record = loads(data.decode("utf-8", "replace"))
    inner: Any = record.get("data") if isinstance(record, dict) else None
    if not isinstance(inner, dict):
        return None
    if record.get("model_type") == "Scalar" and isinstance(inner.get("metric"), dict):
        step, value = to_float(inner.get("step")), to_float(inner["metric"].get("data"))
        if step is not None and value is not None:
            points.setdefault(str(inner.get("key")), []).append((step, value))
    elif record.get("model_type") == "Footer":
        return Event("end", None, "finished") if inner.get("success") else Event("crash", None, "not finished")
    return None


def _from_message(data: bytes, points: _Points) -> Event | None:
    end: Event | None = None
    for number, kind, a, b in fields(data):
        if number == _SCALAR and kind == 2:
            key, step, value = "", 0, 0.0  # proto3 leaves zeros out
            for inner, inner_kind, c, d in fields(data, a, b):
                if inner == 1 and inner_kind == 2:
                    key = string(data, c, d)
                elif inner == 2 and inner_kind == 0:
                    step = signed(c)
                elif inner == 5 and inner_kind == 2:
                    value = next((double(data, e) for n, k, e, _ in fields(data, c, d) if n == 1 and k == 1), 0.0)
            points.setdefault(key, []).append((float(step), value))
        elif number == _FINISH and kind == 2:
            state, error = 0, ""
            for inner, inner_kind, c, d in fields(data, a, b):
                if inner == 1 and inner_kind == 0:
                    state = c
                elif inner == 2 and inner_kind == 2:
                    error = string(data, c, d)
            crashed = state >= _CRASHED
            end = Event("crash", None, error or "the run crashed") if crashed else Event("end", None, "finished")
    return end

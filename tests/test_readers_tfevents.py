"""Event files of TensorBoard: scalars of both generations, texts and hparams, cut files."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossdoc.api import Options, read_source
from lossdoc.input.source import Source
from lossdoc.model.record import Event
from lossdoc.readers.binary import _tf_event
from lossdoc.readers.binary._tf_columns import Scan
from tests.binary_files import (
    DOUBLE,
    FLOAT,
    INT32,
    INT64,
    STRING,
    VERSION,
    columns,
    double,
    event,
    kinds,
    message,
    number,
    only_reader,
    read,
    simple,
    tensor,
    varint,
)


def test_scalars_of_both_generations() -> None:
    data = VERSION
    for step in (0, 1, 200, 70000, 2**40):
        data += event(step, simple("v1", step / 8))
        data += event(step, tensor("v2", FLOAT + message(2, b"") + message(4, struct.pack("<f", step / 4))))
        data += event(step, tensor("list", FLOAT + message(5, struct.pack("<f", -step))))
        data += event(step, tensor("wide", DOUBLE + message(4, struct.pack("<d", step + 0.1))))
    got = columns(read(data))
    steps = [0.0, 1.0, 200.0, 70000.0, 2.0**40]
    assert got["v1"] == [(step, step / 8) for step in steps]
    assert got["v2"] == [(step, step / 4) for step in steps]
    assert got["list"] == [(step, -step) for step in steps]
    assert got["wide"] == [(step, step + 0.1) for step in steps]


def test_measures_of_held_out_data_that_do_not_say_it_are_of_no_training_data() -> None:
    data = VERSION
    for step in range(1, 9):
        for tag in ("train/box_loss", "val/box_loss", "metrics/mAP50(B)"):
            data += event(step, simple(tag, step / 16))
    runs = read_source(Source("events.out.tfevents.1", data), Options())
    assert isinstance(runs, list)
    assert ("map50", "eval") in {(curve.metric, curve.split) for curve in runs[0].curves}


def test_values_are_those_of_float32() -> None:
    got = columns(
        read(VERSION + event(1, simple("x", 0.1)) + event(2, simple("x", math.nan)) + event(3, simple("x", math.inf)))
    )
    assert got["x"][0] == (1, float(np.float32(0.1)))
    assert math.isnan(got["x"][1][1])
    assert got["x"][2] == (3, math.inf)


def test_the_writer_may_leave_out_the_version_and_add_names() -> None:
    """CatBoost writes no version record and a node name behind the number."""
    data = b"".join(event(step, simple("RMSE", 1 / (step + 1)) + message(7, "RMSE")) for step in range(3))
    assert [step for step, _ in columns(read(data))["RMSE"]] == [0, 1, 2]


def test_negative_steps_are_negative_in_every_event() -> None:
    data = VERSION + b"".join(event(step, simple("x", step)) for step in (-3, -2, 5))
    assert columns(read(data))["x"] == [(-3, -3), (-2, -2), (5, 5)]


def test_several_values_in_one_event_and_negative_steps() -> None:
    got = columns(read(VERSION + event(-1, simple("a", 1), simple("b", 2)) + event(5, simple("b", 3), simple("a", 4))))
    assert got == {"a": [(-1, 1), (5, 4)], "b": [(-1, 2), (5, 3)]}


def test_integers_and_mixed_widths() -> None:
    data = (
        VERSION + event(1, tensor("n", INT32 + message(7, varint(300)))) + event(2, tensor("n", INT64 + number(10, -5)))
    )
    data += event(3, tensor("n", FLOAT + message(5, struct.pack("<f", 0.5)))) * 2
    assert columns(read(data))["n"] == [(1, 300), (2, -5), (3, 0.5), (3, 0.5)]


def test_histograms_images_and_tensors_of_other_plugins_are_passed_over() -> None:
    histogram = message(1, "weights") + message(5, double(1, 0) + double(2, 1))
    curve = tensor("pr", FLOAT + message(4, struct.pack("<f", 1)), plugin="pr_curves")
    vector = tensor("vector", FLOAT + message(2, message(2, number(1, 2))) + message(4, bytes(8)))
    assert columns(
        read(VERSION + event(1, histogram) + event(1, curve) + event(1, vector) + event(1, simple("x", 1)))
    ) == {"x": [(1, 1)]}


def test_settings_in_texts_and_hparams() -> None:
    text = tensor("args/text_summary", STRING + message(8, json.dumps({"max_steps": 60, "optim": {"lr": 0.1}})), "text")
    yaml = tensor(
        "Hyperparameters",
        STRING + message(8, "trainer_type:\tppo\nhyper:\t\n  batch_size:\t64\n  beta:\t0.005"),
        "text",
    )
    entry = message(1, message(1, "dropout") + message(2, double(2, 0.25)))
    content = message(2, message(3, entry))
    hparams = message(1, "_hparams_/session_start_info") + message(9, message(1, message(1, "hparams") + content))
    found = [
        item.data
        for item in read(VERSION + event(0, text) + event(0, yaml) + event(0, hparams) + event(1, simple("x", 1)))
        if isinstance(item, Event)
    ]
    assert found == [
        {"max_steps": 60, "optim/lr": 0.1},
        {"trainer_type": "ppo", "batch_size": 64, "beta": 0.005},
        {"dropout": 0.25},
    ]


@pytest.mark.parametrize("cut", [1, 5, 13, 20, 30])
def test_cut_event_files_are_read_as_far_as_they_go(cut: int) -> None:
    data = VERSION + b"".join(event(step, simple("x", step)) for step in range(10))
    items = read(data[:-cut])
    assert [step for step, _ in columns(items)["x"]] == list(range(9))
    assert kinds(items) == ["cut"]


def test_public_event_files_have_their_scalars(shared: Path) -> None:
    for folder, count in (("071", 500), ("081", 30), ("082", 80), ("083", 0), ("103", 102)):
        (path,) = next((shared / "corpus").glob(f"{folder}_*")).iterdir()
        source = Source.from_path(path)
        assert sum(map(len, columns(only_reader(source).read(source)).values())) == count


def test_what_stands_behind_the_cut_says_nothing_of_what_stands_before_it() -> None:
    unnamed, named = (event(0, tensor("a", FLOAT + message(4, b"\0" * 4), plugin)) for plugin in ("", "scalars"))
    assert Scan(unnamed + named).curves["a"].steps.tolist() == [0, 0]
    assert Scan(unnamed + event(0, simple("b", 1.0)[:-2]) + named).curves == {}


def _written(draw: st.DrawFn) -> bytes:
    tag = draw(st.sampled_from(["a", "b", "loss/train"]))
    value = draw(st.floats(-1e3, 1e3, width=32))
    kind = draw(st.sampled_from(["simple", "simple", "tensor", "typed", "double", "int", "text", "two", "broken"]))
    single, wide = struct.pack("<f", value), struct.pack("<d", value)
    named = "scalars" if draw(st.booleans()) else ""
    values = {
        "simple": [simple(tag, value)],
        "tensor": [tensor(f"{tag}/2", FLOAT + message(4, single), named)],
        "typed": [tensor(f"{tag}/2", FLOAT + message(5, single), named)],
        "double": [tensor(f"{tag}/2", DOUBLE + message(4, wide), named)],
        "int": [tensor(f"{tag}/2", INT64 + number(10, int(value)), named)],
        "text": [tensor("args", STRING + message(8, '{"beta": 0.1}'), "text")],
        "two": [simple("a", value), simple("b", -value)],
        "broken": [simple(tag, value)[:-2]] if draw(st.integers(0, 20)) == 0 else [],
    }[kind]
    step = draw(st.sampled_from([0, 1, 5, 127, 128, 300, 2**20, 2**57, -3]))
    times = draw(st.sampled_from([1, 1, 3, 12]))
    return b"".join(event(step + n, *values) for n in range(times))


@given(st.lists(st.composite(_written)(), max_size=12).map(b"".join))
def test_events_taken_apart_together_are_those_parsed_one_by_one(data: bytes) -> None:
    scan = Scan(data)
    points: dict[str, list[tuple[float, float]]] = {}
    plugins: dict[str, str] = {}
    at, settings = 0, 0
    while at < len(data):
        start, end = at + 12, at + 12 + struct.unpack_from("<Q", data, at)[0]
        try:
            values = list(_tf_event.values(data, start, end))
        except (ValueError, struct.error):
            break
        for value in values:
            plugins[value.tag] = plugins.get(value.tag) or value.plugin
            settings += value.text is not None
            if value.number is not None:
                points.setdefault(value.tag, []).append((float(_tf_event.step(data, start, end)), value.number))
        at = end + 4
    found = {
        tag: list(zip(curve.steps.tolist(), curve.values.tolist(), strict=True)) for tag, curve in scan.curves.items()
    }
    assert found == {tag: curve for tag, curve in points.items() if plugins[tag] == "scalars"}
    assert len(scan.settings) == settings
    assert scan.cut == (at < len(data))

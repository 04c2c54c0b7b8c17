"""Event files and trackers' stores: files written here byte by byte, as their programs write them."""

from __future__ import annotations

import json
import math
import sqlite3
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from lossdoc.readers import Reader, detect
from lossdoc.readers.mlflow_store import read_store
from lossdoc.record import Columns, Event, Item, Record
from lossdoc.source import Source


def only_reader(source: Source) -> Reader:
    found = detect(source)
    assert [score for score, _ in found] == [1.0]
    return found[0][1]


def read(data: bytes) -> list[Item]:
    source = Source("x", data)
    return list(only_reader(source).read(source))


def columns(items: Iterable[Item]) -> dict[str, list[tuple[float, float]]]:
    return {
        item.key: list(zip(item.steps.tolist(), item.values.tolist(), strict=True))
        for item in items
        if isinstance(item, Columns)
    }


def kinds(items: Iterable[Item]) -> list[str]:
    return [item.kind for item in items if isinstance(item, Event)]


# --- protocol buffers -------------------------------------------------------------------------------------------------


def varint(value: int) -> bytes:
    value %= 1 << 64
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def message(number: int, content: bytes | str) -> bytes:
    content = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def double(field: int, value: float) -> bytes:
    return varint(field << 3 | 1) + struct.pack("<d", value)


# --- TensorBoard ------------------------------------------------------------------------------------------------------


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def framed(payload: bytes) -> bytes:
    head = struct.pack("<Q", len(payload))
    return head + struct.pack("<I", crc32c(head)) + payload + struct.pack("<I", crc32c(payload))


def event(step: int, *values: bytes) -> bytes:
    steps = number(2, step) if step else b""
    return framed(double(1, 1.7e9 + step) + steps + message(5, b"".join(message(1, value) for value in values)))


def simple(tag: str, value: float) -> bytes:
    return message(1, tag) + b"\x15" + struct.pack("<f", value)


def tensor(tag: str, content: bytes, plugin: str = "scalars") -> bytes:
    metadata = message(9, message(1, message(1, plugin))) if plugin else b""
    return message(1, tag) + message(8, content) + metadata


FLOAT, DOUBLE, INT32, STRING, INT64 = (number(1, kind) for kind in (1, 2, 3, 7, 9))
VERSION = framed(double(1, 1.7e9) + message(3, "brain.Event:2"))


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


# --- W&B and SwanLab --------------------------------------------------------------------------------------------------


def block_log(head: bytes, payloads: Iterable[bytes]) -> bytes:
    out = bytearray(head)
    for payload in payloads:
        first = True
        while True:
            room = 32768 - len(out) % 32768
            if room < 7:
                out += bytes(room)
                continue
            part, payload = payload[: room - 7], payload[room - 7 :]
            kind = (1 if not payload else 2) if first else (4 if not payload else 3)
            out += struct.pack("<IHB", zlib.crc32(part, zlib.crc32(bytes([kind]))), len(part), kind) + part
            first = False
            if not payload:
                break
    return bytes(out)


def pair(key: str, value: object, nested: bool) -> bytes:
    return message(1, message(2 if nested else 1, key) + message(16, json.dumps(value)))


WANDB = b":W&B\xe1\xbe\x00"


@pytest.mark.parametrize("nested", [False, True])
def test_wandb_history(nested: bool) -> None:
    payloads = [message(17, message(4, pair("beta", 0.1, nested) + pair("_wandb", {"v": 1}, nested)))]
    for step in range(3):
        row = {
            "train/loss": math.nan if step == 1 else 1.5,
            "train/global_step": step * 10,
            "_step": step,
            "note": "x" * 30000,
        }
        media = pair("image", {"_type": "image-file"}, nested)
        payloads.append(message(2, b"".join(pair(k, v, nested) for k, v in row.items()) + media))
    items = read(block_log(WANDB, [*payloads, message(18, number(1, 0))]))
    records = [item for item in items if isinstance(item, Record)]
    assert [record.values["train/global_step"] for record in records] == [0, 10, 20]
    assert math.isnan(float(records[1].values["train/loss"] or 0))
    assert "image" not in records[0].values
    assert records[0].step is None
    assert next(item.data for item in items if isinstance(item, Event)) == {"beta": 0.1}
    assert kinds(items) == ["config", "end"]


def test_wandb_step_counts_where_the_trainer_logs_none() -> None:
    items = read(block_log(WANDB, [message(2, pair("loss", 1.5, True) + pair("_step", 7, True))]))
    assert [item.step for item in items if isinstance(item, Record)] == [7]


def test_wandb_without_history_says_so() -> None:
    items = read(block_log(WANDB, [message(16, b""), message(18, number(1, 1))]))
    assert kinds(items) == ["crash", "empty"]
    assert "2 records" in next(item.text for item in items if isinstance(item, Event) and item.kind == "empty")


def test_wandb_console_stands_in_for_missing_history() -> None:
    lines = [message(13, message(3, f"{{'loss': {n}.5, 'learning_rate': 0.1, 'epoch': {n}.0}}\n")) for n in range(3)]
    assert [item.values["loss"] for item in read(block_log(WANDB, lines)) if isinstance(item, Record)] == [
        0.5,
        1.5,
        2.5,
    ]


def test_public_wandb_file_without_history(shared: Path) -> None:
    (path,) = (shared / "corpus" / "113_wandb-offline-run-binary").iterdir()
    source = Source.from_path(path)
    assert kinds(only_reader(source).read(source)) == ["end", "empty"]


def test_cut_wandb_file() -> None:
    data = block_log(WANDB, [message(2, pair("loss", n, True)) for n in range(5)])
    items = read(data[:-3])
    assert len([item for item in items if isinstance(item, Record)]) == 4
    assert kinds(items) == ["cut"]


def test_swanlab_of_both_generations() -> None:
    old = [{"model_type": "Header", "data": {}}]
    old += [
        {"model_type": "Scalar", "data": {"key": "loss", "step": n, "metric": {"data": v}}}
        for n, v in ((1, 2.5), (2, "NaN"))
    ]
    old += [{"model_type": "Footer", "data": {"success": False}}]
    items = read(block_log(b":SWL\xd6\xe1\x01", [(json.dumps(row) + "\n").encode() for row in old]))
    assert columns(items)["loss"][0] == (1, 2.5)
    assert math.isnan(columns(items)["loss"][1][1])
    assert kinds(items) == ["crash"]
    rows = [message(13, message(1, "loss") + number(2, n) + message(5, double(1, n / 2))) for n in range(1, 4)]
    items = read(block_log(b":SWL\xd6\xe1\x02", [*rows, message(11, number(1, 1))]))
    assert columns(items) == {"loss": [(1, 0.5), (2, 1), (3, 1.5)]}
    assert kinds(items) == ["end"]


# --- databases --------------------------------------------------------------------------------------------------------


def mlflow_database(path: Path) -> None:
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE runs (run_uuid TEXT, name TEXT, status TEXT)")
        base.execute("CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT)")
        base.execute("CREATE TABLE metrics (key TEXT, value REAL, timestamp INT, run_uuid TEXT, step INT, is_nan INT)")
        base.execute("INSERT INTO runs VALUES ('u1', 'first', 'FINISHED')")
        base.execute("INSERT INTO params VALUES ('beta', '0.1', 'u1')")
        rows = [
            ("loss", 2.5, 1, "u1", 10, 0),
            ("loss", 0, 2, "u1", 20, 1),
            ("loss", -1.7976931348623157e308, 3, "u1", 30, 0),
        ]
        base.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", rows)
    base.close()


def test_mlflow_database(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    mlflow_database(path)
    before = path.read_bytes()
    for source in (Source.from_path(path), Source("-", before)):
        items = list(only_reader(source).read(source))
        assert kinds(items) == ["config", "end"]
        (first, second, third) = columns(items)["loss"]
        assert (first, second[0], math.isnan(second[1]), third) == ((10, 2.5), 20, True, (30, -math.inf))
        assert [item.run for item in items if isinstance(item, Columns)] == ["first"]
    assert path.read_bytes() == before


def test_mlflow_folder(tmp_path: Path) -> None:
    run = tmp_path / "run1"
    (run / "metrics" / "eval").mkdir(parents=True)
    (run / "params").mkdir()
    (run / "metrics" / "loss").write_text("1700000000000 2.5 10\n1700000000001 nan 20\n1700000000002 1.5 30 set abc\n")
    (run / "metrics" / "eval" / "loss").write_text("1700000000000 2.25\n")
    (run / "params" / "lr").write_text("0.001")
    (run / "meta.yaml").write_text("run_id: x\nstatus: 4\n")
    for folder in (run, run / "metrics"):
        items = list(read_store(folder))
        got = columns(items)
        assert [step for step, _ in got["loss"]] == [10, 20, 30]
        assert got["eval/loss"] == [(0, 2.25)]
        assert kinds(items) == ["config", "crash"]


def test_trackio_database(shared: Path, tmp_path: Path) -> None:
    source = Source.from_path(shared / "samples" / "trackio_demo.db")
    records = [item for item in only_reader(source).read(source) if isinstance(item, Record)]
    assert [record.values["train/loss"] for record in records] == [3.0, 2.0, 1.0]
    assert {record.run for record in records} == {"r1"}
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(source.data[:2000])
    assert detect(Source.from_path(damaged)) == []


def test_database_with_a_write_ahead_log_in_use(tmp_path: Path) -> None:
    path = tmp_path / "trackio.db"
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("CREATE TABLE metrics (id INTEGER PRIMARY KEY, run_name TEXT, step INT, metrics BLOB)")
    writer.execute("INSERT INTO metrics VALUES (1, 'a', 0, ?)", (b'{"loss": 1.5, "bad": "NaN"}',))
    writer.commit()
    source = Source.from_path(path)
    items = list(only_reader(source).read(source))
    assert [(item.step, item.values["loss"]) for item in items if isinstance(item, Record)] == [(0, 1.5)]
    writer.close()


def test_public_event_files_have_their_scalars(shared: Path) -> None:
    for folder, count in (("071", 500), ("081", 30), ("082", 80), ("083", 0), ("103", 102)):
        (path,) = next((shared / "corpus").glob(f"{folder}_*")).iterdir()
        source = Source.from_path(path)
        assert sum(map(len, columns(only_reader(source).read(source)).values())) == count

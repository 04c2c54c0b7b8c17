"""Trackers' stores: files written here byte by byte, as their programs write them."""

from __future__ import annotations

import json
import math
import sqlite3
import struct
import zlib
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lossdoc.api import Options, read_path
from lossdoc.input.source import Source
from lossdoc.model.record import Columns, Event, Record, Unread
from lossdoc.readers import detect
from lossdoc.readers.binary.mlflow_store import read_store
from tests.binary_files import columns, double, kinds, message, number, only_reader, read

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


def test_mlflow_cells_of_another_type(tmp_path: Path) -> None:
    """SQLite takes bytes and words in any column: a damaged cell costs itself."""
    path = tmp_path / "mlflow.db"
    mlflow_database(path)
    with sqlite3.connect(path) as base:
        rows = [("loss", b"a\x19", 4, "u1", 40, 0), ("loss", 1.5, 5, "u1", b"x", 0), (b"k", "word", 6, "u1", 50, 0)]
        base.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", rows)
    base.close()
    source = Source.from_path(path)
    items = list(only_reader(source).read(source))
    assert columns(items)["loss"][3:] == [(0, 1.5)]
    assert [item.why for item in items if isinstance(item, Unread)] == [
        "damaged database: a value of loss is no number",
        "damaged database: a value of b'k' is no number",
    ]


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


# --- Stable-Baselines3 ------------------------------------------------------------------------------------------------


def evaluations(**more: Any) -> bytes:
    file = BytesIO()
    steps = np.arange(1, 6) * 1000
    np.savez(file, timesteps=steps, results=np.outer(steps, [1.0, 3.0]) / 1000, **more)
    return file.getvalue()


def test_evaluations_of_stable_baselines(tmp_path: Path) -> None:
    lengths = np.full((5, 2), 20)
    path = tmp_path / "logs" / "evaluations.npz"
    path.parent.mkdir()
    path.write_bytes(evaluations(ep_lengths=lengths, successes=lengths > 30))
    for where in (path, tmp_path):
        (runs,) = read_path(str(where), Options())
        assert isinstance(runs, list)
        curves = {curve.metric: curve for curve in runs[0].curves}
        assert curves["reward"].values.tolist() == [2.0, 4.0, 6.0, 8.0, 10.0]
        assert curves["reward"].steps.tolist() == [1000, 2000, 3000, 4000, 5000]
        assert curves["episode_length"].values.tolist() == [20] * 5
        assert curves["success_rate"].values.tolist() == [0] * 5
        assert {curve.split for curve in runs[0].curves} == {"eval"}
        assert (runs[0].records, runs[0].trainer.framework) == (5, "sb3")


@pytest.mark.parametrize("part", [30, 200, 400])
def test_broken_evaluations_are_said_to_be_broken(part: int) -> None:
    data = evaluations()
    assert kinds(read(data[:150] + bytes(60) + data[210:])) == ["empty"]
    assert not detect(Source("x", data[:part]))


def test_other_archives_are_none() -> None:
    file = BytesIO()
    np.savez(file, weights=np.zeros((3, 3)))
    assert not detect(Source("x", file.getvalue()))

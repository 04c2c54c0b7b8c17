"""What mutations start from: samples of all readers, examples, and small binary stores. Each is a name and bytes."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sqlite3
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lossdoc.readers import all_readers
from tests import binary_files as made

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

Seed = tuple[str, bytes]


def all_seeds() -> list[Seed]:
    """In an order that is the same in every run."""
    found = [
        (sample.name, sample.text.encode("utf-8", "surrogatepass"))
        for reader in all_readers()
        for sample in reader.SAMPLES
    ]
    found += [(path.name, path.read_bytes()) for path in sorted(EXAMPLES.iterdir()) if path.is_file()]
    found += _longer(found)
    return [*found, *_stores()]


def _longer(seeds: list[Seed]) -> Iterator[Seed]:
    """Samples are shorter than what checks look at: their last line again and again, its numbers moved."""
    for number, (name, data) in enumerate(seeds):
        lines = data.splitlines(keepends=True)
        if number % 3 == 0 and len(data) < 3000 and len(lines) > 1:
            body = [line for line in lines[1:] if any(48 <= byte < 58 for byte in line)][-4:]
            rows = [_moved(line, step) for step in range(60) for line in body]
            yield name, b"".join([*lines, *rows])


def _moved(line: bytes, step: int) -> bytes:
    """The same line with every digit turned on by the row: numbers of all sizes in the same places."""
    return bytes(48 + (byte - 48 + step * (at % 7)) % 10 if 48 <= byte < 58 else byte for at, byte in enumerate(line))


def _stores() -> Iterator[Seed]:
    losses = [2.5 * 0.97**step for step in range(60)]
    events = made.framed(made.double(1, 0.0) + made.message(3, "brain.Event:2"))
    for step, loss in enumerate(losses):
        events += made.event(step, made.simple("train/loss", loss), made.simple("train/grad_norm", 1.0))
        events += made.event(step, made.tensor("epoch_loss", b"\x08\x01" + made.message(4, struct.pack("<f", loss))))
    yield "events.out.tfevents.1", events
    yield "run.wandb", _block_log(b":W&B\xe1\xbe\x00", [_history(step, loss) for step, loss in enumerate(losses)])
    yield "run.swanlab", _block_log(b":SWL\xd6\xe1\x02", [_scalar(step, loss) for step, loss in enumerate(losses)])
    footer = json.dumps({"model_type": "Footer", "data": {"success": True}}).encode()
    yield "backup.swanlab", _block_log(b":SWL\xd6\xe1\x01", [*map(_json_scalar, range(60), losses), footer])
    yield "trackio.db", _trackio(losses)
    yield "mlflow.db", _mlflow(losses)
    archive = io.BytesIO()
    arrays = {"timesteps": np.arange(1, 61) * 100, "results": np.arange(180.0).reshape(60, 3)}
    np.savez(archive, **arrays)  # type: ignore[arg-type]
    yield "evaluations.npz", archive.getvalue()
    log = b"".join(
        b"{'loss': %.4f, 'grad_norm': 1.5, 'learning_rate': 1e-05, 'epoch': %.2f}\n" % (loss, step / 20)
        for step, loss in enumerate(losses)
    )
    yield "train.log.gz", gzip.compress(log, mtime=0)
    yield "train.log.bz2", bz2.compress(log)
    yield "train.log.xz", lzma.compress(log)
    yield "train.log", log.decode().encode("utf-16")
    yield "train.log", log.replace(b"\n", b"\r\n")


def _block_log(head: bytes, payloads: list[bytes]) -> bytes:
    out = bytearray(head)
    for payload in payloads:
        out += struct.pack("<IHB", zlib.crc32(payload, zlib.crc32(b"\x01")), len(payload), 1) + payload
    return bytes(out)


def _history(step: int, loss: float) -> bytes:
    pairs = {"_step": step, "train/loss": loss, "train/grad_norm": 1.0}
    items = (made.message(1, made.message(1, key) + made.message(16, json.dumps(raw))) for key, raw in pairs.items())
    return made.message(2, b"".join(items))


def _scalar(step: int, loss: float) -> bytes:
    return made.message(13, made.message(1, "loss") + made.number(2, step) + made.message(5, made.double(1, loss)))


def _json_scalar(step: int, loss: float) -> bytes:
    data = {"key": "loss", "step": step, "metric": {"data": loss}}
    return json.dumps({"model_type": "Scalar", "data": data}).encode()


def _trackio(losses: list[float]) -> bytes:
    with sqlite3.connect(":memory:") as store:
        store.execute("CREATE TABLE metrics (id INTEGER PRIMARY KEY, run_name TEXT, step INTEGER, metrics TEXT)")
        rows = [("run", step, json.dumps({"loss": loss})) for step, loss in enumerate(losses)]
        store.executemany("INSERT INTO metrics (run_name, step, metrics) VALUES (?, ?, ?)", rows)
        store.commit()
        return store.serialize()


def _mlflow(losses: list[float]) -> bytes:
    with sqlite3.connect(":memory:") as store:
        store.execute("CREATE TABLE metrics (key TEXT, value REAL, timestamp INTEGER, run_uuid TEXT, step INTEGER)")
        store.execute("CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT)")
        store.execute("CREATE TABLE runs (run_uuid TEXT, name TEXT, status TEXT)")
        store.execute("INSERT INTO runs VALUES ('a', 'first', 'FINISHED')")
        store.execute("INSERT INTO params VALUES ('lr', '0.001', 'a')")
        store.executemany(
            "INSERT INTO metrics VALUES ('loss', ?, ?, 'a', ?)", [(y, x, x) for x, y in enumerate(losses)]
        )
        store.commit()
        return store.serialize()

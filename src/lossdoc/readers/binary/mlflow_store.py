"""MLflow's stores: the SQLite database `mlflow.db`, and the older folder with a file per metric (`read_store`)."""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from lossdoc.input.numbers import to_float
from lossdoc.input.source import Source
from lossdoc.model.record import Columns, Event, Item, Unread
from lossdoc.readers import Sample
from lossdoc.readers.binary._sqlite import logs, opened, tables
from lossdoc.words.expressions import expression

NAME = "mlflow"
TITLE = "MLflow store (SQLite database or folder)"
SAMPLES: list[Sample] = []  # binary: tests write their own files

_LARGEST = 1.7976931348623157e308  # how the database keeps an infinity
_ENDS = {"FINISHED": "end", "3": "end", "FAILED": "crash", "4": "crash", "KILLED": "interrupt", "5": "interrupt"}
_STATUS = expression(r"^status: *'?(\w+)'?", re.M)
_Points = list[tuple[float, float]]


def sniff(source: Source) -> float:
    return 1.0 if logs(source, {"key", "value", "run_uuid", "step"}) else 0.0


def read(source: Source) -> Iterator[Item]:
    """Columns by run and key, in the order in which they were logged; parameters and status of each run."""
    try:
        with opened(source) as connection:
            found = tables(connection)
            nan = "is_nan" if "is_nan" in found["metrics"] else "0"
            for run, name, status in _runs(connection, found):
                if "params" in found:
                    query = "SELECT key, value FROM params WHERE run_uuid = ?"
                    yield from _config(dict(connection.execute(query, (run,))), name)
                query = (
                    f"SELECT key, step, value, {nan} FROM metrics WHERE run_uuid = ? ORDER BY timestamp, step, rowid"
                )
                curves: dict[str, _Points] = {}
                for key, step, value, is_nan in connection.execute(query, (run,)):
                    number = math.nan if is_nan else to_float(value)
                    if number is None:  # SQLite holds anything in any column
                        yield Unread(None, f"damaged database: a value of {key} is no number")
                        continue
                    curves.setdefault(str(key), []).append((to_float(step) or 0.0, _finite(number)))
                yield from _columns(curves, name)
                yield from _end(status, name)
    except sqlite3.Error as error:
        yield Unread(None, f"damaged database: {error}")


def read_store(folder: Path) -> Iterator[Item]:
    """The same from a run's folder (or its `metrics` folder): files with lines `timestamp value step [data set]`."""
    metrics = folder if folder.name == "metrics" else folder / "metrics"
    run = metrics.parent
    name = run.name
    params = run / "params"
    if params.is_dir():
        files = sorted(path for path in params.rglob("*") if path.is_file())
        settings = {path.relative_to(params).as_posix(): path.read_text("utf-8", "replace").strip() for path in files}
        yield from _config(settings, name)
    curves: dict[str, _Points] = {}
    for path in sorted(path for path in metrics.rglob("*") if path.is_file()):
        key = path.relative_to(metrics).as_posix()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
            cells = line.split()
            value = to_float(cells[1]) if len(cells) > 1 else None
            if value is None:
                if cells:
                    yield Unread(number, f"not a metric of MLflow in {key}")
                continue
            step = to_float(cells[2]) if len(cells) > 2 else None
            curves.setdefault(key, []).append((step or 0.0, value))
    yield from _columns(curves, name)
    meta = run / "meta.yaml"
    if meta.is_file() and (status := _STATUS.search(meta.read_text("utf-8", "replace"))) is not None:
        yield from _end(status[1], name)


def _runs(connection: sqlite3.Connection, found: dict[str, set[str]]) -> list[tuple[str, str, str]]:
    """(id, name, status) of the runs that logged something, in the order in which they began to."""
    ids = [
        row[0] for row in connection.execute("SELECT run_uuid FROM metrics GROUP BY run_uuid ORDER BY MIN(timestamp)")
    ]
    known: dict[str, tuple[str, str]] = {}
    if {"run_uuid", "name", "status"} <= found.get("runs", set()):
        rows = connection.execute("SELECT run_uuid, name, status FROM runs")
        known = {run: (name or run, str(status)) for run, name, status in rows}
    return [(run, *known.get(run, (run, ""))) for run in ids]


def _config(params: dict[str, str], run: str) -> Iterator[Item]:
    if params:
        settings = {key: value if (number := to_float(value)) is None else number for key, value in params.items()}
        yield Event("config", None, f"parameters of {run}", settings)


def _columns(curves: dict[str, _Points], run: str) -> Iterator[Item]:
    import numpy as np

    for key, points in curves.items():
        steps, values = np.array(points, dtype=np.float64).T
        yield Columns(key, steps, values, run=run)


def _end(status: str, run: str) -> Iterator[Item]:
    if status in _ENDS:
        yield Event(_ENDS[status], None, f"run {run}: status {status}")


def _finite(value: float) -> float:
    return math.copysign(math.inf, value) if abs(value) >= _LARGEST else value

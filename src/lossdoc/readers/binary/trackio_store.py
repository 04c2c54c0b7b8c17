"""trackio's local store: an SQLite database per project, one JSON object of metrics per row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from lossdoc.input.numbers import to_float
from lossdoc.input.source import Source
from lossdoc.model.record import Event, Item, Record, Unread
from lossdoc.readers import Sample
from lossdoc.readers._json import flatten, loads
from lossdoc.readers.binary._sqlite import logs, opened, tables
from lossdoc.words.training import is_axis

NAME = "trackio"
TITLE = "trackio store (SQLite)"
SAMPLES: list[Sample] = []  # binary: tests write their own files


def sniff(source: Source) -> float:
    return 1.0 if logs(source, {"run_name", "metrics"}) else 0.0


def read(source: Source) -> Iterator[Item]:
    """Rows by run, in the order in which they were logged. Non-finite numbers are strings in this store."""
    try:
        with opened(source) as connection:
            configured = tables(connection).get("configs", set()) >= {"run_name", "config"}
            runs = [
                row[0] for row in connection.execute("SELECT run_name FROM metrics GROUP BY run_name ORDER BY MIN(id)")
            ]
            for run in runs:
                if configured:
                    yield from _config(connection, run)
                yield from _rows(connection, run)
    except sqlite3.Error as error:
        yield Unread(None, f"damaged database: {error}")


def _config(connection: sqlite3.Connection, run: str) -> Iterator[Item]:
    for (config,) in connection.execute("SELECT config FROM configs WHERE run_name = ?", (run,)):
        tree = _tree(config)
        settings = flatten({key: value for key, value in tree.items() if not key.startswith("_")})
        if settings:
            yield Event("config", None, f"configuration of {run}", settings)


def _rows(connection: sqlite3.Connection, run: str) -> Iterator[Item]:
    query = "SELECT step, metrics FROM metrics WHERE run_name = ? ORDER BY id"
    for step, metrics in connection.execute(query, (run,)):
        values = flatten(_tree(metrics))
        if values:
            # The column counts calls of log(); a trainer's own step, where there is one, stands among the metrics.
            own = any(is_axis(key.rpartition("/")[2]) for key in values)
            yield Record(values, step=None if own else to_float(step), axis="step", run=run)


def _tree(text: Any) -> dict[str, Any]:
    try:
        tree = loads(text)
    except (ValueError, TypeError):
        return {}
    return tree if isinstance(tree, dict) else {}

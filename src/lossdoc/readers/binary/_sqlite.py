"""Open a source as an SQLite database without ever writing to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from lossdoc.input.source import Source
from lossdoc.model.record import Unread

_MAGIC = b"SQLite format 3\x00"


def is_database(source: Source) -> bool:
    return source.data.startswith(_MAGIC)


def logs(source: Source, columns: set[str]) -> bool:
    """A database with a table `metrics` that has these columns."""
    if not is_database(source):
        return False
    try:
        with opened(source) as connection:
            return columns <= tables(connection).get("metrics", set())
    except sqlite3.Error:
        return False


@contextmanager
def opened(source: Source) -> Iterator[sqlite3.Connection]:
    """A read-only connection. Raises sqlite3.Error when the database is damaged."""
    with closing(_connect(source)) as connection:
        connection.text_factory = _as_text
        try:
            yield connection
        except UnicodeDecodeError as error:  # a name of a column, which no factory makes
            raise sqlite3.DatabaseError(f"a name that is no text: {error.reason}") from error


def _as_text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def tables(connection: sqlite3.Connection) -> dict[str, set[str]]:
    """The columns of each table."""
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    quoted = {name: name.replace('"', '""') for name in names}
    return {name: {row[1] for row in connection.execute(f'PRAGMA table_info("{quoted[name]}")')} for name in names}


def _connect(source: Source) -> sqlite3.Connection:
    """The database in memory: SQLite never opens the file of the user, beside which it would write an index."""
    connection = sqlite3.connect(":memory:")
    beside = _beside(source)
    try:
        if beside:
            _recover(source, beside, connection)
            return connection
    except (sqlite3.Error, OSError) as error:
        left = Unread(None, f"what {', '.join(path.name for path in beside)} holds could not be read: {error}")
        source.beside += [left] if left not in source.beside else []
    # A database in memory has no write-ahead log: bytes 18 and 19 say that it needs none.
    connection.deserialize(source.data[:18] + b"\x01\x01" + source.data[20:])
    return connection


def _beside(source: Source) -> list[Path]:
    """The files in which a live writer keeps its newest rows, or those of an unfinished transaction."""
    if source.path is None or not source.raw.startswith(_MAGIC):
        return []
    paths = [source.path.with_name(source.path.name + ending) for ending in ("-wal", "-journal")]
    return [path for path in paths if path.is_file() and path.stat().st_size]


def _recover(source: Source, beside: list[Path], connection: sqlite3.Connection) -> None:
    """Make of copies what SQLite would make of the store: its index is written beside the copy."""
    with TemporaryDirectory(prefix="lossdoc-") as folder:
        copy = Path(folder) / "store"
        copy.write_bytes(source.raw)
        for path in beside:
            ending = path.name.removeprefix(source.path.name if source.path else "")
            copy.with_name("store" + ending).write_bytes(path.read_bytes())
        with closing(sqlite3.connect(copy)) as opened:
            opened.backup(connection)

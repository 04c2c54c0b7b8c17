"""Open a source as an SQLite database without ever writing to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from lossdoc.input.source import Source

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
    if source.path is not None and source.raw.startswith(_MAGIC):
        try:  # not immutable: a live writer keeps its newest rows in the -wal file beside it
            connection = sqlite3.connect(f"{source.path.absolute().as_uri()}?mode=ro", uri=True)
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
            return connection
        except sqlite3.OperationalError:  # a write-ahead log in a folder where its index cannot be made
            pass
    connection = sqlite3.connect(":memory:")
    # A database in memory has no write-ahead log: bytes 18 and 19 say that it needs none.
    connection.deserialize(source.data[:18] + b"\x01\x01" + source.data[20:])
    return connection

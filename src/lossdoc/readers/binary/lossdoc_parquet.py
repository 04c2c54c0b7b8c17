"""What `lossdoc convert` writes as Parquet. Needs pyarrow, as writing it does."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from lossdoc.input.source import Source
from lossdoc.model.record import Item
from lossdoc.readers import Sample
from lossdoc.readers._converted import TIDY, WIDE, items

NAME = "lossdoc-parquet"
TITLE = "curves that `lossdoc convert` wrote as Parquet (needs pyarrow)"
SAMPLES: list[Sample] = []


def sniff(source: Source) -> float:
    table = _table(source)
    return 0.99 if table is not None and table.column_names[:4] in (WIDE, TIDY) else 0.0


def read(source: Source) -> Iterator[Item]:
    """Records as of the same table in text; a blank cell is null, and a NaN was logged."""
    table = _table(source)
    if table is not None:
        rows = [{name: cell for name, cell in row.items() if cell is not None} for row in table.to_pylist()]
        yield from items(list(enumerate(rows, 1)), tidy=table.column_names[:4] == TIDY)


def _table(source: Source) -> Any:
    """None where this is no Parquet, or nobody can read it."""
    if not source.data.startswith(b"PAR1"):
        return None
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        return None
    try:
        return parquet.read_table(BytesIO(source.data))
    except (ArrowException, OSError, ValueError):
        return None

"""What `lossdoc convert` writes, as CSV or JSON lines: tidy, a row for each point, or wide, a row for each step.

Names are canonical and values normalised already; what the log said beside its numbers stands in the column `about`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.input.source import Source
from lossdoc.model.record import Item, Unread
from lossdoc.readers import Sample
from lossdoc.readers._converted import TIDY, WIDE, Row, items
from lossdoc.readers._json import loads
from lossdoc.readers._samples_lossdoc import LOSSDOC

NAME = "lossdoc"
TITLE = "curves that `lossdoc convert` wrote, tidy or wide"
SAMPLES: list[Sample] = LOSSDOC


def sniff(source: Source) -> float:
    return 0.99 if _names(source)[:4] in (WIDE, TIDY) else 0.0


def read(source: Source) -> Iterator[Item]:
    """Rows of one record together, as many records as it has splits and sets of labels."""
    rows: list[tuple[int, Row]] = []
    for line, row in _rows(source):
        if isinstance(row, str):
            yield Unread(line, row)
        else:
            rows.append((line, row))
    yield from items(rows, tidy=_names(source)[:4] == TIDY)


def _names(source: Source) -> list[str]:
    """Names of the columns, in their order, by the first line of a table."""
    first = source.head.lstrip("\ufeff").partition("\n")[0]
    if first.startswith("{"):
        try:
            return list(loads(first))
        except ValueError:
            return []
    return first.strip().split(",")


def _rows(source: Source) -> Iterator[tuple[int, Row | str]]:
    """(line, row), or why a line is none."""
    lines = (line for _, line in source.iter_raw())
    if source.head.lstrip("\ufeff").startswith("{"):
        for number, line in enumerate(lines, 1):
            try:
                row = loads(line) if line.strip() else {}
            except ValueError:
                row = None
            if row != {}:
                yield number, row if isinstance(row, dict) else "broken, cut or too deeply nested JSON object"
        return
    import csv  # JSON lines load no reader of tables

    table = csv.reader(lines)
    try:
        names = [_bare(name) for name in next(table, [])]
        for cells in table:
            if len(cells) == len(names):
                yield table.line_num, {name: _bare(cell) for name, cell in zip(names, cells, strict=True) if cell}
            elif cells:
                yield table.line_num, f"the row is cut: {len(cells)} of {len(names)} cells"
    except csv.Error as error:
        yield table.line_num, f"no row of a table: {error}"


def _bare(cell: str) -> str:
    """Without the apostrophe that keeps spreadsheets from running a cell."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in "=+-@" else cell

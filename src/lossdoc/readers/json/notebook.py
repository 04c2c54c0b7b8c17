"""Whole Jupyter notebooks: the outputs of their cells. Streams go to the text readers, HTML to the table reader."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from lossdoc.input.source import Source
from lossdoc.model.record import Columns, Event, Item, Record
from lossdoc.readers import Sample
from lossdoc.readers._json import are_rows, loads
from lossdoc.readers._nested import best_reader, shifted

NAME = "ipynb"
TITLE = "Jupyter notebook (.ipynb) with the outputs of a training"

_NOTEBOOK = json.dumps(
    {
        "cells": [
            {"cell_type": "markdown", "source": ["# Train\n"]},
            {
                "cell_type": "code",
                "execution_count": 3,
                "source": ["trainer.train()"],
                "outputs": [
                    {"output_type": "stream", "name": "stdout", "text": ["start\n", "{'loss': 2.5, 'epoch': 0.5}\n"]},
                    {"output_type": "stream", "name": "stdout", "text": ["{'loss': 2.25, 'epoch': 1.0}\n"]},
                ],
            },
            {
                "cell_type": "code",
                "execution_count": 4,
                "source": ["other.train()"],
                "outputs": [
                    {
                        "output_type": "display_data",
                        "data": {
                            "text/html": "<table><tr><th>Step</th><th>Training Loss</th></tr>"
                            "<tr><td>10</td><td>1.500000</td></tr><tr><td>20</td><td>1.250000</td></tr></table>",
                            "text/plain": ["<IPython.core.display.HTML object>"],
                        },
                    }
                ],
            },
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    },
    indent=1,
)
SAMPLES = [
    Sample(
        program="nbformat 4 with transformers 4",
        cite="nbformat/v4/nbformat.v4.schema.json",
        text=_NOTEBOOK,
        records=[
            Record({"loss": 2.5, "epoch": 0.5}, 21, run="cell 3"),
            Record({"loss": 2.25, "epoch": 1.0}, 28, run="cell 3"),
            Record({"Step": "10", "Training Loss": "1.500000"}, 43, run="cell 4"),
            Record({"Step": "20", "Training Loss": "1.250000"}, 43, run="cell 4"),
        ],
    ),
]


def sniff(source: Source) -> float:
    """A notebook is claimed only when one of its outputs holds a training: without one there is nothing to read."""
    head = source.head
    if not head.lstrip("\ufeff \t\r\n").startswith("{") or are_rows(head) or '"nbformat"' not in source.text:
        return 0.0
    return 0.98 if any(isinstance(item, Record | Columns) for item in read(source)) else 0.0


def read(source: Source) -> Iterator[Item]:
    """Rows by cell; each cell is a run of its own, named by its execution count."""
    try:
        notebook = loads(source.text.lstrip("\ufeff"))
    except ValueError:
        return
    where = 0
    writers: set[str | None] = set()  # frameworks of what the cells print
    for number, cell in enumerate(_cells(notebook), 1):
        name = f"cell {cell.get('execution_count') or cell.get('prompt_number') or number}"
        stream: list[str] = []
        lines: list[int] = []  # of the file, for each line of the stream
        for output in cell.get("outputs") or ():
            if not isinstance(output, dict):
                continue
            for kind, chunks in _texts(output):
                where, first = _find(source.text, chunks, where)
                if kind == "html":
                    from lossdoc.readers import html_table

                    places = list(_outer(chunks, first, []))
                    for item in html_table.items("".join(chunks)):
                        writers.add(None)
                        yield shifted(item, places, name)
                else:
                    lines.extend(_outer(chunks, first, stream))
                    stream.extend(chunks)
        # Streams of one cell are one console: a row can be cut between two of them.
        console = Source.from_text("".join(stream))
        reader = best_reader(console)
        if reader is not None:
            writers.add(getattr(reader, "FRAMEWORK", None))
            for item in reader.read(console):
                yield shifted(item, lines, name)
    if len(writers) == 1 and (writer := writers.pop()) not in (None, "transformers"):
        yield Event("config", None, "whose lines all cells print", {"framework": writer})


def _outer(chunks: list[str], first: int, before: list[str]) -> Iterator[int]:
    """The line of the file for each line that begins in these chunks, which stand on a line of the file each."""
    begins = not before or before[-1].endswith("\n")
    for line, chunk in enumerate(chunks, first):
        yield from [line] * (chunk.count("\n") + begins - chunk.endswith("\n"))
        begins = chunk.endswith("\n")


def _cells(notebook: Any) -> Iterator[Mapping[str, Any]]:
    if not isinstance(notebook, dict):
        return
    sheets = notebook.get("worksheets")  # nbformat 3
    parts = sheets if isinstance(sheets, list) else [notebook]
    for part in parts:
        cells = part.get("cells") if isinstance(part, dict) else None
        for cell in cells if isinstance(cells, list) else ():
            if isinstance(cell, dict):
                yield cell


def _texts(output: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """(html or text, lines) of an output, in nbformat 3 and 4."""
    data = output.get("data")
    data = data if isinstance(data, dict) else output
    html, text = data.get("text/html", output.get("html")), output.get("text")
    if html:
        yield "html", _lines(html)
    elif text and output.get("output_type") == "stream":
        yield "text", _lines(text)


def _lines(text: Any) -> list[str]:
    parts = text if isinstance(text, list) else [text]
    return [part for part in parts if isinstance(part, str)]


def _find(text: str, chunks: list[str], start: int) -> tuple[int, int]:
    """Where in the file an output begins, and its line."""
    for ascii_only in (False, True):
        literal = json.dumps(chunks[0], ensure_ascii=ascii_only) if chunks else ""
        at = text.find(literal, start) if literal else -1
        if at >= 0:
            return at, text.count("\n", 0, at) + 1
    return start, text.count("\n", 0, start) + 1

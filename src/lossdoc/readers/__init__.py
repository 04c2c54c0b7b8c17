"""One file per log format. A reader knows the grammar of its format and nothing else.

A reader is a module of this folder (not starting with "_") with
- `NAME`: its id on the command line (`hf-stdout`), `TITLE`: one line for people,
- `SAMPLES`: a list of `Sample`: short text as the program prints it (source cited, numbers ours) and the records in it,
- `sniff(source) -> float`: 0..1, how likely this reader is right for this source,
- `read(source) -> Iterator[Item]`: records, columns, events and unread lines in file order.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from lossdoc.record import Item, Raw
from lossdoc.source import Source


@dataclass(frozen=True, slots=True)
class Sample:
    """What a program prints, and what must be read from it. `records`: (step hint or None, {key: value})."""

    text: str
    records: Sequence[tuple[float | None, Mapping[str, Raw]]]
    program: str = ""  # program and version
    cite: str = ""  # file of the program that the format string was read from
    events: Sequence[str] = field(default_factory=tuple)  # kinds of the events that must be seen


class Reader(Protocol):
    """The interface of a reader; modules satisfy it."""

    NAME: str
    TITLE: str
    SAMPLES: Sequence[Sample]

    def sniff(self, source: Source) -> float: ...

    def read(self, source: Source) -> Iterator[Item]: ...


@cache
def all_readers() -> tuple[Reader, ...]:
    """Every reader, found by walking this folder, in order of name."""
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))
    return tuple(importlib.import_module(f"{__name__}.{name}") for name in names)


def detect(source: Source) -> list[tuple[float, Reader]]:
    """Readers that may be right for a source, best first."""
    scored = [(score, reader) for reader in all_readers() if (score := reader.sniff(source)) > 0]
    return sorted(scored, key=lambda pair: -pair[0])

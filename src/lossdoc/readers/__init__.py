"""One file per log format. A reader knows the grammar of its format and nothing else.

A reader is a module of this folder (not starting with "_") with
- `NAME`: its id on the command line (`hf-stdout`), `TITLE`: one line for people,
- `FRAMEWORK` (optional): the framework that all logs of this format come from, or are built on (`transformers`),
- `SAMPLES`: a list of `Sample`: short text as the program prints it (source cited, numbers ours) and all that is in it,
- `sniff(source) -> float`: 0..1, how likely this reader is right for this source,
- `read(source) -> Iterator[Item]`: records, columns, events and unread lines in file order.

A module that is slow to ask and seldom right sets `LAST_RESORT = True`; `CEILING` is the best score that one gives. A
module may instead have `readers()`, which returns such objects: `line_formats` makes one of each `lines/*.yaml`.

Scores: 0.9 and more when the content proves the format, 0.8 to 0.88 for lines of one known program, 0.4 to 0.7 for
shapes that several programs share, below 0.4 for the last resort.

Readers of files that are no text stand in `binary/` and are the only ones asked about such a source. Those of JSON
stand in `json/` and are asked first where a text begins like JSON: what one of them proves loads no other.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Protocol

from msgspec import Struct, field

from lossdoc.input.source import Source
from lossdoc.model.record import Event, Item, Record, Unread
from lossdoc.readers import _door
from lossdoc.words.expressions import expression

PROOF = 0.9  # a score of a reader whose content proves the format
_SURE = 0.5
_TEXT, _JSON, _BINARY = __name__, f"{__name__}.json", f"{__name__}.binary"
_BEGINS_LIKE_JSON = expression(r"[\ufeff\s]*(?:\{\s*\"|\[\s*[\[{])")


class Sample(Struct, frozen=True):
    """What a program prints, and exactly what must be read from it."""

    text: str
    records: Sequence[Record]
    program: str = ""  # program and version
    cite: str = ""  # file of the program that the format string was read from
    events: Sequence[Event | Unread] = field(default_factory=tuple)  # all that is yielded beside the records
    name: str = "text"  # of the file, where it says what the text does not


class Reader(Protocol):
    """The interface of a reader; modules satisfy it."""

    @property
    def NAME(self) -> str: ...

    @property
    def TITLE(self) -> str: ...

    @property
    def SAMPLES(self) -> Sequence[Sample]: ...

    def sniff(self, source: Source) -> float: ...

    def read(self, source: Source) -> Iterator[Item]: ...


@cache
def readers_in(folder: str) -> tuple[Reader, ...]:
    """Every reader of a package, found by walking its folder, in order of name."""
    package = importlib.import_module(folder)
    found: list[Reader] = []
    for name in sorted(
        m.name for m in pkgutil.iter_modules(package.__path__) if not (m.ispkg or m.name.startswith("_"))
    ):
        module = importlib.import_module(f"{folder}.{name}")
        found.extend(module.readers() if hasattr(module, "readers") else [module])
    return tuple(sorted(found, key=lambda reader: reader.NAME))


def all_readers() -> tuple[Reader, ...]:
    """Every reader, in order of name."""
    return tuple(sorted((*text_readers(), *readers_in(_BINARY)), key=lambda reader: reader.NAME))


def text_readers() -> tuple[Reader, ...]:
    """Every reader of text, in order of name."""
    return tuple(sorted((*readers_in(_TEXT), *readers_in(_JSON)), key=lambda reader: reader.NAME))


def _turn(reader: Reader) -> int:
    """When a reader is asked: 0 first, 1 where it can prove nothing, 2 the last resort."""
    if getattr(reader, "LAST_RESORT", False):
        return 2
    return 1 if getattr(reader, "CEILING", 1.0) < PROOF else 0


def detect(source: Source) -> list[tuple[float, Reader]]:
    """Readers that may be right for a source, best first.

    Formats as data are asked only where no content proves a format, the last resort only when nobody else is sure.
    """
    if source.is_binary:
        return _best_first(_scores(readers_in(_BINARY), source))
    first = readers_in(_JSON) if _BEGINS_LIKE_JSON.match(source.head) else ()
    scored = _scores(first, source)
    if _undecided(scored, PROOF):
        rest = [reader for reader in text_readers() if reader not in first]
        for turn, enough in enumerate((PROOF, PROOF, _SURE)):
            if _undecided(scored, enough):
                scored += _scores([reader for reader in rest if _turn(reader) == turn], source)
    return _best_first(scored)


def _best_first(scored: list[tuple[float, Reader]]) -> list[tuple[float, Reader]]:
    return sorted(scored, key=lambda pair: -pair[0])


def _scores(readers: Sequence[Reader], source: Source) -> list[tuple[float, Reader]]:
    return [(score, reader) for reader in readers if (score := _door.score(reader, source)) > 0]


def _undecided(scored: Sequence[tuple[float, Reader]], enough: float) -> bool:
    return all(score < enough for score, _ in scored)

"""The one door between a source and what may fail on it: a reader that fails costs what it had not read, and says so.

A reader is written for what programs print; a file may hold anything. Each cause that is known is mended where it
arises. What is not known yet must not take the report of the file with it, nor that of a thousand files beside it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from lossdoc.model.record import BulkItem, Unread

if TYPE_CHECKING:
    from lossdoc.input.source import Source
    from lossdoc.readers import Reader

FAILED = "a fault of lossdoc"  # stands in every reason that tells of one
_Result = TypeVar("_Result")


def score(reader: Reader, source: Source) -> float:
    """What the reader's `sniff` says; 0, and a word in `source.beside`, where it fails."""
    return guarded(lambda: reader.sniff(source), 0.0, reader.NAME, source)


def items(reader: Reader, source: Source) -> Iterator[BulkItem]:
    """What the reader yields up to where it fails, and what of the source as a whole was left out.

    A reader that can gives rows of one layout as blocks of columns.
    """
    read = getattr(reader, "read_blocks", reader.read)
    try:
        yield from read(source)
    except Exception as error:
        _tell(error, reader.NAME, source)
    yield from source.beside


def guarded(call: Callable[[], _Result], otherwise: _Result, name: str, source: Source) -> _Result:
    """The result of a call on a source, or `otherwise` and a word in `source.beside`."""
    try:
        return call()
    except Exception as error:
        _tell(error, name, source)
        return otherwise


def _tell(error: Exception, name: str, source: Source) -> None:
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if f"{os.sep}lossdoc{os.sep}" in f.filename] or frames
    what = f"{type(error).__name__}: {error}"[:200]
    where = f"{os.path.basename(ours[-1].filename)}:{ours[-1].lineno}"
    source.beside.append(
        Unread(None, f"{name} failed in {where} ({what}), {FAILED}: what follows was not read; please report this line")
    )

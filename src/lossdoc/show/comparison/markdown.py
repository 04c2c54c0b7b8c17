"""Markdown for a job summary or a comment: the same as on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from lossdoc.comparison.result import Comparison
from lossdoc.model.finding import NotRead
from lossdoc.show.blocks import Block, Heading
from lossdoc.show.blocks.markdown import render
from lossdoc.show.comparison._page import page
from lossdoc.show.report import Options
from lossdoc.show.report._document import WIDE, refusals


def write(comparison: Comparison | None, not_read: Sequence[NotRead], options: Options) -> str:
    """One document; a table of what could not be read where there is something."""
    return render(_document(comparison, not_read, replace(options, width=WIDE)))


def _document(comparison: Comparison | None, not_read: Sequence[NotRead], options: Options) -> Iterator[Block]:
    yield Heading("lossdoc compare", level=1)
    if comparison:
        yield from page(comparison, options)
    if not_read:
        yield refusals(not_read)

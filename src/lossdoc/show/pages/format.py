"""The page of a log format."""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.knowledge.facts import Entry
from lossdoc.show.blocks import Text
from lossdoc.show.pages._common import title
from lossdoc.show.pages._text import CODE, inline


def page(entry: Entry) -> Iterator[Text]:
    """What it reads, and how to force it. A format is found by its content, so nobody needs its name as a rule."""
    yield title(entry.id, "", "log format")
    yield inline(entry.name)
    yield Text("")
    yield inline("It is recognised by its content. Where that goes wrong:")
    yield Text(f"  lossdoc check PATH --input-format {entry.id}", style=CODE)

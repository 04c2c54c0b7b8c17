"""The page of a word that is no document: NaN, warm-up, AdamW."""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.knowledge.glossary import Word
from lossdoc.show.blocks import Block, Text
from lossdoc.show.pages._common import listed, see_also, title
from lossdoc.show.pages._text import FAINT, inline


def page(word_id: str, word: Word) -> Iterator[Block]:
    """What it is, what it means in a log, what to ask next."""
    yield title(word_id, word.name, "word")
    for number, paragraph in enumerate(word.says):
        if number:
            yield Text("")
        yield inline(paragraph)
    yield from listed("Sources", word.sources, FAINT)
    yield from see_also(word.see)

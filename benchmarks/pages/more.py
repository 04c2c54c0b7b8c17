"""What a page of the site says beyond the page in a terminal: every variation of a metric in full."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossdoc.knowledge.schema import MetricDocument
from lossdoc.show.blocks import Block, Text
from lossdoc.show.pages import Look
from lossdoc.show.pages._common import expectations
from lossdoc.show.pages._text import FAINT, bullets, facts, heading, inline

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge


def variations(document: MetricDocument, knowledge: Knowledge, look: Look) -> Iterator[Block]:
    """One section per trainer that has more than the sentence that the page already shows."""
    known = {f"{framework}-{t.id}": t.name for t in knowledge.trainers() for framework in t.frameworks}
    known |= {t.id: t.name for t in knowledge.trainers()}
    first = True
    for key, variation in document.variations.items():
        rows = expectations(variation.expect, look.settings)
        if not (rows or variation.whatToLookFor or variation.cannotTell or variation.sources):
            continue
        if first:
            yield heading("Trainer by trainer")
            first = False
        yield Text(f"{key}{f': {known[key]}' if key in known else ''}", "bold")
        yield from bullets([*variation.whatToLookFor, *variation.cannotTell])
        yield from facts(rows)
        yield from (inline(f"Source: {source}", FAINT) for source in variation.sources)

"""The page of a training objective."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossdoc.knowledge.schema import TrainerDocument
from lossdoc.knowledge.trainers import Parsed
from lossdoc.show.blocks import Block, Grid, Text
from lossdoc.show.pages import Look
from lossdoc.show.pages._common import SEVERITY_STYLE, listed, see_also, start_text, title, usual_settings
from lossdoc.show.pages._text import FAINT, clean, facts, heading, ids, inline, prose, verbatim

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge

_LEVEL = {"high": "red", "medium": "yellow", "low": "blue"}


def page(document: TrainerDocument, knowledge: Knowledge, look: Look) -> Iterator[Block]:
    """What is normal, how it fails, which settings are usual; then what it optimises and logs, which checks differ."""
    known = knowledge.trainer(document.id)
    yield title(document.id, document.name, "trainer")
    yield inline(document.shortDescription)
    rows = [("family", Text(known.family))]
    if document.parent:
        rows.append(("a kind of", ids([document.parent])))
    if known.frameworks:
        words = [f"{name}-{document.id}" for name in known.frameworks]
        rows.append(("--trainer", ids([document.id, *words])))
    yield from facts(rows)
    yield from listed("What is normal", document.whatToLookFor)
    yield from _failures(document, look)
    asked = look.trainer if look.trainer and look.trainer.objective == document.id else None
    yield from usual_settings(knowledge, asked or Parsed(None, document.id, None))
    if document.formula:
        yield heading("What it optimises")
        yield verbatim(document.formula)
    yield from _starts(document, look)
    if document.prose:
        yield Text("")
        yield from prose(document.prose)
    yield from _checks(document.id, knowledge)
    metrics = knowledge.logged_by(document.id)
    if metrics:
        yield heading("What it logs")
        yield ids(metrics)
    yield from listed("What it cannot tell", document.cannotTell)
    yield from listed("Sources", document.sources, FAINT)
    yield from see_also(
        [f"{m} --trainer {document.id}" for m in metrics[:3]] + ([document.parent] if document.parent else [])
    )


def _starts(document: TrainerDocument, look: Look) -> Iterator[Block]:
    wanted = look.trainer.loss_type if look.trainer else None
    rows = []
    for name, kind in document.lossTypes.items():
        text = start_text(kind.start, look.settings) if kind.start else Text("")
        if kind.description:
            text.append("  " if text.plain else "").append(inline(kind.description))
        if kind.start and kind.start.source:
            text.append("  [", FAINT).append(inline(kind.start.source, FAINT)).append("]", FAINT)
        if name == wanted:
            text = text.bold()
        rows.append((name, text))
    if rows:
        yield heading("First loss by loss type")
        yield from facts(rows)


def _failures(document: TrainerDocument, look: Look) -> Iterator[Block]:
    if not document.patterns:
        return
    yield heading("How it fails")
    if look.width < 70:
        for pattern in document.patterns:
            yield inline(f"**{pattern.symptom}** ({pattern.severity}): {pattern.cause}. Try: {pattern.try_}")
        return
    rows = [
        (
            inline(pattern.symptom),
            inline(pattern.cause),
            Text(clean(pattern.severity), _LEVEL.get(pattern.severity, SEVERITY_STYLE.get(pattern.severity, ""))),
            inline(pattern.try_),
        )
        for pattern in document.patterns
    ]
    yield Grid(("symptom", "likely cause", "severity", "what to try"), rows, (3, 3, -8, 4))


def _checks(objective: str, knowledge: Knowledge) -> Iterator[Block]:
    changes = knowledge.trainer(objective).checks
    off = [(check, inline(change.off)) for check, change in changes.items() if change.off]
    other = [
        (check, inline(f"{change.severity}{f': {change.why}' if change.why else ''}"))
        for check, change in changes.items()
        if change.severity and not change.off
    ]
    if off:
        yield heading("Checks that do not apply")
        yield from facts(off)
    if other:
        yield heading("Checks with another severity")
        yield from facts(other)

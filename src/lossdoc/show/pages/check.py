"""The page of a check: its docstring, what it looks at, and a drawing that sets it off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossdoc.knowledge.evidence import evidence
from lossdoc.knowledge.facts import CheckPage, LimitFacts
from lossdoc.knowledge.schema import Drawing, MetricDocument
from lossdoc.show.blocks import Block, Text
from lossdoc.show.pages import Look, _evidence
from lossdoc.show.pages._common import SEVERITY_STYLE, see_also, title, usual_settings
from lossdoc.show.pages._drawings import Gallery, Panel
from lossdoc.show.pages._text import FAINT, bullets, facts, heading, ids, inline, prose

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge


def page(check: CheckPage, knowledge: Knowledge, look: Look) -> Iterator[Block]:
    """Sections of the docstring; causes and remedies are the trainer's own where it has some."""
    yield title(check.id, "", "check")
    yield inline(check.title)
    rows = [("severity", Text(check.severity, style=SEVERITY_STYLE[check.severity]))]
    if check.metrics:
        rows.append(("looks at", ids(check.metrics)))
    if check.explains:
        rows.append(("explains", ids(check.explains)))
    causes = [c.id for c in knowledge.checks() if check.id in c.explains]
    if causes:
        rows.append(("explained by", ids(causes)))
    yield from facts(rows)
    yield from _under_trainer(check, knowledge, look)
    yield from usual_settings(knowledge, look.trainer)
    objectives = [look.trainer.objective] if look.trainer else []
    advice = knowledge.advice(check.id, objectives)
    for name, text in sorted(check.sections, key=lambda section: _order(section[0])):
        yield heading(name)
        if name.lower() == "likely causes" and objectives:
            yield from bullets(hint.text for hint in advice.causes)
        elif name.lower() == "what to try" and objectives:
            yield from bullets(hint.text for hint in advice.next)
        else:
            yield from prose(text)
        if name.lower() == "how it is measured" and look.drawings:
            yield from _example(check, knowledge, look)
    yield from _limits(check, knowledge)
    yield from _evidence.section(check, evidence())
    yield from _differences(check, knowledge)
    yield from see_also([*check.metrics[:3], *check.explains[:2]])


# What a reader came for; how it is measured and where it is silent follow.
_FIRST = ("what it means", "likely causes", "what to try")


def _order(section: str) -> int:
    return _FIRST.index(section.lower()) if section.lower() in _FIRST else len(_FIRST)


def _under_trainer(check: CheckPage, knowledge: Knowledge, look: Look) -> Iterator[Block]:
    if look.trainer is None:
        return
    trainer = knowledge.trainer(look.trainer.objective)
    change = trainer.checks.get(check.id)
    yield heading(f"Under {trainer.id}: {trainer.name}")
    if change is None:
        yield inline("As everywhere.", FAINT)
    elif change.off:
        yield inline(f"Does not apply: {change.off}.")
    elif change.severity:
        yield inline(f"Severity {change.severity}{f': {change.why}' if change.why else ''}.")
    else:
        yield inline(change.why or "Its own causes and remedies, below.")


def _example(check: CheckPage, knowledge: Knowledge, look: Look) -> Iterator[Block]:
    """A healthy and an ill drawing of the document whose curve must set this check off."""
    for metric, name in knowledge.drawings(check.id):
        document = knowledge.document("metric", metric)
        views = document.visualizations if isinstance(document, MetricDocument) else None
        if views is None or name not in views.unhealthy:
            continue
        ill = views.unhealthy[name]
        panels = [Panel(f"{metric}, healthy", d, True) for d in _matching(views.healthy, ill)[:1]]
        panels.append(Panel(f"{metric}: {ill.label or check.id}", ill, False))
        yield heading("Example")
        yield Gallery(panels, None, look, same=True)
        return


def _limits(check: CheckPage, knowledge: Knowledge) -> Iterator[Block]:
    """Every number that the check holds a run against, and who says so."""
    known = knowledge.limits()
    if check.limits:
        yield heading("Limits")
        yield from facts([(name, _limit(known[name])) for name in check.limits])


def _limit(limit: LimitFacts) -> Text:
    unit = limit.unit.removeprefix("share").strip() if limit.share else limit.unit
    return (
        inline(f"{limit.shown} {unit}".strip())
        .append("  [", FAINT)
        .append(inline(limit.source, FAINT))
        .append("]", FAINT)
    )


def _matching(healthy: dict[str, Drawing], ill: Drawing) -> list[Drawing]:
    return sorted(healthy.values(), key=lambda d: d.trainer != ill.trainer)


def _differences(check: CheckPage, knowledge: Knowledge) -> Iterator[Block]:
    """Trainers under which the check is off or of another severity."""
    rows = []
    for trainer in knowledge.trainers():
        change = trainer.checks.get(check.id)
        if change and change.off:
            rows.append((trainer.id, inline(f"off: {change.off}")))
        elif change and change.severity:
            rows.append((trainer.id, inline(f"{change.severity}{f': {change.why}' if change.why else ''}")))
    if rows:
        yield heading("By trainer")
        yield from facts(rows)

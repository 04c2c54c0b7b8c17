"""The page of a metric."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossdoc.knowledge.expect import variation_keys
from lossdoc.knowledge.schema import Expect, JudgedWith, KeyEntry, MetricDocument, Variation
from lossdoc.show.blocks import Block, Text
from lossdoc.show.pages import Look
from lossdoc.show.pages._common import (
    band,
    check_lines,
    expectations,
    listed,
    more,
    see_also,
    title,
    usual_settings,
    watching,
)
from lossdoc.show.pages._drawings import Gallery, hidden, panels_of
from lossdoc.show.pages._text import FAINT, bullets, clean, facts, heading, inline, prose

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge

_ROLES = {
    "step": "an axis: the step",
    "epoch": "an axis: the epoch",
    "tokens": "an axis: tokens seen",
    "samples": "an axis: samples seen",
    "episodes": "an axis: episodes played",
    "time": "a measure of time, no curve to judge",
    "summary": "a value for the whole run, no curve to judge",
    "config": "a setting, no curve to judge",
    "ignore": "read and left aside, no curve to judge",
}
_DIRECTIONS = {"down": "lower is better", "up": "higher is better", "neither": "neither direction is better"}


def page(document: MetricDocument, knowledge: Knowledge, look: Look, note: str = "") -> Iterator[Block]:
    """All sections. `note` says how the word asked for came to this metric."""
    near = _variations(document, knowledge, look)
    yield title(document.id, document.name, "metric")
    if note:
        yield inline(note, FAINT)
    yield inline(document.shortDescription)
    if look.trainer:
        yield from _variation(document, near, knowledge, look)
        yield from usual_settings(knowledge, look.trainer)
    yield from listed("What to look for", document.whatToLookFor)
    rows = _facts(document, [v for _, v in near], look)
    if rows:
        yield heading("Facts")
        yield from facts(rows)
    objective = look.trainer.objective if look.trainer else None
    lineage = knowledge.lineage(objective) if objective else []
    panels = panels_of(document, objective, lineage, look) if look.drawings else []
    if panels:
        yield heading("What it looks like")
        yield Gallery(panels, document.visualizations.yDomain if document.visualizations else None, look)
        if left := hidden(document, len(panels)):
            yield Text(f"{left} drawings of other trainers and faults more (--all, --trainer)", style=FAINT)
    yield from listed("What it cannot tell", document.cannotTell)
    if document.prose:
        yield Text("")
        yield from prose(document.prose)
    yield from listed("Checks that watch it", check_lines(watching(knowledge, document.id)))
    yield from _not_judged(document)
    yield from _under_trainers(document, look)
    yield from _aliases(document, knowledge, look)
    own = [s for _, v in near for s in v.sources]
    yield from listed("Sources", [*own, *document.sources], FAINT)
    yield from see_also([document.parent] if document.parent else [])


def _variations(document: MetricDocument, knowledge: Knowledge, look: Look) -> list[tuple[str, Variation]]:
    """Variations that serve the trainer asked for, the nearest first, its parents' last."""
    if look.trainer is None:
        return []
    framework, objective, loss_type = look.trainer
    keys: list[str] = []
    for name in knowledge.lineage(objective):
        keys += variation_keys(framework, name, loss_type, knowledge.trainer(name))
    return [(key, document.variations[key]) for key in dict.fromkeys(keys) if key in document.variations]


def _variation(
    document: MetricDocument, near: list[tuple[str, Variation]], knowledge: Knowledge, look: Look
) -> Iterator[Block]:
    assert look.trainer is not None
    framework, objective, loss_type = look.trainer
    words = [framework, objective, loss_type if loss_type != objective else None]
    yield heading(f"Under {'-'.join(w for w in words if w)}: {knowledge.trainer(objective).name}")
    if not near:
        yield inline(
            f"Nothing is different from what follows: no document says more about `{document.id}` here.", FAINT
        )
    for key, variation in near[: 1 if near and near[0][1].description else 2]:
        if key not in (objective, f"{framework}-{objective}") and not key.startswith(f"{objective}-"):
            yield inline(f"As written for {key}:", FAINT)
        if variation.description:
            yield inline(variation.description)
        yield from bullets(variation.whatToLookFor)
        yield from bullets(variation.cannotTell)
    off = knowledge.trainer(objective).checks
    watched = [c.id for c in watching(knowledge, document.id) if c.id in off and off[c.id].off]
    yield from bullets(f"`{check}` does not apply: {off[check].off}" for check in watched)


def _facts(document: MetricDocument, near: list[Variation], look: Look) -> list[tuple[str, Text]]:
    def first(name: str) -> object:
        return next((v for part in (*near, document) if (v := getattr(part, name, None)) is not None), None)

    rows: list[tuple[str, Text]] = []
    if document.role:
        rows.append(("role", Text(_ROLES[document.role])))
    if unit := first("unit"):
        rows.append(("unit", Text(clean(unit))))
    if aggregation := first("aggregation"):
        rows.append(("aggregation", Text(clean(aggregation))))
    direction = first("direction")
    if isinstance(direction, str) and not document.role:
        rows.append(("direction", Text(_DIRECTIONS[direction])))
    bounds = first("bounds")
    if isinstance(bounds, tuple) and any(b is not None for b in bounds):
        rows.append(("bounds", Text(band(*bounds))))
    chain = [e for e in (*(v.expect for v in near[:1]), document.expect) if e]
    joined = Expect(
        start=next((e.start for e in chain if e.start), None),
        trend=next((e.trend for e in chain if e.trend), None),
        healthy=next((e.healthy for e in chain if e.healthy), None),
    )
    return rows + expectations(joined, look.settings)


def _not_judged(document: MetricDocument) -> Iterator[Block]:
    if document.judged is False and document.why:
        yield from listed("Not judged by itself", [document.why])
    elif isinstance(document.judged, JudgedWith) and document.judged.with_:
        yield from listed("Judged together with others", [f"`{check}`" for check in document.judged.with_])


def _under_trainers(document: MetricDocument, look: Look) -> Iterator[Block]:
    """Without --trainer: one line per trainer, so that the reader sees what differs."""
    if look.trainer is None and document.variations:
        yield heading("Under each trainer (more with --trainer)")
        rows = [(clean(key), inline(v.description)) for key, v in document.variations.items() if v.description]
        yield from facts(rows)


def _aliases(document: MetricDocument, knowledge: Knowledge, look: Look) -> Iterator[Block]:
    framework = look.trainer.framework if look.trainer else None
    line = knowledge.frameworks(framework)
    rows = []
    others = [a for a in dict.fromkeys(document.aliases) if a != document.id]
    if others:
        rows.append(("anywhere", Text(more(others, look, 14))))
    names = sorted(document.keys)
    shown = names if look.everything else [n for n in names if n.lower() in line] if line else names[:6]
    rows += [(clean(name), Text(more([_key(entry) for entry in document.keys[name]], look, 8))) for name in shown]
    if len(names) > len(shown):
        rows.append(("", Text(f"and {len(names) - len(shown)} frameworks more (--all)", style=FAINT)))
    if rows:
        yield heading("Logged as")
        yield from facts(rows)


def _key(entry: str | KeyEntry) -> str:
    if isinstance(entry, str):
        return entry
    said = [f"times {entry.factor:g}"] if entry.factor != 1 else []
    said += [f"{entry.split} split"] if entry.split else []
    said += [f"in {entry.objective}"] if entry.objective else []
    said += [f"{name} {value}" for name, value in entry.labels.items()]
    return f"{entry.key} ({', '.join(said)})" if said else entry.key

"""Documents and source files -> what the index holds of them: facts, claims on keys, drawings, checks, formats."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources.abc import Traversable

from lossdoc.knowledge.facts import CheckFacts, Entry, MainCurve, MetricFacts, Problem, TrainerFacts
from lossdoc.knowledge.keys import Rule, with_split
from lossdoc.knowledge.limits import Limits
from lossdoc.knowledge.schema import KeyEntry, MetricDocument, Quality, TrainerDocument
from lossdoc.knowledge.source_code import check_facts, literals, main_curve
from lossdoc.words.expressions import expression

_TITLE = expression(r"^title: *(.*?) *$", re.MULTILINE)


def metric_facts(document: MetricDocument) -> MetricFacts:
    return MetricFacts(
        id=document.id,
        name=document.name or document.id,
        unit=document.unit,
        aggregation=document.aggregation,
        direction=document.direction,
        merit=document.merit,
        quality=document.quality is not False,
        not_of=document.quality.notOf if isinstance(document.quality, Quality) else (),
        scaled_by=document.scaledBy,
        held_out=document.heldOut,
        bounds=document.bounds,
        role=document.role,
        parent=document.parent,
        judged=document.judged is not False,
        why=document.why or document.shortDescription,
        described=list(document.variations),
        expect=document.expect,
        variations={key: v.expect for key, v in document.variations.items() if v.expect},
    )


def drawings(found: Mapping[str, MetricDocument]) -> dict[str, list[tuple[str, str]]]:
    """By check: the drawings that must set it off, as metric and name; a metric's own check first."""
    by_check: dict[str, list[tuple[str, str]]] = {}
    for document in found.values():
        for name, drawing in (document.visualizations.unhealthy if document.visualizations else {}).items():
            for check in drawing.finds or ():
                by_check.setdefault(check, []).append((document.id, name))
    return by_check


def rules(document: MetricDocument) -> Iterator[Rule]:
    """What a metric's document claims: its id, its aliases, its keys by framework."""
    for key in dict.fromkeys([document.id, *document.aliases]):
        yield with_split(Rule(document.id, key))
    for framework, entries in document.keys.items():
        for entry in entries:
            said = KeyEntry(key=entry) if isinstance(entry, str) else entry
            yield with_split(
                Rule(
                    document.id,
                    said.key,
                    framework.lower(),
                    said.objective or "",
                    said.factor,
                    said.split,
                    said.labels,
                    said.aggregation,
                )
            )


def trainer_facts(found: Mapping[str, TrainerDocument]) -> dict[str, TrainerFacts]:
    """Facts of all trainers, with what they inherit."""

    def lineage(document: TrainerDocument) -> list[TrainerDocument]:
        chain = [document]
        while (parent := found.get(chain[-1].parent or "")) and parent not in chain:
            chain.append(parent)
        return chain

    facts: dict[str, TrainerFacts] = {}
    for document in found.values():
        chain = lineage(document)
        checks, usual = {}, {}
        for ancestor in reversed(chain):
            checks.update(ancestor.checks)
            usual.update(ancestor.usual)
        facts[document.id] = TrainerFacts(
            id=document.id,
            name=document.name or document.id,
            family=next((d.family for d in chain if d.family), "other"),
            aliases=document.aliases,
            parent=document.parent,
            detect=next((d.detect for d in chain if d.detect), []),
            rank=document.rank,
            frameworks=next((d.frameworks for d in chain if d.frameworks), []),
            checks=checks,
            lossTypes=document.lossTypes,
            usual=usual,
        )
    return facts


def code(package: Traversable, folder: str) -> Iterator[tuple[str, str, str]]:
    """Module names, sources and paths of a folder of units."""
    for file in sorted(package.joinpath(folder).iterdir(), key=lambda f: f.name):
        if file.name.endswith(".py") and not file.name.startswith("_"):
            yield file.name.removesuffix(".py"), file.read_text(encoding="utf-8"), f"{folder}/{file.name}"


def checks(package: Traversable, problems: list[Problem], limits: Limits | None = None) -> dict[str, CheckFacts]:
    found: dict[str, CheckFacts] = {}
    for stem, text, path in code(package, "checks"):
        check_id = stem.replace("_", "-")
        try:
            found[check_id] = check_facts(check_id, text, path, limits)
        except SyntaxError as error:
            problems.append(Problem(path, error.lineno or 1, "", "not Python"))
    return found


def main_curves(package: Traversable, known: Iterable[str]) -> dict[str, MainCurve]:
    """By check, of those whose files say which curve they cannot do without."""
    sources = {stem.replace("_", "-"): text for stem, text, _ in code(package, "checks")}
    found = {check_id: main_curve(sources[check_id]) for check_id in known}
    return {check_id: curve for check_id, curve in found.items() if curve is not None}


def formats(package: Traversable, problems: list[Problem]) -> list[Entry]:
    """Log formats: constants NAME and TITLE of the readers' files, and the title lines of `readers/lines/*.yaml`."""
    found: list[Entry] = []
    for stem, text, path in (
        part for folder in ("readers", "readers/json", "readers/binary") for part in code(package, folder)
    ):
        try:
            said = literals(ast.parse(text))
        except SyntaxError as error:
            problems.append(Problem(path, error.lineno or 1, "", "not Python"))
            continue
        if "NAME" in said:  # a module without it serves the formats of data files
            found.append(Entry("format", str(said["NAME"]), str(said.get("TITLE", stem)), path))
    lines = package / "readers" / "lines"
    for file in sorted(lines.iterdir(), key=lambda f: f.name) if lines.is_dir() else ():
        title = _TITLE.search(file.read_text(encoding="utf-8")) if file.name.endswith(".yaml") else None
        if title:
            found.append(Entry("format", file.name.removesuffix(".yaml"), title[1], f"readers/lines/{file.name}"))
    return found

"""Folders of documents -> the index: one byte string with sections, of which a command decodes only what it needs.

Runs when the wheel is built, in a checkout when a document changed, and for a user's own folder of documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import msgspec

from lossdoc.knowledge import front
from lossdoc.knowledge.convert import convert
from lossdoc.knowledge.facts import CheckFacts, Entry, MetricFacts, Problem, TrainerFacts
from lossdoc.knowledge.keys import Rule, tables, with_split
from lossdoc.knowledge.names import Names, names
from lossdoc.knowledge.schema import (
    KINDS,
    Document,
    KeyEntry,
    LossDocument,
    MetricDocument,
    TrainerDocument,
)
from lossdoc.knowledge.sections import pack
from lossdoc.knowledge.source_code import check_facts, literals

FOLDERS = {"metric": "", "trainer": "trainers", "loss": "losses"}


class Source(msgspec.Struct):
    """One document as read: its fields as plain data, and where it stands."""

    kind: str
    path: str
    data: dict[str, Any]
    text: str


def files(root: Traversable, kind: str) -> Iterator[Traversable]:
    """Documents of a kind in a folder of documents, in order of name."""
    folder = root / FOLDERS[kind] if FOLDERS[kind] else root
    if folder.is_dir():
        yield from sorted((f for f in folder.iterdir() if f.name.endswith(".md")), key=lambda f: f.name)


def read(root: Traversable, problems: list[Problem], prefix: str) -> list[Source]:
    """All documents of a folder that can be read; the others become problems."""
    found: list[Source] = []
    for kind in FOLDERS:
        for file in files(root, kind):
            path = f"{prefix}/{FOLDERS[kind]}/{file.name}".replace("//", "/")
            try:
                text = file.read_text(encoding="utf-8")
                data = front.read(text)
            except front.FrontError as error:
                problems.append(Problem(path, error.line, "", error.reason))
            except UnicodeDecodeError:
                problems.append(Problem(path, 1, "", "not UTF-8 text"))
            else:
                found.append(Source(kind, path, data, text))
    return found


def merge(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """A user's document over ours of the same id: lists of aliases join, mappings join by key, all else is replaced."""
    joined = dict(old)
    for name, value in new.items():
        before = joined.get(name)
        if name == "aliases" and isinstance(before, list) and isinstance(value, list):
            joined[name] = list(dict.fromkeys([*before, *value]))
        elif isinstance(before, dict) and isinstance(value, dict):
            joined[name] = merge(before, value)
        elif value not in ("", None) or name != "prose":
            joined[name] = value
    return joined


def documents(
    roots: Sequence[tuple[Traversable, str]], problems: list[Problem]
) -> dict[str, dict[str, tuple[Document, str]]]:
    """Documents of all folders by kind and id, later folders over earlier ones, each with its path."""
    raw: dict[str, dict[str, Source]] = {kind: {} for kind in FOLDERS}
    for number, (root, prefix) in enumerate(roots):
        here: dict[tuple[str, str], str] = {}
        for source in read(root, problems, prefix):
            document_id = str(source.data.get("id", ""))
            if (source.kind, document_id) in here:
                other = here[source.kind, document_id]
                problems.append(Problem(source.path, 1, "id", f"`{document_id}` is the id of {other} as well"))
                continue
            here[source.kind, document_id] = source.path
            old = raw[source.kind].get(document_id)
            data = merge(old.data, source.data) if old and number else source.data
            raw[source.kind][document_id] = Source(source.kind, source.path, data, source.text)
    found: dict[str, dict[str, tuple[Document, str]]] = {kind: {} for kind in FOLDERS}
    for kind, sources in raw.items():
        for document_id, source in sources.items():
            faults: list[tuple[list[str | int], str]] = []
            document = convert(source.data, KINDS[kind], faults)
            problems.extend(
                Problem(source.path, front.line_of(source.text, path), ".".join(str(p) for p in path if p != ""), why)
                for path, why in faults
            )
            if document is not None:
                found[kind][document_id] = (document, source.path)
    return found


def metric_facts(document: MetricDocument) -> MetricFacts:
    return MetricFacts(
        id=document.id,
        name=document.name or document.id,
        unit=document.unit,
        aggregation=document.aggregation,
        direction=document.direction,
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
        checks = {}
        for ancestor in reversed(chain):
            checks.update(ancestor.checks)
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
        )
    return facts


def code(folder: Path, problems: list[Problem]) -> Iterator[tuple[str, str, str]]:
    """Module names, sources and paths of a folder of units."""
    for file in sorted(folder.glob("*.py")):
        if not file.name.startswith("_"):
            try:
                yield file.stem, file.read_text(encoding="utf-8"), f"{folder.name}/{file.name}"
            except OSError as error:
                problems.append(Problem(str(file), 1, "", str(error)))


def checks(package: Path, problems: list[Problem]) -> dict[str, CheckFacts]:
    found: dict[str, CheckFacts] = {}
    for stem, text, path in code(package / "checks", problems):
        check_id = stem.replace("_", "-")
        try:
            found[check_id] = check_facts(check_id, text, path)
        except SyntaxError as error:
            problems.append(Problem(path, error.lineno or 1, "", "not Python"))
    return found


def formats(package: Path, problems: list[Problem]) -> list[Entry]:
    """Log formats, by the constants NAME and TITLE of the readers' files."""
    import ast

    found: list[Entry] = []
    for stem, text, path in code(package / "readers", problems):
        try:
            said = literals(ast.parse(text))
        except SyntaxError as error:
            problems.append(Problem(path, error.lineno or 1, "", "not Python"))
            continue
        found.append(Entry("format", str(said.get("NAME", stem.replace("_", "-"))), str(said.get("TITLE", "")), path))
    return found


def index(roots: Sequence[tuple[Traversable, str]], package: Path, stamp: bytes = b"") -> bytes:
    """The index of folders of documents and of the package's checks and readers."""
    problems: list[Problem] = []
    found = documents(roots, problems)
    metrics = {i: d for i, (d, _) in found["metric"].items() if isinstance(d, MetricDocument)}
    trainers = {i: d for i, (d, _) in found["trainer"].items() if isinstance(d, TrainerDocument)}
    losses = {i: d for i, (d, _) in found["loss"].items() if isinstance(d, LossDocument)}
    known_checks = checks(package, problems)
    entries = [
        Entry(kind, document.id, document.name or document.id, path)  # type: ignore[arg-type]
        for kind, by_id in found.items()
        for document, path in by_id.values()
    ]
    entries += [Entry("check", c.id, c.title, c.path) for c in known_checks.values()]
    entries += formats(package, problems)
    words: Names = names(entries, metrics, trainers, losses)
    encode = msgspec.msgpack.encode
    parts: dict[str, bytes] = {
        "metrics": encode({i: metric_facts(d) for i, d in metrics.items()}),
        "trainers": encode(trainer_facts(trainers)),
        "checks": encode(known_checks),
        "keys": encode(tables([rule for d in metrics.values() for rule in rules(d)])),
        "names": encode(words),
        "problems": encode(sorted(problems)),
        "drawings": encode(drawings(metrics)),
        "summaries": encode(
            {f"{k}:{i}": d.shortDescription for k, by_id in found.items() for i, (d, _) in by_id.items()}
        ),
    }
    for kind, by_id in found.items():
        for document_id, (document, _) in by_id.items():
            parts[f"{kind}:{document_id}"] = encode(document)
    return pack(parts, stamp)

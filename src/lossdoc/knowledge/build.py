"""Folders of documents -> the index: one byte string with sections, of which a command decodes only what it needs.

Runs when the wheel is built, in a checkout when a document changed, and for a user's own folder of documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import msgspec

from lossdoc.knowledge import front
from lossdoc.knowledge.convert import convert
from lossdoc.knowledge.extract import checks, drawings, formats, main_curves, metric_facts, rules, trainer_facts
from lossdoc.knowledge.facts import Entry, Problem
from lossdoc.knowledge.keys import Rule, tables
from lossdoc.knowledge.limits import read_limits
from lossdoc.knowledge.names import Names, names
from lossdoc.knowledge.schema import (
    KINDS,
    Cause,
    Constants,
    Document,
    Framework,
    LossDocument,
    MetricDocument,
    TrainerDocument,
)
from lossdoc.knowledge.sections import pack
from lossdoc.knowledge.words import plain

S = TypeVar("S", bound=msgspec.Struct)

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


def read_yaml(roots: Sequence[tuple[Traversable, str]], name: str, problems: list[Problem]) -> dict[str, Any]:
    """A plain YAML file of all folders, later ones over earlier ones; empty where there is none."""
    joined: dict[str, Any] = {}
    for root, prefix in roots:
        file = root / name
        if file.is_file():
            try:
                joined = merge(joined, front.fields(file.read_text(encoding="utf-8")))
            except front.FrontError as error:
                problems.append(Problem(f"{prefix}/{name}", error.line - 1, "", error.reason))
    return joined


def side_files(
    roots: Sequence[tuple[Traversable, str]], problems: list[Problem]
) -> tuple[Constants, dict[str, Cause], dict[str, Framework]]:
    """The constants, the causes, and the frameworks by name."""
    constants = _struct(read_yaml(roots, "constants.yaml", problems), Constants, "constants.yaml", problems)
    causes = {
        name: cause
        for name, data in read_yaml(roots, "causes.yaml", problems).items()
        if (cause := _struct(data, Cause, "causes.yaml", problems, name))
    }
    folders = [root / "frameworks" for root, _ in roots]
    files = {f"frameworks/{file.name}" for folder in folders if folder.is_dir() for file in folder.iterdir()}
    frameworks = {
        file.removeprefix("frameworks/").removesuffix(".yaml"): said
        for file in sorted(files)
        if file.endswith(".yaml") and (said := _struct(read_yaml(roots, file, problems), Framework, file, problems))
    }
    return constants or Constants(), causes, frameworks


def _struct(data: dict[str, Any], kind: type[S], file: str, problems: list[Problem], *at: str) -> S | None:
    faults: list[tuple[list[str | int], str]] = []
    made = convert(data, kind, faults)
    problems.extend(Problem(f"metrics/{file}", 1, ".".join(map(str, [*at, *p])), why) for p, why in faults)
    return made


def _claims(metrics: Mapping[str, MetricDocument], own: set[str]) -> Iterator[Rule]:
    """What all documents claim; what one of the user's `own` claims no document of ours does."""
    taken = {(rule.level, plain(rule.key)) for name in own & set(metrics) for rule in rules(metrics[name])}
    for document in metrics.values():
        for rule in rules(document):
            if document.id in own or (rule.level, plain(rule.key)) not in taken:
                yield rule


def index(roots: Sequence[tuple[Traversable, str]], package: Traversable, stamp: bytes = b"") -> bytes:
    """The index of folders of documents and of the package's checks and readers."""
    problems: list[Problem] = []
    found = documents(roots, problems)
    metrics = {i: d for i, (d, _) in found["metric"].items() if isinstance(d, MetricDocument)}
    trainers = {i: d for i, (d, _) in found["trainer"].items() if isinstance(d, TrainerDocument)}
    losses = {i: d for i, (d, _) in found["loss"].items() if isinstance(d, LossDocument)}
    constants, causes, frameworks = side_files(roots, problems)
    limits = read_limits(package)
    known_checks = checks(package, problems, limits)
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
        "main curves": encode(main_curves(package, known_checks)),
        "limits": encode(limits.facts),
        "keys": encode(tables(list(_claims(metrics, set(documents(roots[1:], [])["metric"]))))),
        "names": encode(words),
        "constants": encode(constants),
        "causes": encode(causes),
        "built on": encode({name: said.builtOn for name, said in frameworks.items() if said.builtOn}),
        "frameworks": encode(sorted(frameworks)),
        "problems": encode(sorted(problems)),
        "drawings": encode(drawings(metrics)),
        "summaries": encode(
            {f"{k}:{i}": d.shortDescription for k, by_id in found.items() for i, (d, _) in by_id.items()}
        ),
    }
    for name, framework in frameworks.items():
        parts[f"framework:{name}"] = encode(framework)
    for kind, by_id in found.items():
        for document_id, (document, _) in by_id.items():
            parts[f"{kind}:{document_id}"] = encode(document)
    return pack(parts, stamp)

"""Rules that a document must keep beyond its fields' types. Each fault is a Problem with file, line and field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path
from typing import get_args

from lossdoc.knowledge import front
from lossdoc.knowledge.build import FOLDERS, documents, files, side_files
from lossdoc.knowledge.expect import fixed
from lossdoc.knowledge.extract import checks, rules
from lossdoc.knowledge.facts import Problem
from lossdoc.knowledge.formula import FormulaError, names
from lossdoc.knowledge.keys import Rule, check_pattern
from lossdoc.knowledge.schema import (
    Direction,
    Document,
    Drawing,
    Expect,
    LossDocument,
    MetricDocument,
    Start,
    TrainerDocument,
)
from lossdoc.knowledge.store import metrics_dir, package_dir
from lossdoc.knowledge.words import without_split

Path_ = tuple[str | int, ...]
Fault = tuple[Path_, str]

# Fields that documents of the metrics.help format have. A document with no other is judged by these alone.
_FOREIGN = {
    "id", "name", "aliases", "parent", "shortDescription", "whatToLookFor", "visualizations", "variations", "prose",
}  # fmt: skip


class Known:
    """What a document may refer to."""

    def __init__(self, checks_: set[str], metrics: set[str], trainers: set[str], losses: set[str]) -> None:
        self.checks, self.metrics, self.trainers, self.losses = checks_, metrics, trainers, losses
        self.by_kind = {"metric": metrics, "trainer": trainers, "loss": losses}


def validate(folder: Traversable, name: str) -> list[Problem]:
    """All faults of a folder of documents, judged together with ours, in order of file and line; what it takes over
    from ours is a remark."""
    ours = metrics_dir()
    same = isinstance(folder, Path) and isinstance(ours, Path) and folder.resolve() == ours.resolve()
    roots = [(folder, name)] if same else [(ours, "metrics"), (folder, name)]
    joined = documents(roots, [])
    problems: list[Problem] = []
    own = documents([(folder, name)], problems)
    side_files([(folder, name)], problems)
    known = Known(set(checks(package_dir(), [])), *(set(joined[kind]) for kind in ("metric", "trainer", "loss")))
    texts = dict(_texts(folder, name))
    for kind, by_id in own.items():
        for document, path in by_id.values():
            # A document over one of ours says only what differs.
            partial = not same and document.id in documents_of(ours, kind)
            lenient = partial or _is_foreign(texts[path])
            found = [*judge(document, kind, path, known, foreign=lenient), *(_ours(document) if same else ())]
            problems += [_problem(path, texts[path], *f) for f in found]
    problems += _claims(joined, texts, set(own["metric"]))
    return sorted(set(problems))


def documents_of(root: Traversable, kind: str) -> set[str]:
    """Ids of the documents of a folder, which are their files' names."""
    return {file.name.removesuffix(".md") for file in files(root, kind)}


def _texts(folder: Traversable, name: str) -> Iterator[tuple[str, str]]:
    for kind in FOLDERS:
        for file in files(folder, kind):
            path = f"{name}/{FOLDERS[kind]}/{file.name}".replace("//", "/")
            yield path, file.read_bytes().decode("utf-8", "replace")


def _is_foreign(text: str) -> bool:
    data = front.read(text)
    return set(data) <= _FOREIGN and not any("finds" in curve for curve in _raw_curves(data))


def _raw_curves(data: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    views = data.get("visualizations")
    for group in views.values() if isinstance(views, dict) else ():
        for curve in group.values() if isinstance(group, dict) else ():
            if isinstance(curve, dict):
                yield curve


def _problem(path: str, text: str, where: Path_, why: str) -> Problem:
    return Problem(path, front.line_of(text, list(where)), ".".join(str(p) for p in where if p != ""), why)


def judge(document: Document, kind: str, path: str, known: Known, *, foreign: bool) -> Iterator[Fault]:
    """Faults of one document."""
    stem = path.rsplit("/", 1)[-1].removesuffix(".md")
    if not foreign and document.id != stem:
        yield ("id",), f"`{document.id}` is not the file's name, `{stem}`"
    if not foreign and document.parent and document.parent not in known.by_kind[kind]:
        yield ("parent",), f"there is no {kind} `{document.parent}`"
    if not foreign:
        for name in ("name", "shortDescription"):
            if not getattr(document, name):
                yield (name,), "missing"
    if isinstance(document, MetricDocument):
        yield from _metric(document, known, foreign)
    elif isinstance(document, TrainerDocument):
        yield from _trainer(document, known)
    elif isinstance(document, LossDocument):
        for number, start in enumerate(document.start):
            yield from _start(start, ("start", number))


def _ours(document: Document) -> Iterator[Fault]:
    """What our own documents say beyond what a user's has to."""
    if not document.sources:
        yield ("sources",), "missing: where the name and the meaning are documented"
    if isinstance(document, MetricDocument) and document.judged is not False and not document.role:
        if document.direction is None:
            yield ("direction",), f"missing: what is better, {_one_of(Direction)}?"
        if not document.whatToLookFor:
            yield ("whatToLookFor",), "missing: what does a healthy curve do?"


def _one_of(literal: object) -> str:
    *first, last = get_args(literal)
    return f"{', '.join(first)} or {last}"


def _metric(document: MetricDocument, known: Known, foreign: bool) -> Iterator[Fault]:
    for number, alias in enumerate(document.aliases):
        if why := check_pattern(alias):
            yield ("aliases", number), why
    for framework, entries in document.keys.items():
        for number, entry in enumerate(entries):
            key = entry if isinstance(entry, str) else entry.key
            if why := check_pattern(key):
                yield ("keys", framework, number), why
            if not isinstance(entry, str) and entry.objective and entry.objective not in known.trainers:
                yield ("keys", framework, number, "objective"), f"there is no trainer `{entry.objective}`"
    yield from _expect(document.expect, ("expect",))
    for name, variation in document.variations.items():
        if not foreign and not _names_trainer(name, known.trainers):
            yield ("variations", name), "names no trainer: an objective, or framework-objective"
        yield from _expect(variation.expect, ("variations", name, "expect"))
    views = document.visualizations
    healthy, unhealthy = (views.healthy, views.unhealthy) if views else ({}, {})
    for name, drawing in healthy.items():
        yield from _drawing(drawing, ("visualizations", "healthy", name), known)
    for name, drawing in unhealthy.items():
        where = ("visualizations", "unhealthy", name)
        yield from _drawing(drawing, where, known)
        if drawing.finds is None and not foreign:
            yield (*where, "finds"), "missing: which check must report this curve?"
    if foreign or document.role:
        return
    if document.merit and document.direction not in ("down", "up"):
        yield ("direction",), f"missing: progress is judged by a `merit: {document.merit}`, so say down or up"
    if document.judged is False and not document.why:
        yield ("judged",), "a metric that is not judged says `why`"
    if document.judged is True and not (healthy and unhealthy):
        missing = " and ".join(n for n, v in (("healthy", healthy), ("unhealthy", unhealthy)) if not v)
        yield ("visualizations",), f"no {missing} curve; or say `judged: false` and `why`"
    if not isinstance(document.judged, bool):
        for number, check in enumerate(document.judged.with_):
            if check not in known.checks:
                yield ("judged", "with", number), f"there is no check `{check}`"


def _names_trainer(name: str, trainers: set[str]) -> bool:
    parts = name.split("-")
    return any("-".join(parts[i:j]) in trainers for i in range(len(parts)) for j in range(i + 1, len(parts) + 1))


def _expect(expect: Expect | None, where: Path_) -> Iterator[Fault]:
    if expect is None:
        return
    if expect.start:
        yield from _start(expect.start, (*where, "start"))
    for name, part in (("trend", expect.trend), ("healthy", expect.healthy)):
        if part and not part.source:
            yield (*where, name, "source"), "a figure needs a source, or the words `our own judgement`"


def _start(start: Start, where: Path_) -> Iterator[Fault]:
    if not fixed(start):
        return
    if not start.source:
        yield (*where, "source"), "a figure needs a source, or the words `our own judgement`"
    if isinstance(start.value, str):
        try:
            names(start.value)
        except FormulaError as error:
            yield (*where, "value"), str(error)


def _drawing(drawing: Drawing, where: Path_, known: Known) -> Iterator[Fault]:
    for field, named in (("finds", drawing.finds or []), ("may_find", drawing.may_find)):
        for number, check in enumerate(named):
            if check not in known.checks:
                yield (*where, field, number), f"there is no check `{check}`"
    if drawing.trainer and not _names_trainer(drawing.trainer, known.trainers):
        yield (*where, "trainer"), f"there is no trainer `{drawing.trainer}`"
    for metric in drawing.with_:
        name = metric.partition("[")[0]  # reward[component=format] is a labelled curve of the run
        if name not in known.metrics and without_split(name)[-1][0] not in known.metrics:
            yield (*where, "with", metric), f"there is no metric `{metric}`"
    for field, points in (("data", drawing.data), *drawing.with_.items()):
        place: Path_ = (*where, "data") if field == "data" else (*where, "with", field)
        if len(points) < 2:
            yield place, "a curve has at least two points"
        for number, (a, b) in enumerate(pairwise(points), 1):
            if b.step <= a.step:
                yield (*place, number), "steps must rise"
        for number, point in enumerate(points):
            if (point.value is None) == (point.train is None and point.val is None):
                yield (*place, number), "a point has a `value`, or `train` and `val`"


def _trainer(document: TrainerDocument, known: Known) -> Iterator[Fault]:
    for number, rule in enumerate(document.detect):
        for field in ("any", "all", "none"):
            for place, metric in enumerate(getattr(rule, field)):
                if metric not in known.metrics:
                    yield ("detect", number, field, place), f"there is no metric `{metric}`"
    for check in document.checks:
        if check not in known.checks:
            yield ("checks", check), f"there is no check `{check}`"
    for name, kind in document.lossTypes.items():
        if kind.start:
            yield from _start(kind.start, ("lossTypes", name, "start"))


def _claims(
    found: Mapping[str, Mapping[str, tuple[Document, str]]], texts: Mapping[str, str], own: set[str]
) -> list[Problem]:
    """Keys that two documents claim with equal right under one framework and objective, or that one of a user's `own`
    takes over from ours."""
    claims: dict[tuple[str, str], list[Rule]] = {}
    paths: dict[str, str] = {}
    for document, path in found["metric"].values():
        if isinstance(document, MetricDocument):
            paths[document.id] = path
            for rule in rules(document):
                claims.setdefault((rule.level, rule.key.lower()), []).append(rule)
    problems = []
    for (level, key), claimed in claims.items():
        owners = sorted({rule.metric for rule in claimed})
        if len(owners) < 2 and all(rule.same(claimed[0]) for rule in claimed):
            continue
        for metric in owners:
            path = paths[metric]
            if path in texts:
                others = ", ".join(paths[o] for o in owners if o != metric) or "itself, with another meaning"
                where = f"`{key}`{f' under {level}' if level else ''}"
                fault = len(own & set(owners)) != 1 or len(owners) < 2
                why = f"is claimed by {others} as well" if fault else f"is this document's from now on, not {others}'s"
                line = _line_with(texts[path], key)
                problems.append(Problem(path, line, "keys" if level else "aliases", f"{where} {why}", fault))
    return problems


def _line_with(text: str, key: str) -> int:
    """Line of the front matter in which a key stands."""
    return next((n for n, line in enumerate(text.splitlines(), 1) if key in line.lower()), 1)

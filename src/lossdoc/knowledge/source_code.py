"""Checks and readers as the index sees them: read from their source by `ast`, never imported."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

from lossdoc.knowledge.facts import CheckFacts, CheckPage, Hint, MainCurve
from lossdoc.words.expressions import expression

if TYPE_CHECKING:
    from lossdoc.knowledge.limits import Limits

_HEADING = expression(r"^##+\s+(.+?)\s*$")
_BULLET = expression(r"^\s*[-*]\s+(.*)$")
# "The learning rate is too high. [rate-high]": the cause of metrics/causes.yaml that a bullet is about, no prose.
_CAUSES = expression(r"\s*\[([a-z][a-z-]*(?:,\s+[a-z][a-z-]*)*)\](?=\s*$)", re.MULTILINE)
# "Lower the learning rate [by 3 to 10].": how much, where the page has no number of the run.
_AMOUNT = expression(r" \[([^\[\]]+)\]")


def literals(tree: ast.Module) -> dict[str, Any]:
    """Constants that a module assigns at its top level, where they are literals."""
    found: dict[str, Any] = {}
    for name, value in _assignments(tree):
        try:
            found[name] = ast.literal_eval(value)
        except ValueError:
            continue
    return found


def _assignments(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value


def check_facts(check_id: str, source: str, path: str, limits: Limits | None = None) -> CheckFacts:
    """Facts of a check's file. SyntaxError where it is no Python."""
    tree = ast.parse(source)
    said = literals(tree)
    doc = inspect.cleandoc(ast.get_docstring(tree, clean=False) or "")
    used = list(limits.used_by(check_id)) if limits else []
    if limits:
        doc = limits.filled(doc, check_id)
    return CheckFacts(
        id=check_id,
        title=doc.split("\n\n")[0].replace("\n", " ").strip(),
        severity=said.get("SEVERITY", "warning"),
        explains=tuple(said.get("EXPLAINS", ())),
        metrics=tuple(dict.fromkeys(_needed(tree))),
        doc=doc,
        path=path,
        limits=used,
    )


def _needed(tree: ast.Module) -> Iterator[str]:
    """Metrics in the calls `Need("loss", ...)`, `Need(("reward", "score"))`, also through a constant's name."""
    said = literals(tree)
    for node in ast.walk(tree):
        if _is_need(node):
            yield from _metrics(node, said)


def _is_need(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Need"


def _metrics(need: ast.Call, said: Mapping[str, Any]) -> Iterator[str]:
    for word in (*need.args[:1], *(k.value for k in need.keywords if k.arg == "metrics")):
        value = said.get(word.id) if isinstance(word, ast.Name) else _literal(word)
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple | list):
            yield from (v for v in value if isinstance(v, str))


def main_curve(source: str) -> MainCurve | None:
    """The curve without which a check has nothing to judge. None where it judges without one, or the file does not say
    plainly which it is."""
    tree = ast.parse(source)
    needs = dict(_assignments(tree)).get("NEEDS")
    need = next(filter(_is_need, needs.values), None) if isinstance(needs, ast.Dict) else None
    if need is None:
        return None
    given = {word.arg: _literal(word.value) for word in need.keywords}
    metrics = tuple(_metrics(need, literals(tree)))
    split = given.get("split", "train")
    return MainCurve(metrics, split) if metrics and split and not given.get("optional", False) else None


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def page(facts: CheckFacts) -> CheckPage:
    """The docstring in sections."""
    sections: list[tuple[str, list[str]]] = []
    body = facts.doc.split("\n")
    for line in body:
        heading = _HEADING.match(line)
        if heading:
            sections.append((heading[1], []))
        elif sections:
            sections[-1][1].append(line)
    return CheckPage(
        id=facts.id,
        title=facts.title,
        sections=tuple((name, _prose("\n".join(lines))) for name, lines in sections),
        causes=_hints(sections, "Likely causes"),
        next=_hints(sections, "What to try"),
        severity=facts.severity,
        explains=facts.explains,
        metrics=facts.metrics,
        limits=facts.limits,
    )


def _prose(text: str) -> str:
    """A section as people read it."""
    return _amounts_shown(_CAUSES.sub("", text)).strip()


def _hints(sections: Sequence[tuple[str, list[str]]], heading: str) -> tuple[Hint, ...]:
    lines = next((lines for name, lines in sections if name == heading), [])
    return tuple(map(hint, bullets("\n".join(lines))))


def hint(text: str) -> Hint:
    """A bullet, the causes that it names at its end, and its text without amounts."""
    named = _CAUSES.search(text)
    text = _CAUSES.sub("", text)
    causes = tuple(re.split(r",\s+", named[1])) if named else ()
    return Hint(_amounts_shown(text), _AMOUNT.sub("", text), causes)


def _amounts_shown(text: str) -> str:
    return _AMOUNT.sub(r" (\1)", text)


def bullets(text: str) -> list[str]:
    """Items of a Markdown list, each on one line."""
    items: list[str] = []
    for line in text.split("\n"):
        start = _BULLET.match(line)
        if start:
            items.append(start[1].strip())
        elif items and line.strip():
            items[-1] += " " + line.strip()
    return items

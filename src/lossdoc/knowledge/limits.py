"""Limits as the index sees them: read from the source of their rooms by `ast`, never imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from lossdoc.knowledge.facts import LimitFacts
from lossdoc.words.expressions import expression

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

# Folders whose numbers are limits, and what the names of a folder begin with ("" means: with the module's own name).
FOLDERS = {"checks": "", "judge": "", "comparison": "compare", "input": "read"}
_PLACE = expression(r"\{([a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)?)\}")
_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


class Module(Struct, frozen=True):
    """One file: its limits by attribute, and what each of its functions and of its imports mentions."""

    name: str
    limits: dict[str, LimitFacts]
    mentioned: dict[str, set[str]]
    imports: dict[str, tuple[str, str]]  # local name -> module, name there


class Limits(Struct, frozen=True):
    """Limits of all modules."""

    modules: dict[str, Module]

    @property
    def facts(self) -> dict[str, LimitFacts]:
        return {limit.name: limit for module in self.modules.values() for limit in module.limits.values()}

    def used_by(self, check_id: str) -> Iterator[str]:
        """Names of a check's own limits, then of those that what it calls elsewhere holds something against."""
        module = self.modules[f"lossdoc.checks.{check_id.replace('-', '_')}"]
        yield from (limit.name for limit in module.limits.values())
        seen: set[tuple[str, str]] = set()
        waiting = list(module.imports.values())
        while waiting:
            place = waiting.pop(0)
            other = self.modules.get(place[0])
            if place in seen or other is None:
                continue
            seen.add(place)
            if place[1] in other.limits:
                yield other.limits[place[1]].name
            words = sorted(other.mentioned.get(place[1], ()))
            waiting += (other.imports.get(word, (other.name, word)) for word in words)

    def filled(self, text: str, check_id: str) -> str:
        """A docstring with the values of limits in place of their names: `{rise}`, `{merit.kept}`."""
        facts = self.facts

        def value(found: re.Match[str]) -> str:
            name = found[1] if "." in found[1] else f"{check_id}.{found[1]}"
            limit = facts.get(name)
            if limit is None:
                return found[0]
            small = limit.whole and 0 <= limit.value < len(_WORDS)
            return _WORDS[int(limit.value)] if small else limit.shown

        return _PLACE.sub(value, text)


def read_limits(package: Traversable) -> Limits:
    """The limits of a package. A file that is no Python has none; that it is none is said where checks are read."""
    found: dict[str, Module] = {}
    for folder, prefix in FOLDERS.items():
        for file in sorted(package.joinpath(folder).iterdir(), key=lambda f: f.name):
            if file.name.endswith(".py"):
                try:
                    tree = ast.parse(file.read_text(encoding="utf-8"))
                except SyntaxError:
                    continue
                stem = file.name.removesuffix(".py")
                module = _module(f"lossdoc.{folder}.{stem}", prefix or stem.strip("_").replace("_", "-"), tree)
                found[module.name] = module
    return Limits(found)


def _module(name: str, prefix: str, tree: ast.Module) -> Module:
    limits: dict[str, LimitFacts] = {}
    mentioned: dict[str, set[str]] = {}
    imports: dict[str, tuple[str, str]] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            attribute = node.targets[0].id
            limit = _limit(node.value)
            if limit is not None:
                word = attribute.strip("_").lower().replace("_", "-")
                limits[attribute] = LimitFacts(f"{prefix}.{word}", name, attribute, *limit)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            mentioned[node.name] = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    for inner in ast.walk(tree):
        if isinstance(inner, ast.ImportFrom) and inner.module:
            imports.update({alias.asname or alias.name: (inner.module, alias.name) for alias in inner.names})
    return Module(name, limits, mentioned, imports)


def _limit(node: ast.expr) -> tuple[float, bool, str, str] | None:
    """(value, whole, unit, source) of the call `Limit(0.05, "share of ...", "ours")`, None for anything else."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Limit"):
        return None
    value, unit, source = (ast.literal_eval(argument) for argument in node.args)
    return float(value), isinstance(value, int), unit, source

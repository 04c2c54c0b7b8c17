"""The page of a framework: what it trains under which name, what it stands on, and how its logs are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossdoc.show.blocks import Block, Text
from lossdoc.show.pages import Look
from lossdoc.show.pages._common import more, see_also, title
from lossdoc.show.pages._text import CODE, facts, heading, inline

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge


def page(name: str, knowledge: Knowledge, look: Look) -> Iterator[Block]:
    """What the documents say of a framework, whose keys are looked up before those that all share."""
    objectives = [facts.id for facts in knowledge.trainers() if name in facts.frameworks]
    below = knowledge.frameworks(name)[1:]
    above = knowledge.built_on(name)
    yield title(name, "", "framework")
    said = f"{len(objectives)} training objectives are known from it." if objectives else "Its keys are known."
    yield inline(f"A framework whose logs lossdoc reads. {said}")
    rows = [("stands on", Text(", ".join(below)))] if below else []
    rows += [("under", Text(more(above, look, 8)))] if above else []
    rows += [("trains", Text(more(objectives, look, 30)))] if objectives else []
    yield from facts(rows)
    if objectives:
        yield heading("How to name it")
        yield Text(f"  lossdoc check PATH --trainer {name}-{objectives[0]}", style=CODE)
    rows = [(setting, Text(words, style=CODE)) for setting, words in _spelled(name, knowledge).items()]
    if rows:
        yield heading("What settings are called in it")
        yield from facts(rows)
    yield from see_also([f"{objective} --trainer {name}-{objective}" for objective in objectives[:6]])


def _spelled(name: str, knowledge: Knowledge) -> dict[str, str]:
    """The settings that advice names, as this framework spells them, or the one whose settings it takes as well."""
    found: dict[str, str] = {}
    for document in knowledge.framework_chain(name):
        for setting, said in document.settings.items():
            words = [said] if isinstance(said, str) else dict.fromkeys(said.values())
            found.setdefault(setting, ", ".join(words).replace("{value}", "..."))
    return found

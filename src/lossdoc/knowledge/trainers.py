"""`--trainer` words -> framework, objective, loss type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lossdoc.knowledge.facts import TrainerFacts
from lossdoc.knowledge.words import plain


class Parsed(NamedTuple):
    framework: str | None
    objective: str
    loss_type: str | None


class UnknownTrainer(ValueError):
    """A word that names no trainer; `near` are words that do."""

    def __init__(self, word: str, near: list[str]) -> None:
        hint = f" Did you mean {', '.join(near)}?" if near else ""
        super().__init__(f"unknown trainer `{word}`.{hint} `lossdoc list trainers` shows all.")
        self.near = near


def parse(word: str, trainers: Mapping[str, TrainerFacts]) -> Parsed:
    """Framework, objective and loss type of a trainer's word. UnknownTrainer where it is none."""
    flat = plain(word)
    table = dict(_names(trainers))
    for framework, rest in _splits(flat, trainers):
        if rest in table:
            objective, loss_type = table[rest]
            return Parsed(framework, objective, loss_type)
    import difflib

    known = {plain(t.id): t.id for t in trainers.values()} | {plain(f"{f}-{t.id}"): f"{f}-{t.id}" for t in trainers.values() for f in t.frameworks}
    near = [known[n] for n in difflib.get_close_matches(flat, known, n=4, cutoff=0.6)]
    near += [i for p, i in known.items() if i in trainers and (p in flat or flat in p) and i not in near]
    raise UnknownTrainer(word, near[:5])


def _names(trainers: Mapping[str, TrainerFacts]) -> Iterator[tuple[str, tuple[str, str | None]]]:
    """Every word for an objective, the weakest first so that ids win."""
    for trainer in trainers.values():
        for name, loss_type in trainer.lossTypes.items():
            # A loss type with a document of its own (ipo beside dpo) is that objective.
            target = name if name in trainers else trainer.id
            for word in (name, *loss_type.aliases):
                yield plain(f"{trainer.id}-{word}"), (target, name)
    for trainer in trainers.values():
        loss_type = trainer.id if trainer.parent else None
        if trainer.parent:
            yield plain(f"{trainer.parent}-{trainer.id}"), (trainer.id, trainer.id)
        for alias in (trainer.name, *trainer.aliases):
            yield plain(alias), (trainer.id, loss_type)
    for trainer in trainers.values():
        yield plain(trainer.id), (trainer.id, trainer.id if trainer.parent else None)


def _splits(flat: str, trainers: Mapping[str, TrainerFacts]) -> Iterator[tuple[str | None, str]]:
    """Ways to read a word as framework and objective: without a framework first, long frameworks before short ones."""
    yield None, flat
    frameworks = {f for t in trainers.values() for f in t.frameworks}
    for framework in sorted(frameworks, key=lambda f: -len(f)):
        if flat.startswith(plain(framework) + "_"):
            yield framework, flat[len(plain(framework)) + 1 :]

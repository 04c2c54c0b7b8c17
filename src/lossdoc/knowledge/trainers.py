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
    table = dict(_names(trainers))
    for framework, rest in _splits(plain(word), trainers):
        if rest in table:
            return Parsed(framework, *table[rest])
    raise UnknownTrainer(word, _near(plain(word), trainers))


def framework_alone(word: str, trainers: Mapping[str, TrainerFacts]) -> str | None:
    """The framework that a word names without an objective (`keras`, `trl`); None where it names none, or more."""
    flat = plain(word)
    if flat in dict(_names(trainers)):
        return None
    return next((name for name in _frameworks(trainers) if plain(name) == flat), None)


def _names(trainers: Mapping[str, TrainerFacts]) -> Iterator[tuple[str, tuple[str, str | None]]]:
    """Every word for an objective and its loss types, the weakest first so that ids win."""
    for trainer in trainers.values():
        types = list(trainer.lossTypes)
        for name, said in trainer.lossTypes.items():
            # A loss type with a document of its own (ipo beside dpo) is that objective.
            target = name if name in trainers else trainer.id
            for word in (name, *said.aliases):
                yield plain(f"{trainer.id}-{word}"), (target, name)
        for alias in (trainer.name, *trainer.aliases):
            yield plain(alias), (trainer.id, _own_type(trainer) or _type_of_alias(plain(alias), trainer, types))
    for trainer in trainers.values():
        if trainer.parent:
            yield plain(f"{trainer.parent}-{trainer.id}"), (trainer.id, _own_type(trainer))
        yield plain(trainer.id), (trainer.id, _own_type(trainer))


def _own_type(trainer: TrainerFacts) -> str | None:
    """An objective that is a loss type of its parent has that loss type."""
    return trainer.id if trainer.parent and trainer.id in trainer.lossTypes else None


def _type_of_alias(flat: str, trainer: TrainerFacts, types: list[str]) -> str | None:
    """`robust-dpo` is the type robust, `nca` is nca_pair; `apo` may be two, so it stays a type of its own."""
    word = flat.removesuffix("_" + plain(trainer.id))
    same = [name for name in types if plain(name) == word]
    longer = [name for name in types if plain(name).startswith(word + "_")]
    if same:
        return same[0]
    return longer[0] if len(longer) == 1 else word if longer else None


def _splits(flat: str, trainers: Mapping[str, TrainerFacts]) -> Iterator[tuple[str | None, str]]:
    """Ways to read a word as framework and objective: without a framework first, long frameworks before short ones."""
    yield None, flat
    for framework in sorted(_frameworks(trainers), key=lambda f: (-len(f), f)):
        if flat.startswith(plain(framework) + "_"):
            yield framework, flat[len(plain(framework)) + 1 :]


def _frameworks(trainers: Mapping[str, TrainerFacts]) -> set[str]:
    return {f for t in trainers.values() for f in t.frameworks}


def _near(flat: str, trainers: Mapping[str, TrainerFacts]) -> list[str]:
    import difflib

    words = [t.id for t in trainers.values()] + [f"{f}-{t.id}" for t in trainers.values() for f in t.frameworks]
    known = {plain(word): word for word in words}
    near = [known[n] for n in difflib.get_close_matches(flat, known, n=3, cutoff=0.6)]
    near += [t for t in trainers if len(flat) > 1 and (plain(t) in flat or flat in plain(t)) and t not in near]
    return near[:4]

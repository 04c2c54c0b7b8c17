"""Who wrote a log: objectives that its keys and first values leave possible, and the framework. records -> [here]."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct, field

from lossdoc.input.numbers import parse
from lossdoc.model.note import Note
from lossdoc.model.record import Block, BulkItem, Columns, Event, Record
from lossdoc.model.run import Trainer
from lossdoc.words.counters import episode_counter
from lossdoc.words.expressions import expression
from lossdoc.words.splits import WORD

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge, TrainerFacts
    from lossdoc.knowledge.schema import Detect

# Rows that count episodes, under names without paths: the words of those who write their agents themselves.
_HOME_MADE_AGENT = "gym"
_REMEMBERED = 4096  # patterns asked of sets of keys: the runs of a sweep log the same ones, and a rule asks hundreds
_SPLIT = expression(rf"^(?:{WORD})[/_.\- ]", re.IGNORECASE)


class Hint(Struct, frozen=True):
    """What the user said with --trainer."""

    text: str
    objective: str | None  # None: only the framework was said
    framework: str | None = None
    loss_type: str | None = None


class Recognised(Struct, frozen=True):
    """The trainer, the framework whose words the keys are read in, and what a person should be told."""

    trainer: Trainer
    framework: str | None = None
    notes: Sequence[Note] = field(default_factory=tuple)


def hint_from_name(text: str, knowledge: Knowledge) -> Hint:
    """`dpo`, `trl-dpo`, `ipo`, `keras`; UnknownTrainer, a ValueError with near matches, for a word nobody knows."""
    alone = knowledge.framework_alone(text)
    if alone is not None:
        return Hint(text, None, alone)
    framework, objective, loss_type = knowledge.parse_trainer(text)
    return Hint(text, objective, framework, loss_type)


def recognise(
    items: Sequence[BulkItem], knowledge: Knowledge, hint: Hint | None = None, framework: str | None = None
) -> Recognised:
    """Candidates in order of rank, with the keys that spoke for them.

    `framework` is what the format alone says (a trainer_state.json is of transformers or of what is built on it).
    """
    objective = hint.objective if hint else None
    if hint is not None and objective is None:
        framework, hint = hint.framework, None
    if hint is None and (before := _recognised_before(items, knowledge)):
        return before
    first = first_values(items)
    config = {k: v for item in items if isinstance(item, Event) and item.kind == "config" for k, v in item.data.items()}
    said = (hint.framework if hint else None) or config.get("framework")
    # What may stand on a framework: its words are understood, its name is given only where keys show it.
    reading = said or (knowledge.read_as(framework) if framework else knowledge.framework_of(first))
    if reading is None and episode_counter(first) and not any("/" in key for key in first):
        reading = _HOME_MADE_AGENT
    metrics: dict[str, float] = {}
    train: dict[str, float] = {}
    for key, value in first.items():
        found = knowledge.resolve(key, reading)
        if found and not found.ignored and found.role is None:
            metrics.setdefault(found.metric, value)
            if found.split in (None, "train") and math.isfinite(value):
                train.setdefault(found.metric, value * found.factor)
    candidates, evidence = _candidates(knowledge, metrics, train, tuple(first), reading)
    if reading is None and candidates:
        reading = knowledge.framework_of(first, knowledge.trainer(candidates[0]).frameworks)
    name = reading
    if said is None and framework and any(framework in knowledge.trainer(c).frameworks for c in candidates):
        name = framework
    if hint is None or objective is None:
        return Recognised(Trainer(candidates, name, None, False, evidence), reading)
    notes: list[Note] = []
    if candidates and objective not in candidates and not _related(objective, candidates, knowledge):
        looks = {"given": hint.text, "looks_like": candidates[:3], "keys": evidence, "judged_as": objective}
        notes.append(Note("trainer contradicted", looks))
    trainer = Trainer((objective,), name, hint.loss_type, True, "given with --trainer")
    return Recognised(trainer, reading, notes)


def _recognised_before(items: Sequence[BulkItem], knowledge: Knowledge) -> Recognised | None:
    """What stands in a converted log, the same for all of its runs; its keys are in nobody's words any more."""
    said = [item.data for item in items if isinstance(item, Event) and item.kind == "trainer"]
    if not said or any(data != said[0] for data in said):
        return None
    known = {facts.id for facts in knowledge.trainers()}
    candidates = said[0].get("candidates")
    named = tuple(name for name in candidates if name in known) if isinstance(candidates, list) else ()
    framework, loss_type = (
        text if isinstance(text := said[0].get(key), str) else None for key in ("framework", "loss_type")
    )
    return Recognised(Trainer(named, framework, loss_type, False, "recognised before it was converted"))


def first_values(items: Iterable[BulkItem]) -> dict[str, float]:
    """The first number logged under each raw key; NaN for a key whose values are no finite numbers."""
    first: dict[str, float] = {}
    lines: dict[str, int] = {}  # where they stand
    settled: set[tuple[str, ...]] = set()  # layouts of rows whose keys all have their number: nothing is left to learn
    for item in items:
        if isinstance(item, Record):
            layout = tuple(item.values)
            if layout in settled:
                continue
            if all(math.isfinite(first.get(key, math.nan)) for key in layout):
                settled.add(layout)
                continue
            for key, raw in item.values.items():
                if key in first and math.isfinite(first[key]):
                    continue
                number = parse(raw)
                if number is not None:
                    first[key] = number.value if math.isfinite(number.value) else math.nan
                    lines[key] = item.line or 0
        elif isinstance(item, Block):
            _first_of_block(item, first, lines)
        elif isinstance(item, Columns) and len(item.values):
            first.setdefault(item.key, float(item.values[0]))
    return first


def _first_of_block(block: Block, first: dict[str, float], lines: dict[str, int]) -> None:
    """Blocks come behind the records of their source: by its line a number is the first one, or is not."""
    import numpy as np

    for key, column in zip(block.keys, block.columns, strict=True):
        known = math.isfinite(first.get(key, math.nan))
        if known and lines.get(key, 0) <= block.lines[0]:
            continue
        finite = np.isfinite(column)
        at = int(finite.argmax())
        if finite[at] and not (known and lines.get(key, 0) < block.lines[at]):
            first[key], lines[key] = float(column[at]), int(block.lines[at])
        else:
            first.setdefault(key, math.nan)


def _related(objective: str, candidates: Sequence[str], knowledge: Knowledge) -> bool:
    """A variant stands or falls with its parent: ipo logs what dpo logs."""
    parent = knowledge.trainer(objective).parent
    return parent in candidates or any(knowledge.trainer(c).parent == objective for c in candidates)


def _candidates(
    knowledge: Knowledge,
    metrics: Mapping[str, float],
    train: Mapping[str, float],
    keys: tuple[str, ...],
    framework: str | None,
) -> tuple[tuple[str, ...], str]:
    found: list[tuple[int, TrainerFacts, list[str]]] = []
    for facts in knowledge.trainers():
        for rule in facts.detect:
            evidence = _holds(rule, metrics, train, keys, framework)
            if evidence is not None:
                found.append((facts.rank, facts, evidence))
                break
    # A framework of one objective alone (Unity ML-Agents, RSL-RL) decides between those that share its keys.
    own = [facts.id for facts in knowledge.trainers() if framework in facts.frameworks]
    found = [entry for entry in found if [entry[1].id] == own] or found
    found.sort(key=lambda entry: (entry[0], entry[1].id))
    words = list(dict.fromkeys(found[0][2])) if found else []
    return tuple(facts.id for _, facts, _ in found), ", ".join(words[:3])


def _holds(
    rule: Detect,
    metrics: Mapping[str, float],
    train: Mapping[str, float],
    keys: tuple[str, ...],
    framework: str | None,
) -> list[str] | None:
    """The evidence for a rule, or None if it does not hold."""
    if rule.only and framework not in rule.only:
        return None
    if any(metric in metrics for metric in rule.none) or any(_matches(p, keys) for p in rule.none_keys):
        return None
    if not all(metric in metrics for metric in rule.all):
        return None
    for metric, (low, high) in rule.first.items():
        value = train.get(metric)
        if value is not None and ((low is not None and value < low) or (high is not None and value > high)):
            return None
    evidence = [metric for metric in rule.any if metric in metrics]
    evidence += [key for pattern in rule.keys if (key := _matches(pattern, keys))]
    if (rule.any or rule.keys) and not evidence:
        return None
    return evidence + list(rule.all) or [key for key in keys if "loss" in key.lower()][:1] or list(keys[:1])


@lru_cache(_REMEMBERED)
def _matches(pattern: str, keys: tuple[str, ...]) -> str | None:
    spoken = _spoken(keys)
    if "{" not in pattern:
        return spoken.get(pattern.lower())
    same = _compiled(pattern).fullmatch
    return next((key for name, key in spoken.items() if same(name)), None)


@lru_cache(64)
def _spoken(keys: tuple[str, ...]) -> dict[str, str]:
    """The first key of each name, with its split and without, in lower case."""
    names: dict[str, str] = {}
    for key in keys:
        names.setdefault(key.lower(), key)
        names.setdefault(_SPLIT.sub("", key).lower(), key)
    return names


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"\{\w+\}", pattern.lower())
    return re.compile("[^/]+".join(re.escape(part) for part in parts))

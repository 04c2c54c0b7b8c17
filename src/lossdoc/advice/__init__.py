"""Advice that follows the evidence: which causes this log supports, in which order, and the setting to change.

A check's page lists causes and steps; `[rate-high]` at the end of one names a cause of `metrics/causes.yaml`, which
says once, for all checks, what in a log speaks for it, what rules it out, and which setting it is about. How a trainer
spells that setting stands in `metrics/frameworks/`. Findings -> [here] -> the same findings, advised.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lossdoc.advice.changes import change_of
from lossdoc.advice.facts import holds
from lossdoc.advice.readings import Readings
from lossdoc.advice.situation import Situation
from lossdoc.model.finding import Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from lossdoc.knowledge import Knowledge
    from lossdoc.knowledge.facts import Hint
    from lossdoc.knowledge.schema import Cause
    from lossdoc.model.finding import Change, Finding
    from lossdoc.model.run import Run


def advise(findings: Sequence[Finding], run: Run, knowledge: Knowledge) -> list[Finding]:
    """The findings with causes and next steps ordered by what the log shows; what it contradicts is left out."""
    known, readings = knowledge.causes(), Readings(run, knowledge)
    found = frozenset(f.check for f in findings)
    return [_advised(Situation(run, knowledge, f, found, readings), known) for f in findings]


def _advised(situation: Situation, known: Mapping[str, Cause]) -> Finding:
    finding = situation.finding

    @cache
    def weight(name: str) -> int | None:
        """How much speaks for a cause; None where the log rules it out."""
        cause = known[name]
        if any(holds(fact, situation) is False for fact in cause.needs):
            return None
        if any(holds(fact, situation) for fact in cause.dropped):
            return None
        for_it = sum(bool(holds(fact, situation)) for fact in cause.raised)
        return for_it - sum(bool(holds(fact, situation)) for fact in cause.lowered)

    page = situation.knowledge.advice(finding.check, situation.run.trainer.candidates)
    named = [*page.causes, *_instead(page.causes, known, weight)]
    causes, steps = _ordered(named, weight), _one_way(_ordered(page.next, weight), known, weight, situation)
    texts, read = [], set[str]()
    for hint in causes:
        setting = next((s for name in hint.causes if weight(name) is not None and (s := known[name].reading)), "")
        said = situation.readings.sentence(setting) if setting and setting not in read else ""
        read |= {setting} if said else set()
        texts.append(f"{hint.text.removesuffix('.')}. {said}." if said else hint.text)
    steps = [*_added(causes, steps, known, weight), *steps]
    changes: dict[str, Change] = {}
    told = []
    for hint in steps:
        made = next((c for n in hint.causes if weight(n) is not None and (c := change_of(known[n], situation))), None)
        new = made is not None and made.setting not in changes
        # Beside a number of this run what a page says without one could differ from it.
        told.append(Step(hint.bare, made.line) if made and new else Step(hint.text))
        if made and new:
            changes[made.setting] = made
    return replace(
        finding,
        causes=tuple(texts),
        suspects=tuple(" ".join(hint.causes) for hint in causes),
        next=tuple(told),
        changes=tuple(changes.values()),
    )


def _ordered(hints: Sequence[Hint], weight: Callable[[str], int | None]) -> list[Hint]:
    """What still holds, the best supported first; what names no cause keeps its place among the neutral ones."""
    weighed = []
    for hint in hints:
        of_its_causes = [weight(name) for name in hint.causes]
        left = [w for w in of_its_causes if w is not None]
        if left or not hint.causes:
            weighed.append((-max(left, default=0), hint))
    return [hint for _, hint in sorted(weighed, key=lambda pair: pair[0])]


def _one_way(
    steps: Sequence[Hint], known: Mapping[str, Cause], weight: Callable[[str], int | None], situation: Situation
) -> list[Hint]:
    """Of steps that undo each other those of the likelier cause, or one that tries both where the log cannot tell."""
    from lossdoc.knowledge.facts import Hint

    left = list(steps)
    for name, cause in known.items():
        pair = (name, cause.against)
        about = [hint for hint in left if hint.causes and set(hint.causes) <= set(pair)]
        if not all(any(one in hint.causes for hint in about) for one in pair):
            continue
        if situation.readings.value(cause.reading) is None:
            left[left.index(about[0])] = Hint(cause.either, cause.either)
            gone = about[1:]
        else:
            likelier = max(pair, key=lambda one: weight(one) or 0)
            gone = [hint for hint in about if likelier not in hint.causes]
        left = [hint for hint in left if hint not in gone]
    return left


def _instead(causes: Sequence[Hint], known: Mapping[str, Cause], weight: Callable[[str], int | None]) -> Iterator[Hint]:
    """Causes that a page does not name and all evidence does, where the page names what they are a kind of."""
    from lossdoc.knowledge.facts import Hint

    named = {name for hint in causes for name in hint.causes}
    for name, cause in known.items():
        if cause.instead in named and name not in named and (weight(name) or 0) >= len(cause.raised):
            yield Hint(cause.said, cause.said, (name,))


def _added(
    causes: Sequence[Hint], steps: Sequence[Hint], known: Mapping[str, Cause], weight: Callable[[str], int | None]
) -> list[Hint]:
    """The step of the leading cause, where the evidence speaks for it and the page has none of its own."""
    from lossdoc.knowledge.facts import Hint

    for name in causes[0].causes if causes else ():
        said = known[name].step
        if said and (weight(name) or 0) > 0 and not any(name in hint.causes for hint in steps):
            return [Hint(said, said, (name,))]
    return []

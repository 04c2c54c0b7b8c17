"""Knowledge: the one door to the documents. Everything is decoded from the index when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import msgpack

from lossdoc.knowledge import names as words
from lossdoc.knowledge.expect import expectation
from lossdoc.knowledge.facts import (
    Advice,
    CheckFacts,
    CheckPage,
    Entry,
    Expectation,
    LimitFacts,
    MainCurve,
    MetricFacts,
    Problem,
    Resolved,
    TrainerFacts,
)
from lossdoc.knowledge.keys import Ambiguous, Matcher, Tables, level
from lossdoc.knowledge.schema import KINDS, Cause, Constants, Document, Framework, Usual
from lossdoc.knowledge.sections import Sections
from lossdoc.knowledge.source_code import hint, page
from lossdoc.knowledge.store import open_index
from lossdoc.knowledge.trainers import Parsed, framework_alone, parse
from lossdoc.knowledge.words import plain, squeezed, without_split

if TYPE_CHECKING:
    from lossdoc.model.run import Trainer


class Knowledge:
    """What the documents say. Make one with `Knowledge.load()`."""

    def __init__(self, sections: Sections, named: Mapping[str, str] | None = None) -> None:
        self._sections = sections
        self._named = {plain(key): target for key, target in (named or {}).items()}
        self._resolved: dict[tuple[str, str | None, tuple[str, ...]], Resolved | None] = {}
        self._frameworks: dict[str, Framework | None] = {}
        self._off: dict[str, Mapping[str, str]] = {}

    @classmethod
    def load(cls, extra: Sequence[Path] = (), named: Mapping[str, str] | None = None) -> Knowledge:
        """Our documents, and those of the folders in `extra`, which add to and override ours.

        `named`: keys of the user's own and what they are: `{"my_objective": "loss", "my_dev": "eval/loss"}`.
        """
        return cls(open_index(tuple(extra)), named)

    @cached_property
    def problems(self) -> list[Problem]:
        """Documents that could not be used, and why."""
        return msgpack.decode(self._sections["problems"], type=list[Problem])

    def problems_in(self, folders: Iterable[Path]) -> list[Problem]:
        """Those of documents in a user's own folders."""
        roots = tuple(f"{folder}/" for folder in folders)
        return [p for p in self.problems if p.file.startswith(roots)] if roots else []

    @cached_property
    def _metrics(self) -> dict[str, MetricFacts]:
        return msgpack.decode(self._sections["metrics"], type=dict[str, MetricFacts])

    @cached_property
    def _trainers(self) -> dict[str, TrainerFacts]:
        return msgpack.decode(self._sections["trainers"], type=dict[str, TrainerFacts])

    @cached_property
    def _checks(self) -> dict[str, CheckFacts]:
        return msgpack.decode(self._sections["checks"], type=dict[str, CheckFacts])

    @cached_property
    def _names(self) -> words.Names:
        return msgpack.decode(self._sections["names"], type=words.Names)

    @cached_property
    def _matcher(self) -> Matcher:
        return Matcher(msgpack.decode(self._sections["keys"], type=Tables))

    def resolve(self, key: str, framework: str | None = None, objectives: Sequence[str] = ()) -> Resolved | None:
        """What a logged key means; None where no document knows it or several claim it with equal right."""
        asked = (key, framework, tuple(objectives))
        if asked not in self._resolved:
            try:
                self._resolved[asked] = self._resolve(*asked)
            except Ambiguous:
                self._resolved[asked] = None
        return self._resolved[asked]

    def ambiguous(self, key: str, framework: str | None = None, objectives: Sequence[str] = ()) -> list[str]:
        """The metrics that claim a key which therefore stays unknown; empty for any other key."""
        try:
            self._resolve(key, framework, tuple(objectives))
        except Ambiguous as claim:
            return claim.metrics
        return []

    def _resolve(self, key: str, framework: str | None, objectives: tuple[str, ...]) -> Resolved | None:
        found = [self._resolve_for(key, framework, objective) for objective in objectives or (None,)]
        if any(other != found[0] for other in found[1:]):
            raise Ambiguous(r.metric for r in found if r)
        return found[0]

    def _resolve_for(self, key: str, framework: str | None, objective: str | None) -> Resolved | None:
        if self._named and (own := self._own(key)):
            return own
        hit = self._matcher.find(key, self._levels(framework, objective))
        if hit is None:
            return None
        facts = self.metric(hit.rule.metric)
        return Resolved(
            metric=facts.id,
            split=hit.split,
            labels=hit.labels,
            factor=hit.rule.factor,
            role=facts.role,
            unit=facts.unit,
            aggregation=hit.rule.aggregation or facts.aggregation,
            ignored=(facts.why or facts.name) if facts.role == "ignore" else None,
        )

    def _own(self, key: str) -> Resolved | None:
        """What the user says of a key, with the split words that stand around it."""
        for text, split in without_split(key):
            target = self._named.get(plain(text))
            if target is not None:
                said, _, metric = target.rpartition("/")
                facts = self.metric(metric)
                return Resolved(
                    metric=facts.id,
                    split=said or split,
                    role=facts.role,
                    unit=facts.unit,
                    aggregation=facts.aggregation,
                )
        return None

    def _levels(self, framework: str | None, objective: str | None) -> list[str]:
        lines = self.lineage(objective) if objective else []
        found: list[str] = []
        for name in self.frameworks(framework):
            found += [level(name, line) for line in lines]
            found.append(level(name))
        return [*found, ""]

    def framework_of(self, keys: Iterable[str], among: Sequence[str] | None = None) -> str | None:
        """The framework that alone claims two paths among the keys (`actor/pg_loss`) and more than any other.

        With `among` (frameworks that an objective is known from) three claimed keys of any shape are enough. Words that
        trainers share (`nll_loss`, `ppl`) name nobody.
        """
        counts, alone = self._matcher.claims(keys)
        ranked = alone if among is None else {name: n for name, n in counts.items() if name in among}
        best = sorted(ranked.items(), key=lambda pair: -pair[1])
        least = 2 if among is None else 3
        if not best or best[0][1] < least or (len(best) > 1 and best[0][1] == best[1][1]):
            return None
        return best[0][0]

    def frameworks(self, framework: str | None) -> list[str]:
        """A framework and those it is built on: what the lower one logs, the upper one logs as well."""
        found = [framework.lower()] if framework else []
        while found and (base := self._built_on.get(found[-1])) and base not in found:
            found.append(base)
        return found

    def framework(self, word: str) -> str | None:
        """The framework of this name, whatever its case and separators; None where there is none."""
        known = {f for facts in self.trainers() for f in facts.frameworks} | {*self._framework_names}
        return {squeezed(name): name for name in sorted(known)}.get(squeezed(word))

    def built_on(self, framework: str) -> list[str]:
        """The frameworks that stand on one, directly or over others."""
        return sorted(name for name in self._built_on if framework in self.frameworks(name)[1:])

    @cached_property
    def _built_on(self) -> dict[str, str]:
        return msgpack.decode(self._sections["built on"], type=dict[str, str])

    @cached_property
    def _framework_names(self) -> list[str]:
        return msgpack.decode(self._sections["frameworks"], type=list[str])

    def framework_document(self, name: str) -> Framework | None:
        """What the documents say of a framework; None where there is none of its name."""
        if name not in self._frameworks:
            there = name in self._framework_names
            self._frameworks[name] = (
                msgpack.decode(self._sections[f"framework:{name}"], type=Framework) if there else None
            )
        return self._frameworks[name]

    def read_as(self, framework: str) -> str:
        """The framework in whose words the keys of a format's framework are read: the widest set that it may use."""
        document = self.framework_document(framework)
        return (document.readAs if document else None) or framework

    def framework_chain(self, name: str | None) -> Iterator[Framework]:
        """The document of a framework, then the one whose settings it takes as well."""
        seen = set[str]()
        while name and name not in seen and (found := self.framework_document(name)):
            seen.add(name)
            yield found
            name = found.otherwise

    def lineage(self, objective: str) -> list[str]:
        """An objective and its parents."""
        found = [objective]
        while (parent := self.trainer(found[-1]).parent) and parent not in found:
            found.append(parent)
        return found

    def metric(self, metric_id: str) -> MetricFacts:
        """Facts of a metric; one that no document knows has only its id."""
        return self._metrics.get(metric_id) or MetricFacts(id=metric_id, name=metric_id, known=False)

    def metrics(self) -> list[MetricFacts]:
        return list(self._metrics.values())

    def trainer(self, objective: str) -> TrainerFacts:
        """Facts of a training objective; one that no document knows has only its id and the family `other`."""
        return self._trainers.get(objective) or TrainerFacts(id=objective, name=objective)

    def switched_off(self, objective: str) -> Mapping[str, str]:
        """Checks that the document of an objective switches off, with its reasons."""
        if objective not in self._off:
            self._off[objective] = {
                check: rule.off for check, rule in self.trainer(objective).checks.items() if rule.off
            }
        return self._off[objective]

    def trainers(self) -> list[TrainerFacts]:
        return list(self._trainers.values())

    def parse_trainer(self, word: str) -> Parsed:
        """`dpo`, `trl-dpo`, `verl-grpo`, `trl-dpo-ipo`, an alias -> (framework, objective, loss type).

        UnknownTrainer, a ValueError with near matches, where it is none.
        """
        return parse(word, self._trainers)

    def framework_alone(self, word: str) -> str | None:
        """The framework of a word that says nothing of the objective: `keras`, `lightning`, `trl`."""
        return framework_alone(word, self._trainers)

    def expect(self, metric: str, trainer: Trainer, config: Mapping[str, object] | None = None) -> Expectation | None:
        """What the documents expect of a metric; a field on which the candidates disagree is left out."""
        return expectation(self, metric, trainer, config or {})

    def drawings(self, check_id: str) -> list[tuple[str, str]]:
        """Metrics and names of the drawings that must set off a check."""
        return msgpack.decode(self._sections["drawings"], type=dict[str, list[tuple[str, str]]]).get(check_id, [])

    def summary(self, kind: str, document_id: str) -> str:
        """A document's one sentence."""
        return self._summaries.get(f"{kind}:{document_id}", "")

    @cached_property
    def _summaries(self) -> dict[str, str]:
        return msgpack.decode(self._sections["summaries"], type=dict[str, str])

    def logged_by(self, objective: str) -> list[str]:
        """Metrics of which the documents say something under an objective or by which it is recognised."""
        facts = self.trainer(objective)
        names = {objective, *(f"{f}-{objective}" for f in facts.frameworks)}
        found = [m for rule in facts.detect for m in (*rule.all, *rule.any)]
        found += [m.id for m in self._metrics.values() if names & set(m.described)]
        return list(dict.fromkeys(found))

    def constants(self) -> Constants:
        """Numbers that theory puts into logs."""
        return msgpack.decode(self._sections["constants"], type=Constants)

    def checks(self) -> list[CheckFacts]:
        return list(self._checks.values())

    @cached_property
    def main_curves(self) -> Mapping[str, MainCurve]:
        """By check, the curve without which it cannot judge: so that nobody has to load it to learn that."""
        return msgpack.decode(self._sections["main curves"], type=dict[str, MainCurve])

    def limits(self) -> dict[str, LimitFacts]:
        """Every limit by its name (`overfitting.rise`)."""
        return msgpack.decode(self._sections["limits"], type=dict[str, LimitFacts])

    def check_text(self, check_id: str) -> str:
        """A check's docstring, the values of limits in it."""
        return self._checks[check_id].doc

    def check_page(self, check_id: str) -> CheckPage:
        """A check's docstring in sections. KeyError where there is no such check."""
        return page(self._checks[check_id])

    def advice(self, check_id: str, objectives: Sequence[str] = ()) -> Advice:
        """Causes and next steps of a check; a trainer's own where all candidates give the same."""
        said = self.check_page(check_id)
        causes, steps = said.causes, said.next
        changes = [self.trainer(o).checks.get(check_id) for o in objectives]
        if changes and changes[0] and all(change == changes[0] for change in changes):
            causes = [hint(text) for text in changes[0].causes] or causes
            steps = [hint(text) for text in changes[0].next] or steps
        return Advice(causes=causes, next=steps, title=said.title)

    def causes(self) -> dict[str, Cause]:
        """What in a log speaks for the causes that pages name, by their names."""
        return self._causes

    @cached_property
    def _causes(self) -> dict[str, Cause]:
        return msgpack.decode(self._sections["causes"], type=dict[str, Cause])

    def usual(
        self, setting: str, objective: str, framework: str | None, parameters: float | None = None
    ) -> list[Usual]:
        """What a setting usually is under an objective: the rows for this framework, else those for all."""
        rows = self.trainer(objective).usual.get(setting, ())
        line = self.frameworks(framework)
        rows = [row for row in rows if set(row.frameworks) & set(line)] or [row for row in rows if not row.frameworks]
        if parameters is None:
            return rows
        fitting = [
            row
            for row in rows
            if row.parameters is None or (row.parameters[0] or 0) <= parameters <= (row.parameters[1] or float("inf"))
        ]
        return fitting or rows

    def entries(self, kind: str | None = None) -> list[Entry]:
        """Everything that can be explained, of one kind or of all."""
        return [e for e in self._names.entries if kind in (None, e.kind)]

    def lookup(self, word: str) -> list[Entry]:
        """What a word may mean: ids first, then names and aliases, then keys with split words, patterns, trainers."""
        found = words.look_up(self._names, word)
        if found:
            return found
        known = {(e.kind, e.id): e for e in self._names.entries}
        resolved = self.resolve(word)
        if resolved and resolved.labels and words.misspelt(self._names, word):
            return []  # `grad_nrom` fits a pattern `grad_{part}`, and is a slip all the same
        if resolved and ("metric", resolved.metric) in known:
            return [known["metric", resolved.metric]]
        claims = self.ambiguous(word)
        if claims:
            return [known["metric", m] for m in claims if ("metric", m) in known]
        try:
            return [known["trainer", self.parse_trainer(word).objective]]
        except (ValueError, KeyError):
            return []

    def near(self, word: str) -> list[str]:
        """Ids close to a word that nobody knows, the closest first."""
        return words.near(self._names, word)

    def document(self, kind: str, document_id: str) -> Document:
        """The whole document. KeyError where there is none."""
        return msgpack.decode(self._sections[f"{kind}:{document_id}"], type=KINDS[kind])

"""Logged key -> metric: the tables that the index holds, and the search in them.

Levels, the nearest first: framework and objective, framework, everywhere. Exact keys come before patterns of any level:
TRL's `rewards/{component}` must not swallow the `rewards/margins` that everybody means alike.
What two documents claim on one level with equal right stays unknown.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from msgspec import Struct, field
from msgspec.structs import replace

from lossdoc.knowledge.words import (
    LONGEST,
    inner_split,
    named_split,
    plain,
    taken_apart,
    uncamel,
    without_average,
    without_split,
)
from lossdoc.words.expressions import expression
from lossdoc.words.splits import SPLITS
from lossdoc.words.terms import in_english

_PART = expression(r"\{(\w+)\}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Measures whose name means the same whatever stands beside it.
_MERITS = _words("""
    accuracy auc bleu character_error_rate f1 mcc perplexity precision psnr recall rouge segmentation_overlap ssim
    word_error_rate
""")
_SETTINGS = _words("""
    coeff weight weights type fn scheduler factor alpha lambda threshold mask decay scale size steps interval every
    freq best patience loss time gap delta diff std var min max count num n error reward rewards
""")
# Of a domain in the name of a held-out score (`target_val_acc`), else of what a score is to reach (`target_acc`).
_TARGET = "target"
_MOST_WORDS = 5
# Loops that people write themselves: what their words mean is known from the shape of their lines alone.
_HOME_MADE = frozenset({"gym"})
_GAP = expression(r"[\s/_\-.:|()\[\]]+")


def level(framework: str, objective: str = "") -> str:
    """Name of a level of the tables: `` is everywhere; spellings of a framework (llm.c, llm-c) are one."""
    return f"{plain(framework)} {objective}".strip()


class Rule(Struct, frozen=True, array_like=True):
    """One claim of a document: this key or pattern (as written there) is this metric."""

    metric: str
    key: str
    framework: str = ""
    objective: str = ""
    factor: float = 1.0
    split: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    aggregation: str | None = None

    @property
    def level(self) -> str:
        return level(self.framework, self.objective)

    @property
    def pattern(self) -> bool:
        return "{" in self.key and _PART.search(self.key) is not None

    def same(self, other: "Rule") -> bool:
        """Both say the same thing about a key."""
        return self.said == other.said

    @property
    def said(self) -> tuple[object, ...]:
        """What the claim says of its key."""
        return self.metric, self.factor, self.split, dict(self.labels), self.aggregation


class Tables(Struct):
    """All rules, those of exact keys by level and plain key, those of patterns by level."""

    rules: list[Rule] = []
    exact: dict[str, dict[str, list[int]]] = {}
    patterns: dict[str, list[int]] = {}
    anywhere: dict[str, list[int]] = {}  # exact keys of frameworks, for logs whose framework is not known


def check_pattern(key: str) -> str | None:
    """Why a key or pattern cannot be used; None where it can."""
    if not plain(key):
        return f"`{key}` has no letter or digit"
    for part in re.findall(r"\{([^{}]*)\}", key):
        if not part.isidentifier():
            return f"`{{{part}}}` is no name for a part: letters, digits and _ only"
    rest = _PART.sub("", key)
    if "{" in rest or "}" in rest:
        return f"`{key}` has a bracket without a name"
    return f"`{key}` matches every key" if _PART.search(key) and not plain(rest) else None


class Hit(Struct, frozen=True):
    rule: Rule
    split: str | None
    labels: Mapping[str, str]


class Ambiguous(Exception):
    """Several documents claim a key with equal right."""

    def __init__(self, metrics: Iterable[str]) -> None:
        super().__init__()
        self.metrics = sorted(set(metrics))


def tables(rules: Sequence[Rule]) -> Tables:
    """Sort rules into tables. Patterns with more literal text come first."""
    made = Tables(rules=list(rules))
    for number, rule in enumerate(made.rules):
        if rule.pattern:
            made.patterns.setdefault(rule.level, []).append(number)
            continue
        made.exact.setdefault(rule.level, {}).setdefault(plain(rule.key), []).append(number)
        if rule.framework and rule.framework not in _HOME_MADE:
            made.anywhere.setdefault(plain(rule.key), []).append(number)
    for numbers in made.patterns.values():
        numbers.sort(key=lambda n: -_literal(made.rules[n].key))
    return made


def with_split(rule: Rule) -> Rule:
    """A rule whose key names a split that its document did not say (`eval_loss` in an alias list)."""
    if rule.split:
        return rule
    split = named_split(rule.key)
    return replace(rule, split=split) if split else rule


def _by_beginning(patterns: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
    """What a plain key must begin and end with before it is worth a regular expression: the numbers of the patterns."""
    found: dict[str, list[tuple[str, int]]] = {}
    for number, pattern in enumerate(patterns):
        parts = _PART.split(pattern)
        found.setdefault(plain(parts[0]), []).append((plain(parts[-1]), number))
    return found


@cache
def _between(pattern: str) -> list[str]:
    """What a plain key must hold, besides its beginning and its end."""
    return [word for part in _PART.split(pattern)[2:-1:2] if (word := plain(part))]


@cache
def _literal(pattern: str) -> int:
    return len(_PART.sub("", pattern))


_MOST_REMEMBERED = 1 << 16


class Matcher:
    """The search. Regular expressions are made only for keys that no table has."""

    def __init__(self, made: Tables) -> None:
        self._tables = made
        self._compiled: dict[int, re.Pattern[str]] = {}
        self._ends: dict[str, dict[str, list[tuple[str, int]]]] = {}  # of the patterns of a level, by their beginning
        self._found: dict[tuple[str, tuple[str, ...]], Hit | Ambiguous | None] = {}

    def find(self, key: str, levels: Sequence[str]) -> Hit | None:
        """The rule for a key; None where no document knows it. Ambiguous where several claim it.

        What was found is remembered: a key is asked for again for each objective that is possible.
        """
        asked = key, tuple(levels)
        if asked not in self._found:
            if len(self._found) >= _MOST_REMEMBERED:
                self._found.clear()
            try:
                self._found[asked] = self._find(key, levels)
            except Ambiguous as claim:
                self._found[asked] = claim
        found = self._found[asked]
        if isinstance(found, Ambiguous):
            raise Ambiguous(found.metrics)
        return found

    def _find(self, key: str, levels: Sequence[str]) -> Hit | None:
        if len(key) > LONGEST:
            return None
        for text in dict.fromkeys((key, uncamel(key), in_english(uncamel(key)))):
            variants = without_split(text)
            for level in levels:
                hit = self._exact(self._tables.exact.get(level, {}), variants)
                if hit:
                    return hit
            averaged = without_average(variants)
            for level in levels if averaged else ():
                hit = self._exact(self._tables.exact.get(level, {}), averaged)
                if hit:
                    return hit
            for level in levels:
                hit = self._pattern(level, variants)
                if hit:
                    return hit
            hit = self._dataset(variants, levels) or self._unnamed_framework(variants, levels)
            if hit:
                return hit
        return self._composed(in_english(uncamel(key)), levels)

    def _composed(self, key: str, levels: Sequence[str]) -> Hit | None:
        """A measure of merit beside a split, a task, a class or a number, in any order: `train/acc_0`, `eval_de_bleu`.

        What stands beside it is its label. Beside a word of a setting it is none (`acc_steps`).
        """
        words, split = taken_apart(key)
        if not 0 < len(words) <= _MOST_WORDS or any(word in _SETTINGS for word in words):
            return None
        if _TARGET in words and split is None:
            return None
        for size in range(len(words), 0, -1):
            found: dict[int, Rule] = {}
            for first in range(len(words) - size + 1):
                hit = self._merit(words[first : first + size], levels)
                if hit is not None:
                    found[first] = hit
            if len({rule.metric for rule in found.values()}) > 1:
                return None
            if found:
                held = {at for first in found for at in range(first, first + size)}
                rest = "_".join(word for at, word in enumerate(words) if at not in held)
                rule = next(iter(found.values()))
                labels = {"class" if rest.isdecimal() else "part": rest} if rest else {}
                return Hit(rule, inner_split(split, rule.split), {**labels, **rule.labels})
        return None

    def _merit(self, words: Sequence[str], levels: Sequence[str]) -> Rule | None:
        for level in levels:
            numbers = self._tables.exact.get(level, {}).get("_".join(words))
            if numbers:
                rules = [self._tables.rules[n] for n in numbers]
                same = all(rule.same(rules[0]) for rule in rules[1:])
                return rules[0] if same and rules[0].metric in _MERITS else None
        return None

    def claims(self, keys: Iterable[str]) -> tuple[dict[str, int], dict[str, int]]:
        """Per framework: how many of these keys it has as its own, and how many paths (`actor/kl`) only it has."""
        counts: dict[str, int] = {}
        alone: dict[str, int] = {}
        for key in keys:
            rules = [self._tables.rules[n] for n in self._tables.anywhere.get(plain(key), ())]
            frameworks = {rule.framework for rule in rules if rule.key.lower() == key.lower()}
            for framework in frameworks:
                counts[framework] = counts.get(framework, 0) + 1
                if len(frameworks) == 1 and "/" in key:
                    alone[framework] = alone.get(framework, 0) + 1
        return counts, alone

    def _exact(self, table: Mapping[str, list[int]], variants: Sequence[tuple[str, str | None]]) -> Hit | None:
        for text, split in variants:
            numbers = table.get(plain(text))
            if numbers:
                rule = self._one(text, [self._tables.rules[n] for n in numbers])
                return Hit(rule, inner_split(split, rule.split), rule.labels)
        return None

    def _one(self, text: str, rules: list[Rule]) -> Rule:
        if all(rule.same(rules[0]) for rule in rules[1:]):
            return rules[0]
        # `rewards/std` and `rewards_std` may be two things: the spelling decides where it can.
        spelled = [r for r in rules if r.key == text] or [r for r in rules if r.key.lower() == text.lower()]
        if spelled and all(rule.same(spelled[0]) for rule in spelled[1:]):
            return spelled[0]
        raise Ambiguous(rule.metric for rule in spelled or rules)

    def _pattern(self, level: str, variants: Sequence[tuple[str, str | None]]) -> Hit | None:
        if level not in self._tables.patterns:
            return None
        if level not in self._ends:
            self._ends[level] = _by_beginning([self._tables.rules[n].key for n in self._tables.patterns[level]])
        for text, split in variants:
            flat = plain(text)
            hits: list[Hit] = []
            best = 0
            worth = [ends for start, ends in self._ends[level].items() if flat.startswith(start)]
            for at in sorted(at for ends in worth for end, at in ends if flat.endswith(end)):
                number = self._tables.patterns[level][at]
                rule = self._tables.rules[number]
                if hits and _literal(rule.key) < best:
                    break
                if not all(word in flat for word in _between(rule.key)):
                    continue
                labels = self._match(number, rule, text)
                if labels is not None:
                    best = _literal(rule.key)
                    named = SPLITS.get(labels.pop("split", "").lower())
                    hits.append(Hit(rule, inner_split(split, named or rule.split), {**labels, **rule.labels}))
            if hits:
                if all(hit.rule.same(hits[0].rule) for hit in hits[1:]):
                    return hits[0]
                raise Ambiguous(hit.rule.metric for hit in hits)
        return None

    def _match(self, number: int, rule: Rule, text: str) -> dict[str, str] | None:
        if number not in self._compiled:
            self._compiled[number] = _compile(rule.key)
        found = self._compiled[number].fullmatch(text.strip())
        if not found:
            return None
        labels = {name: value for name, value in found.groupdict().items() if value is not None}
        if "split" in labels and labels["split"].lower() not in SPLITS:
            return None
        # `{task}_accuracy` must not swallow the split of `eval_wiki_accuracy`: without it the key comes again.
        open_ended = [name for name in labels if rule.key.startswith(f"{{{name}}}") or rule.key.endswith(f"{{{name}}}")]
        return None if any(len(without_split(labels[name])) > 1 for name in open_ended) else labels

    def _dataset(self, variants: Sequence[tuple[str, str | None]], levels: Sequence[str]) -> Hit | None:
        """`eval_wiki_rewards/margins`: a held-out metric under the name of one of several data sets.

        Only where what is left is a known key of several words: `eval_kl_loss` is no loss of a data set `kl`.
        """
        for text, split in variants:
            if split not in ("eval", "test"):
                continue
            for gap in _GAP.finditer(text):
                rest = text[gap.end() :]
                if "_" not in plain(rest):
                    break
                for level in levels:
                    hit = self._exact(self._tables.exact.get(level, {}), [(rest, split)])
                    if hit:
                        return Hit(hit.rule, split, {"dataset": text[: gap.start()], **hit.labels})
        return None

    def _unnamed_framework(self, variants: Sequence[tuple[str, str | None]], levels: Sequence[str]) -> Hit | None:
        """A key of several words that only frameworks claim, and all of them alike, when the framework is not known."""
        if len(levels) > 1:
            return None
        for text, split in variants:
            rules = [self._tables.rules[n] for n in self._tables.anywhere.get(plain(text), ())]
            usable = rules and "_" in plain(text) and not any(r.objective or r.factor != 1 for r in rules)
            if usable and all(rule.same(rules[0]) for rule in rules[1:]):
                return Hit(rules[0], inner_split(split, rules[0].split), rules[0].labels)
        return None


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(_regex(pattern)), re.IGNORECASE | re.DOTALL)


def _regex(pattern: str) -> Iterator[str]:
    seen: set[str] = set()
    for position, part in enumerate(_PART.split(pattern)):
        if position % 2:
            yield f"(?P={part})" if part in seen else f"(?P<{part}>[^\\s/_\\-.](?:.*?[^\\s/_\\-.])??)"
            seen.add(part)
            continue
        for number, literal in enumerate(_GAP.split(part)):
            yield (r"[\s/_\-.:|()\[\]]+" if number else "") + re.escape(literal)

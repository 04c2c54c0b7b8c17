"""A composed line as a row: its values by name, its split, where its values stand for further lines of this shape."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from lossdoc.model.record import Raw
from lossdoc.readers._pairs import Cut
from lossdoc.readers.home_made.grammar import taken_apart
from lossdoc.readers.home_made.names import is_nobodys, own_split
from lossdoc.readers.home_made.parts import Pair, Parts
from lossdoc.words.counters import counter_name
from lossdoc.words.expressions import expression
from lossdoc.words.splits import SPLITS, mentioned, split_of_mark
from lossdoc.words.training import is_strong

_FRACTION = expression(r"(?i)\d\.\d{2}|nan|inf")
_LONGEST_HEADING = 120
# Not the bold "**Step 2:**" of a generated answer, nor the indented "epoch: 300" of printed settings.
_SETTING = expression(r" *\*\*(?!\*)| {4,}\w+: ")
_GLUED = expression(r"(?<![^\W\d])[^\W\d](?:[^\W\d]|@)*+\d+|@\d+")


class Composed(NamedTuple):
    """A row that the grammar read without anything left over."""

    row: dict[str, Raw]
    split: str | None
    tags: tuple[str, ...]  # words in the place of a mark that are no split we know
    cut: Cut | None  # None where a value is worked out
    begins: int  # where the value of the first quantity stands that a trainer measures


def composed(text: str, counted: bool = False) -> Composed | None:
    """The row of a line; None where it is no composed line or names nothing that a trainer measures.

    `counted`: a line with a counter by name may name anything ("iter 5 || L: 4.0 C: 10.7").
    """
    parts = taken_apart(text)
    if parts is None or not parts.pairs:
        return None
    _name_losses(parts)
    if not _measures(parts) and not (counted and _counts(parts)):
        return None
    split, pairs = _by_split(parts)
    if split is None and not parts.marks and not any(own_split(pair.name) for pair in pairs):
        split = mentioned(text)
    spans: dict[str, Pair] = {}
    counters = _told_apart(parts.counters)
    if len(counters) == 1 and counters[0].name.lower() == "batch":
        counters = [counters[0]._replace(name="step")]  # with nothing beside it, it is no place in an epoch
    for pair in (*sorted(counters, key=lambda pair: not pair.named), *pairs):
        spans.setdefault(pair.name, pair)
    row: dict[str, Raw] = {
        name: text[pair.start : pair.end] if pair.share is None else pair.share for name, pair in spans.items()
    }
    cut = None
    if all(pair.share is None for pair in spans.values()):
        values = [(name, pair.start, pair.end) for name, pair in spans.items()]
        cut = Cut([*parts.fixed, *_literals(text, values)], values)
    begins = min((pair.start for name, pair in spans.items() if is_strong(name)), default=len(text))
    return Composed(row, split, tuple(parts.tags), cut, begins)


def _told_apart(counters: list[Pair]) -> list[Pair]:
    """A number in a bracket of its own is nothing beside an epoch with a name, and an epoch beside a step with one."""
    named = {counter_name(pair.name) or pair.name for pair in counters if pair.named}
    if not named or len(named) == len(counters):
        return counters
    if "epoch" in named:
        return [pair for pair in counters if pair.named or "/" in pair.value]
    return [pair if pair.named else pair._replace(name="epoch") for pair in counters]


class Heading(NamedTuple):
    """What a line says that holds no value of its own: it speaks of the rows under it."""

    split: str | None
    counters: list[Pair]


@lru_cache(maxsize=256)  # asked for headers and for titles, and many lines of a log are alike
def heading(text: str) -> Heading | None:
    """The split and the place that a line names which holds nothing else; None where it holds more, or neither."""
    if len(text) > _LONGEST_HEADING or _SETTING.match(text):
        return None
    parts = taken_apart(text)
    if parts is None or parts.residue or any(not is_nobodys(pair.name) for pair in parts.pairs):
        return None
    counters = _told_apart(parts.counters)
    if parts.marks:
        counters = [pair for pair in counters if pair.named or "/" in pair.value]
    if len(counters) > 1 or not (parts.marks or (counters and counters[0].named)):
        return None
    return Heading(parts.marks[-1] if parts.marks else None, counters)


def _name_losses(parts: Parts) -> None:
    """ "train 0.02  val 0.03": numbers of two splits without a name are losses."""
    bare = [at for at, pair in enumerate(parts.pairs) if pair.name.lower() in SPLITS and "." in pair.value]
    if len(bare) > 1 and not _measures(parts):
        for at in bare:
            parts.pairs[at] = parts.pairs[at]._replace(name=f"{parts.pairs[at].name} loss")


def _counts(parts: Parts) -> bool:
    """A counter with a name, and values that are no rates, times or settings."""
    named = any(pair.name != "step" for pair in parts.counters)
    return named and any(not is_nobodys(pair.name) and _FRACTION.search(pair.value) for pair in parts.pairs)


def _measures(parts: Parts) -> bool:
    return any(is_strong(pair.name) for pair in parts.pairs)


def _by_split(parts: Parts) -> tuple[str | None, list[Pair]]:
    """The split of the whole row, or names that say it where a row holds several."""
    owners = [own_split(pair.name) or (split_of_mark(pair.owner or "")) for pair in parts.pairs]
    measured = [(pair, owner) for pair, owner in zip(parts.pairs, owners, strict=True) if not is_nobodys(pair.name)]
    measured = [(pair, owner) for pair, owner in measured if is_strong(pair.name)] or measured
    marked = set(parts.marks)
    if len(marked) == 1 and len({*marked, *(owner for _, owner in measured if owner)}) == 1:
        return parts.marks[0], parts.pairs
    said = {owner for _, owner in measured}
    if not marked and len(said) == 1:
        return next(iter(said)), parts.pairs
    names = {pair.name.lower() for pair in parts.pairs}
    renamed: list[Pair] = []
    for pair in parts.pairs:
        owned = f"{pair.owner} {pair.name}"
        free = pair.owner and own_split(pair.name) is None and not is_nobodys(pair.name) and owned.lower() not in names
        renamed.append(pair._replace(name=owned) if free else pair)
    return None, renamed


def _literals(text: str, values: list[tuple[str, int, int]]) -> list[tuple[int, str]]:
    """Digits that are part of a word or a name: further lines of the shape must have the same."""
    taken = sorted((start, end) for _, start, end in values)
    literals: list[tuple[int, str]] = []
    at = 0
    for start, end in [*taken, (len(text), len(text))]:
        literals.extend((found.start(), found[0]) for found in _GLUED.finditer(text, at, start))
        at = end
    return literals

"""Words that people ask about -> what can be explained: ids, names, aliases of any framework."""

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from lossdoc.knowledge.facts import Entry
from lossdoc.knowledge.schema import KeyEntry, LossDocument, MetricDocument, TrainerDocument
from lossdoc.knowledge.words import plain, squeezed
from lossdoc.words.expressions import expression

_ORDER = ("metric", "check", "trainer", "loss", "format")
_BRACKET = expression(r"\s*\([^)]*\)\s*")


class Names(Struct):
    """Entries, and by plain word the numbers of those that it may mean; ids and aliases apart."""

    entries: list[Entry] = []
    ids: dict[str, list[int]] = {}
    aliases: dict[str, list[int]] = {}


def names(
    entries: Sequence[Entry],
    metrics: Mapping[str, MetricDocument],
    trainers: Mapping[str, TrainerDocument],
    losses: Mapping[str, LossDocument],
) -> Names:
    """Tables of words for the index."""
    made = Names(entries=sorted(entries, key=lambda e: (_ORDER.index(e.kind), e.id)))
    number = {(e.kind, e.id): n for n, e in enumerate(made.entries)}

    def add(kind: str, entry_id: str, word: str) -> None:
        at = number[kind, entry_id]  # type: ignore[index]
        known = made.aliases.setdefault(plain(word), [])
        if plain(word) and at not in known:
            known.append(at)

    for n, entry in enumerate(made.entries):
        made.ids.setdefault(plain(entry.id), []).append(n)
        if entry.kind != "check":
            _words_of_name(entry, add)
    for metric in metrics.values():
        for alias in metric.aliases:
            add("metric", metric.id, alias)
        for framework in metric.keys.values():
            for key in framework:
                add("metric", metric.id, key.key if isinstance(key, KeyEntry) else key)
    for kind, documents in (("trainer", trainers), ("loss", losses)):
        for document in documents.values():
            for alias in document.aliases:
                add(kind, document.id, alias)
    return made


def _words_of_name(entry: Entry, add: object) -> None:
    """`Direct preference optimization (DPO)` is known by the whole, by the part before the bracket and by DPO."""
    assert callable(add)
    add(entry.kind, entry.id, entry.name)
    add(entry.kind, entry.id, _BRACKET.sub(" ", entry.name))
    for inner in re.findall(r"\(([^)]*)\)", entry.name):
        add(entry.kind, entry.id, inner)


def look_up(made: Names, word: str) -> list[Entry]:
    """Entries that a word may mean: those whose id it is first; several without an id are ambiguous."""
    kind, colon, rest = word.partition(":")
    if colon and kind in _ORDER:
        return [e for e in look_up(made, rest) if e.kind == kind]
    flat = plain(word)
    ids = made.ids.get(flat, [])
    found = [made.entries[n] for n in ids]
    found = [Entry(e.kind, e.id, e.name, e.path, True) for e in found]
    found += [made.entries[n] for n in made.aliases.get(flat, ()) if n not in ids]
    if found:
        return found if ids else _named_so(found, flat)
    tight = squeezed(word)
    for table in (made.ids, made.aliases):
        numbers = dict.fromkeys(n for w, ns in table.items() if w.replace("_", "") == tight for n in ns)
        if numbers:
            return [made.entries[n] for n in numbers]
    return []


def _named_so(found: Sequence[Entry], flat: str) -> list[Entry]:
    """Of several that a word may mean the only one whose name it is comes first: MAPE is the loss of that name."""
    words: dict[tuple[str, str], set[str]] = {}

    def add(kind: str, entry_id: str, word: str) -> None:
        words.setdefault((kind, entry_id), set()).add(plain(word))

    for entry in found:
        _words_of_name(entry, add)
    own = [e for e in found if flat in words.get((e.kind, e.id), ())]
    if len(found) < 2 or len(own) != 1:
        return list(found)
    (first,) = own
    return [Entry(first.kind, first.id, first.name, first.path, True), *(e for e in found if e is not first)]


def misspelt(made: Names, word: str) -> bool:
    """The word is an id but for a slip of the fingers."""
    import difflib

    return bool(difflib.get_close_matches(plain(word), made.ids, n=1, cutoff=0.87))


def near(made: Names, word: str, count: int = 6) -> list[str]:
    """Ids close to a word nobody knows: by spelling, or because one contains the other."""
    import difflib

    flat = plain(word)
    table: dict[str, list[int]] = {}
    for source in (made.ids, made.aliases):
        for known, numbers in source.items():
            table.setdefault(known, []).extend(numbers)
    score: dict[int, float] = {}
    for known, numbers in table.items():
        ratio = difflib.SequenceMatcher(None, flat, known).ratio()
        if len(flat) > 2 and (flat in known or (len(known) > 3 and known in flat)):
            ratio = max(ratio, 0.75)
        if ratio >= 0.7:
            for n in numbers:
                score[n] = max(score.get(n, 0), ratio)
    best = sorted(score, key=lambda n: (-score[n], made.entries[n].id))
    return list(dict.fromkeys(made.entries[n].id for n in best))[:count]

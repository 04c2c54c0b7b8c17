"""Rules for names with values: each takes the piece that begins at a place and says where it ends, or None."""

from __future__ import annotations

import re

from lossdoc.readers.home_made.lexemes import (
    BEHIND,
    COUNTED,
    COUNTED_NAME,
    FRACTION,
    NOTHING,
    ONE_OF_THEM,
    OWNERS,
    PAIR,
    SENTENCE,
    SEVERAL,
    STUCK,
    TUPLE,
)
from lossdoc.readers.home_made.names import (
    INDICES,
    SENTENCE_WORDS,
    is_nobodys,
    split_first,
    without_fillers,
)
from lossdoc.readers.home_made.parts import Pair, Parts
from lossdoc.words.counters import COUNTERS
from lossdoc.words.expressions import expression
from lossdoc.words.splits import SPLITS, split_of_mark
from lossdoc.words.training import is_strong

_SHARED = expression(r"(?i)acc|correct|precision|recall|success")
_DURATION = expression(r"\d\s?(?:ms|s|sec|secs|seconds|min|mins|minutes|h)$")


def pair(text: str, at: int, end: int, parts: Parts) -> int | None:
    found = PAIR.match(text, at, end)
    if found is None:
        return None
    name = without_fillers(found["name"].rstrip(".").removesuffix(" so far"))
    group = next(g for g in ("wrapped", "plain", "boxed_wrapped", "boxed") if found[g] is not None)
    value = found[group]
    name = split_first(name)
    said = name.split()
    among = {word.lower() for word in said} & SENTENCE_WORDS
    if among - {"of"} or (among and found["space"]):
        parts.prose |= not parts.pairs
        return None
    if said[-1].lower() in INDICES and value.isdigit() and found["space"]:
        parts.tags.append(found[0])  # "fold 1 |"
        return found.end()
    if said[0].lower() in SPLITS and len(said) == 1:
        if _DURATION.search(value):
            return found.end()  # "train 2.6s": how long it took
        counted = COUNTED.match(text, found.start(group), end)
        if counted is not None and counted["word"].lower() in COUNTERS:
            return None  # "train: 100 steps"
    if len(said) > 1 and value.isdigit() and split_of_mark(name) is not None:
        return None  # "Val report: 3 | loss 0.5"
    if COUNTED_NAME.search(name):
        return None
    if found["dash"] and not is_strong(name):
        return None  # "epoch 3 - 0.5 s"
    if found["space"] and len(said) > 1 and said[-1].lower() in COUNTERS:
        return None  # "finish training epoch 3"
    if found["space"] and len(said) > 2 and not is_strong(name) and not is_nobodys(name):
        return None  # a sentence
    alone = None  # "learning rate" is of no split
    if len(said) > 1 and said[0].lower() not in SPLITS and not is_nobodys(name[len(said[0]) :]):
        alone = split_of_mark(said[0])
    if alone is not None:
        parts.mark(said[0], alone)
        name = name[len(said[0]) :].lstrip()
    parts.pairs.append(Pair(name, value, *found.span(group), parts.owner))
    if len(said) > 1:
        parts.owner = next((word for word in said if word.lower() in SPLITS), parts.owner)
    return found.end()


def several(text: str, at: int, end: int, parts: Parts) -> int | None:
    """ "loss 0.5/0.6 (train/val)", "train/val loss: 0.5 / 0.6": a value of each of two splits."""
    found = SEVERAL.match(text, at, end)
    if found is None:
        return None
    owners = OWNERS.search(found["behind"] or found["name"])
    splits = [split_of_mark(word) for word in owners.group("one", "other")] if owners is not None else []
    if owners is None or None in splits:
        return None
    name = found["name"].replace(owners[0], "").strip(" ()[]") or "loss"
    for owner, value in (("one", "first"), ("other", "second")):
        parts.mark(owners[owner], str(split_of_mark(owners[owner])))
        parts.pairs.append(Pair(f"{parts.owner} {name}", found[value], *found.span(value), parts.owner))
    return found.end()


def listed(text: str, at: int, end: int, parts: Parts) -> int | None:
    """ "acc (0.39, 2.49)": each of several values by its number, acc_0 and acc_1. "val: [0.69, 0.51]": what Keras'
    evaluate returns, the loss first."""
    found = TUPLE.match(text, at, end)
    if found is None:
        return None
    name = split_first(found["name"])
    values = list(ONE_OF_THEM.finditer(text, *found.span("values")))
    if is_strong(found["name"]):
        names = [f"{name}_{number}" for number in range(len(values))]
    elif name.lower() in SPLITS and len(values) == 2 and _is_share(values[1][0]):
        names = [f"{name} loss", f"{name} accuracy"]
    else:
        return None
    for each, value in zip(names, values, strict=True):
        parts.pairs.append(Pair(each, value[0], *value.span(), parts.owner))
    return found.end()


def _is_share(written: str) -> bool:
    return "." in written and 0 <= float(written) <= 1


def fraction(text: str, at: int, end: int, parts: Parts) -> int | None:
    """ "Accuracy: 9830/10000 (98%)": the share is worked out, it may be printed in short."""
    found = FRACTION.match(text, at, end)
    if found is None or not _SHARED.search(found["name"]) or not 0 <= int(found["part"]) <= int(found["whole"]) > 0:
        return None
    share = int(found["part"]) / int(found["whole"])
    parts.pairs.append(Pair(split_first(found["name"]), found["part"], *found.span("part"), parts.owner, share=share))
    return found.end()


def sentence(text: str, at: int, end: int, parts: Parts) -> int | None:
    """ "Cost after iteration 100: 0.5" """
    found = None if parts.counters or parts.pairs else SENTENCE.match(text, at, end)
    if found is None or not is_strong(found["name"]):
        return None
    for word, number in (("first", "n"), ("second", "m")):
        if found[word]:
            parts.counters.append(Pair(found[word], found[number], *found.span(number), None))
    return as_it_stands(found, parts)


def nothing(text: str, at: int, end: int, _: Parts) -> int | None:
    """ "grad_norm: None": a name whose value was not measured, or is a list."""
    found = NOTHING.match(text, at, end)
    return found.end() if found is not None else None


def behind(text: str, at: int, end: int, parts: Parts) -> int | None:
    found = BEHIND.match(text, at, end)
    if found is None or not is_strong(found["name"]):
        return None
    return as_it_stands(found, parts)


def stuck(text: str, at: int, end: int, parts: Parts) -> int | None:
    """ "mean_loss0.13" """
    found = STUCK.match(text, at, end)
    if found is None or not is_strong(found["name"]):
        return None
    return as_it_stands(found, parts)


def as_it_stands(found: re.Match[str], parts: Parts) -> int:
    """Takes a name and its value as they are written."""
    group = "wrapped" if found["wrapped"] is not None else "plain"
    parts.pairs.append(Pair(found["name"], found[group], *found.span(group), parts.owner))
    return found.end()

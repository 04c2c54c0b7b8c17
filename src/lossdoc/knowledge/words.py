"""Spelling: which ways of writing a key or a name are the same word, and which part of a key names the split."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lossdoc.words.expressions import expression
from lossdoc.words.splits import IN_NAMES

# Characters of a name, ours: no alias of the documents has more than 60, and expressions look for parts everywhere.
LONGEST = 200
_SEPARATORS = expression(r"[\s/_\-.:|()\[\]]+")
_CAMEL = expression(r"(?<=[a-z0-9])(?=[A-Z])")
_FIRST = expression(r"([^\W\d_]+)[\s/_\-.:|]+(.+)", re.DOTALL)
_LAST = expression(r"(.+?)[\s/_\-.:|(\[]+([^\W\d_]+)[)\]]?", re.DOTALL)

# What home-made loops put before the name of what they averaged since the last line.
_AVERAGES = frozenset(("average", "averaged", "avg", "ave", "mean", "running"))
_VALUES = frozenset(("value", "values"))  # of a quantity that stands before it: "Loss Value"; no value loss
_SPANS = frozenset(("epoch", "step", "batch", "metrics", "per", "class"))  # over which it was averaged
_AVERAGED = frozenset(("loss", "losses", "cost", "perplexity", "ppl", "reward", "rewards", "return"))
_AVERAGED |= {"acc", "accuracy", "l1", "mse", "mae", "returns", "score", "scores"}
_EARNED = expression(r"(?i)reward|return|score")
_WINDOW = expression(
    r"(?i)(?:(?<![\s_])[\s_]++|(?<=[^\W\d])(?=[(\[]))[(\[]?(?:(?:over|of|in|for)\s+)?(?:the\s+)?(?:last|past|previous)?[\s_]*\d{2,5}"
    r"[\s_]*(?:eps?|episodes?|games?)?[)\]]?$"
)


def plain(text: str) -> str:
    """One spelling for all variants of case and separators: `Rewards / Chosen` -> `rewards_chosen`."""
    return _SEPARATORS.sub("_", text).strip("_").lower()


def squeezed(text: str) -> str:
    """Without any separator: the last resort of a look-up (`GradNorm`, `grad norm`)."""
    return _SEPARATORS.sub("", text).lower()


def uncamel(text: str) -> str:
    """`evalLoss` -> `eval_Loss`; the text itself where there is nothing to do."""
    return _CAMEL.sub("_", text)


def inner_split(outer: str | None, inner: str | None) -> str | None:
    """Split of a key with two of them: trackers put `train/` in front of anything, so the inner one rules there."""
    return inner or outer if outer in (None, "train") else outer


def without_split(key: str) -> list[tuple[str, str | None]]:
    """The key and what is left of it without its split words, each with the split they name; at most three are taken.

    What is longer than any name is left as it is.

    >>> without_split("train/val_loss")
    [('train/val_loss', None), ('val_loss', 'train'), ('loss', 'eval')]
    """
    found: list[tuple[str, str | None]] = [(key, None)]
    for depth in range(8 if len(key) <= LONGEST else 0):
        if depth == len(found) or len(found) > 7:
            break
        text, split = found[depth]
        ahead = _FIRST.fullmatch(text)
        if ahead and (word := ahead[1].lower()) in IN_NAMES:
            found.append((ahead[2], inner_split(split, IN_NAMES[word])))
        elif ahead and ahead[1].lower() == "metrics":
            found.append((ahead[2], split))
        behind = _LAST.fullmatch(text)
        if behind and (word := behind[2].lower()) in IN_NAMES:
            found.append((behind[1], inner_split(split, IN_NAMES[word])))
    return found


def named_split(key: str) -> str | None:
    """The split that a key names; None where it names none."""
    return without_split(key)[-1][1]


def without_average(variants: Sequence[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """The variants of a key without a word that says it was averaged: no quantity of its own for a loss or a reward.

    >>> without_average(without_split("Average training loss"))
    [('training loss', None), ('loss', 'train')]
    """
    found: list[tuple[str, str | None]] = []
    for text, split in [*variants, *_without_window(variants)]:
        ahead, behind = _FIRST.fullmatch(text), _LAST.fullmatch(text)
        if ahead and ahead[1].lower() in _AVERAGES and plain(text).rpartition("_")[2] in _AVERAGED:
            found += [(rest, inner_split(split, inner)) for rest, inner in without_split(ahead[2])]
        if behind and behind[2].lower() in _AVERAGES | _VALUES and plain(behind[1]).rpartition("_")[2] in _AVERAGED:
            found += [(rest, inner_split(split, inner)) for rest, inner in without_split(behind[1])]
            found += without_average([(behind[1], split)])
    return found


def _without_window(variants: Sequence[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """What an agent got on average over its last episodes: "Mean reward (100 ep)", "avg_score_100"."""
    cut = [(_WINDOW.sub("", text), text, split) for text, split in variants]
    return [(name, split) for name, text, split in cut if name != text and _EARNED.search(name)]


def taken_apart(key: str) -> tuple[list[str], str | None]:
    """The words of a key but those that name a split or say that it was averaged, and the split.

    >>> taken_apart("accuracy/val_modulation")
    (['accuracy', 'modulation'], 'eval')
    """
    kept: list[str] = []
    split: str | None = None
    for word in _SEPARATORS.split(key):
        lowered = word.lower()
        if lowered in IN_NAMES:
            split = inner_split(split, IN_NAMES[lowered])
        elif any(map(str.isalnum, word)) and lowered not in _AVERAGES and lowered not in _SPANS:
            kept.append(word)
    return kept, split

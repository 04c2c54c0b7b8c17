"""Names in a composed line: what they hold beside the quantity, and whose numbers they name."""

from __future__ import annotations

from lossdoc.readers.home_made.lexemes import HELD, HELD_FIRST
from lossdoc.words.expressions import expression
from lossdoc.words.splits import ALONE, IN_NAMES, SPLITS, split_of_mark
from lossdoc.words.training import is_strong, tokens, words

# Rates, times and counters belong to no split.
_NOBODYS = expression(
    r"(?i)^(?!.*(?:loss|acc)).*\b(?:lr|learning.?rate|time|eta|epochs?|steps?|iter\w*|batch\w*|speed|mem\w*|gpu\w*|elapsed|sec\w*|grad\w*|\w*norm|wd|momentum|it)\b"
)
# Words of a sentence, which no name of a quantity holds.
SENTENCE_WORDS = words("on at after for in of the is was are with to from and when by this that")
# "top 1 acc: 0.5", "fold 3": the number is a part of what follows, no value.
INDICES = words("fold class layer client worker node rank gpu seed trial head task model level at")
# Words that say nothing of whose numbers follow or where they stand.
FILLERS = words("""
    after at on the of end starting start started begin begins beginning completed complete done finished finish results
    result doing performance now final
    metrics summary running best new so far saved ok progress average over in for and is now current report stats values
""")
KEPT_BEFORE = words("best average running final")


def own_split(name: str) -> str | None:
    """The split that a name says itself, wherever in it: val_loss, "Train Loss", loss_eval."""
    return next((IN_NAMES[part] for part in tokens(name) if part in IN_NAMES), None)


def is_nobodys(name: str) -> bool:
    return _NOBODYS.search(name) is not None or name.lower() in INDICES


def without_fillers(name: str) -> str:
    """ "completed loss": what stands before the name of the quantity."""
    said = name.split()
    while len(said) > 1 and said[0].lower() in FILLERS - KEPT_BEFORE:
        said = said[1:]
    return " ".join(said)


def split_first(name: str) -> str:
    """ "loss (val)", "loss@val", "loss on val set": the split that a name holds, before the quantity."""
    base, gap, last = next((name.rpartition(gap) for gap in "_/." if gap in name), ("", "", ""))
    if gap and last.lower() in ALONE and is_strong(base):
        return f"{ALONE[last.lower()]} {base}"  # "loss_tr"
    if name.isidentifier():
        return name
    found = HELD.fullmatch(name)
    word = found and (found["boxed"] or found["behind"] or found["of"])
    split = split_of_mark(word) if word else None
    if found is not None and split is not None:
        return f"{word if str(word).lower() in SPLITS else split} {found['base']}"
    found = HELD_FIRST.fullmatch(name)
    return f"{found['first']} {found['base']}" if found is not None and found["first"].lower() in SPLITS else name

"""Where a row of a home-made loop stands: counters at the beginning of its line, or a header or title above it."""

from __future__ import annotations

from typing import NamedTuple

from lossdoc.input.numbers import to_float
from lossdoc.readers.home_made.lines import heading
from lossdoc.words.counters import COUNTERS, counter_name
from lossdoc.words.expressions import expression
from lossdoc.words.splits import ALONE, SPLITS, WORD, split_of

_SPLIT = rf"(?P<split>{WORD})"
# Not the bold "**Step 2:**" of a generated answer, nor the indented "epoch: 300" of printed settings.
# "Epoch 3/10", "Training epoch: 3", "Test on Epoch 3", "current step: 12th step"
_HEADER = expression(
    rf"(?i)^(?! *\*\*| {{4,}}\w+: )\W*(?:{_SPLIT}\W+)?(?:(?:on|for|current)\W+)?"
    r"(?P<axis>epoch|step|iter(?:ation)?|episode|round)s?\W{0,4}"
    r"(?P<n>\d+)(?:st|nd|rd|th)?(?:\s*(?:/|of)\s*\d+)?(?:\W+(?:epoch|step|iteration)s?)?"
    r"(?:\W+(?:(?:epoch |elapsed )?time|learning rate|lr)\W+[-+.\de:hms ]+)?\W*$"
)
# "Test Error:", "Running Validation..." or "*** Eval results ***" says whose numbers the next line holds.
_TITLE = expression(
    rf"(?i)^\W*(?:running |starting )?{_SPLIT}(?: \w+){{0,4}}\s*(?::|\.{{3}}|…|\*{{3,}}|={{3,}}|-{{3,}})\s*$"
    rf"|^(?:evaluat(?:e|ing)|validat(?:e|ing))(?: on)?[ :]+(?:the )?(?P<set>{WORD})(?: ?set)?[.: ]*$"
)
_HEADING = expression(
    r"(?:epoch|step|iter|iteration|episode|round)s?\W{0,4}\d+"
    r"(?:[^\d:=]{0,24}\d*\W*|.{0,12}(?:time|rate|\blr)\b.{0,20})$"
    r"|[\[(<]\s*[tve]\s*[\])>]|^\s*[tve]:\s*$"
    r"|(?::|\.{3}|…|\*{3,}|={3,}|-{3,})\s*$"
    rf"|(?:evaluat|validat)(?:e|ing)(?: on)?[ :]+(?:the )?(?:{WORD})(?: ?set)?[.: ]*$"
)
_LONGEST_HEADING = 120
_LETTERS = expression(r"[^\W\d_]+")


class Header(NamedTuple):
    """A line that says where the rows under it stand, and whose numbers they hold."""

    epoch: float | None
    step: float | None
    split: str | None


def header(text: str) -> Header | None:
    found = _HEADER.match(text)
    if found is None:
        marked = heading(text)
        if marked is None or not marked.counters:
            return None
        (counter,) = marked.counters
        place = to_float(counter.value.partition("/")[0].replace(",", ""))
        by_epoch = counter_name(counter.name) == "epoch"
        return Header(place, None, marked.split) if by_epoch else Header(None, place, marked.split)
    number = float(found["n"])
    split = split_of(found["split"])
    return Header(number, None, split) if found["axis"].lower() == "epoch" else Header(None, number, split)


def title(text: str) -> str | None:
    """The split that a title names for the next line."""
    found = _TITLE.match(text)
    if found is not None:
        return split_of(found["split"] or found["set"])
    marked = heading(text)
    return marked.split if marked is not None and not marked.counters else None


def may_head(raw: str) -> bool:
    """A cheap look at a line in lower case, before it is cleaned."""
    return len(raw) <= _LONGEST_HEADING and (
        _HEADING.search(raw) is not None
        or any(word in SPLITS or word in ALONE or word in COUNTERS for word in _LETTERS.findall(raw))
    )

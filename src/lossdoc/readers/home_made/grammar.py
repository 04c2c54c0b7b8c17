"""One line taken apart, from the left to the right, with nothing left over: else it is no composed line.

    line := { gap | bracket | mark | counter | pair | tail }

A line of prose, a setting or a traceback holds words that none of these rules takes, and is left to
nobody.
"""

from __future__ import annotations

import re

from lossdoc.readers.home_made.brackets import closing, is_tail
from lossdoc.readers.home_made.lexemes import (
    BARE,
    BEHIND,
    BRACKETS,
    CAGED,
    COUNTED,
    COUNTER,
    DATED,
    FLAG,
    FOREMOST,
    GAP,
    LEAD,
    NUMBERED_MARK,
    ORDINAL,
    PAIR,
    STATED,
    TAIL,
    TWO_COUNTERS,
    UNDER_A_NAME,
    WINDOW,
    WORD,
    WRITER,
)
from lossdoc.readers.home_made.names import (
    FILLERS,
    KEPT_BEFORE,
    own_split,
)
from lossdoc.readers.home_made.parts import Pair, Parts
from lossdoc.readers.home_made.quantities import (
    as_it_stands,
    behind,
    fraction,
    listed,
    nothing,
    pair,
    sentence,
    several,
    stuck,
)
from lossdoc.words.counters import COUNTERS, counter_name
from lossdoc.words.expressions import expression
from lossdoc.words.splits import LETTERS, split_of, split_of_mark
from lossdoc.words.training import is_strong, words

_KEPT = words("epoch epochs step steps iter iteration iterations update batch episode global_step")
_UNNAMED = "step"  # what a counter without a name is taken for
_MOST_LEFT = 4  # pieces that no rule takes, in a line that has pairs and a place or a mark (ours)
_MOST_LEFT_SHARE = 0.45  # of the letters of a line (ours)
_SECONDS = expression(r"\s*\d+\.\d+\s*")  # since the start, as dmesg and ts -s write before a line
_TOKEN = expression(r"[^\s|,;()\[\]{}<>=:]+")
_BEFORE = " *#>-+•·|"
_ORNAMENTS = "/\\.$%&@~`'\"*_-+!?^#"
_FILLED = expression(r"(?P<word>[^\W\d_]+)\s+(?=[^\W\d]|[\d\[(<{*#-])")
_TAIL_WORDS = words("in took eta elapsed remaining left at est dt")


def taken_apart(text: str) -> Parts | None:
    """The parts of a line; None where too much is left over."""
    parts = Parts()
    text = WINDOW.sub(lambda found: " " * len(found[0]), text)
    _scan(text, 0, len(text), parts, 0)
    if parts.prose or len(parts.residue) > _MOST_LEFT:
        return None
    if not parts.residue:
        return parts
    left = sum(map(len, parts.residue))
    told = parts.pairs and (parts.counters or parts.marks or own_split(parts.pairs[0].name))
    return parts if told and left <= _MOST_LEFT_SHARE * len(text) else None


def _scan(text: str, at: int, end: int, parts: Parts, depth: int) -> None:
    while at < end and len(parts.residue) <= _MOST_LEFT:
        gap = GAP.match(text, at, end)
        if gap is not None:
            at = gap.end()
            continue
        after = _bracket(text, at, end, parts, depth) if text[at] in BRACKETS else _item(text, at, end, parts)
        at = after if after is not None else _left_over(text, at, end, parts)


def _left_over(text: str, at: int, end: int, parts: Parts) -> int:
    """Passes over what no rule takes: a mark in an ornament of its own ("/train/"), a word of a tail."""
    found = _TOKEN.match(text, at, end)
    after = at + 1 if found is None else found.end()
    word = text[at:after].strip(_ORNAMENTS)
    split = split_of_mark(word) if word.isalpha() else None
    if split is not None:
        parts.mark(word, split)
    elif (
        word.lower() not in FILLERS and any(map(str.isalnum, word)) and not (len(parts.pairs) > 1 and _is_number(word))
    ):
        parts.prose |= is_strong(word)  # its value is none that we read
        parts.residue.append(text[at:after])
        if not parts.pairs and word[:1].isalpha() and len(parts.tags) < 2:
            parts.tags.append(word)
    return after


def _bracket(text: str, at: int, end: int, parts: Parts, depth: int) -> int | None:
    """What stands in a bracket is read like a line of its own."""
    level = LEAD.match(text, at, end) if at == 0 else None
    if level is not None:
        return level.end()
    both = TWO_COUNTERS.match(text, at, end) if not parts.counters and not parts.pairs else None
    if both is not None:
        parts.counters += [Pair(name, both[name], *both.span(name), None) for name in ("epoch", "step")]
        return both.end()
    close = closing(text, at, end)
    if close < 0 or depth > 2:
        return at + 1
    inner = text[at + 1 : close]
    letter = inner.strip().lower()
    if letter in LETTERS:
        parts.mark(letter, LETTERS[letter])
        return close + 1
    counted = None if parts.pairs or parts.counters else COUNTED.fullmatch(inner.strip())
    told = counted is not None and counted["word"].lower() in COUNTERS  # "[100 steps] loss 0.5"
    passed = not told and (TAIL.fullmatch(inner.strip()) is not None or is_tail(inner))
    if passed or (at == 0 and _SECONDS.fullmatch(inner)):
        return close + 1
    numbered = NUMBERED_MARK.fullmatch(text, at + 1 + len(inner) - len(inner.lstrip()), at + 1 + len(inner.rstrip()))
    split = split_of_mark(numbered["word"]) if numbered is not None else None
    if numbered is not None and split is not None:
        _numbered(numbered, parts)
        return close + 1
    caged = CAGED.match(text, at, end)
    if caged is not None and is_strong(caged["name"]):
        return as_it_stands(caged, parts)
    if inner.strip().isdigit():
        if parts.counters:
            return close + 1
        start = at + 1 + len(inner) - len(inner.lstrip())
        parts.counters.append(Pair(_UNNAMED, inner.strip(), start, start + len(inner.strip()), None, False))
        return close + 1
    before = len(parts.pairs)
    _scan(text, at + 1, close, parts, depth + 1)
    if before and len(parts.pairs) == before + 1 and split_of_mark(parts.pairs[-1].name) is not None:
        named = parts.pairs.pop()  # "loss: 0.5 (val: 0.6)"
        parts.pairs.append(named._replace(name=f"{named.name} {parts.pairs[-1].name}", owner=named.name))
    return close + 1


def _numbered(found: re.Match[str], parts: Parts) -> int:
    """A mark with a number, which is a place where nothing else is."""
    parts.mark(found["word"], str(split_of_mark(found["word"])))
    if not parts.counters:
        parts.counters.append(Pair(_UNNAMED, found["number"], *found.span("number"), None, False))
    return found.end()


def _is_number(word: str) -> bool:
    return word.replace(".", "", 1).isdigit()


def _item(text: str, at: int, end: int, parts: Parts) -> int | None:
    """Where the piece that begins here ends: the first rule that takes it counts."""
    for rule in _RULES:
        after = rule(text, at, end, parts)
        if after is not None:
            return after
    return None


def _lead(text: str, at: int, end: int, parts: Parts) -> int | None:
    """What a logger or a launcher wrote before the line: passed over, but the name of who wrote it."""
    if parts.pairs:
        return None
    found = LEAD.match(text, at, end)
    if found is not None:
        return found.end()
    found = WRITER.match(text, at, end)
    if found is None:
        return None
    parts.tags.append(found[0])
    return found.end()


def _dated(text: str, at: int, end: int, _: Parts) -> int | None:
    """When a line was written, behind its values: no pair of the month and the day."""
    found = DATED.match(text, at, end)
    return None if found is None else found.end()


def _filler(text: str, at: int, end: int, _: Parts) -> int | None:
    """ "Starting epoch 3", "at step 100": a word before others that says nothing."""
    found = _FILLED.match(text, at, end)
    return found.end() if found is not None and found["word"].lower() in FILLERS - KEPT_BEFORE else None


def _stated(text: str, at: int, end: int, parts: Parts) -> int | None:
    """ "phase=val", "split: test": a mark with a name of its own; "usage=val" under any."""
    found = STATED.match(text, at, end)
    split = split_of_mark(found["mark"]) if found is not None else None
    if found is None:
        found = UNDER_A_NAME.match(text, at, end)
        split = split_of(found["mark"]) if found is not None else None
        if found is None or split is None:
            return None
    if split is None:
        parts.tags.append(found["mark"])
    else:
        parts.mark(found["mark"].strip("'\""), split)
    return found.end()


def _flag(text: str, at: int, end: int, parts: Parts) -> int | None:
    """ "is_train=False" """
    found = FLAG.match(text, at, end)
    if found is None:
        return None
    split = split_of_mark(found["mark"])
    if split is None:
        return None
    group = "digit" if found["digit"] is not None else "word"
    held_out = found[group].lower() in ("false", "0", "no")
    split = ("eval" if split == "train" else "train") if held_out else split
    parts.mark("train" if split == "train" else "val", split)
    parts.fixed.append((found.start(group), found[group]))
    return found.end()


def _counter(text: str, at: int, end: int, parts: Parts) -> int | None:
    found = COUNTER.match(text, at, end)
    if found is not None:
        if found["letter"] and not _stands_for_a_counter(text, found, parts):
            return None
        written = (found["before"] or "") + found["word"] if found["word"] else found["letter"]
        name = _name_of(written, found["word"]) if written else _UNNAMED
        parts.counters.append(Pair(name, found["value"], *found.span("value"), None, bool(written)))
        return found.end()
    found = None if parts.pairs else COUNTED.match(text, at, end)
    counted = COUNTERS.get(found["word"].lower()) if found is not None else None
    if found is not None and counted is not None and all(pair.name != counted for pair in parts.counters):
        parts.counters.append(Pair(counted, found["value"], *found.span("value"), None))
        return found.end()
    if parts.counters and parts.pairs:
        return None
    found = BARE.match(text, at, end)
    if found is None and not parts.counters and not parts.pairs:
        found = ORDINAL.match(text, at, end) or (
            FOREMOST.match(text, at, end) if _is_foremost(text[:at], parts) else None
        )
    if found is None:
        return None
    if any(not pair.named and "/" not in pair.value for pair in parts.counters) and "/" in found["value"]:
        parts.counters = [pair for pair in parts.counters if pair.named]  # "[0] 3/12"
    if any(pair.name == _UNNAMED for pair in parts.counters):
        if len(parts.counters) > 1 or "/" not in parts.counters[0].value:
            return None
        parts.counters = [parts.counters[0]._replace(name="epoch", named=True)]  # "[3/25], [100/1583]"
    parts.counters.append(Pair(_UNNAMED, found["value"], *found.span("value"), None, False))
    return found.end()


def _is_foremost(before: str, parts: Parts) -> bool:
    """Nothing stands before, or nothing but marks."""
    return not before.strip(_BEFORE) or bool(parts.marks and not parts.residue)


def _stands_for_a_counter(text: str, found: re.Match[str], parts: Parts) -> bool:
    """ "E3", "s100"; "i=100" and "T: 7" only before everything else."""
    between = text[found.end("letter") : found.start("value")]
    if ":" in between and between[-1] in "[(<":
        return False  # "T: [100]"
    if ":" in between and text[found.end() :].lstrip()[:1] in (")", ":"):
        return False  # "T: 3) loss 0.5"
    between = between.strip(" [(<")
    return not between or (between in "=:" and not parts.counters and not parts.pairs and found["value"].isdigit())


def _name_of(written: str, word: str | None) -> str:
    kept = word and word.lower() in _KEPT
    if kept and written.lower().startswith("global"):
        return written
    return (word if kept else None) or counter_name(word or written) or written


def _tail(text: str, at: int, end: int, _: Parts) -> int | None:
    """A rate, a duration, a time: passed over, unless a name makes a pair of it ("time 3.2s")."""
    found = TAIL.match(text, at, end)
    if found is None:
        return None
    named = BEHIND.match(text, at, end)
    if named is not None and is_strong(named["name"]):
        return None  # "94.28% Accuracy"
    pair = PAIR.match(text, at, end) if text[at].isalpha() else None
    return found.end() if pair is None or pair["name"].lower() in _TAIL_WORDS else None


_AFTER_MARK = frozenset("|:,;-–—>])}[({<=*#→│»'\"”")
_LETTERED = expression(  # "T: loss 0.5", "T: 3) loss", "T:"
    r"[A-Za-z]\s?(?:[:|>]\s*[\[(<{|*\"'`]{0,2}(?:[^\W\d]|\d+\s?[):\]])|[:|>]\s*$)"
)
_NAMED = expression(r"\s+[^\s\d.]")
_COUNT = expression(r"\d+(?:\s*/\s*\d+)?")
_OF = expression(r"(?i)(?:on|in|for|of|over|during)\s+(?:the\s+)?")


def _mark(text: str, at: int, end: int, parts: Parts) -> int | None:
    """A word of a split that no name follows directly: "val |", "Eval:", "valid]", "train epoch 3"."""
    of = _OF.match(text, at, end)
    at = of.end() if of is not None else at
    found = WORD.match(text, at, end)
    if found is None:
        return None
    word = found[0]
    split = split_of_mark(word) or (LETTERS.get(word.lower()) if _LETTERED.match(text, at, end) else None)
    if split is not None and of is not None:
        parts.mark(word.split()[0], split)
        return found.end()
    if split is None:
        word = word.split()[0]
        split = split_of_mark(word)
    if split is None:
        return None
    after = at + len(word)
    if " " in word and COUNTER.match(text[at:end].partition(" ")[2].lstrip()) is None:
        parts.mark(word.split()[0], split)  # "validation step loss: 0.5"
        return after
    numbered = NUMBERED_MARK.match(text, at, end)
    if numbered is not None and " " not in numbered[0] and _NAMED.match(text, numbered.end(), end):
        return _numbered(numbered, parts)  # "val:0 loss 0.5"
    word = word.split()[0]  # "train_loop step 100"
    after = at + len(word)
    rest = text[after:end]
    following = rest.lstrip()
    if following[:1] == "_" or (rest[:1] in ("/", ".") and rest[1:2].isalnum()):
        return None
    if not following or not following[0].isalnum():
        value = PAIR.match(text, at, end)
        counted = value is not None and (
            (value["boxed"] is not None and _COUNT.fullmatch(value["boxed"]))
            or (value["plain"] is not None and ORDINAL.match(text, value.start("plain"), end))  # "eval: 3: loss 0.5"
        )
        if value is not None and value.end("name") <= after and not counted and not _NUMBERLESS.match(following):
            return None  # "train: 0.02"
        parts.mark(word, split)
        return after
    of_split = _is_of_split(following)
    while (filled := _FILLED.match(following)) is not None and filled["word"].lower() in FILLERS - KEPT_BEFORE:
        following = following[filled.end() :]  # "val after epoch 1"
    placed = COUNTER.match(following) or BARE.match(following) or ORDINAL.match(following) or _is_counted(following)
    if rest[:1].isspace() and (placed or of_split):
        parts.mark(word, split)
        return after
    return None


def _is_of_split(text: str) -> bool:
    """ "on Dev Set" """
    of = _OF.match(text)
    word = WORD.match(text, of.end()) if of is not None else None
    return word is not None and split_of_mark(word[0]) is not None


def _is_counted(text: str) -> bool:
    found = COUNTED.match(text)
    return found is not None and found["word"].lower() in COUNTERS


_NUMBERLESS = expression(r"[|:,;>\])}=*→│–—-]+\s*(?:[^\W\d]|[|\[({<#]|\d+\s*/\s*\d|$)")


def _tag(text: str, at: int, end: int, parts: Parts) -> int | None:
    """A word before all pairs that stands like a mark: in a bracket, before a colon or a bar."""
    found = WORD.match(text, at, end)
    if found is None or parts.pairs or len(parts.tags) > 1:
        return None
    following = text[found.end() : end].lstrip()
    alone = not following or following[0] in _AFTER_MARK
    if not alone and not COUNTER.match(following):
        return None
    parts.tags.append(found[0])
    return found.end()


_RULES = (
    *(_lead, _dated, _filler, _stated, _flag, _counter, _tail, listed, _mark, several, sentence, fraction, pair),
    *(nothing, behind, stuck, _tag),
)

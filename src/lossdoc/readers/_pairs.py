"""The tokenizer of formats as data, for the body of a line that is known to be one of them.

`k: v`, `k=v` and `k v`, names with spaces, numbers in every shape. A line is cut into fields (by `|`, `;`, `, `, ` - `,
TAB, two spaces); what separates name and value is decided by the majority of the line, and a field without such a pair
is tried by the other rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from lossdoc.input.numbers import NUMBER, parse, to_float
from lossdoc.input.shape import LONGEST, Memory, shape
from lossdoc.model.record import Raw
from lossdoc.words.expressions import expression

_UNIT = r"(?:\s?%|\s?(?:ms|sec|GiB|GB|MB|tokens/s|tok/s|samples/s)\b|[A-Za-zµ]+(?:/[A-Za-z]+)*)?"
VALUE = (
    rf"(?:(?:(?:np|numpy|torch)\.\w+|tensor|array)\((?:[^()]|\([^()]*\))*\)|\[\s*{NUMBER}(?:\s*/\s*\d+)?\s*\]"
    rf"|\(\s*{NUMBER}\s*,?\s*\)"
    rf"|{NUMBER}(?:[kKMGBTPE](?![A-Za-z/]))?(?:\s?(?:±|\+-|\+/-)\s?\d[\d.eE+-]*)?(?:\s*/\s*\d+(?:,\d{{3}})*(?:\.\d+)?)?{_UNIT})"
    r"(?![\w@]|:\d|-\d|\.\w|/\d)"
)
_FIELDS = expression(
    r"\s*[|;│]+\s*|,\s+|\t+|\s+[-–—·•→»]\s+|\s{2,}(?=[A-Za-z_(\[])(?!(?i:nan|inf|n/a)\b)"
    # a bar of "=" or "#", a pictogram
    r"|\s*\[[=>.#█-]{4,}[=>.#█ -]*\](?:\s*\d+%)?\s*|\s*[\U0001F300-\U0001FAFF\u2600-\u27BF]+\ufe0f?\s*"
)
_PAIR = {sep: expression(rf"(?:{sep})\s*(?P<value>{VALUE})(?:\s?\(\s*(?P<aside>[^()]*)\))?") for sep in (":", "=")}
_SPACED = expression(
    r"(?P<name>[A-Za-z_][\w./%@()'#-]*(?: (?!nan\b|inf\b)[A-Za-z_(][\w./%@()'#-]*){0,4})"
    rf"\s*(?:\[\s*(?P<boxed>{NUMBER}(?:\s*/\s*\d+)?)\s*\]|\s(?P<value>{VALUE}))(?=\.?$|[\s,:;)\]])(?:\s?\([^()]*\))?"
)
# tensor(0.5, device='cuda:0'): its comma and colon part nothing.
_TENSOR = expression(r"\b(?:tensor|array)\(\[*\s*([^,()\[\]]*)[^()]*\)")
# "Value(mean=0.25, std=0.5)KL=0.01": what stands in the brackets are parts of the name before them.
_GROUP = expression(
    rf"\b(?P<name>[A-Za-z_]\w*)\((?P<parts>\w+\s?[:=]\s?{NUMBER}(?:,\s*\w+\s?[:=]\s?{NUMBER})*)\)[ ,;]*"
)
_NAME = expression(r"(?:(?:[A-Za-z_]|[%*#](?=\S))[^\s:=]*)(?: +[^\s:=]+){0,5}$")
_EDGE = " \t|,;-–—·•*>→\"'`"
_TIGHT = expression(rf"[:=]\s*(?={VALUE})")
# "batch 3 loss: 0.5" and "Epoch [1/10] loss: 0.5" are two pairs.
_LEAD = expression(
    r"(?P<name>(?i:(?:global[ _]?)?(?:step|epoch|iter(?:ation)?|batch|update|episode|round)s?))\s*[#\[(]?\s*"
    r"(?P<value>\d+(?:\s*/\s*\d+)?)[\])]?[\s,:-]*(?P<rest>[A-Za-z_].*)?$"
)
# "Epoch 3: Train Loss: 0.5", "[iter 5] loss: 0.5": the counter ends with a colon or a bracket of its own.
_COUNTER = expression(
    r"^\W{0,4}(?P<name>(?i:(?:global[ _]?)?(?:step|epoch|iter(?:ation)?|update|episode|round)))\s*[#\[(]?\s*"
    r"(?P<value>\d+(?:\s*/\s*\d+)?)(?:\s*\][\s:,-]*|\s*\)?(?:\s*\([^()]*\))?\s*:[\s-]*)(?=[A-Za-z*_{])"
)
_PLACE = expression(
    r"(?i)(?:step|epoch|iter(?:ation)?|batch|train(?:ing)?|val(?:idation)?|eval(?:uation)?|test(?:ing)?)s?"
)
_TIMED = expression(r"\d\s?(?:ms|s|sec|min|h)$")
_ASIDE = expression(r"\s*\([^()]*\)$")
# "[Epoch 3/200] [Batch 50/900] [D loss: 0.69]": boxes around names and numbers part them as bars do.
_BOX = expression(r"(?<![^\s\]|,])\[([A-Za-z][^\[\]]*\d[^\[\]]*)\](?=[\s\[,|:]|$)")
# "val loss is 0.5", "avg loss so far is 0.4"
_VERB = expression(r"(?: so far)?(?: is)?$")
_FRACTION = expression(r"(?i)acc|correct|precision|recall|success")


# A number that stands alone: digits inside a name (Acc@1, lr_0) belong to the skeleton.
_ALONE = expression(r"(?<![\w@.,])([-+]?(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)(?![\d])")
_Plan = list[tuple[str, int, int, str]]
_PLANS: dict[tuple[str, ...], _Plan | None] = {}
_MAX_PLANS = 4096


class Cut(NamedTuple):
    """Where the pairs of lines of one shape stand."""

    literals: list[tuple[int, str]]  # text with digits that are part of a name: it must be the same
    values: list[tuple[str, int, int]]  # name, from where to where its value stands

    def fits(self, text: str) -> bool:
        return all(text.startswith(literal, at) for at, literal in self.literals)


_CUTS: Memory[Cut | None] = Memory()  # None = seen once


def pairs(text: str) -> dict[str, Raw]:
    """All names with numeric values of a line, in the order of the line; the first of two equal names counts.

    Lines of one program differ in their numbers only. What a line says is worked out for the text around its numbers,
    the second time that this text is seen, and from then on the numbers are only put in.
    """
    if len(text) > LONGEST:
        return _by_skeleton(text, None)
    look = shape(text)
    cut = _CUTS.get(look)
    if cut is not None and cut.fits(text):
        return {name: text[first:last] for name, first, last in cut.values}
    return _by_skeleton(text, look)


def _by_skeleton(text: str, look: bytes | None) -> dict[str, Raw]:
    """The pairs of a line by the text around its numbers; what is learned is kept for lines of the same shape."""
    parts = _ALONE.split(text)
    skeleton = tuple(parts[::2])
    if skeleton not in _PLANS:
        if len(_PLANS) >= _MAX_PLANS:
            _PLANS.clear()
        _PLANS[skeleton] = None
        return tokenize(text)
    plan = _PLANS[skeleton]
    if plan is None:
        plan = _PLANS[skeleton] = _plan(parts)
    if not plan:
        return tokenize(text)
    if look is not None:
        _CUTS[look] = _cut(parts, plan) if look in _CUTS else None
    return {
        name: (parts[first] if first == last else "".join(parts[first : last + 1])) + unit
        for name, first, last, unit in plan
    }


def known_cut(text: str) -> Cut | None:
    """What is learned of lines of the shape of this one, if it was read so."""
    cut = _CUTS.get(shape(text)) if len(text) <= LONGEST else None
    return cut if cut is not None and cut.fits(text) else None


def _cut(parts: list[str], plan: _Plan) -> Cut:
    starts = [0, *accumulate(map(len, parts))]
    values = [(name, starts[first], starts[last + 1] + len(unit)) for name, first, last, unit in plan]
    literals = [(starts[at], parts[at]) for at in range(0, len(parts), 2) if any(map(str.isdigit, parts[at]))]
    return Cut(literals, values)


def _plan(parts: list[str]) -> _Plan:
    """Which numbers of a line belong to which names: found by putting numbers in that cannot be mixed up.

    [] when that cannot be told (a number is part of a name, a value is worked out from two): then every line of this
    kind is read the long way.
    """
    marked = list(parts)
    for at in range(1, len(parts), 2):
        sign = parts[at][0] if parts[at][0] in "+-" else ""  # "3.1+-0.2" is one value
        if "," in parts[at]:
            marked[at] = f"{sign}{100 + at % 900},{100 + at % 900}"
        else:
            marked[at] = f"{100000 + at}" if parts[at].isdigit() else f"{sign}{1000 + at}.5"
    starts, position = {}, 0
    for at, part in enumerate(marked):
        starts[position] = at
        position += len(part)
    text = "".join(marked)
    plan: _Plan = []
    for name, value in tokenize(text).items():
        if not isinstance(value, str) or any(mark in name for mark in marked[1::2]):
            return []
        where = text.find(value)
        first = starts.get(where, 0)
        if first % 2 == 0 or text.find(value, where + 1) >= 0:
            return []
        last, rest = first, value[len(marked[first]) :]
        while rest and rest.startswith(marked[last + 1]) and last + 2 < len(marked) and marked[last + 2] in rest:
            rest = rest[len(marked[last + 1]) + len(marked[last + 2]) :]
            last += 2
        if any(char.isdigit() for char in rest):
            return []
        plan.append((name, first, last, rest))
    return plan


def tokenize(text: str) -> dict[str, Raw]:
    """The names and values of a line, worked out from the line alone."""
    if "tensor(" in text or "array(" in text:
        text = _TENSOR.sub(r"\1", text)
    if "[" in text:
        text = _BOX.sub(r"|\1|", text)
    if "(" in text:
        text = _GROUP.sub(_ungrouped, text)
    colons, equals = text.count(":"), text.count("=")
    if colons and equals:
        marks = [text[m.start()] for m in _TIGHT.finditer(text)]
        first = ":" if marks.count(":") >= marks.count("=") else "="
    else:
        first = ":" if colons else "="
    found: dict[str, Raw] = {}
    for field in _FIELDS.split(text):
        counter = _COUNTER.match(field)
        if counter is not None:
            found.setdefault(counter["name"], counter["value"])
            field = field[counter.end() :]
        for name, value in _field(field, first):
            found.setdefault(_VERB.sub("", name), value)
    return {name: value for name, value in found.items() if not (isinstance(value, str) and _is_duration(name, value))}


def _ungrouped(group: re.Match[str]) -> str:
    return "".join(f"{group['name']} {part}, " for part in re.split(r",\s*", group["parts"]))


def _is_duration(name: str, value: str) -> bool:
    """ "Step: 28ms" says how long a step takes, not which one it is; "train 2.6s" how long the training of an epoch."""
    return _PLACE.fullmatch(name) is not None and _TIMED.search(value) is not None


def _field(field: str, first: str) -> Iterator[tuple[str, Raw]]:
    some = False
    for sep in (first, "=" if first == ":" else ":"):
        if sep not in field:
            continue
        for name, value in _separated(field, sep):
            some = True
            yield name, value
        if some:
            return
    for match in _SPACED.finditer(field[:1000]):  # the name is looked for at every place
        value = match["boxed"] or match["value"]
        if to_float(value) is not None:
            yield match["name"], value


def _separated(field: str, sep: str) -> Iterator[tuple[str, Raw]]:
    at = 0
    for match in _PAIR[sep].finditer(field):
        region = field[at : match.start()].rstrip(_EDGE)
        at = match.end()
        # What stands before another separator is no part of this name: "eta: 22:18:02 batch_cost".
        region = region[max(region.rfind(":"), region.rfind("=")) + 1 :].lstrip(_EDGE + "([{")
        name = _NAME.search(region[-300:])  # the end of a name has at most 100 characters
        if name is None:
            continue
        key = name[0].rstrip()
        if "{" in key or "\\" in key or len(key) > 100:
            continue
        lead = _LEAD.match(key) if any(map(str.isdigit, key)) else None
        if lead is not None:
            yield lead["name"], lead["value"]
            key = lead["rest"] or ""
        value = _value(key, match)
        if key and value is not None:
            yield key, value


def _value(key: str, match: re.Match[str]) -> Raw:
    text = match["value"]
    if to_float(text) is None:
        return None
    if text[0] in "[(":
        text = text[1:-1].strip(" ,")
    # "Accuracy: 9830/10000 (98%)" is a fraction, "step: 10/438" a step.
    if "/" in text and _FRACTION.search(key):
        number = parse(text)
        if number is not None and number.total and 0 <= number.value <= number.total:
            return number.value / number.total
    return text


def split_pairs(text: str, between: str, sep: str) -> dict[str, Raw]:
    """The fast way for grammars that always part their fields by the same literal: the last `sep` ends the name."""
    found: dict[str, Raw] = {}
    for part in text.split(between):
        written, _, value = part.rpartition(sep)
        name = _split_name(written, sep)
        value = value.strip()
        if name and name not in found and to_float(value) is not None:
            found[name] = value
    return found


@lru_cache(4096)
def _split_name(written: str, sep: str) -> str:
    name = written.strip(_EDGE)
    return "" if sep in name else name


def split_cut(text: str, between: str, sep: str) -> Cut:
    """Where `split_pairs` finds its values."""
    literals: list[tuple[int, str]] = []
    values: dict[str, tuple[int, int]] = {}
    at = 0
    for part in text.split(between):
        written, _, value = part.rpartition(sep)
        name, bare = _split_name(written, sep), value.strip()
        if any(map(str.isdigit, written)):
            literals.append((at, written))
        if name and name not in values and to_float(bare) is not None:
            first = at + len(part) - len(value.lstrip())
            values[name] = (first, first + len(bare))
        at += len(part) + len(between)
    return Cut(literals, [(name, first, last) for name, (first, last) in values.items()])

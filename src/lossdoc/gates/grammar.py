"""Text of a gate -> Gate. Tokens and a parser without recursion; what it does not know it refuses with the place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, get_args

from msgspec import Struct

from lossdoc.model.finding import SIGNS, Answer, Verdict
from lossdoc.words.expressions import expression

Operator = Literal["<", "<=", ">", ">=", "==", "!="]

STATISTICS = ("last", "first", "min", "max", "mean", "median", "std", "best", "count", "non_finite")
FACTS = ("steps", "epochs", "records", "errors", "warnings")
SPLITS = ("train", "eval", "test")

_TOKEN = expression(
    r"""\s*(?:
    (?P<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)(?![\w/])
    |`(?P<key>[^`]+)`
    |"(?P<quoted>[^"]*)"
    |(?P<name>[A-Za-z_@][\w@/\-]*)
    |(?P<mark><=|>=|==|!=|[<>().\[\]*%])
    )""",
    re.VERBOSE,
)
_PERCENTILE = expression(r"p(\d{1,3})(?:_(\d+))?")


class GateError(ValueError):
    """A gate that cannot be read: the text, what is wrong with it, and what may stand there."""


class Part(Struct, frozen=True):
    """A part of a curve: the first or last `points` or `share` (0 to 1), or the steps from `start` to `end`."""

    tail: bool = True
    points: int | None = None
    share: float | None = None
    start: float | None = None
    end: float | None = None


class Quantity(Struct, frozen=True):
    """A statistic of a curve. `exact`: the name is a key as it was logged, not one of ours."""

    name: str
    exact: bool = False
    label: str | None = None
    statistic: str = "last"
    part: Part | None = None


class Fact(Struct, frozen=True):
    """Something that a report says by itself: steps, a vital sign, the verdict."""

    name: str


class Gate(Struct, frozen=True):
    """`left operator right`; `right` is a number, a word, or another quantity times `factor`."""

    text: str
    left: Quantity | Fact
    operator: Operator
    right: float | str | Quantity
    factor: float = 1.0


class _Token(Struct, frozen=True):
    kind: str
    text: str
    at: int


def parse(text: str) -> Gate:
    """GateError for everything that is no gate; nothing of the text is ever executed."""
    reader = _Reader(text, _tokens(text))
    left = reader.left()
    operator = reader.operator()
    if isinstance(left, Fact) and left.name in (*SIGNS, "verdict"):
        gate = Gate(text, left, operator, reader.word(left.name, operator))
    else:
        right, factor = reader.right()
        gate = Gate(text, left, operator, right, factor)
    reader.end()
    return gate


def required(sign: str) -> Gate:
    """The gate behind `--require learning`."""
    if sign not in SIGNS:
        raise GateError(f"no vital sign {sign!r}.{_near(sign, SIGNS)} There are: {', '.join(SIGNS)}")
    return Gate(f"{sign} == yes", Fact(sign), "==", "yes")


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.end() == position:
            rest = text[position:].strip()
            raise GateError(f"{text!r}: cannot read {rest[:20]!r}; a gate is like: eval/loss.last < 1.2")
        kind = match.lastgroup or ""
        found.append(_Token(kind, match[kind], match.start(kind)))
        position = match.end()
    return found


class _Reader:
    """The tokens, one after the other."""

    def __init__(self, text: str, tokens: Sequence[_Token]) -> None:
        self._text, self._tokens, self._next = text, tokens, 0

    def left(self) -> Quantity | Fact:
        token = self._peek()
        plain = token is not None and token.kind == "name" and not self._follows(".", "[")
        if token is not None and plain and token.text in (*FACTS, *SIGNS, "verdict"):
            self._next += 1
            return Fact(token.text)
        return self._quantity()

    def operator(self) -> Operator:
        token = self._take()
        for known in get_args(Operator):
            if token is not None and token.text == known and token.kind == "mark":
                found: Operator = known
                return found
        seen = f"{token.text!r} stands there" if token else "it ends there"
        raise self._refusal(f"a comparison is missing (<, <=, >, >=, ==, !=); {seen}")

    def word(self, fact: str, operator: Operator) -> str:
        """`yes` after a vital sign, `healthy` after the verdict."""
        known = get_args(Verdict) if fact == "verdict" else get_args(Answer)
        token = self._take()
        if operator not in ("==", "!="):
            raise self._refusal(f"{fact} is no number: only == and != can follow")
        if token is None or token.kind not in ("name", "quoted") or token.text not in known:
            seen = token.text if token else ""
            raise self._refusal(f"{fact} is one of {', '.join(known)}.{_near(seen, known)}")
        return token.text

    def right(self) -> tuple[float | Quantity, float]:
        """A number; `curve.last`, `curve.last * 1.1`, `1.1 * curve.last`."""
        token = self._peek()
        if token is not None and token.kind == "number":
            number = float(self._need("number", "a number"))
            return (self._quantity(), number) if self._skip("*") else (number, 1.0)
        quantity = self._quantity()
        return quantity, float(self._need("number", "a factor")) if self._skip("*") else 1.0

    def end(self) -> None:
        token = self._peek()
        if token is not None:
            raise self._refusal(f"nothing can follow here, and {self._text[token.at :].strip()[:20]!r} does")

    def _quantity(self) -> Quantity:
        token = self._take()
        if token is None or token.kind not in ("name", "key"):
            seen = f", {token.text!r} stands there" if token else ""
            raise self._refusal(f"the name of a curve is missing{seen}")
        label = None
        if self._skip("["):
            label = self._label()
        statistic, part = "last", None
        if self._skip("."):
            statistic = self._statistic()
            if self._skip("("):
                part = self._part()
                self._mark(")")
        return Quantity(token.text, token.kind == "key", label, statistic, part)

    def _label(self) -> str:
        token = self._take()
        if token is None or token.kind == "mark":
            raise self._refusal("the label of a curve is missing: loss[wiki]")
        self._mark("]")
        return token.text

    def _statistic(self) -> str:
        token = self._take()
        name = token.text if token else ""
        percentile = _PERCENTILE.fullmatch(name)
        if name in STATISTICS or (percentile and float(f"{percentile[1]}.{percentile[2] or 0}") <= 100):
            return name
        raise self._refusal(
            f"no statistic {name!r}.{_near(name, STATISTICS)} There are: {', '.join(STATISTICS)}, p0 to p100"
        )

    def _part(self) -> Part:
        token = self._take()
        word = token.text if token else ""
        if word in ("last", "first"):
            return self._stretch(tail=word == "last")
        if word == "from":
            start = float(self._need("number", "a step"))
            token = self._peek()
            if token is None or token.text != "to":
                return Part(start=start)
            self._next += 1
            return Part(start=start, end=float(self._need("number", "a step")))
        if word == "to":
            return Part(end=float(self._need("number", "a step")))
        raise self._refusal("a part is written as (last 10%), (first 20), (from 100), (to 500) or (from 100 to 500)")

    def _stretch(self, *, tail: bool) -> Part:
        number = float(self._need("number", "a number of points or a share"))
        if self._skip("%"):
            if not 0 < number <= 100:
                raise self._refusal("a share lies above 0% and up to 100%")
            return Part(tail, share=number / 100)
        if number < 1 or number != int(number):
            raise self._refusal("a number of points is whole and at least 1")
        return Part(tail, points=int(number))

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self) -> _Token | None:
        token = self._peek()
        self._next += token is not None
        return token

    def _follows(self, *marks: str) -> bool:
        after = self._tokens[self._next + 1 : self._next + 2]
        return any(token.kind == "mark" and token.text in marks for token in after)

    def _skip(self, mark: str) -> bool:
        token = self._peek()
        found = token is not None and token.kind == "mark" and token.text == mark
        self._next += found
        return found

    def _mark(self, mark: str) -> None:
        if not self._skip(mark):
            raise self._refusal(f"{mark!r} is missing")

    def _need(self, kind: str, what: str) -> str:
        token = self._take()
        if token is None or token.kind != kind:
            raise self._refusal(f"{what} is missing")
        return token.text

    def _refusal(self, why: str) -> GateError:
        return GateError(f"{self._text!r}: {why}")


def _near(word: str, known: Sequence[str]) -> str:
    import difflib

    close = difflib.get_close_matches(word, known, n=1)
    return f" Did you mean {close[0]}?" if close else ""

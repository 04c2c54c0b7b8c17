"""Named constants: `ln 2`, `ln V`, `1/(4 beta^2)` -> a number, given the settings they name.

Grammar: sums of products of powers; a product may omit its sign (`4 beta^2`, `2 ln 2`); functions ln, log2, exp, sqrt
take a bracket or the next factor, so do abs, tanh, cosh, sin, cos, acos, sigmoid, softplus and step (1 above 0,
else 0); max(a, b) and min(a, b) take two. Nothing is evaluated as Python.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from lossdoc.words.expressions import expression

_TOKEN = expression(r"\s*(?:(\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+)|([A-Za-z_][A-Za-z_0-9]*)|(\S))")
_FUNCTIONS: dict[str, Callable[..., float]] = {
    "ln": math.log,
    "log": math.log,
    "log2": math.log2,
    "exp": math.exp,
    "sqrt": math.sqrt,
    "abs": abs,
    "max": max,
    "min": min,
    "tanh": math.tanh,
    "cosh": math.cosh,
    "sin": math.sin,
    "cos": math.cos,
    "acos": math.acos,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "softplus": lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))),
    "step": lambda x: float(x > 0),
}
_CONSTANTS = {"pi": math.pi, "e": math.e}

# What a variable is called in configurations and on the command line (--set), the first one is what we ask for.
SETTINGS: dict[str, tuple[str, ...]] = {
    "V": ("vocab_size", "vocab", "V"),
    "k": ("classes", "num_classes", "num_labels", "n_classes", "k"),
    "beta": ("beta",),
    "B": ("batch_size", "per_device_train_batch_size", "train_batch_size", "B"),
    "batch": ("batch_size", "per_device_train_batch_size", "train_batch_size", "batch"),
    "N": ("batch_size", "per_device_train_batch_size", "train_batch_size", "N"),
}


class FormulaError(ValueError):
    """Text that is no formula."""


class Missing(Exception):
    """A setting that the formula needs; `setting` is its usual name."""

    def __init__(self, setting: str) -> None:
        super().__init__(setting)
        self.setting = setting


def names(text: str) -> list[str]:
    """Variables of a formula, each by the usual name of its setting. FormulaError where it is none."""
    found: list[str] = []

    def note(name: str) -> float:
        found.append(SETTINGS.get(name, (name,))[0])
        return 2.0

    _Parser(text, note).parse()
    return list(dict.fromkeys(found))


def evaluate(text: str, settings: Mapping[str, object]) -> float:
    """Value of a formula. Missing where a setting is not given, FormulaError where the text is no formula."""

    def value(name: str) -> float:
        for setting in SETTINGS.get(name, (name,)):
            given = settings.get(setting)
            if isinstance(given, int | float) and not isinstance(given, bool):
                return float(given)
        raise Missing(SETTINGS.get(name, (name,))[0])

    return _Parser(text, value).parse()


class _Parser:
    def __init__(self, text: str, variable: Callable[[str], float]) -> None:
        self._tokens = [m.group(1) or m.group(2) or m.group(3) for m in _TOKEN.finditer(text) if m.group().strip()]
        self._at = 0
        self._variable = variable
        self._text = text

    def parse(self) -> float:
        try:
            value = self._sum()
        except FormulaError:
            raise
        except (ZeroDivisionError, OverflowError, ValueError, TypeError) as error:
            raise FormulaError(f"`{self._text}` has no value") from error
        if self._at != len(self._tokens):
            raise FormulaError(f"`{self._text}` is no formula: `{self._peek()}` was not expected")
        return value

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _sum(self) -> float:
        value = self._product()
        while self._peek() in ("+", "-"):
            value = value + self._product() if self._take() == "+" else value - self._product()
        return value

    def _product(self) -> float:
        value = self._power()
        while token := self._peek():
            if token in ("*", "·"):
                self._take()
                value *= self._power()
            elif token == "/":
                self._take()
                value /= self._power()
            elif token == "(" or token[0].isalnum() or token[0] in "._":
                value *= self._power()
            else:
                break
        return value

    def _power(self) -> float:
        if self._peek() == "-":
            self._take()
            return -self._power()
        value = self._atom()
        if self._peek() == "^":
            self._take()
            return float(value ** self._power())
        return value

    def _arguments(self) -> list[float]:
        """A bracket with one or more values, or the next factor: `ln(x)`, `ln 2`, `max(0, x)`."""
        if self._peek() != "(":
            return [self._power()]
        self._take()
        values = [self._sum()]
        while self._peek() == ",":
            self._take()
            values.append(self._sum())
        if self._take() != ")":
            raise FormulaError(f"`{self._text}` is no formula: a bracket is not closed")
        return values

    def _atom(self) -> float:
        token = self._take()
        if token == "(":
            value = self._sum()
            if self._take() != ")":
                raise FormulaError(f"`{self._text}` is no formula: a bracket is not closed")
            return value
        if token in _FUNCTIONS:
            return float(_FUNCTIONS[token](*self._arguments()))
        if token in _CONSTANTS:
            return _CONSTANTS[token]
        if token and (token[0].isdigit() or token[0] == "."):
            return float(token)
        if token and (token[0].isalpha() or token[0] == "_"):
            return self._variable(token)
        raise FormulaError(f"`{self._text}` is no formula: `{token or 'its end'}` was not expected")

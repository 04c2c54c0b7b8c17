"""Named constants are computed, and nothing else is."""

from __future__ import annotations

import math

import pytest

from lossdoc.knowledge.formula import FormulaError, Missing, evaluate, names


@pytest.mark.parametrize(
    ("text", "settings", "value"),
    [
        ("ln 2", {}, math.log(2)),
        ("2 ln 2", {}, 2 * math.log(2)),
        ("ln V", {"vocab_size": 50257}, math.log(50257)),
        ("ln k", {"num_labels": 3}, math.log(3)),
        ("1/(4 beta^2)", {"beta": 0.1}, 25.0),
        ("1/(2 beta^2)", {"beta": 0.1}, 50.0),
        ("-ln 2 - ln(0.001 (1 - 0.001))/2", {}, -math.log(2) - math.log(0.001 * 0.999) / 2),
        ("-(1 - x)^2 ln x", {"x": 0.5}, 0.25 * math.log(2)),
        ("max(0, 1 - x)", {"x": 3}, 0.0),
        ("softplus(-x)", {"x": 800}, 0.0),
        ("1e-3 * 2", {}, 0.002),
        ("2^-1", {}, 0.5),
    ],
)
def test_values(text: str, settings: dict[str, float], value: float) -> None:
    assert evaluate(text, settings) == pytest.approx(value)


def test_a_missing_setting_is_named_as_people_give_it() -> None:
    with pytest.raises(Missing) as missing:
        evaluate("ln V", {})
    assert missing.value.setting == "vocab_size"
    assert names("1/(4 beta^2) + ln k") == ["beta", "classes"]


@pytest.mark.parametrize("text", ["", "ln", "1 +", "(1", "max(1, 2", "1 2)", "__import__('os')", "1/0", "ln(0)", "x.y"])
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises((FormulaError, Missing)):
        evaluate(text, {})


def test_text_in_a_configuration_is_no_number() -> None:
    with pytest.raises(Missing):
        evaluate("1/beta", {"beta": "0.1"})

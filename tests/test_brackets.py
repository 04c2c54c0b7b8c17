"""Where a bracket of a composed line closes."""

from __future__ import annotations

import pytest

from lossdoc.readers.home_made.brackets import closing


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("(loss 0.5)", 9),
        ("[a [b] c] d", 8),
        ("(never", -1),
        (f"({'x' * 298})", 299),
        (f"({'x' * 299})", -1),
        ("(" * 10 + ")" * 10, 19),
        ("(" * 11 + ")" * 11, -1),
    ],
)
def test_closing(text: str, place: int) -> None:
    assert closing(text, 0, len(text)) == place

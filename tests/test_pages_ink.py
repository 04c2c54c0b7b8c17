"""Text and curves of pages: whatever comes, lines fit, no word is lost, and drawing ends."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from lossdoc.show.blocks import Block, Bullets, Facts, Text, Verbatim, length
from lossdoc.show.pages._canvas import Series, draw, spark
from lossdoc.show.pages._text import inline, prose

WORDS = st.text(st.sampled_from("ab c  d-é\n`*|#"), max_size=120)
VALUES = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([0.0, math.nan, math.inf, -math.inf]))


@given(WORDS, st.integers(1, 60))
def test_wrapped_text_fits_and_loses_nothing_but_blanks(text: str, width: int) -> None:
    lines = Text(text).lines(width)
    assert all(length(line) <= width for line in lines)
    assert "".join(part for line in lines for part, _ in line).replace(" ", "") == "".join(text.split())


@given(WORDS, st.integers(40, 90))
def test_every_block_fits(text: str, width: int) -> None:
    blocks: list[Block] = [Bullets([inline(text)]), Facts([("name", inline(text))]), Verbatim(text), *prose(text)]
    for block in blocks:
        assert all(length(line) <= width for line in block.lines(width))


@given(
    st.lists(st.lists(VALUES, min_size=1, max_size=30), min_size=1, max_size=12), st.integers(30, 90), st.integers(2, 9)
)
def test_drawing_ends_and_fits(curves: list[list[float]], width: int, height: int) -> None:
    series = [Series(f"c{n}", list(enumerate(map(float, curve))), "red") for n, curve in enumerate(curves)]
    lines = draw(series, width, height, axis="")
    if any(math.isfinite(v) for curve in curves for v in curve):
        assert len(lines) == height + 1
        assert all(len(line.plain) <= width for line in lines)


def test_a_spike_between_columns_is_not_lost() -> None:
    points = [(float(x), 0.0) for x in range(1000)]
    points[501] = (501.0, 9.0)
    top = draw([Series("", points, "red")], 30, 5)[0].plain
    assert top.strip(" 9│")


def test_a_line_of_bars_marks_what_is_not_finite() -> None:
    assert spark([0.0, math.nan, 1.0], ascii=True) == "_x@"

"""Both sides of limits: what is said just below and just above, of small made runs; and which limits have none."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.limit_sides import holds, knowledge, table
from tests.sides.test_by_hand import SIDES

RUNS, ROWS = table()
UNTESTED = Path(__file__).parent / "data" / "limits_untested.json"


@pytest.mark.parametrize("check", sorted({row.family.check for row in ROWS}))
def test_what_is_said_on_both_sides(check: str) -> None:
    wrong = [row for row in ROWS if row.family.check == check and not holds(row, RUNS[row.family.base])]
    anew = f"where that is meant: python -m benchmarks.mutants.find {check}"
    assert not wrong, f"{len(wrong)} rows no longer hold, the first: {wrong[0]}; {anew}"


def test_rows_have_two_sides() -> None:
    """Most rows stand close to a limit; some hold a run alone whose judgement hangs on it."""
    two = [row for row in ROWS if row.says_low != row.says_high]
    assert len(two) > 0.7 * len(ROWS)
    assert all(row.says_low != row.says_high or row.low == row.high for row in ROWS)


def by_hand() -> set[str]:
    """Limits of the tables of `tests/sides`; `test_same_start` of its `test_compare.py` is of `compare.same-start`."""
    tests = {
        f"{file.stem.removeprefix('test_')}.{test}".replace("_", "-")
        for file in (Path(__file__).parent / "sides").glob("test_*.py")
        if file.stem != "test_by_hand"
        for test in re.findall(r"^def test_(\w+)", file.read_text(), re.MULTILINE)
    }
    return tests | {sides.limit for sides in SIDES}


def test_every_limit_has_a_row_or_is_listed() -> None:
    """`python -m benchmarks.mutants.find CHECK` looks for rows of a new limit."""
    tested = {name for row in ROWS for name in row.limits} | by_hand()
    listed = set(json.loads(UNTESTED.read_text()))
    known = set(knowledge().limits())
    missing, gone, done = known - tested - listed, (listed | tested) - known, listed & tested
    assert not missing, (
        f"no run just below and just above: {named(missing)}; write tests/sides/test_CHECK.py with a test_LIMIT, "
        f"or a line of tests/sides/of_*.py; or python -m benchmarks.mutants.find CHECK; else list it in {UNTESTED.name}"
    )
    assert not gone, f"no such limits, named in tests/data or tests/sides: {named(gone)}"
    assert not done, f"these have rows now, take them off {UNTESTED.name}: {named(done)}"


def named(limits: set[str]) -> str:
    return ", ".join(sorted(limits))

"""python -m benchmarks.mutants [ROOM ...]: changes every limit by half both ways and prints the share that tests notice.

First the rows of `tests/data/limit_sides.json` and the tables of `tests/sides` are asked, then, for what they do not
notice, the tests of the room and of the check under `tests/sides` and `tests/checks`. ROOM is what the names of limits
begin with: overfitting, merit.
"""

from __future__ import annotations

import contextlib
import io
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.mutants.change import Mutant, everything, limit_of, mutants, used_by
from benchmarks.mutants.find import by_hand, notices
from lossdoc.model.limit import instead
from tests.limit_sides import SIGNS, Row, knowledge, table

SECONDS = 900.0  # after which only rows are asked


def by_rows(mutant: Mutant) -> Row | None:
    """A row that notices a mutant; those that were made for it are asked first."""
    runs, rows = table()
    users = _users(mutant[0])
    able = [row for row in rows if mutant[0] in row.limits or row.family.check in users]
    able.sort(key=lambda row: mutant[0] not in row.limits)
    return next((row for row in able if notices(row, runs[row.family.base], mutant)), None)


def by_tests(mutant: Mutant) -> bool:
    """Whether a test of the checks that use a limit fails with the mutant."""
    files = [file for file in map(Path, _files(mutant[0])) if file.exists()]
    if not files:
        return False
    with instead(limit_of(mutant)), contextlib.redirect_stdout(io.StringIO()):
        code = pytest.main(["-x", "-q", "--tb=no", "-p", "no:cacheprovider", *map(str, files)])
    return code == pytest.ExitCode.TESTS_FAILED


def _files(limit: str) -> list[str]:
    room = limit.partition(".")[0].replace("-", "_")
    found = [f"tests/sides/test_{room}.py"]
    if room == "compare":
        return [*found, "tests/test_compare.py"]
    found += ["tests/test_signs.py"] if SIGNS in _users(limit) else []
    for check in _users(limit):
        own = f"tests/checks/test_{check.replace('-', '_')}.py"
        quoting = (str(f) for f in Path("tests/checks").glob("test_*.py") if f'"{check}"' in f.read_text())
        found += [own] if Path(own).exists() else quoting
    return list(dict.fromkeys(found))


def _users(limit: str) -> list[str]:
    return [check for check in everything() if limit in used_by(check)]


def main(rooms: Sequence[str]) -> None:
    begin = time.monotonic()
    names = [name for name in knowledge().limits() if not rooms or name.partition(".")[0] in rooms]
    all_of_them = list(mutants(names))
    left = [mutant for mutant in all_of_them if by_rows(mutant) is None and not by_hand(mutant)]
    rows = len(all_of_them) - len(left)
    tests = [mutant for mutant in left if time.monotonic() - begin < SECONDS and by_tests(mutant)]
    unseen = [mutant for mutant in left if mutant not in tests]
    noticed = len(all_of_them) - len(unseen)
    print(f"{len(names)} limits, {len(all_of_them)} mutants: {noticed} noticed, {noticed / len(all_of_them):.1%}")
    print(
        f"by rows and tables of both sides {rows}, by other tests alone {len(tests)}; {time.monotonic() - begin:.0f} s"
    )
    for name, value in unseen:
        print(f"not noticed: {name} = {value:g}")


if __name__ == "__main__":
    main(sys.argv[1:])

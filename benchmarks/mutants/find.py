"""python -m benchmarks.mutants.find [CHECK ...]: makes rows for limits of which no row takes notice.

Rows that no longer hold, after a deliberate change of a check, are dropped first.

Runs that the tests of a check judge, and the drawings of the documents, are thinned to small ones and changed until the
check changes its mind. Of the places where it does, those are kept that move when a limit is changed by half. For what
is left, runs are looked for of which something else is said with the changed limit (`wander`). What neither reaches
is made by hand: tables of `tests/sides`, or tests of a room there.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from benchmarks.mutants import wander
from benchmarks.mutants.change import OF_SIGNS, Mutant, everything, limit_of, mutants, used_by
from lossdoc.model.limit import instead
from lossdoc.model.run import Run
from tests import drawings, limit_sides
from tests.checks import synthetic
from tests.limit_sides import CHANGES, FILE, SIGNS, Family, Row, made, says
from tests.sides.test_by_hand import SIDES

SECONDS = 8.0  # of the processor, for one check
TRIES = 3000  # runs that are looked at for what is left
BASES = 60
SMALL = 130  # points of a curve
GRIDS: dict[str, Iterable[float]] = {
    "amount": np.geomspace(0.003, 30, 22),
    "size": np.geomspace(0.003, 300, 22),
    "shift": np.linspace(-3, 3, 25),
    "cut": np.linspace(0.05, 1, 20),
    "end": np.linspace(0.05, 1, 20),
    "late": np.geomspace(0.1, 10, 17),
    "back": np.linspace(0.1, 1, 19),
    "held": np.linspace(0.02, 1, 25),
    "digits": range(9),
    "peak": [*-np.geomspace(0.05, 30, 12)[::-1], *np.geomspace(0.05, 300, 20)],
    "rise of four": np.geomspace(0.05, 100, 16),
    "swing": np.geomspace(0.005, 30, 18),
    "points": [*range(1, 26), *range(27, SMALL, 4)],
    "scatter": np.geomspace(0.1, 100, 16),
}


def harvest(check: str) -> list[Run]:
    """Runs that the tests of a check judge, one or two of each test, and drawings."""
    seen: list[tuple[str, Run]] = []
    plugin = _Current()
    real = synthetic.run_of

    def watched(*args: Any, **kwargs: Any) -> Run:
        run = real(*args, **kwargs)
        seen.append((plugin.test, run))
        return run

    word = check.replace("-", "_")
    files = [str(f) for f in sorted(Path("tests/checks").glob("test_*.py")) if f'"{check}"' in f.read_text()]
    own = sorted(files, key=lambda f: word not in f)
    if check == SIGNS:
        own = ["tests/test_signs.py"]
    synthetic.run_of = watched
    for module in list(sys.modules.values()):
        if getattr(module, "run_of", None) is real:
            module.run_of = watched  # type: ignore[attr-defined]
    try:
        pytest.main(["-q", "-p", "no:cacheprovider", "--no-header", "--tb=no", *own], plugins=[plugin])
    finally:
        synthetic.run_of = real
    found: dict[str, list[Run]] = {}
    for test, run in seen:
        if len(found.setdefault(test.split("[")[0], [])) < 6 and run.curves and all(len(c) for c in run.curves):
            found[test.split("[")[0]].append(run)
    runs = [run for several in found.values() for run in several]
    for drawn in drawings.all_drawings(limit_sides.knowledge()):
        run = drawings.as_run(drawn, limit_sides.knowledge(), 60, 0.02)
        if check == SIGNS or says(check, run) not in ("", "skipped"):
            runs.append(run)
    return runs


class _Current:
    """Knows which test runs, and lets only the first parameters of each run."""

    test = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        kept: dict[str, list[pytest.Item]] = {}
        for item in items:
            kept.setdefault(item.nodeid.split("[")[0], []).append(item)
        items[:] = [item for several in kept.values() for item in several[:2]]

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self.test = item.nodeid


def small(run: Run, check: str) -> Run:
    """As few points as leave what is said as it is, in the digits of the file."""
    best = run
    for points in (60, SMALL):
        curves = [c if len(c) <= points else CHANGES["points"](c, points) for c in run.curves]
        thin = limit_sides.as_run(limit_sides.as_data(replace(run, curves=curves)))
        best = thin
        if says(check, thin) == says(check, run):
            break
    return best


def flips(check: str, base: str, run: Run, until: float) -> Iterator[Row]:
    """Places where a check changes its mind about a changed run."""
    names = dict.fromkeys(limit_sides.name_of(c) for c in run.curves)
    families = [Family(check, base, change, of) for change in CHANGES for of in ("", *names)]
    random.Random(base).shuffle(families)
    for family in families:
        before: tuple[float, str] | None = None
        for strength in map(float, GRIDS[family.change]):
            if time.process_time() > until:
                return
            said = _says(check, run, family, strength)
            if before is not None and said != before[1]:
                yield _narrow(check, run, family, before, (strength, said))
            before = strength, said


def _says(check: str, run: Run, family: Family, strength: float) -> str:
    try:
        return says(check, made(run, family, strength))
    except (ValueError, IndexError, ZeroDivisionError):  # a change that leaves no run
        return "nothing to judge"


def _narrow(check: str, run: Run, family: Family, low: tuple[float, str], high: tuple[float, str]) -> Row:
    whole = family.change in ("points", "digits")
    for _ in range(8):
        middle = (low[0] + high[0]) / 2
        if whole:
            middle = float(round(middle))
            if middle in (low[0], high[0]):
                break
        elif abs(high[0] - low[0]) < 0.02 * max(abs(low[0]), abs(high[0])):
            break
        middle = middle if whole else float(f"{middle:.4g}")
        if middle in (low[0], high[0]):
            break
        said = _says(check, run, family, middle)
        if said == low[1]:
            low = middle, said
        else:
            high = middle, said
    return Row(family, float(f"{low[0]:.5g}"), float(f"{high[0]:.5g}"), low[1], high[1], ())


def notices(row: Row, run: Run, mutant: Mutant) -> bool:
    """Whether what is said on either side of a row changes with a limit."""
    with instead(limit_of(mutant)):
        return any(
            _says(row.family.check, run, row.family, strength) != said
            for strength, said in ((row.low, row.says_low), (row.high, row.says_high))
        )


def by_hand(mutant: Mutant) -> bool:
    """Whether a table of `tests/sides` notices a mutant."""
    with instead(limit_of(mutant)):
        return any(sides.says() != sides.said for sides in SIDES if sides.limit == mutant[0])


def rows_for(check: str, wanted: list[Mutant]) -> tuple[dict[str, Run], list[Row], list[Mutant]]:
    """New runs and rows of a check, and the mutants that none of them notices."""
    bases = harvest(check) if wanted else []
    random.Random(0).shuffle(bases)
    runs = {f"{check} {number}": small(run, check) for number, run in enumerate(bases[:BASES])}
    as_is = {name: _as_is(check, name, run) for name, run in runs.items()}
    bear = {name: [m for m in wanted if notices(row, runs[name], m)] for name, row in as_is.items()}
    kept: list[Row] = []
    begin = time.process_time()
    order = sorted(runs, key=lambda name: -len(bear[name]))
    for number, base in enumerate(order):
        until = begin + SECONDS * (number + 1) / len(runs)
        for row in flips(check, base, runs[base], until):
            if not wanted or time.process_time() > until:
                break
            wanted = _keep(row, runs[base], wanted, kept)
    # A run whose judgement hangs on the limit, where none was found that stands close to it.
    for base in order:
        if set(bear[base]) & set(wanted):
            wanted = _keep(as_is[base], runs[base], wanted, kept)
    for run, mutant in wander.witnesses(check, [*runs.values()], wanted := [*wanted], GRIDS, TRIES):
        base = f"{check} {len(runs)}"
        runs[base] = run
        near = _near(check, base, run, mutant)
        left = _keep(near or _as_is(check, base, run), run, wanted, kept)
        wanted[:] = [one for one in left if one != mutant]
    return {row.family.base: runs[row.family.base] for row in kept}, kept, wanted


def _near(check: str, base: str, run: Run, mutant: Mutant) -> Row | None:
    """A place close to a run at which the check changes its mind, and at another one with the mutant."""
    until = time.process_time() + SECONDS / 4
    rows = flips(check, base, run, until)
    return next((row for row in rows if notices(row, run, mutant)), None)


def _as_is(check: str, base: str, run: Run) -> Row:
    said = _says(check, run, Family(check, base, "amount"), 1.0)
    return Row(Family(check, base, "amount"), 1.0, 1.0, said, said, ())


def _keep(row: Row, run: Run, wanted: list[Mutant], kept: list[Row]) -> list[Mutant]:
    """The mutants that are still wanted when a row is kept for those that it notices."""
    if (_says(row.family.check, run, row.family, row.low), _says(row.family.check, run, row.family, row.high)) != (
        row.says_low,
        row.says_high,
    ):
        return wanted
    seen = [mutant for mutant in wanted if notices(row, run, mutant)]
    if seen:
        kept.append(replace(row, limits=tuple(dict.fromkeys(name for name, _ in seen))))
    return [mutant for mutant in wanted if mutant not in seen]


def main(words: Sequence[str]) -> None:
    data = json.loads(FILE.read_text()) if FILE.exists() else {"runs": {}, "rows": []}
    chosen = list(words) or everything()
    noticed: set[Mutant] = set()
    for check in chosen:
        data["rows"] = [one for one in data["rows"] if one[0][0] != check or _still(one, data["runs"])]
        mine = [row for row in (limit_sides.row_of(*one) for one in data["rows"]) if row.family.check == check]
        able = [name for name in used_by(check) if check == SIGNS or not name.startswith(OF_SIGNS)]
        wanted = [m for m in mutants(able) if m not in noticed and not by_hand(m)]
        wanted = [
            m
            for m in wanted
            if not any(notices(row, limit_sides.as_run(data["runs"][row.family.base]), m) for row in mine)
        ]
        runs, rows, left = rows_for(check, wanted)
        names = _free(runs, data["runs"])
        used = {one[0][1] for one in data["rows"]}
        data["runs"] = {name: run for name, run in data["runs"].items() if name in used}
        data["runs"] |= {names[name]: limit_sides.as_data(run) for name, run in runs.items()}
        for row in rows:
            f = row.family
            of = [f.check, names[f.base], f.change, *([f.of] if f.of else [])]
            data["rows"].append([of, [row.low, row.high], [row.says_low, row.says_high], list(row.limits)])
        noticed |= set(wanted) - set(left)
        print(f"{check}: {len(wanted)} mutants without a row, {len(rows)} rows made, {len(left)} left", flush=True)
        print("   left:", ", ".join(f"{n}={v:g}" for n, v in left), flush=True)
        FILE.write_text(_text(data))


def _still(one: Sequence[Any], runs: dict[str, Any]) -> bool:
    """Whether a row still holds: after a deliberate change of a check some do not, and are made anew."""
    row = limit_sides.row_of(*one)
    return limit_sides.holds(row, limit_sides.as_run(runs[row.family.base]))


def _free(runs: dict[str, Run], taken: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in runs:
        check, _, _ = name.rpartition(" ")
        number = 0
        while f"{check} {number}" in taken or f"{check} {number}" in found.values():
            number += 1
        found[name] = f"{check} {number}"
    return found


def _text(data: dict[str, Any]) -> str:
    """One line per run and per row: a change of one is a change of one line."""
    runs = ",\n".join(f"{json.dumps(name)}: {json.dumps(run)}" for name, run in data["runs"].items())
    rows = ",\n".join(json.dumps(row) for row in data["rows"])
    return f'{{"runs": {{\n{runs}\n}},\n"rows": [\n{rows}\n]}}\n'


if __name__ == "__main__":
    main(sys.argv[1:])

"""The house as it is described: its rooms, the size of its files, the tasks of a day."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "lossdoc"
LONGEST = 400  # lines


def test_every_room_stands_in_the_description_and_every_described_room_in_the_house() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    described = {room for cell in rows for room in re.findall(r"`(\w+)`", cell)}
    rooms = {path.parent.name for path in SOURCE.glob("*/__init__.py")} - {
        "losses"
    }  # formulas, used by tests and pages
    assert described - {"api", "calls"} == rooms
    for named in re.findall(r"`((?:checks|readers|metrics)/[\w/.]+)`", page):
        assert (SOURCE / named).exists() or (ROOT / named).exists(), named


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    files = [*SOURCE.rglob("*.py"), *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_the_tasks_of_a_day_call_what_exists() -> None:
    words = (ROOT / "Makefile").read_text(encoding="utf-8")
    for module in re.findall(r"-m (benchmarks[\w.]*)", words):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), module
    for test in re.findall(r"tests/\w+\.py", words):
        assert (ROOT / test).is_file(), test

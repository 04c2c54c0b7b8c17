"""The house as it is described: its rooms, the size of its files, the tasks of a day."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "lossdoc"
LONGEST = 400  # lines
# The way of the data: a room knows those before it, and what is known of metrics and words, but none behind it.
FLOW = ("input", "readers", "assemble", "signal", "checks", "judge", "comparison", "show", "cli")
# Fields that hold sentences for people, and what is done to text to learn something from it.
SENTENCES = {"message", "why", "evidence", "notes", "reasons", "causes", "next", "cannot_tell", "title"}
TAKEN_APART = {"startswith", "endswith", "split", "partition", "rpartition", "find", "index", "search", "match", "sub"}


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


def _imported(body: list[ast.stmt]) -> Iterator[str]:
    """What a module asks for while it is imported: not inside a function, not for types alone."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.unparse(node.test):
            yield from _imported([*node.body, *node.orelse])
        elif isinstance(node, (ast.Try, ast.With, ast.ClassDef)):
            yield from _imported(node.body)


def _with_packages(name: str) -> Iterator[str]:
    """A module and the packages that are imported before it."""
    parts = name.split(".")
    yield from (".".join(parts[:end]) for end in range(len(parts), 0, -1))


def test_no_module_is_imported_in_a_circle() -> None:
    paths = {
        ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__"): path
        for path in SOURCE.rglob("*.py")
    }
    asked: dict[str, set[str]] = {}
    for name, path in paths.items():
        wanted = {
            module
            for said in _imported(ast.parse(path.read_text(encoding="utf-8")).body)
            for module in _with_packages(said)
            if module in paths
        }
        asked[name] = wanted - set(_with_packages(name))  # a package is there, if not whole, before what it holds
    TopologicalSorter(asked).prepare()  # CycleError names the modules


def test_no_room_knows_one_behind_it_in_the_flow() -> None:
    behind = {
        (path.relative_to(SOURCE).as_posix(), asked)
        for number, room in enumerate(FLOW)
        for path in (SOURCE / room).rglob("*.py")
        for asked in re.findall(r"^\s*from lossdoc\.(\w+)", path.read_text(encoding="utf-8"), re.M)
        if asked in FLOW[number + 1 :]
    }
    # A check says what it needs in the words of the judge, whose case it is handed.
    assert {pair for pair in behind if not (pair[0].startswith("checks/") and pair[1] == "judge")} == set()


def _taken_apart(tree: ast.Module) -> Iterator[str]:
    """Where a sentence for people is parsed: a method of text on a field that holds one, or a look for words in it."""
    for node in ast.walk(tree):
        of: list[ast.expr] = []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TAKEN_APART:
            of = [node.func.value, *node.args]
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In) and isinstance(node.left, ast.Constant):
            of = node.comparators
        for one in of:
            if isinstance(one, ast.Attribute) and one.attr in SENTENCES:
                yield ast.unparse(node)


def test_no_code_takes_apart_what_is_said_to_people() -> None:
    found = {
        path.relative_to(SOURCE).as_posix(): places
        for path in SOURCE.rglob("*.py")
        if (places := list(_taken_apart(ast.parse(path.read_text(encoding="utf-8")))))
    }
    assert found == {}


def test_every_kind_of_note_has_its_sentence() -> None:
    from lossdoc.show import notes
    from lossdoc.show.comparison import _sentences

    made: dict[bool, set[str]] = {True: set(), False: set()}
    for path in SOURCE.rglob("*.py"):
        kinds = re.findall(r"\bNote\(\s*\"([^\"]+)\"", path.read_text(encoding="utf-8"))
        made[path.is_relative_to(SOURCE / "comparison")].update(kinds)
    assert made[True] == {*_sentences._PLAIN, *_sentences._MADE}
    assert made[False] == {*notes._PLAIN, *notes._MADE}


def test_words_of_splits_are_listed_among_the_words_alone() -> None:
    word = r"(?:train|val|valid|validation|eval|test|dev)\w*"
    listed = re.compile(rf"\b{word}(?:\|{word}){{2,}}")
    found = {
        path.relative_to(SOURCE).as_posix(): [line.strip() for line in lines]
        for path in SOURCE.rglob("*.py")
        if not path.is_relative_to(SOURCE / "words")
        and (lines := [line for line in path.read_text(encoding="utf-8").splitlines() if listed.search(line)])
    }
    assert found == {}

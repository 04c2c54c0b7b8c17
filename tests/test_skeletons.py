"""What `lossdoc new` writes is filled in before it lands, and can be filled in."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from lossdoc.cli import _skeletons, new
from lossdoc.knowledge import store
from lossdoc.knowledge.front import read as front
from lossdoc.model.finding import NotRead, Outcome
from lossdoc.readers.line_formats import LazyFormat
from lossdoc.show.report import Options, Result
from tests import report_maker as made
from tests.test_cli import run

ROOT = Path(__file__).parents[1]
PLACES = ("src/lossdoc/checks", "src/lossdoc/readers/lines", "src/lossdoc/show/report", "metrics", "tests/sides")
KINDS = ("check", "metric", "format", "output")


def test_nothing_is_left_to_fill_in() -> None:
    left = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for place in PLACES
        for path in sorted((ROOT / place).rglob("*.*"))
        if path.suffix in (".py", ".md", ".yaml")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if _skeletons.MARK in line
    ]
    assert not left, "\n".join(["a skeleton is not filled in:", *left])


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for place in PLACES:
        (tmp_path / place).mkdir(parents=True)
    monkeypatch.setattr(store, "PACKAGE", tmp_path / "src" / "lossdoc")
    return tmp_path


@pytest.mark.parametrize("kind", KINDS)
def test_a_skeleton_is_read_as_what_it_is_to_become(kind: str, checkout: Path) -> None:
    done = run("new", kind, "my-thing")
    assert done.returncode == 0, done.stderr
    files = [path for path in checkout.rglob("*.*") if path.is_file()]
    assert len(files) == (2 if kind == "check" else 1)
    for path in files:
        text = path.read_text()
        assert _skeletons.MARK in text
        assert str(path.relative_to(checkout)) in done.stdout
        if path.suffix == ".py":
            ast.parse(text)
        elif path.suffix == ".md":
            assert front(text)["id"] == "my_thing"
        else:
            assert yaml.safe_load(text)["lines"]
            (sample,) = LazyFormat("my-thing", text).SAMPLES
            assert sample.records[0].step == 10
    again = run("new", kind, "my-thing")
    assert (again.returncode, "is there already" in again.stderr) == (2, True)


def test_the_skeleton_of_an_output_tells_what_every_output_has_to() -> None:
    (text,) = _skeletons.of("output", "my-thing").values()
    module: dict[str, Any] = {}
    exec(text, module)
    report = replace(made.displacement(), gates=(Outcome("loss < 1", False, "measured 2", 2.0),))
    told = module["write"](Result([report], [NotRead("a\x1b[2Jb", "prose", "no numbers")]), Options())
    assert all(word in told for word in ("likelihood-displacement", "loss < 1", "measured 2", "no numbers"))
    assert "\x1b" not in told


def test_what_is_no_id_or_no_checkout_is_refused(checkout: Path) -> None:
    assert "is no id" in run("new", "check", "My Thing").stderr
    (checkout / "metrics").rmdir()
    assert "for a checkout" in run("new", "check", "my-thing").stderr


def test_it_is_no_command_of_users() -> None:
    assert "Write the skeleton" not in run("--help").stdout
    assert new.command.__doc__ is not None

"""From text to documents: YAML as people write it, faults with their lines, users' folders, the index."""

from __future__ import annotations

import math
import os
import stat
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from lossdoc.knowledge import Knowledge, front, store
from lossdoc.knowledge.convert import convert
from lossdoc.knowledge.schema import MetricDocument, TrainerDocument
from lossdoc.knowledge.sections import Sections, pack
from lossdoc.knowledge.source_code import bullets, check_facts, page

PROCESSES = 6  # at once on one cache; fifty were tried by hand
METRIC = """---
id: swing
name: Swing
aliases: [swing, "swing/{part}"]
expect:
  start: {value: 1e-5, source: ours}
visualizations:
  healthy: {data: [{step: 0, value: nan}, {step: 1, value: 5e-07}], analysis: fine}
  unhealthy:
    bad: {data: [{step: 0, train: 1, val: 2}, {step: 1, train: 1, val: .inf}], finds: []}
variations:
  trl-dpo: {description: off and on, whatToLookFor: [yes, 1:30]}
---
Prose.
"""


def read(text: str) -> MetricDocument:
    document = convert(front.read(text), MetricDocument, [])
    assert document is not None
    return document


def test_numbers_and_switches_mean_what_people_write() -> None:
    document = read(METRIC.replace("[yes, 1:30]", '["yes", "1:30"]'))
    assert document.expect is not None
    assert document.expect.start is not None
    assert document.expect.start.value == 1e-5
    assert document.visualizations is not None
    curve = document.visualizations.healthy[""].data
    assert curve[0].value is not None
    assert math.isnan(curve[0].value)
    assert curve[1].value == 5e-07
    assert document.visualizations.unhealthy["bad"].data[1].val == math.inf
    assert document.prose == "Prose."


def test_yaml_1_1_traps_stay_text() -> None:
    assert read(METRIC).variations["trl-dpo"].whatToLookFor == ["yes", "1:30"]
    data = front.read('---\nid: dpo\nchecks: {divergence: {off: "no measure"}}\n---\n')
    trainer = convert(data, TrainerDocument, [])
    assert trainer is not None
    assert trainer.checks["divergence"].off == "no measure"


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("id: x\n", "no front matter", 1),
        ("---\nid: x\n", "not closed", 1),
        ("---\nid: x\nid: y\n---\n", "stands twice", 3),
        ("---\nid: [x\n---\n", "not YAML", 3),
        ("---\n- x\n---\n", "no fields", 1),
    ],
)
def test_unreadable_front_matter_says_why_and_where(text: str, reason: str, line: int) -> None:
    with pytest.raises(front.FrontError) as fault:
        front.read(text)
    assert reason in fault.value.reason
    assert fault.value.line == line


def test_every_fault_is_found_with_its_path_and_line() -> None:
    text = (
        METRIC.replace("name: Swing", "name: 3\ncolour: red").replace("finds: []", "finds: 7").replace("trl-dpo", "a")
    )
    text = text.replace("description: off and on", "describtion: x")
    faults: list[tuple[list[str | int], str]] = []
    assert convert(front.read(text), MetricDocument, faults) is None
    lines = {".".join(map(str, path)): front.line_of(text, path) for path, _ in faults}
    assert lines == {"name": 3, "colour": 4, "visualizations.unhealthy.bad.finds": 11, "variations.a.describtion": 13}


def test_a_document_of_the_field_loads_unchanged(shared: Path) -> None:
    (seed,) = (shared / "seeds").glob("000*")
    document = read(seed.read_text(encoding="utf-8"))
    assert document.id == "loss"
    assert document.visualizations is not None
    assert set(document.visualizations.unhealthy) == {"divergence", "overfitting"}
    assert "trl-kto" in document.variations


def test_a_single_unhealthy_curve_is_one_curve() -> None:
    data = front.read("---\nid: a\nvisualizations: {unhealthy: {data: [{step: 0, value: 1}], analysis: x}}\n---\n")
    document = convert(data, MetricDocument, [])
    assert document is not None
    assert document.visualizations is not None
    assert list(document.visualizations.unhealthy) == [""]


def test_a_users_folder_adds_to_and_overrides_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "loss.md").write_text("---\nid: loss\naliases: [zork_of_mine]\nunit: apples\n---\n")
    (mine / "swing.md").write_text(METRIC)
    (mine / "broken.md").write_text("no front matter")
    knowledge = Knowledge.load([mine])
    ours = Knowledge.load()
    found = knowledge.resolve("zork_of_mine")
    assert found is not None
    assert (found.metric, found.unit) == ("loss", "apples")
    assert knowledge.resolve("loss") is not None
    assert knowledge.metric("loss").variations == ours.metric("loss").variations
    assert ours.resolve("zork_of_mine") is None
    swing = knowledge.resolve("swing/left")
    assert swing is not None
    assert dict(swing.labels) == {"part": "left"}
    assert [p.file for p in knowledge.problems_in([mine])] == [f"{mine}/broken.md"]


def test_the_index_is_stored_and_made_anew_when_a_document_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "swing.md").write_text(METRIC)
    assert Knowledge.load([mine]).metric("swing").name == "Swing"
    (stored,) = (tmp_path / "cache" / "lossdoc").iterdir()
    before = stored.stat().st_mtime_ns
    Knowledge.load([mine])
    assert stored.stat().st_mtime_ns == before
    (mine / "swing.md").write_text(METRIC.replace("name: Swing", "name: Swings"))
    assert Knowledge.load([mine]).metric("swing").name == "Swings"
    stored.write_bytes(stored.read_bytes()[:-7])
    assert Knowledge.load([mine]).metric("swing").name == "Swings"


def _name_of_swing(mine: Path) -> str:
    return Knowledge.load([mine]).metric("swing").name


@pytest.mark.skipif(sys.platform != "linux", reason="processes that are forked begin at once")
def test_many_processes_make_one_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "swing.md").write_text(METRIC)
    with ProcessPoolExecutor(PROCESSES, get_context("fork")) as pool:
        assert set(pool.map(_name_of_swing, [mine] * PROCESSES)) == {"Swing"}
    folder = tmp_path / "cache" / "lossdoc"
    assert [path.suffix for path in folder.iterdir()] == [".index"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="a file is given to somebody else")
def test_an_index_of_somebody_else_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "swing.md").write_text(METRIC)
    Knowledge.load([mine])
    (stored,) = (tmp_path / "cache" / "lossdoc").iterdir()
    os.chown(stored, 65534, 65534)
    assert Knowledge.load([mine]).metric("swing").name == "Swing"
    assert stored.stat().st_uid == 0


def test_a_home_that_cannot_be_written_to_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    (tmp_path / "swing.md").write_text(METRIC)
    assert Knowledge.load([tmp_path]).metric("swing").known


def test_sections_refuse_what_is_no_index() -> None:
    whole = pack({"a": b"xy", "b": b"z"}, b"stamp")
    assert Sections(whole)["b"] == b"z"
    for data in (b"", b"something else entirely", whole[:-1]):
        with pytest.raises(ValueError, match="index"):
            Sections(data)


def test_no_index_is_committed() -> None:
    assert not (store.PACKAGE / "knowledge.index").exists()


def test_a_check_is_read_without_being_imported() -> None:
    source = '''"""Swings too much.

## What it means
It swings.

## Likely causes
- One cause
  on two lines.
- Another.
"""
raise RuntimeError("never imported")
LOSSES = ("loss", "nll_loss")
SEVERITY: str = "error"
EXPLAINS = ("plateau",)
NEEDS = {"loss": Need(LOSSES), "reward": Need("reward", each=True), "beta": Setting("beta")}
'''
    facts = check_facts("swinging", source, "checks/swinging.py")
    assert (facts.title, facts.severity, facts.explains) == ("Swings too much.", "error", ("plateau",))
    assert facts.metrics == ("loss", "nll_loss", "reward")
    said = page(facts)
    assert bullets(said.section("likely causes")) == ["One cause on two lines.", "Another."]

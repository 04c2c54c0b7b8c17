"""Limits: named numbers with a unit and a source, quoted by the pages, said otherwise for one run and no other."""

from __future__ import annotations

import ast
import importlib
import json
import pickle
import threading
from pathlib import Path

import numpy as np
import pytest

import lossdoc
from lossdoc import checks
from lossdoc.config.errors import ConfigError
from lossdoc.config.layers import load
from lossdoc.config.schema import json_schema
from lossdoc.knowledge import Knowledge
from lossdoc.knowledge.facts import LimitFacts
from lossdoc.knowledge.limits import FOLDERS, Limits
from lossdoc.knowledge.source_code import check_facts, page
from lossdoc.knowledge.store import WATCHED
from lossdoc.model.limit import Limit, instead
from lossdoc.show.pages import Look, explain
from tests.test_cli import run
from tests.test_config import toml

KNOWLEDGE = Knowledge.load()
LIMITS = KNOWLEDGE.limits()
SOURCE = Path(checks.__file__).parent
ROOT = Path(__file__).parents[1]
OVERFIT = ROOT / "examples" / "keras-overfit.csv"  # the eval loss ends at 1.9 times its best value
MEASURED = ("How it is measured", "Silent when")


def test_an_index_is_made_anew_when_a_limit_changes() -> None:
    assert set(FOLDERS) <= set(WATCHED)


def limit(name: str) -> Limit:
    facts = LIMITS[name]
    found: Limit = getattr(importlib.import_module(facts.module), facts.attribute)
    return found


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_has_a_unit_and_a_source_and_is_the_value_in_the_code(name: str) -> None:
    facts = LIMITS[name]
    assert facts.unit, f"{name}: Limit(value, unit, source): in what is it counted?"
    assert facts.source, f"{name}: Limit(value, unit, source): who says so?"
    assert (limit(name).default, limit(name).whole) == (facts.value, facts.whole)
    assert not facts.share or 0 <= facts.value <= 1


def test_every_limit_is_used_where_it_stands_or_elsewhere() -> None:
    own: dict[str, set[str]] = {}  # names that a module reads
    elsewhere: set[str] = set()  # what is asked of other modules: imported by name, or as module.NAME
    for path in SOURCE.parent.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        module = ".".join(path.relative_to(SOURCE.parents[1]).with_suffix("").parts).removesuffix(".__init__")
        own[module] = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        elsewhere |= {alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
        elsewhere |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    idle = [name for name, facts in LIMITS.items() if facts.attribute not in own[facts.module] | elsewhere]
    assert not idle, f"no formula uses {', '.join(idle)}: does its number stand there instead of its name?"


def test_it_stands_for_its_number() -> None:
    half, three = Limit(0.5, "share", "ours"), Limit(3, "records", "ours")
    assert (half * 2, 2 / half, 1 - half, -half, half + 1, three - 1) == (1.0, 4.0, 0.5, -0.5, 1.5, 2)
    assert half < 0.6 <= 1.3 - half < three <= 3 < three + half
    y = np.arange(5.0)
    assert (y > three).sum() == 1
    assert list(y[:three]) == [0, 1, 2]
    assert list((y * half)[-three:]) == [1, 1.5, 2]
    assert f"{half:.0%} {three}" == "50% 3"
    assert pickle.loads(pickle.dumps(half)).default == 0.5


def test_another_number_holds_inside_the_block_and_in_no_other_thread() -> None:
    half = Limit(0.5, "share", "ours")
    seen: list[float] = []
    with instead({half: 0.25}):
        thread = threading.Thread(target=lambda: seen.append(half.value))
        thread.start()
        thread.join()
        seen.append(half.value)
    assert (seen, half.value) == ([0.5, 0.25], 0.5)


@pytest.mark.parametrize("check", checks.check_ids())
def test_the_page_quotes_each_limit_and_repeats_no_number_of_one(check: str) -> None:
    facts = KNOWLEDGE.check_page(check)
    text = " ".join(explain.explain(f"check:{check}", KNOWLEDGE, Look(width=1000)).split())
    for name in facts.limits:
        assert f"{name} {LIMITS[name].shown}" in text
    assert "{" not in KNOWLEDGE.check_text(check), "a place that no limit fills"
    raw = page(check_facts(check, (SOURCE / f"{check.replace('-', '_')}.py").read_text(), ""))
    own = [LIMITS[name] for name in facts.limits if LIMITS[name].share]
    for section in MEASURED:
        said = f" {raw.section(section)}"
        assert not [limit.name for limit in own if f" {limit.shown}" in said], f"{check}: {section} repeats a limit"


def test_a_page_follows_its_limit() -> None:
    source = '"""T.\n\n## How it is measured\nBy {rise}, in {evals} evals; {other.x}.\n"""\n'

    def doc(value: float) -> str:
        rise = LimitFacts("a.rise", "lossdoc.checks.a", "RISE", value, False, "share of it", "ours")
        evals = LimitFacts("a.evals", "lossdoc.checks.a", "EVALS", 3, True, "evals", "ours")
        module = lossdoc.knowledge.limits.Module("lossdoc.checks.a", {"RISE": rise, "EVALS": evals}, {}, {})
        return check_facts("a", source, "", Limits({"lossdoc.checks.a": module})).doc

    assert "By 5 %, in three evals; {other.x}." in doc(0.05)
    assert "By 7.5 %" in doc(0.075)


@pytest.mark.parametrize("jobs", [1, 2])
def test_it_changes_a_verdict_and_no_other(jobs: int, tmp_path: Path) -> None:
    again = tmp_path / "again.csv"
    again.write_bytes(OVERFIT.read_bytes())
    toml(tmp_path, '[[overrides]]\npaths = ["again.csv"]\nlimits.overfitting.rise = 0.95\n')
    command = ["check", OVERFIT, again, "--format", "json", "--jobs", jobs]
    got = json.loads(run(*command, "--config", tmp_path / "lossdoc.toml").stdout)
    assert [(r["limits"], "overfitting" in str(r["findings"])) for r in got["runs"]] == [
        ({}, True),
        ({"overfitting.rise": 0.95}, False),
    ]
    assert got["runs"][0]["verdict"] != got["runs"][1]["verdict"]
    after = json.loads(run(*command, "--isolated").stdout)
    assert [r["verdict"] for r in after["runs"]] == [got["runs"][0]["verdict"]] * 2


def test_from_python() -> None:
    ours = lossdoc.check(OVERFIT)
    theirs = lossdoc.check(OVERFIT, limits={"overfitting.rise": 0.95})
    assert "overfitting" in [f.check for f in ours.roots]
    assert "overfitting" not in [f.check for f in theirs.findings]
    assert lossdoc.check(OVERFIT).verdict == ours.verdict
    with pytest.raises(ValueError, match=r"Did you mean overfitting\.rise\?"):
        lossdoc.check(OVERFIT, limits={"overfitting.rises": 0.1})
    with pytest.raises(ValueError, match="between 0 and 1"):
        lossdoc.check(OVERFIT, limits={"overfitting.rise": 10})


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("overfitting.ris=0.1", "no limit 'overfitting.ris'. Did you mean overfitting.rise?"),
        (
            "overfitting.rise=10",
            "overfitting.rise is a share of the best eval loss, between 0 and 1 (5 % is 0.05), not 10",
        ),
        ("overfitting.rise=10%", "'10%' is no number (5 % is 0.05)"),
        ("overfitting.evals=2.5", "overfitting.evals counts evaluations: a whole number from 1 on, not 2.5"),
        ("overfitting.scatters=-1", "a positive number (times the scatter of the evals), not -1"),
        ("overfitting.scatters=nan", "a positive number"),
        ("overfitting.rise", "write it as NAME=NUMBER"),
    ],
)
def test_what_cannot_be_said_is_refused(said: str, why: str) -> None:
    result = run("check", OVERFIT, "--isolated", "--limit", said)
    assert result.returncode == 2
    assert why in " ".join(result.stderr.split())


def test_the_configuration_says_where_a_limit_comes_from(tmp_path: Path) -> None:
    toml(
        tmp_path,
        "[tool.lossdoc]\nlimits.chance.points = 4\n[tool.lossdoc.limits.overfitting]\nrise = 0.2\n",
        "pyproject.toml",
    )
    found = load(tmp_path, {"limits": {"overfitting.evals": 5}})
    assert found.source("limits.overfitting.rise") == "pyproject.toml, line 4"
    assert found.source("limits.overfitting.evals") == "the command line"
    assert found.config.limits == {"chance.points": 4, "overfitting.rise": 0.2, "overfitting.evals": 5}
    toml(tmp_path, 'limits.overfitting.rise = "a tenth"')
    with pytest.raises(ConfigError, match="expected `float`"):
        load(tmp_path)


def test_editors_know_the_limits() -> None:
    schema = json_schema(LIMITS)["$defs"]["Config"]["properties"]["limits"]["properties"]
    assert schema["overfitting"]["properties"]["evals"] == {
        "type": "integer",
        "default": 3,
        "description": "evaluations",
    }
    assert sum(len(room["properties"]) for room in schema.values()) == len(LIMITS)


def test_they_are_listed() -> None:
    rows = json.loads(run("list", "limits", "--format", "json").stdout)["limits"]
    assert {row["id"] for row in rows} == set(LIMITS)

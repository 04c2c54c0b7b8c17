"""The configuration: where it is found, how layers lie over each other, what is refused, what holds for which run."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from lossdoc.config.apply import for_run, for_source, lies_in
from lossdoc.config.errors import ConfigError
from lossdoc.config.layers import InForce, load
from lossdoc.config.schema import KEYS, Config, json_schema, meaning
from lossdoc.config.words import verify
from lossdoc.model.run import Run, Trainer
from tests.test_cli import HEALTHY, NAN, SICK, run

ROOT = Path(__file__).parents[1]


def toml(folder: Path, text: str, name: str = "lossdoc.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text)
    return path


def refused(folder: Path, text: str) -> str:
    toml(folder, text)
    with pytest.raises(ConfigError) as error:
        verify(load(folder))
    return str(error.value)


def test_the_nearest_file_wins(tmp_path: Path) -> None:
    toml(tmp_path, '[tool.lossdoc]\nfail-on = "info"\n', "pyproject.toml")
    toml(tmp_path / "a", "[tool.other]\nx = 1\n", "pyproject.toml")
    assert load(tmp_path / "a" / "b" / ".." / "b").config.fail_on == "info"
    toml(tmp_path / "a", 'fail-on = "warning"\n')
    (tmp_path / "a" / "b").mkdir()
    found = load(tmp_path / "a" / "b")
    assert found.config.fail_on == "warning"
    assert found.source("fail-on") == "../lossdoc.toml, line 1"
    assert load(tmp_path / "a", isolated=True).config == Config()
    assert load(tmp_path / "a", path=tmp_path / "pyproject.toml").config.fail_on == "info"


def test_the_command_line_goes_before_the_file(tmp_path: Path) -> None:
    toml(tmp_path, 'fail-on = "info"\nexpect = ["steps > 1"]\n[settings]\nbeta = 0.1\ngamma = 0.9\n')
    found = load(tmp_path, {"fail-on": "never", "settings": {"beta": 0.5}, "expect": ["steps > 2"]})
    assert found.config.fail_on == "never"
    assert found.config.settings == {"beta": 0.5, "gamma": 0.9}
    assert found.config.expect == ["steps > 1", "steps > 2"]  # gates add up
    assert found.source("fail-on") == found.source("settings.beta") == "the command line"
    assert found.source("settings.gamma") == "lossdoc.toml, line 5"
    assert found.source("ignore") == "default"


def test_extend(tmp_path: Path) -> None:
    toml(tmp_path, 'ignore = ["loss-spike"]\nfail-on = "info"\nbaseline = "known.json"\n', "base.toml")
    toml(tmp_path / "a", 'extend = "../base.toml"\nextend-ignore = ["plateau"]\nfail-on = "warning"\n')
    found = load(tmp_path / "a").config
    assert found.ignore == ["loss-spike", "plateau"]
    assert found.fail_on == "warning"
    assert found.baseline is not None
    assert (tmp_path / "a" / found.baseline).resolve() == tmp_path / "known.json"
    toml(tmp_path, 'extend = "a/lossdoc.toml"\n', "base.toml")
    with pytest.raises(ConfigError, match="extends itself"):
        load(tmp_path / "a")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('\nselct = ["x"]', r"lossdoc.toml, line 2: unknown key 'selct'. Did you mean select\?"),
        ("fail-on = 3", r"line 1: fail-on: expected"),
        ('fail-on = "eror"', r"fail-on: invalid enum value"),
        ("max-warnings = -1", r"max-warnings: expected"),
        ('ignore = ["loss-spik"]', r"line 1: no check 'loss-spik'. Did you mean loss-spike\?"),
        ('[severity]\nloss-spik = "info"', r"line 2: no check 'loss-spik'"),
        ('[severity]\nloss-spike = "bad"', r"severity"),
        ('expect = ["loss.lst < 1"]', r"line 1: 'loss.lst < 1': no statistic 'lst'. Did you mean last\?"),
        ('require = ["lerning"]', r"no vital sign 'lerning'. Did you mean learning\?"),
        ("[settings]\nbeta = -1", r"line 2: beta cannot be -1"),
        ('[settings]\nclasses = "ten"', r"classes is a number"),
        ('[[suppress]]\ncheck = "loss-spike"', r"suppress.*reason"),
        ('[[suppress]]\ncheck = "loss-spike"\nreason = ""', r"suppress.*reason"),
        ('[[suppress]]\nchek = "loss-spike"', r"unknown key 'chek' in suppress. Did you mean check\?"),
        ('[[overrides]]\nignore = ["loss-spike"]', r"needs `paths` or `trainers`"),
        ('[[overrides]]\ntrainers = ["dpo"]\ntrainer = "dpo"', r"need `paths`"),
        ("fail-on", r"no valid TOML"),
        ('extend = "absent.toml"', r"absent.toml: cannot be read"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(tmp_path: Path, text: str, reason: str) -> None:
    assert re.search(reason, refused(tmp_path, text))


def test_overrides_by_path_and_trainer(tmp_path: Path) -> None:
    toml(
        tmp_path,
        """
        trainer = "sft"
        ignore = ["plateau"]
        [settings]
        beta = 0.1
        [[overrides]]
        paths = ["rl/*.log"]
        trainer = "grpo"
        settings = { beta = 0.5 }
        [[overrides]]
        trainers = ["trl-grpo", "ppo"]
        ignore = ["loss-spike"]
        expect = ["steps > 1"]
        severity = { divergence = "info" }
        """,
    )
    config = load(tmp_path)
    inside, outside = str(tmp_path / "rl" / "a.log"), str(tmp_path / "a.log")
    assert for_source(config, inside) == ("grpo", {"beta": 0.5})
    assert for_source(config, outside) == ("sft", {"beta": 0.1})
    grpo, sft = (Run(outside, "x", [], trainer=Trainer((o,), "trl")) for o in ("grpo", "sft"))
    assert for_run(config, grpo).ignore == ("loss-spike",)
    assert for_run(config, grpo).severities == {"divergence": "info"}
    assert for_run(config, grpo).expect == ["steps > 1"]
    assert for_run(config, sft).ignore == ("plateau",)
    assert for_run(config, sft).expect == []
    said = load(tmp_path, {"trainer": "dpo", "settings": {"beta": 9.0}, "ignore": ["divergence"]})
    assert for_source(said, inside) == ("dpo", {"beta": 9.0})
    assert for_run(said, grpo).ignore == ("divergence",)


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [("logs", True), ("logs/", True), ("logs/*.log", True), ("*.log", True), ("log", False), ("logs/*.txt", False)],
)
def test_patterns(tmp_path: Path, pattern: str, fits: bool) -> None:
    assert lies_in(str(tmp_path / "logs" / "a.log"), [str(tmp_path / pattern)]) is fits


def test_the_schema_knows_every_key_and_its_meaning() -> None:
    assert set(json_schema()["$defs"]["Config"]["properties"]) == set(KEYS)
    assert all(meaning(key) for key in KEYS)


def test_the_configuration_of_the_readme_can_be_used(tmp_path: Path) -> None:
    page = (ROOT / "README.md").read_text()
    (text,) = re.findall(r"<!-- configuration -->\n```toml\n(.*?)```", page, re.DOTALL)
    assert set(tomllib.loads(text)["tool"]["lossdoc"]) <= set(KEYS)
    toml(tmp_path, text, "pyproject.toml")
    found: InForce = load(tmp_path)
    verify(found)
    assert found.config.map["my_dev"] == "eval/loss"


def shown(*arguments: object) -> dict[str, tuple[Any, str]]:
    done = run("config", "--format", "json", *arguments)
    assert done.returncode == 0
    return {row["key"]: (row["value"], row["comes from"]) for row in json.loads(done.stdout)["config"]}


def test_the_command_shows_values_and_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown()["fail-on"] == ("error", "default")
    toml(tmp_path, 'fail-on = "info"\n[settings]\nbeta = 0.1\n')
    assert shown()["fail-on"] == ("info", "lossdoc.toml, line 1")
    assert shown()["settings.beta"] == (0.1, "lossdoc.toml, line 3")
    assert shown("--isolated")["fail-on"] == ("error", "default")
    assert "lossdoc.toml, line 1" in run("config").stdout
    assert json.loads(run("config", "--schema").stdout)["title"] == "lossdoc"
    assert "fail-on" in run("config", "--keys").stdout
    toml(tmp_path, "fail_on = 1\n")
    broken = run("config")
    assert (broken.returncode, broken.stdout) == (2, "")
    assert "Did you mean fail-on?" in broken.stderr


def test_check_obeys_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dpo.log").write_bytes(SICK.read_bytes())
    assert run("check", "dpo.log", "-q").returncode == 0
    toml(tmp_path, 'fail-on = "warning"\n')
    assert run("check", "dpo.log", "-q").returncode == 1
    assert run("check", "dpo.log", "-q", "--isolated").returncode == 0
    assert run("check", "dpo.log", "-q", "--fail-on", "error").returncode == 0
    toml(tmp_path, '[severity]\nlikelihood-displacement = "error"\n')
    failing = run("check", "dpo.log", "-q")
    assert failing.returncode == 1
    assert "failing" in failing.stdout
    toml(tmp_path, 'expect = ["steps > 10000"]\n')
    assert run("check", "dpo.log", "-q").returncode == 1


def test_an_ignored_cause_does_not_make_its_consequence_a_finding_of_its_own() -> None:
    done = run("check", NAN, "--isolated", "-f", "json")
    roots = [f for f in json.loads(done.stdout)["runs"][0]["findings"] if f["because_of"] is None]
    (root,) = [f for f in roots if f["check"] == "masked-nan"]
    without = run("check", NAN, "--isolated", "-f", "json", "--ignore", root["check"])
    left = json.loads(without.stdout)["runs"][0]["findings"]
    assert not [f for f in left if f["check"] in ("masked-nan", "zero-loss") or f["because_of"] == root["id"]]
    assert without.returncode == 0


def test_names_of_ones_own_are_mapped(tmp_path: Path) -> None:
    rows = [{"step": i, "my_objective": 3.0 / i, "my_dev": 4.0 / i} for i in range(1, 60)]
    log = tmp_path / "own.jsonl"
    log.write_text("".join(json.dumps(row) + "\n" for row in rows))
    unknown = run("check", log, "--isolated", "--width", "400")
    assert "--map my_objective=loss" in unknown.stdout
    named = ("--map", "my_objective=loss", "--map", "my_dev=eval/loss")
    assert "--map" not in run("check", log, "--isolated", "--width", "400", *named).stdout
    mapped = run("check", log, "--isolated", "-f", "json", *named)
    curves = {(c["metric"], c["split"]) for c in json.loads(mapped.stdout)["runs"][0]["curves"]}
    assert {("loss", "train"), ("loss", "eval")} <= curves
    wrong = run("check", log, "--isolated", "--map", "my_objective=lss")
    assert wrong.returncode == 2
    assert "no metric 'lss'. Did you mean loss?" in wrong.stderr


def test_settings_that_nobody_reads_or_that_cannot_be_are_told() -> None:
    remark = run("check", HEALTHY, "-q", "--set", "max_gradnorm=1")
    assert remark.returncode == 0
    assert "no check reads the setting max_gradnorm. Did you mean max_grad_norm?" in remark.stderr
    for wrong in ("beta=-1", "classes=1", "classes=2.5", "beta=low", "gamma=1.5"):
        done = run("check", HEALTHY, "-q", "--set", wrong)
        assert done.returncode == 2
        assert f"--set {wrong.split('=')[0]}=" in done.stderr


def test_a_vital_sign_stands_for_its_checks() -> None:
    one = run("check", NAN, "--isolated", "-f", "json", "--select", "finite")
    assert "masked-nan" in {f["check"] for f in json.loads(one.stdout)["runs"][0]["findings"]}
    other = run("check", NAN, "--isolated", "-f", "json", "--ignore", "finite")
    found = json.loads(other.stdout)["runs"][0]
    told = {f["check"] for f in found["findings"]} | {s["check"] for s in found["skipped"]} | set(found["passed"])
    assert not {"masked-nan", "non-finite", "zero-loss"} & told
    assert run("check", NAN, "--select", "finit").returncode == 2

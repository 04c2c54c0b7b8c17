"""Options: each command takes what it could use, and the shell and the configuration know it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.test_cli import SICK, run

ROOT = Path(__file__).resolve().parents[1]


_READING = {"--trainer", "--set", "--map", "--input-format", "--metrics", "--config", "--isolated"}
_JUDGING = {"--select", "--ignore", "--extend-select", "--extend-ignore", "--severity", "--limit", "--fail-on"}


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("check", _READING | _JUDGING),
        ("watch", _READING | _JUDGING),
        ("compare", _READING | {"--limit"}),
        ("convert", _READING),
        ("plot", _READING),
        ("explain", {"--trainer", "--set", "--metrics", "--config", "--isolated"}),
        ("list", {"--metrics", "--config", "--isolated"}),
    ],
)
def test_every_command_takes_what_it_could_use(command: str, options: set[str]) -> None:
    assert options <= set(re.findall(r"--[\w-]+", run(command, "--help", COLUMNS="300").stdout))


def test_pages_and_pictures_read_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.jsonl"
    own.write_text("".join(json.dumps({"step": i, "my_objective": 3.0 / i}) + "\n" for i in range(1, 60)))
    monkeypatch.chdir(tmp_path)
    assert run("explain", "my_objective").returncode == 2
    Path("lossdoc.toml").write_text('trainer = "dpo"\nmap = { my_objective = "loss" }\n')
    assert "Direct preference optimization" in run("explain", "my_objective").stdout
    assert run("explain", "my_objective", "--isolated").returncode == 2
    found = json.loads(run("list", "metrics", "--filter", "my_objective", "-f", "json").stdout)
    assert [row["id"] for row in found["metrics"]] == ["loss"]
    assert run("plot", own, "-m", "loss").returncode == 0
    assert run("plot", own, "-m", "loss", "--isolated").returncode == 2
    assert run("plot", own, "-m", "loss", "--isolated", "--map", "my_objective=loss").returncode == 0
    Path("lossdoc.toml").write_text("trainr = 'dpo'\n")
    for arguments in (("explain", "loss"), ("list", "metrics"), ("plot", own)):
        done = run(*arguments)
        assert done.returncode == 2
        assert "did you mean trainer" in done.stderr.lower()


def test_zero_warnings_and_empty_lists_of_the_command_line() -> None:
    assert run("check", SICK, "-q", "--max-warnings", "0").returncode == 1
    assert run("watch", SICK, "--until-idle", "0", "--severity", "likelihood-displacement=error").returncode == 1
    assert run("watch", SICK, "--until-idle", "0", "--extend-ignore", "stable", "--fail-on", "info").returncode == 0


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("check --trainer trl-dp", "trl-dpo"),
        ("check --select overf", "overfitting"),
        ("check --ignore learning,overf", "learning,overfitting"),
        ("check --severity loss-spike=w", "loss-spike=warning"),
        ("check --limit overfitting.r", "overfitting.rise="),
        ("check --require run", "running"),
        ("check --format sar", "sarif"),
        ("check --input-format trainer", "trainer-state"),
        ("explain likelihood-d", "likelihood-displacement"),
        ("plot --metric grad_n", "grad_norm"),
        ("compare -m grad_n", "grad_norm"),
        ("list form", "formats"),
    ],
)
def test_the_shell_completes_values(typed: str, offered: str) -> None:
    words = typed.split()
    place = {"COMP_WORDS": f"lossdoc {typed}", "COMP_CWORD": str(len(words)), "_LOSSDOC_COMPLETE": "complete_bash"}
    code = "from lossdoc.cli import app; app(prog_name='lossdoc')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env={**os.environ, **place}
    )
    assert offered in done.stdout.split()


def test_workflows_build_what_they_name() -> None:
    folder = ROOT / ".github" / "workflows"
    matrix = yaml.safe_load((folder / "ci.yml").read_text())["jobs"]["tests"]["strategy"]["matrix"]
    assert "3.11" in matrix["python"]
    assert {"python": "3.11", "resolution": "lowest-direct"} in matrix["include"]
    release = yaml.safe_load((folder / "release.yml").read_text())
    assert set(release["jobs"]["publish"]["needs"]) == {"checks", "build"}
    assert (ROOT / "examples" / "sft-healthy.log").is_file()
    assert 'ENTRYPOINT ["lossdoc"]' in (ROOT / "Dockerfile").read_text()

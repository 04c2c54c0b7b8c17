"""What stands in blocks of README and docs runs, word for word.

A block that cannot run everywhere has `<!-- not run: why -->` on the line before it. Commands that wait for a log to
grow are ended as a person ends them, with Ctrl-C.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
pytest_plugins = ["lossdoc.integrations.pytest"]
_BLOCK = re.compile(
    r"(?P<mark><!-- not run: (?P<why>[^>]+) -->\n)?(?:<!-- [\w ]+ -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL
)
_WAITS = re.compile(r"\blossdoc watch\b")
_SILENT = re.compile(r"> |\blossdoc mcp\b")  # into a file; until a client speaks


@dataclass(frozen=True)
class Snippet:
    page: Path
    number: int
    kind: str
    text: str


def snippets(*kinds: str) -> list[Any]:
    return list(_snippets(kinds))


def _snippets(kinds: tuple[str, ...]) -> Iterator[Any]:
    for page in PAGES:
        for number, found in enumerate(_BLOCK.finditer(page.read_text())):
            if found["kind"] in kinds:
                marks = [pytest.mark.skip(reason=found["why"])] if found["mark"] else []
                one = Snippet(page, number, found["kind"], found["text"])
                yield pytest.param(one, id=f"{page.name}-{number}", marks=marks)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the snippets suppose it: logs by their names, a program that trains, `lossdoc` on the path."""
    desk = tmp_path_factory.mktemp("desk")
    shutil.copytree(ROOT / "examples", desk / "examples")
    shutil.copytree(ROOT / "metrics" / "trainers", desk / "my-documents" / "trainers")
    for name in ("run.log", "new.log", "logs/dpo/a.log"):
        (desk / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "examples" / "dpo-displacement.log", desk / name)
    for name in ("baseline.log", "logs/b.log"):
        shutil.copy(ROOT / "examples" / "sft-healthy.log", desk / name)
    (desk / "runs").mkdir()
    history = [{"step": n, "loss": 3 / n, "epoch": n / 50} for n in range(1, 101)]
    (desk / "trainer_state.json").write_text(json.dumps({"log_history": history, "global_step": 100}))
    (desk / "train.py").write_text("print(open('examples/dpo-displacement.log').read())\n")
    (desk / "bin").mkdir()
    for name, call in (("lossdoc", f'{sys.executable} -m lossdoc "$@"'), ("python", f'{sys.executable} "$@"')):
        (desk / "bin" / name).write_text(f"#!/bin/sh\nexec {call}\n")
        (desk / "bin" / name).chmod(0o755)
    return desk


def shell(line: str, desk: Path) -> tuple[int, str]:
    """Exit code and all that was said."""
    environment = {**os.environ, "PATH": f"{desk / 'bin'}:{os.environ['PATH']}", "PYTHONUTF8": "1"}
    started = subprocess.Popen(
        ["bash", "-c", line],
        cwd=desk,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
    )
    try:
        said, _ = started.communicate(timeout=8 if _WAITS.search(line) else 120)
    except subprocess.TimeoutExpired:
        assert _WAITS.search(line), f"{line} does not end"
        os.killpg(started.pid, signal.SIGINT)
        said, _ = started.communicate(timeout=60)
    return started.returncode, said


def ran(line: str, desk: Path) -> None:
    code, said = shell(line, desk)
    assert "Traceback" not in said
    assert code in (0, 1), f"{line}\n{said}"  # 1: it found something, as it should in the runs on the desk
    assert said.strip() or _SILENT.search(line)


@pytest.mark.parametrize("snippet", snippets("bash", "sh", "shell"))
def test_shell(snippet: Snippet, desk: Path) -> None:
    for line in snippet.text.splitlines():
        ran(line, desk)


@pytest.mark.parametrize("snippet", snippets("yaml"))
def test_steps_of_a_workflow(snippet: Snippet, desk: Path) -> None:
    for step in yaml.safe_load(snippet.text):
        ran(step["run"], desk)


@pytest.mark.parametrize("snippet", snippets("python"))
def test_python(snippet: Snippet, desk: Path, monkeypatch: pytest.MonkeyPatch, healthy_log: Any) -> None:
    monkeypatch.chdir(desk)
    for library in ("transformers", "lightning", "keras"):
        if f"integrations.{library} import" in snippet.text:
            pytest.importorskip(library)
    there: dict[str, Any] = {}
    exec(compile(snippet.text, snippet.page.name, "exec"), there)
    if "test_training" in there:
        there["test_training"](healthy_log)


@pytest.mark.parametrize("snippet", snippets("json", "toml"))
def test_data_can_be_read(snippet: Snippet) -> None:
    assert json.loads(snippet.text) if snippet.kind == "json" else tomllib.loads(snippet.text)


def test_every_block_is_of_a_kind_that_is_tried_or_shown() -> None:
    kinds = {found["kind"] for page in PAGES for found in _BLOCK.finditer(page.read_text())}
    assert kinds <= {"bash", "python", "yaml", "toml", "json", "text", "mermaid"}

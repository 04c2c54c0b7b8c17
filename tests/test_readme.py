"""The README cannot rot: its example is what the command prints, and every command and format family is named.

`UPDATE_GOLDEN=1 pytest tests/test_readme.py` rewrites the example and the list of outputs.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lossdoc.cli import command_names
from lossdoc.show.report import writer_names

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
ANEW = "the README is not as lossdoc is now: `make golden`, and look at the difference"
_OUTPUTS = re.compile(r"(--format json  # also: )(.*)")
_EXAMPLE = re.compile(r"(<!-- example -->\n```text\n)(.*?)(```\n)", re.DOTALL)


def test_the_example_is_what_the_command_prints() -> None:
    page = README.read_text()
    (command,) = re.findall(r"\.venv/bin/lossdoc (check .*)", page)[:1]
    done = subprocess.run(
        [sys.executable, "-m", "lossdoc", *command.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "80", "PYTHONUTF8": "1"},
        check=False,
    )
    printed = "".join(line.rstrip() + "\n" for line in done.stdout.splitlines())
    if os.environ.get("UPDATE_GOLDEN"):
        README.write_text(_EXAMPLE.sub(lambda m: m[1] + printed + m[3], page))
        return
    found = _EXAMPLE.search(page)
    assert found is not None
    assert found[2] == printed, ANEW


@pytest.mark.parametrize("command", command_names())
def test_every_command_is_shown(command: str) -> None:
    assert f"lossdoc {command}" in README.read_text()


def test_every_output_is_named() -> None:
    page = README.read_text()
    names = ", ".join(name for name in writer_names() if name not in ("text", "json"))
    if os.environ.get("UPDATE_GOLDEN"):
        README.write_text(_OUTPUTS.sub(lambda m: m[1] + names, page))
        return
    found = _OUTPUTS.search(page)
    assert found is not None
    assert found[2] == names, ANEW

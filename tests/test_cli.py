"""The command line as a user meets it: exit codes, streams, options."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lossdoc import __version__
from lossdoc.__main__ import main
from lossdoc.cli import app

EXAMPLES = Path(__file__).parents[1] / "examples"
NAN = EXAMPLES / "language-model-nan.log"
SICK = EXAMPLES / "dpo-displacement.log"
HEALTHY = EXAMPLES / "sft-healthy.log"


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def run(*arguments: object, stdin: bytes = b"", **environ: str) -> Done:
    """The command in this process: thirty starts of an interpreter would take longer than all other tests."""
    clean = dict.fromkeys(("COLUMNS", "NO_COLOR", "FORCE_COLOR"))
    done = CliRunner().invoke(app, [*map(str, arguments)], input=stdin, env={**clean, **environ})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return Done(done.exit_code, done.stdout, done.stderr)


def start(*arguments: object, **environ: str) -> Done:
    """The command as a shell starts it."""
    done = subprocess.run(
        [sys.executable, "-m", "lossdoc", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, "PYTHONUTF8": "1", **environ},
        timeout=60,
        check=False,
    )
    out, err = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    assert "Traceback" not in err
    return Done(done.returncode, out, err)


def test_version_and_module() -> None:
    assert start("--version").stdout == f"lossdoc {__version__}\n"
    assert start("check", HEALTHY, "--quiet").returncode == 0


CHEAP = [["--help"], ["check", "--help"], ["explain", "loss"], ["list", "metrics"], ["list", "checks"]]


@pytest.mark.parametrize("arguments", CHEAP, ids=" ".join)
def test_help_explain_and_list_are_cheap(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom lossdoc.cli import app\n"
        f"try: app({arguments!r}, prog_name='lossdoc')\nexcept SystemExit: pass\n"
        "heavy = {'numpy', 'pandas', 'plotext'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
    assert done.stdout


def test_exit_codes_follow_findings_and_readability(tmp_path: Path) -> None:
    assert run("check", HEALTHY).returncode == 0
    assert run("check", SICK).returncode == 0  # a warning
    assert run("check", SICK, "--fail-on", "warning").returncode == 1
    assert run("check", NAN).returncode == 1
    assert run("check", NAN, "--fail-on", "never").returncode == 0
    assert run("check", tmp_path / "missing.log").returncode == 2
    both = run("check", NAN, tmp_path / "missing.log")
    assert both.returncode == 1  # the graver news; the missing path is said
    assert "FAILING" in both.stdout
    assert "missing.log" in both.stderr
    assert run("check", HEALTHY, tmp_path / "missing.log").returncode == 2


def test_a_member_of_a_folder_or_glob_that_is_no_log_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(HEALTHY.read_bytes())
    (tmp_path / "notes.txt").write_text("Remember the milk.\n")
    for path in (tmp_path, tmp_path / "*"):
        done = run("check", path)
        assert done.returncode == 0
        assert "HEALTHY" in done.stdout
        assert "notes.txt" in done.stderr
    (tmp_path / "a.log").unlink()
    assert run("check", tmp_path).returncode == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["--trainer", "nonsense"],
        ["--select", "loss-spik"],
        ["--ignore", "x"],
        ["--set", "beta"],
        ["--input-format", "nonsense"],
    ],
)
def test_bad_values_say_what_there_is_and_keep_json_valid(arguments: list[str]) -> None:
    done = run("check", HEALTHY, "--format", "json", *arguments)
    assert done.returncode == 2
    assert json.loads(done.stdout)["runs"] == []
    assert done.stderr.startswith("lossdoc: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_wrong_option_is_a_usage_error() -> None:
    assert run("check", HEALTHY, "--fail-on", "sometimes").returncode == 2
    assert "no format 'jsn'" in run("check", HEALTHY, "--format", "jsn").stderr
    assert run("check").returncode == 2
    assert run("chek").returncode == 2


def test_json_alone_on_standard_output(tmp_path: Path) -> None:
    done = run("check", SICK, tmp_path / "missing.log", "--format", "json")
    document = json.loads(done.stdout)
    assert done.returncode == 2
    assert [r["source"] for r in document["runs"]] == [str(SICK)]
    assert document["not_read"][0]["source"] == str(tmp_path / "missing.log")
    assert "missing.log" in done.stderr


def test_standard_input() -> None:
    done = run("check", "-", stdin=HEALTHY.read_bytes())
    assert done.returncode == 0
    assert "\n✓ HEALTHY  standard input\n" in done.stdout
    assert run("check", "-").returncode == 2


def test_select_ignore_and_set() -> None:
    only = json.loads(run("check", NAN, "-f", "json", "--select", "non-finite,masked-nan").stdout)
    assert {f["check"] for f in only["runs"][0]["findings"]} <= {"non-finite", "masked-nan"}
    without = run("check", SICK, "--ignore", "likelihood-displacement", "--fail-on", "warning", "--no-plots")
    assert "likelihood-displacement at" not in without.stdout
    assert json.loads(run("check", SICK, "-f", "json", "--set", "beta=0.1").stdout)["runs"][0]["config"]["beta"] == 0.1


def test_a_trainer_that_the_keys_contradict_is_said_on_standard_error() -> None:
    done = run("check", SICK, "--trainer", "gan", "--no-plots")
    assert "--trainer gan" in done.stderr


def test_a_pipe_gets_80_columns_without_colour() -> None:
    text = run("check", SICK).stdout
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text
    assert text == run("check", SICK).stdout


def test_width_and_columns() -> None:
    assert 100 < max(map(len, run("check", SICK, "--width", 140).stdout.splitlines())) <= 140
    assert 80 < max(map(len, run("check", SICK, COLUMNS="100").stdout.splitlines())) <= 100
    assert max(map(len, run("check", SICK, "--width", 60, COLUMNS="100").stdout.splitlines())) <= 60


def test_colour_is_asked_for_or_not() -> None:
    assert "\x1b[" in run("check", SICK, "--color", "always").stdout
    assert "\x1b[" in run("check", SICK, FORCE_COLOR="1").stdout
    assert "\x1b[" not in run("check", SICK, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\x1b[" not in run("check", SICK, "--color", "never", FORCE_COLOR="1").stdout
    assert "\x1b[" in run("check", SICK, "--color", "always", NO_COLOR="1").stdout


def test_a_stream_that_cannot_encode_gets_ascii() -> None:
    done = start("check", NAN, PYTHONUTF8="0", PYTHONIOENCODING="cp1252")
    assert done.returncode == 1
    assert done.stdout.isascii()
    assert "\nx FAILING  " in done.stdout
    markdown = start("check", NAN, "-f", "markdown", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert "❌" in markdown.stdout


def test_output_file(tmp_path: Path) -> None:
    done = run("check", SICK, "--format", "markdown", "--output", tmp_path / "report.md")
    assert done.stdout == ""
    assert (tmp_path / "report.md").read_text(encoding="utf-8").startswith("## lossdoc")
    assert run("check", SICK, "--output", tmp_path / "no" / "folder.md").returncode == 2


def test_quiet_and_no_plots() -> None:
    assert len(run("check", SICK, HEALTHY, "--quiet").stdout.splitlines()) == 2
    assert "┤" not in run("check", SICK, "--no-plots").stdout


def test_a_closed_pipe_ends_quietly() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "lossdoc", "check", *[str(SICK)] * 8, "--verbose", "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 0
    process.stderr.close()


def test_an_error_of_ours_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("boom\x1b[2J\nx")

    monkeypatch.setattr("lossdoc.api.read_part", broken)
    done = run("check", SICK, "-f", "json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["runs"] == []
    assert re.fullmatch(r"lossdoc: no metrics in .*internal error in .*: RuntimeError: boom.*\n", done.stderr)
    assert "\x1b" not in done.stderr


def test_an_error_of_ours_outside_of_reading_is_one_line_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("lossdoc.show.report.json.write", broken)
    monkeypatch.setattr("sys.argv", ["lossdoc", "check", str(HEALTHY), "-f", "json"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    assert re.fullmatch(r"lossdoc: internal error in .*: RuntimeError: boom.*\n", capsys.readouterr().err)

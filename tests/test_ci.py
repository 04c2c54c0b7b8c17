"""lossdoc as a step of a build: baselines, several reports at once, exit codes, GitHub Actions, mistakes."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace

from lossdoc.baseline import read
from lossdoc.cli import command_names
from lossdoc.model.finding import Finding, NotRead, Outcome, Report, Sign, Step
from lossdoc.show.report import Options, Result, load, writer_names
from tests import report_maker as made
from tests.test_cli import HEALTHY, NAN, SICK, run

GATES = (Outcome("loss < 1", False, "measured 2", 2.0), Outcome("steps > 3", True, "measured 9", 9.0))


def gated(**more: object) -> Report:
    return replace(made.displacement(), gates=GATES, passed=["plateau"], **more)


def write(name: str, *reports: Report, not_read: tuple[NotRead, ...] = (), **options: object) -> str:
    return load(name).write(Result(reports, not_read), Options(**options))  # type: ignore[arg-type]


def known(report: Report) -> Report:
    return replace(report, findings=[replace(f, known="accepted: it is") for f in report.findings])


@pytest.mark.parametrize("name", writer_names())
def test_every_format_tells_a_failed_gate_and_what_was_measured(name: str) -> None:
    text = write(name, gated())
    told = json.dumps(json.loads(text), ensure_ascii=False) if name in ("json", "sarif", "gitlab") else text
    assert re.search(r"loss (<|&lt;|&#60;) 1", told)
    assert "measured 2" in told


def test_compact_lines_are_what_problem_matchers_read() -> None:
    lines = write("compact", gated(), not_read=(NotRead("a b.md", "Markdown", "why"),)).splitlines()
    found = [re.fullmatch(r"(.+?):(\d+): (error|warning|info) ([\w-]+) (.+)", line) for line in lines]
    assert [m and m.groups()[:4] for m in found] == [
        ("dpo.log", "72", "warning", "likelihood-displacement"),
        ("dpo.log", "1", "info", "missing-eval"),
        ("dpo.log", "1", "error", "gate"),
        ("a b.md", "1", "error", "not-read"),
    ]


def test_gitlab_has_what_its_schema_asks_for() -> None:
    twice = made.report([Finding("loss-spike", "error", "high", "m", line=3)] * 2)
    entries = json.loads(write("gitlab", gated(), twice, known(made.displacement())))
    for entry in entries:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert entry["location"]["lines"]["begin"] >= 1
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    assert entries[0]["severity"] == "major"
    assert entries[-1]["severity"] == "info"
    assert json.loads(write("gitlab")) == []


def test_csv_has_a_row_for_each_finding_and_for_a_run_without() -> None:
    evil = made.report([Finding("loss-spike", "error", "high", "=cmd()", labels={"a": "b"})], source="x,y.log")
    rows = list(csv.DictReader(io.StringIO(write("csv", gated(), evil, made.healthy()))))
    assert [row["check"] for row in rows].count("gate") == 1
    (spike,) = [row for row in rows if row["check"] == "loss-spike"]
    assert (spike["source"], spike["message"], spike["labels"]) == ("x,y.log", "'=cmd()", "a=b")
    (first,) = [row for row in rows if row["check"] == "likelihood-displacement"]
    assert (first["line"], first["first_step"]) == ("72", "62")
    assert [row["check"] for row in rows if row["source"] == made.healthy().run.source] == [""]


def test_json_lines_hold_what_json_holds() -> None:
    lines = [json.loads(line) for line in write("json-lines", gated(), not_read=(NotRead("a", "b", "c"),)).splitlines()]
    assert [line["kind"] for line in lines] == ["run", "finding", "finding", "finding", "gate", "gate", "not_read"]
    assert lines[0]["passed"] == ["plateau"]
    document = json.loads(write("json", gated()))["runs"][0]
    for line, finding in zip(lines[1:4], document["findings"], strict=True):
        assert finding.items() <= line.items()
    assert document["gates"][0] == {"gate": "loss < 1", "passed": False, "measured": 2.0, "why": "measured 2"}


@pytest.mark.parametrize("name", ["json", "json-lines", "csv", "sarif", "junit", "markdown", "html"])
def test_vital_signs_are_told(name: str) -> None:
    signs = {"learning": Sign("unknown", ("an evidence",)), "finite": Sign("yes", ("all finite",))}
    text = write(name, gated(signs=signs))
    assert "learning" in text
    assert "unknown" in text
    assert "an evidence" in text or name in ("csv", "sarif")


def test_code_in_advice_stays_code_and_nothing_else_does() -> None:
    advice = ["set `rpo_alpha=1` and <b>`x`</b>", "`[l](u)` or `a|b` or `<script>`"]
    text = write(
        "markdown", made.report([Finding("loss-spike", "error", "high", "`rpo_alpha`", next=[*map(Step, advice)])])
    )
    assert "set `rpo_alpha=1` and &#60;b&#62;" in text
    for raw in ("<b>", "<script>", "[l](u)", "a|b"):
        assert raw not in text


def test_what_is_known_fails_nothing_and_says_why() -> None:
    report = known(made.nan_run())
    assert all(line.startswith("::notice") for line in write("github", report).splitlines())
    assert "<failure" not in write("junit", report)
    results = json.loads(write("sarif", report))["runs"][0]["results"]
    assert all(r["suppressions"] == [{"kind": "external", "justification": "accepted: it is"}] for r in results)


def test_junit_and_json_hold_what_passed() -> None:
    assert '<testcase classname="dpo.log" name="plateau"/>' in write("junit", gated())
    document = json.loads(run("check", HEALTHY, "--isolated", "-f", "json").stdout)["runs"][0]
    told = {f["check"] for f in document["findings"]} | {s["check"] for s in document["skipped"]}
    assert document["passed"]
    assert not set(document["passed"]) & told


def test_sarif_rules_carry_the_whole_page() -> None:
    (rule, *_) = json.loads(write("sarif", made.displacement()))["runs"][0]["tool"]["driver"]["rules"]
    assert rule["name"] == "LikelihoodDisplacement"
    assert rule["helpUri"].startswith("https://")
    assert "## What to try" in rule["help"]["markdown"]
    assert rule["shortDescription"]["text"]
    assert rule["fullDescription"]["text"]


@pytest.mark.parametrize("name", ["github", "gitlab", "sarif", "compact"])
def test_paths_are_those_of_the_repository(name: str) -> None:
    text = write(name, gated(), paths={"dpo.log": "logs/dpo.log"})
    assert "logs/dpo.log" in text
    assert not re.search(r"[^/\w]dpo\.log[^:]", text.replace("lossdoc/v1", ""))


def test_a_baseline_makes_findings_known(tmp_path: Path) -> None:
    log, file = tmp_path / "nan.log", tmp_path / "known.json"
    log.write_bytes(NAN.read_bytes())
    assert run("check", log, "-q", "--write-baseline", file).returncode == 0
    assert [entry.source for entry in read(file)][:1] == ["nan.log"]
    done = run("check", log, "-f", "json", "--baseline", file)
    assert done.returncode == 0
    assert "no longer found" not in done.stderr
    assert {f["known"] for f in json.loads(done.stdout)["runs"][0]["findings"]} == {"in the baseline"}
    # The same log by another name, the old one gone: the run of another night.
    log.rename(tmp_path / "nan-2.log")
    assert run("check", tmp_path / "nan-2.log", "-q", "--baseline", file).returncode == 0
    # A run that is healthy now: the entries are stale.
    log.write_bytes(HEALTHY.read_bytes())
    done = run("check", log, "-q", "--baseline", file)
    assert done.returncode == 0
    assert "no longer found: masked-nan" in done.stderr
    # Another run beside it is not covered.
    other = tmp_path / "other.log"
    other.write_bytes(NAN.read_bytes())
    assert run("check", other, "-q", "--baseline", file).returncode == 1


def test_a_finding_that_became_worse_is_news(tmp_path: Path) -> None:
    log, file = tmp_path / "dpo.log", tmp_path / "known.json"
    log.write_bytes(SICK.read_bytes())
    run("check", log, "-q", "--write-baseline", file)
    assert run("check", log, "-q", "--baseline", file, "--fail-on", "warning").returncode == 0
    worse = ("--severity", "likelihood-displacement=error")
    assert run("check", log, "-q", "--baseline", file, *worse).returncode == 1


@pytest.mark.parametrize("content", [None, "{}", "no json", '{"schema": 2, "findings": []}'])
def test_a_baseline_that_is_none_is_said(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "b.json").write_text(content)
    done = run("check", HEALTHY, "-q", "--baseline", tmp_path / "b.json")
    assert done.returncode == 2
    assert "--baseline" in done.stderr


def test_a_finding_is_accepted_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dpo.log").write_bytes(SICK.read_bytes())
    Path("lossdoc.toml").write_text(
        'fail-on = "warning"\n[[suppress]]\ncheck = "likelihood-displacement"\npath = "*.log"\nreason = "we know"\n'
        '[[suppress]]\ncheck = "reward-runaway"\nreason = "we know"\n[[suppress]]\ncheck = "plateau"\nreason = "old"\n'
    )
    done = run("check", "dpo.log")
    assert done.returncode == 0
    assert "accepted: we know" in " ".join(done.stdout.split())
    assert "nothing to accept any more: plateau (old)" in done.stderr
    assert "reward-runaway" not in done.stderr


def test_gates_and_counts_set_the_exit_code() -> None:
    assert run("check", HEALTHY, "-q", "--expect", "steps >= 10").returncode == 0
    failing = run("check", HEALTHY, "--expect", "steps >= 100000", "--no-plots")
    assert failing.returncode == 1
    assert "Gates: 1 of 1 failed" in failing.stdout
    assert run("check", HEALTHY, "-q", "--expect", "steps >= 100000", "--exit-zero").returncode == 0
    unjudged = run("check", HEALTHY, "--expect", "reward.last > 1", "--no-plots")
    assert unjudged.returncode == 1
    assert "cannot be judged: no curve reward" in " ".join(unjudged.stdout.split())
    code = run("check", HEALTHY, "--expect", "__import__('os').system('exit 1') < 1")
    assert code.returncode == 2
    many = run("check", SICK, SICK, "-q", "--max-warnings", "1")
    assert many.returncode == 1
    assert "2 warnings in 2 runs: --max-warnings allows 1" in many.stderr
    assert run("check", SICK, "-q", "--max-warnings", "1").returncode == 0
    assert run("check", NAN, "-q", "--exit-zero").returncode == 0


def test_one_line_says_why_it_fails() -> None:
    lines = load("text").write(Result([gated()]), Options(quiet=True)).splitlines()
    assert lines[1:] == ["  ✗ gate  expected loss < 1: measured 2."]


def test_several_reports_from_one_call(tmp_path: Path) -> None:
    sarif, page = tmp_path / "a.sarif", tmp_path / "a.html"
    done = run("check", SICK, "--output-format", f"sarif:{sarif}", "--output-format", f"html:{page}")
    assert "SUSPICIOUS" in done.stdout
    assert json.loads(sarif.read_text())["version"] == "2.1.0"
    assert page.read_text().startswith("<!")
    done = run("check", SICK, "-f", "json", "--output-format", f"sarif:{sarif}")
    assert json.loads(done.stdout)["runs"]
    assert run("check", SICK, "-f", "json", "--output-format", "text").returncode == 2
    assert run("check", SICK, "--output-format", "sarif:").returncode == 2


def test_an_ending_that_contradicts_the_format_is_refused(tmp_path: Path) -> None:
    for arguments in (
        ("check", SICK, "-f", "sarif", "-o", "a.html"),
        ("convert", SICK, "--to", "csv", "-o", "a.jsonl"),
    ):
        done = run(*arguments[:-1], tmp_path / str(arguments[-1]))
        assert done.returncode == 2
        assert "is called like" in done.stderr
        assert not list(tmp_path.iterdir())
    assert run("check", SICK, "-o", tmp_path / "a.html").returncode == 0
    assert (tmp_path / "a.html").read_text().startswith("<!")
    assert run("convert", SICK, "-o", tmp_path / "a.jsonl").returncode == 0
    own = tmp_path / "own.jsonl"
    own.write_text("".join(json.dumps({"step": i, "my_objective": 3.0 / i}) + "\n" for i in range(1, 60)))
    assert ",loss," in run("convert", own, "--isolated", "--map", "my_objective=loss").stdout
    assert json.loads((tmp_path / "a.jsonl").read_text().splitlines()[0])


def test_in_github_actions_text_annotations_and_the_summary_come_by_themselves(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "dpo.log"
    log.parent.mkdir()
    log.write_bytes(SICK.read_bytes())
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    place = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_WORKSPACE": str(tmp_path)}
    done = run("check", log, stdin=b"", **place)
    assert "SUSPICIOUS" in done.stdout
    assert "::warning file=logs/dpo.log,line=37" in done.stdout
    assert summary.read_text().startswith("before\n## lossdoc")
    alone = run("check", log, "-f", "json", stdin=b"", **place)
    assert json.loads(alone.stdout)["runs"]


ROOT = Path(__file__).parents[1]


def test_the_action_pastes_no_input_into_its_script() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    scripts = [step["run"] for step in action["runs"]["steps"] if "run" in step]
    assert scripts
    assert not [script for script in scripts if "${{" in script]
    used = set(re.findall(r"inputs\.([\w-]+)", (ROOT / "action.yml").read_text()))
    assert used == set(action["inputs"])


def test_the_action_judges_and_writes_the_summary(tmp_path: Path) -> None:
    (script,) = [s["run"] for s in yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"] if "env" in s][
        -1:
    ]
    commands = tmp_path / "lossdoc" / "bin"
    commands.mkdir(parents=True)
    (commands / "lossdoc").write_text(f'#!/bin/sh\nexec {sys.executable} -m lossdoc "$@"\n')
    (commands / "lossdoc").chmod(0o755)
    environment = {
        **os.environ,
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "PATHS": f"{SICK}\n",
        "ARGS": "--fail-on=warning\n--expect=eval/loss.last < 1\n",
        "SARIF": str(tmp_path / "a.sarif"),
        "REPORT": "",
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "::warning file=" in done.stdout
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").startswith("## lossdoc")
    assert json.loads((tmp_path / "a.sarif").read_text())["runs"]


COMMANDS = [
    line.strip().removeprefix("- run: ")
    for file in sorted((ROOT / "examples" / "ci").glob("*.yml"))
    for line in re.sub(r" *>-\n|\n +--", " --", file.read_text()).splitlines()
    if re.match(r"(- run: )?lossdoc (check|compare)", line.strip())
]


@pytest.mark.parametrize("line", COMMANDS)
def test_examples_name_options_that_there_are(line: str) -> None:
    command = line.split()[1]
    there = set(re.findall(r"--[\w-]+", run(command, "--help", COLUMNS="300").stdout))
    assert set(re.findall(r"--[a-z][\w-]+", line)) <= there


def test_hooks_name_commands_that_there_are() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert {hook["entry"].split()[1] for hook in hooks} <= set(command_names())
    (check,) = [hook for hook in hooks if hook["id"] == "lossdoc"]
    assert run("check", SICK, *check["args"]).returncode == 0
    assert re.search(check["files"], "runs/a.log")


def test_mistakes_are_told(tmp_path: Path) -> None:
    assert f"Did you mean {SICK}?" in run("check", str(SICK).replace("displacement", "displacment")).stderr
    assert "Did you mean check?" in run("chek", HEALTHY).stderr
    assert f"lossdoc check {HEALTHY}" in run(str(HEALTHY)).stderr
    folder = str(HEALTHY).replace("examples", "exmples")
    assert f"Did you mean {HEALTHY}?" in run("check", folder).stderr
    assert "Did you mean metrics?" in run("list", "metrcs").stderr
    assert "Did you mean warning?" in run("check", HEALTHY, "--fail-on", "waring").stderr
    excel = run("convert", HEALTHY, "-o", tmp_path / "curves.xlsx")
    assert (excel.returncode, "--to csv" in excel.stderr) == (2, True)
    assert run("-h").returncode == run("check", "-h").returncode == 0
    documents = tmp_path / "documents" / "metrics"
    documents.mkdir(parents=True)
    (documents / "mine.md").write_text("---\nid: mine\nname: Mine\n---\n")
    (documents.parent / "README.md").write_text("# What my metrics mean\n")
    for arguments in (("validate", documents.parent), ("check", HEALTHY, "--metrics", documents.parent)):
        done = run(*arguments)
        assert done.returncode == 2
        assert f"did you mean {documents}" in done.stderr


def test_required_signs() -> None:
    assert run("check", HEALTHY, "-q", "--require", "finite,learning").returncode == 0
    failing = run("check", NAN, "--isolated", "-f", "json", "--fail-on", "never", "--require", "finite")
    assert failing.returncode == 1
    (gate,) = json.loads(failing.stdout)["runs"][0]["gates"]
    assert gate["why"].startswith("finite is no: masked-nan")
    assert run("check", HEALTHY, "--require", "lerning").returncode == 2

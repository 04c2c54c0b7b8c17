"""Reports read back by what reads them in the world: the schema of OASIS, junitparser, GitLab's fields, the runner of
GitHub; and all formats against each other."""

from __future__ import annotations

import csv
import importlib
import io
import json
import os
import re
from collections import Counter
from html import unescape
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from lossdoc.api import Options, diagnose, read_path
from lossdoc.model.finding import SIGNS, Finding, NotRead, Outcome, Report, Step
from lossdoc.model.run import Run
from lossdoc.show.report import Options as Look
from lossdoc.show.report import Result, load, writer_names
from tests import report_maker as made

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
EVIL = "a%b ::error file=x::y|`<b>&\"'\x1b[1m\u202e\r\n,c:d\ud800"
GATES = (Outcome("loss < 1", False, "measured 2", 2.0), Outcome("steps > 3", True, "measured 9", 9.0))

# As https://docs.gitlab.com/ci/testing/code_quality/ describes a report.
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{40}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1, "pattern": r"^(?!\./)"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def results() -> dict[str, Result]:
    evil = Finding(
        "non-finite", "error", "high", EVIL, metric=EVIL, file=EVIL, line=3, causes=[EVIL], next=[Step(EVIL)]
    )
    known = replace(made.displacement(), findings=[replace(f, known=EVIL) for f in made.displacement().findings])
    gated = replace(made.displacement(), gates=GATES, passed=["plateau"])
    unread = [NotRead(EVIL, EVIL, EVIL), NotRead("b", "c", "d", named=False)]
    return {
        "nothing": Result([]),
        "nothing was read": Result([], unread),
        "all kinds": Result([gated, made.nan_run(), made.healthy(), made.unjudged(), known], unread),
        "hostile": Result([made.report([evil, evil], source=EVIL)]),
    }


def written(name: str, result: Result) -> str:
    return load(name).write(result, Look())


@pytest.mark.parametrize("kind", results())
def test_sarif_is_valid_by_the_schema_of_oasis(kind: str) -> None:
    """The schema is not ours to ship: name the file, see .ci/run."""
    path = os.environ.get("SARIF_SCHEMA")
    if not path or not Path(path).is_file():
        pytest.skip("SARIF_SCHEMA names no file")
    schema = json.loads(Path(path).read_text())
    validator = jsonschema.validators.validator_for(schema)
    errors = validator(schema, format_checker=validator.FORMAT_CHECKER).iter_errors(
        json.loads(written("sarif", results()[kind]))
    )
    assert [(list(error.absolute_path), error.message) for error in errors] == []


@pytest.mark.parametrize("kind", results())
def test_gitlab_has_what_it_asks_for(kind: str) -> None:
    report = json.loads(written("gitlab", results()[kind]))
    jsonschema.validate(report, GITLAB)
    assert len({entry["fingerprint"] for entry in report}) == len(report)


@pytest.mark.parametrize("kind", results())
def test_junit_is_read_back_by_junitparser(kind: str, tmp_path: Path) -> None:
    result = results()[kind]
    (tmp_path / "junit.xml").write_text(written("junit", result), encoding="utf-8")
    junitparser: Any = importlib.import_module("junitparser")  # it has types, but not of all it does
    suites = junitparser.JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    told = [(suite.tests, suite.failures, suite.errors, suite.skipped) for suite in suites]
    suites.update_statistics()
    assert told == [(suite.tests, suite.failures, suite.errors, suite.skipped) for suite in suites]
    for report, suite in zip(result.worst_first, suites, strict=False):
        failed = [case for case in suite if any(isinstance(one, junitparser.Failure) for one in case.result)]
        errors = [f for f in report.roots if f.severity == "error" and not f.known]
        assert len(failed) == len(errors) + len(report.failed_gates)
        assert {case.name for case in suite if case.is_skipped} == {skip.check for skip in report.skipped}


@pytest.mark.parametrize("kind", results())
def test_github_reads_the_commands_that_were_meant(kind: str) -> None:
    result = results()[kind]
    commands = [command for line in written("github", result).split("\n")[:-1] if (command := _obeyed(line))]
    told = [f.message for report in result.worst_first for f in report.roots]
    assert len(commands) == len(told) + sum(len(r.failed_gates) for r in result.reports) + sum(
        n.named for n in result.not_read
    )
    for (kind_of, properties, message), meant in zip(commands, told, strict=False):
        assert kind_of in ("error", "warning", "notice")
        assert set(properties) <= {"file", "line", "title"}
        assert message.startswith(meant[:3])


def _obeyed(line: str) -> tuple[str, dict[str, str], str] | None:
    """What the runner makes of a line of output: actions/runner, ActionCommand.TryParseV2."""
    found = re.fullmatch(r"\s*::([a-zA-Z-]+)( .*?)?::(.*)", line, re.DOTALL)
    if found is None:
        return None
    pairs = [pair.split("=", 1) for pair in (found[2] or "").strip().split(",") if pair]
    return found[1], {key: _decoded(value, True) for key, value in pairs}, _decoded(found[3], False)


def _decoded(text: str, of_property: bool) -> str:
    codes = {"%0D": "\r", "%0A": "\n"} | ({"%3A": ":", "%2C": ","} if of_property else {})
    for code, char in codes.items():
        text = text.replace(code, char)
    return text.replace("%25", "%")


# What each format tells of root findings: (check, severity) as often as it stands there.


def _of_lines(text: str, pattern: str) -> Counter[tuple[str, str]]:
    return Counter((found["check"], found["severity"]) for found in re.finditer(pattern, text, re.MULTILINE))


def _of_objects(entries: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    return Counter((entry["check"], entry["severity"]) for entry in entries if entry["because_of"] in (None, ""))


_LEVELS = {"note": "info", "notice": "info", "critical": "error", "major": "warning"}


def roots(name: str, text: str) -> Counter[tuple[str, str]]:
    severity = "(?P<severity>error|warning|info|notice)"
    if name == "json":
        return _of_objects([f for run in json.loads(text)["runs"] for f in run["findings"]])
    if name == "json-lines":
        return _of_objects([o for line in text.splitlines() if (o := json.loads(line))["kind"] == "finding"])
    if name == "csv":
        return _of_objects([row for row in csv.DictReader(io.StringIO(text)) if row["check"]])
    if name == "sarif":
        found = Counter((r["ruleId"], r["level"]) for r in json.loads(text)["runs"][0]["results"])
    elif name == "gitlab":
        found = Counter((entry["check_name"], entry["severity"]) for entry in json.loads(text))
    elif name == "github":
        found = _of_lines(text, rf"^::{severity} file=[^:]*?title=(?P<check>[\w-]+)")
    elif name == "compact":
        found = _of_lines(text, rf":\d+: {severity} (?P<check>[\w-]+) ")
    elif name == "junit":
        found = _of_lines(text, rf'name="(?P<check>[\w-]+)[^"]*">\s*<[^>]*>\s*{severity}, \w+ confidence')
    elif name == "markdown":
        found = _of_lines(text, rf"^\| \d+ \| \S+ {severity} \| `(?P<check>[\w-]+)` ")
    elif name == "text":
        found = _of_lines(text, rf"^\d+ +[✗▲•] {severity} +(?P<check>[\w-]+)")
    elif name == "html":
        cells = unescape(re.sub(r"<[^>]*>", "", re.sub(r"</t[dh]>", "\t", text)))
        found = _of_lines(cells, rf"\d+\t[✗▲•] {severity}\t(?P<check>[a-z-]+)")
    else:
        raise KeyError(name)
    return Counter({(check, _LEVELS.get(word, word)): count for (check, word), count in found.items()})


def _signs(name: str, text: str, report: Report) -> dict[str, str]:
    if name in ("json", "json-lines"):
        run = json.loads(text)["runs"][0] if name == "json" else json.loads(text.splitlines()[0])
        return {sign: told["answer"] for sign, told in run["signs"].items()}
    if name == "csv":
        row = next(csv.DictReader(io.StringIO(text)))
        return {sign: row[sign] for sign in SIGNS}
    if name == "sarif":
        found = json.loads(text)["runs"][0]["results"]
        return found[0]["properties"]["signs"] if found else {s: a.answer for s, a in report.signs.items()}
    patterns = {
        "text": r"^{sign} +(yes|no|unknown)\b",
        "markdown": r"^\| {sign} \| (yes|no|unknown) \|",
        "junit": r"\b{sign}: (yes|no|unknown): ",
        "html": r"<td[^>]*>{sign}</td><td[^>]*>(?:<[^>]*>)*(yes|no|unknown)",
    }
    found = {sign: re.search(patterns[name].format(sign=sign), text, re.MULTILINE) for sign in SIGNS}
    return {sign: match[1] for sign, match in found.items() if match}


WITHOUT_SIGNS = {"compact", "github", "gitlab"}  # one line for each finding, and nothing else
# Read back above: findings with their severities, signs with their answers. Of any other output it is asked that it
# names each check that found something.
READ_BACK = {"text", "html", "json", "json-lines", "github", "gitlab", "markdown", "sarif", "junit", "csv", "compact"}


def small_logs() -> list[Path]:
    shared = Path(__file__).resolve().parents[2] / "shared" / "runs"
    labelled = [folder / "stdout.log" for folder in sorted(shared.glob("*"))[::8] if (folder / "stdout.log").is_file()]
    return [*sorted(path for path in EXAMPLES.iterdir() if path.is_file()), *labelled]


@pytest.mark.parametrize("log", small_logs(), ids=lambda path: path.parent.name + "-" + path.name)
def test_all_formats_carry_the_same_findings_and_signs(log: Path) -> None:
    options = Options()
    read = [found for found in read_path(str(log), options) if isinstance(found, list)]
    if not read:
        pytest.skip("no metrics in it")
    report = _without_place(diagnose(read[0][0], options))
    expected = Counter((f.check, f.severity) for f in report.roots)
    for name in writer_names():
        text = load(name).write(Result([report]), Look(width=160, verbose=True))
        if name not in READ_BACK:
            silent = {check for check, _ in expected if check not in text}
            assert not silent, f"{name} does not name what was found: {silent}"
            continue
        assert roots(name, text) == expected, name
        if name not in WITHOUT_SIGNS:
            assert _signs(name, text, report) == {sign: told.answer for sign, told in report.signs.items()}, name


def _without_place(report: Report) -> Report:
    """Under a name without a colon: where a check out would have one, patterns here would stumble."""
    run: Run = replace(report.run, source="run.log")
    return replace(report, run=run, findings=[replace(f, file=f.file and "run.log") for f in report.findings])

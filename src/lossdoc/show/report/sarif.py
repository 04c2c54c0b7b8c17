"""SARIF 2.1.0 for code scanning: one result per root finding, at the line of the log where the fault begins."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lossdoc import __version__, checks
from lossdoc.knowledge import Knowledge
from lossdoc.model.finding import Finding, NotRead, Outcome, Report, Severity
from lossdoc.show.report import Options, Result
from lossdoc.show.report._gates import GATE, failure, place_of, shown_path
from lossdoc.show.report._words import safe, sentence, step

NAME = "sarif"
TITLE = "SARIF 2.1.0 for code scanning"

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HELP = "https://pypi.org/project/lossdoc/"  # every page is in the rule itself; this is where there is more
LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


def write(result: Result, options: Options) -> str:
    """One SARIF run of the tool over all training runs; inputs without metrics are notifications of the tool."""
    found = [(finding, report) for report in result.worst_first for finding in report.roots]
    gates = [(gate, report) for report in result.worst_first for gate in report.failed_gates]
    rules = list(dict.fromkeys([*(finding.check for finding, _ in found), *(GATE for _ in gates[:1])]))
    run = {
        "tool": {
            "driver": {
                "name": "lossdoc",
                "version": __version__,
                "informationUri": HELP,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "invocations": [
            {
                "executionSuccessful": not any(n.named for n in result.not_read),
                "toolExecutionNotifications": [_notification(n, options) for n in result.not_read],
            }
        ],
        "results": [
            *(_result(finding, report, rules, options) for finding, report in found),
            *(_gate(gate, report, rules, options) for gate, report in gates),
        ],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(check: str) -> dict[str, Any]:
    """Name, first sentence and the whole page of a check: what a viewer shows beside its results."""
    rule: dict[str, Any] = {"id": check, "name": check.replace("-", " ").title().replace(" ", ""), "helpUri": HELP}
    if check == GATE:
        said = "Something that the user expects of a run does not hold, or cannot be judged."
        return rule | {"shortDescription": {"text": said}, "help": {"text": said}}
    page = Knowledge.load().check_text(check)
    title, _, rest = page.partition("\n")
    return rule | {
        "shortDescription": {"text": title.replace("`", "")},
        "fullDescription": {"text": rest.strip().split("\n\n## ")[0].removeprefix("## What it means").strip()},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": LEVELS[checks.load(check).severity]},
    }


def _result(finding: Finding, report: Report, rules: Sequence[str], options: Options) -> dict[str, Any]:
    source = place_of(report, finding.file, options)
    advice = [f"What to try: {sentence(step(told))}" for told in finding.next[:3]]
    result = {
        "ruleId": finding.check,
        "ruleIndex": rules.index(finding.check),
        "level": LEVELS[finding.severity],
        "message": {"text": "\n".join([sentence(finding.message), *advice])},
        "locations": [_location(source, finding.line)],
        # Without a fingerprint of its own the same finding is shown anew after every push.
        "partialFingerprints": {"lossdoc/v1": f"{finding.id}:{_uri(source)}:{safe(report.run.name)}"},
        "properties": {
            "confidence": finding.confidence,
            "verdict": report.verdict,
            "signs": {name: sign.answer for name, sign in report.signs.items()},
        },
    }
    if finding.known:
        result["suppressions"] = [{"kind": "external", "justification": safe(finding.known)}]
    return result


def _gate(gate: Outcome, report: Report, rules: Sequence[str], options: Options) -> dict[str, Any]:
    source = place_of(report, None, options)
    return {
        "ruleId": GATE,
        "ruleIndex": rules.index(GATE),
        "level": "error",
        "message": {"text": failure(gate)},
        "locations": [_location(source, None)],
        "partialFingerprints": {"lossdoc/v1": f"{GATE}:{safe(gate.gate)}:{_uri(source)}:{safe(report.run.name)}"},
    }


def _notification(unread: NotRead, options: Options) -> dict[str, Any]:
    return {
        "level": "error" if unread.named else "note",
        "message": {"text": f"no metrics: found {safe(unread.found)}; {sentence(unread.why)}"},
        "locations": [_location(shown_path(unread.source, options), None)],
    }


def _location(source: str, line: int | None) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(source)}}
    if line is not None:
        place["region"] = {"startLine": line}
    return {"physicalLocation": place}


def _uri(source: str) -> str:
    """A path as a URI: relative ones stay relative, which is what a repository needs."""
    path = source.replace(os.sep, "/").encode("utf-8", "replace").decode()
    return f"file://{quote(path)}" if Path(source).is_absolute() else quote(path)

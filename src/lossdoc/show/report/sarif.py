"""SARIF 2.1.0 for code scanning: one result per root finding, at the line of the log where the fault begins."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lossdoc import __version__
from lossdoc.model.finding import Finding, NotRead, Report, Severity
from lossdoc.show.report import Options, Result
from lossdoc.show.report._words import safe, sentence

NAME = "sarif"
TITLE = "SARIF 2.1.0 for code scanning"

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


def write(result: Result, options: Options) -> str:  # noqa: ARG001
    """One SARIF run of the tool over all training runs; inputs without metrics are notifications of the tool."""
    found = [(finding, report) for report in result.worst_first for finding in report.roots]
    rules = list(dict.fromkeys(finding.check for finding, _ in found))
    run = {
        "tool": {"driver": {"name": "lossdoc", "version": __version__, "rules": [_rule(rule) for rule in rules]}},
        "invocations": [
            {
                "executionSuccessful": not any(n.named for n in result.not_read),
                "toolExecutionNotifications": [_notification(n) for n in result.not_read],
            }
        ],
        "results": [_result(finding, report, rules) for finding, report in found],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(check: str) -> dict[str, Any]:
    return {
        "id": check,
        "shortDescription": {"text": check.replace("-", " ")},
        "help": {"text": f"lossdoc explain {check}"},
    }


def _result(finding: Finding, report: Report, rules: Sequence[str]) -> dict[str, Any]:
    source = finding.file or report.run.source
    advice = [f"What to try: {sentence(step)}" for step in finding.next[:3]]
    return {
        "ruleId": finding.check,
        "ruleIndex": rules.index(finding.check),
        "level": LEVELS[finding.severity],
        "message": {"text": "\n".join([sentence(finding.message), *advice])},
        "locations": [_location(source, finding.line)],
        # Without a fingerprint of its own the same finding is shown anew after every push.
        "partialFingerprints": {"lossdoc/v1": f"{finding.id}:{_uri(source)}:{safe(report.run.name)}"},
        "properties": {"confidence": finding.confidence, "verdict": report.verdict},
    }


def _notification(unread: NotRead) -> dict[str, Any]:
    return {
        "level": "error" if unread.named else "note",
        "message": {"text": f"no metrics: found {safe(unread.found)}; {sentence(unread.why)}"},
        "locations": [_location(unread.source, None)],
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

"""Code quality of GitLab: findings and failed gates in the widget of a merge request, at the line of the log."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from lossdoc.model.finding import NotRead, Report, Severity
from lossdoc.show.report import Options, Result
from lossdoc.show.report._gates import GATE, failure, place_of, shown_path
from lossdoc.show.report._words import safe, sentence

NAME = "gitlab"
TITLE = "code quality report of GitLab"

SEVERITIES: dict[Severity, str] = {"error": "critical", "warning": "major", "info": "info"}


def write(result: Result, options: Options) -> str:
    """A JSON array, empty where nothing was found. Fingerprints are unique within it, as GitLab asks."""
    entries = [entry for report in result.reports for entry in _entries(report, options)]
    entries += [_not_read(n, options) for n in result.not_read if n.named]
    seen: dict[str, int] = {}
    for entry in entries:
        mark = entry["fingerprint"]
        seen[mark] = seen.get(mark, 0) + 1
        entry["fingerprint"] = hashlib.sha1(f"{mark}:{seen[mark]}".encode("utf-8", "replace")).hexdigest()
    return json.dumps(entries, indent=2) + "\n"


def _entries(report: Report, options: Options) -> Iterator[dict[str, Any]]:
    for finding in report.roots:
        path = place_of(report, finding.file, options)
        severity = "info" if finding.known else SEVERITIES[finding.severity]
        yield _entry(
            finding.check, sentence(finding.message), severity, path, finding.line, finding.id, report.run.name
        )
    for gate in report.failed_gates:
        path = place_of(report, None, options)
        yield _entry(GATE, failure(gate), SEVERITIES["error"], path, None, gate.gate, report.run.name)


def _not_read(unread: NotRead, options: Options) -> dict[str, Any]:
    said = f"no metrics: found {safe(unread.found)}; {sentence(unread.why)}"
    return _entry("not-read", said, SEVERITIES["error"], shown_path(unread.source, options), None, "not-read", "")


def _entry(
    check: str, description: str, severity: str, path: str, line: int | None, mark: str, run: str
) -> dict[str, Any]:
    shown = safe(path)
    return {
        "description": description,
        "check_name": check,
        "fingerprint": f"{check}:{mark}:{shown}:{run}",
        "severity": severity,
        "location": {"path": shown, "lines": {"begin": line or 1}},
    }

"""A table with one row per finding and failed gate, for spreadsheets and data frames."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from lossdoc.model.finding import SIGNS, Finding, Report
from lossdoc.show.report import Options, Result
from lossdoc.show.report._gates import GATE, failure
from lossdoc.show.report._words import safe

NAME = "csv"
TITLE = "a table of findings: one row each, a row for a run without"

_FINDING = (
    *("severity", "confidence", "check", "metric", "split", "labels", "axis", "first_step", "last_step"),
    *("file", "line", "because_of", "known", "message"),
)
COLUMNS = ("source", "run", "verdict", *SIGNS, *_FINDING)


def write(result: Result, options: Options) -> str:  # noqa: ARG001
    """RFC 4180 but for the line end. Runs stand in the order in which they were given."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for report in result.reports:
        signs: dict[str, object] = {name: sign.answer for name, sign in report.signs.items()}
        head: dict[str, object] = {
            "source": report.run.source,
            "run": report.run.name,
            "verdict": report.verdict,
        } | signs
        rows = list(_rows(report)) or [{}]
        writer.writerows({key: _cell(value) for key, value in {**head, **row}.items()} for row in rows)
    return stream.getvalue()


def _rows(report: Report) -> Iterator[dict[str, object]]:
    for finding in report.findings:
        yield {name: _value(finding, name) for name in _FINDING}
    for gate in report.failed_gates:
        yield {"severity": "error", "check": GATE, "message": failure(gate)}


def _value(finding: Finding, name: str) -> object:
    value = getattr(finding, name)
    return ";".join(f"{k}={v}" for k, v in value.items()) if name == "labels" else value


def _cell(value: object) -> object:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    text = safe(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text

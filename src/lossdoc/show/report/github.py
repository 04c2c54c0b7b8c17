"""Workflow commands that annotate the line of the log where a fault begins."""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.model.finding import Finding, NotRead, Report, Severity
from lossdoc.show.report import Options, Result
from lossdoc.show.report._words import count, place, safe, sentence

NAME = "github"
TITLE = "workflow commands of GitHub Actions"

COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def write(result: Result, options: Options) -> str:  # noqa: ARG001
    """One command per root finding, and an error per input that the user named and that gave no metric."""
    lines = [_command(finding, report) for report in result.worst_first for finding in report.roots]
    lines += [_not_read(n) for n in result.not_read if n.named]
    return "".join(line + "\n" for line in lines)


def _command(finding: Finding, report: Report) -> str:
    properties = {"file": finding.file or report.run.source}
    if finding.line is not None:
        properties["line"] = str(finding.line)
    where = place(finding)
    properties["title"] = f"{finding.check}{f' ({where})' if where else ''}"
    return _line(COMMANDS[finding.severity], properties, " ".join(_message(finding, report)))


def _message(finding: Finding, report: Report) -> Iterator[str]:
    yield sentence(finding.message)
    if consequences := report.consequences(finding):
        yield f"{count(len(consequences), 'consequence')}: {', '.join(f.check for f in consequences)}."
    if finding.next:
        yield f"What to try: {sentence(finding.next[0])}"
    yield f"More: lossdoc explain {finding.check}"


def _not_read(unread: NotRead) -> str:
    return _line(
        "error", {"file": unread.source, "title": "not read"}, f"{sentence(unread.found)} {sentence(unread.why)}"
    )


def _line(command: str, properties: dict[str, str], message: str) -> str:
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{command} {shown}::{_data(message)}"


def _data(text: str) -> str:
    """`safe` leaves no line break, so that a log cannot start a command of its own."""
    return safe(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

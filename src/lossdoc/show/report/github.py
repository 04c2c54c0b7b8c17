"""Workflow commands that annotate the line of the log where a fault begins."""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.model.finding import Finding, NotRead, Outcome, Report, Severity
from lossdoc.show.report import Options, Result
from lossdoc.show.report._gates import failure, place_of, shown_path
from lossdoc.show.report._words import count, place, safe, sentence, step

NAME = "github"
TITLE = "workflow commands of GitHub Actions"

COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def write(result: Result, options: Options) -> str:
    """One command per root finding and failed gate, and an error per input that was named and gave no metric."""
    reports = result.worst_first
    lines = [_command(finding, report, options) for report in reports for finding in report.roots]
    lines += [_gate(gate, report, options) for report in reports for gate in report.failed_gates]
    lines += [_not_read(n, options) for n in result.not_read if n.named]
    return "".join(line + "\n" for line in lines)


def _command(finding: Finding, report: Report, options: Options) -> str:
    properties = {"file": place_of(report, finding.file, options)}
    if finding.line is not None:
        properties["line"] = str(finding.line)
    where = place(finding)
    properties["title"] = f"{finding.check}{f' ({where})' if where else ''}"
    command = "notice" if finding.known else COMMANDS[finding.severity]
    return _line(command, properties, " ".join(_message(finding, report)))


def _gate(gate: Outcome, report: Report, options: Options) -> str:
    return _line("error", {"file": place_of(report, None, options), "title": "gate"}, failure(gate))


def _message(finding: Finding, report: Report) -> Iterator[str]:
    yield sentence(finding.message)
    if consequences := report.consequences(finding):
        yield f"{count(len(consequences), 'consequence')}: {', '.join(f.check for f in consequences)}."
    if finding.next:
        yield f"What to try: {sentence(step(finding.next[0]))}"
    yield f"More: lossdoc explain {finding.check}"


def _not_read(unread: NotRead, options: Options) -> str:
    properties = {"file": shown_path(unread.source, options), "title": "not read"}
    return _line("error", properties, f"{sentence(unread.found)} {sentence(unread.why)}")


def _line(command: str, properties: dict[str, str], message: str) -> str:
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{command} {shown}::{_data(message)}"


def _data(text: str) -> str:
    """`safe` leaves no line break, so that a log cannot start a command of its own."""
    return safe(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

"""One line per finding, as compilers write them: editors and problem matchers jump to the line of the log."""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.model.finding import Report
from lossdoc.show.report import Options, Result
from lossdoc.show.report._gates import GATE, failure, place_of, shown_path
from lossdoc.show.report._words import safe, sentence

NAME = "compact"
TITLE = "path:line: severity check message, for editors and problem matchers"


def write(result: Result, options: Options) -> str:
    """Root findings, failed gates and inputs that could not be read; line 1 where a source has no lines."""
    lines = [line for report in result.worst_first for line in _lines(report, options)]
    lines += [
        f"{safe(shown_path(n.source, options))}:1: error not-read found {safe(n.found)}; {sentence(n.why)}"
        for n in result.not_read
        if n.named
    ]
    return "".join(line + "\n" for line in lines)


def _lines(report: Report, options: Options) -> Iterator[str]:
    for finding in report.roots:
        path = safe(place_of(report, finding.file, options))
        yield f"{path}:{finding.line or 1}: {finding.severity} {finding.check} {sentence(finding.message)}"
    for gate in report.failed_gates:
        yield f"{safe(place_of(report, None, options))}:1: error {GATE} {failure(gate)}"

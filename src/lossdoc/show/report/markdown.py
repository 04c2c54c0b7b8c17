"""Markdown for a job summary or a comment: the verdicts in a table, then what is wrong with each run."""

from __future__ import annotations

from lossdoc.show.blocks import Text
from lossdoc.show.blocks.markdown import render
from lossdoc.show.report import Options, Result
from lossdoc.show.report._document import document

NAME = "markdown"
TITLE = "Markdown for a job summary"


def write(result: Result, options: Options) -> str:
    """Sections worst first, of runs that are well only where one is alone or with `options.verbose`."""
    reports = result.worst_first
    shown = [
        report
        for report in reports
        if len(reports) == 1 or options.verbose or report.failed_gates or report.verdict in ("failing", "suspicious")
    ]
    return render(document(result, options, Text("lossdoc"), shown, folded=True))

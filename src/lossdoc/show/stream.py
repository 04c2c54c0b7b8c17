"""What `watch` writes: one line, or one JSON object on a line, for each finding as it comes, and one at the end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from lossdoc.model.finding import Finding, Report, Severity, State
from lossdoc.show.report._words import count, leading, onset, run_name, safe, sentence
from lossdoc.words.spoken import number

_GLYPH: dict[Severity, tuple[str, str]] = {"error": ("✗", "x"), "warning": ("▲", "!"), "info": ("•", "*")}
_INK: dict[Severity, str] = {"error": "31", "warning": "33", "info": "34"}


class Writer(Struct, frozen=True):
    """Lines for people (`text`) or for programs (`jsonl`)."""

    format: Literal["text", "jsonl"] = "text"
    color: bool = False
    ascii: bool = False

    def finding(self, report: Report, finding: Finding, state: State, was: State | None, records: int) -> str:
        """`✗ error non-finite at step 180 (run.log:57), told at step 190: loss is NaN in 3 of 36 records.`

        What is not sure begins with its state, and is dim: `suspected ▲ warning no-learning ...`.
        """
        if self.format == "jsonl":
            return as_json(report, finding, state, was, records)
        run = report.run
        name = f" in {run_name(run)}" if run.name else ""
        line = f" ({safe(finding.file or run.source)}:{finding.line})" if finding.line is not None else ""
        where = " ".join(part for part in (finding.check, onset(finding)) if part)
        head = f"{_GLYPH[finding.severity][self.ascii]} {finding.severity}"
        text = f"{where}{name}{line}, {_known(report)}: {sentence(finding.message)}"
        if state != "confirmed":
            text = f"{state}{' (was confirmed)' if was == 'confirmed' else ''} {head} {text}"
            return self._plain(f"\x1b[2m{text}\x1b[0m\n" if self.color else f"{text}\n")
        head = f"\x1b[{_INK[finding.severity]}m{head}\x1b[0m" if self.color else head
        return self._plain(f"{head} {text}\n")

    def end(self, reports: Sequence[Report], withdrawn: Sequence[Finding], code: int) -> str:
        """How each run stands."""
        if self.format == "jsonl":
            document: dict[str, Any] = {
                "event": "end",
                "exit_code": code,
                "runs": [
                    {"source": r.run.source, "name": r.run.name, "records": r.run.records, "verdict": r.verdict}
                    for r in reports
                ],
                "withdrawn": [finding.id for finding in withdrawn],
            }
            return _line(document)
        lines = []
        for report in reports:
            lead = leading(report)
            led = f", led by {lead.check} {onset(lead)}".rstrip() if lead else ""
            lines.append(f"{report.verdict}: {run_name(report.run)}, {count(report.run.records, 'record')}{led}")
        return self._plain("".join(line + "\n" for line in lines))

    def _plain(self, text: str) -> str:
        return text.encode("ascii", "backslashreplace").decode() if self.ascii else text


def as_json(report: Report, finding: Finding, state: State, was: State | None, records: int) -> str:
    """The finding as `check --format json` writes it, with the run and the records that had come by then."""
    from lossdoc.show.report.json import finding_fields

    run = report.run
    return _line(
        {
            "event": "finding",
            "state": state,
            **({} if was is None else {"was": was}),
            "source": run.source,
            "name": run.name,
            "records": records,
            "verdict": report.verdict,
            "finding": finding_fields(finding, run),
        }
    )


def _line(document: dict[str, Any]) -> str:
    from lossdoc.show.report.json import plain

    return json.dumps(plain(document), ensure_ascii=True, allow_nan=False) + "\n"


def _known(report: Report) -> str:
    """Where the run stood when this was told: `told at step 190`."""
    last = report.run.last_step
    return f"told at step {number(last)}" if last is not None else f"told at record {report.run.records}"

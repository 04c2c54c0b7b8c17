"""JSON lines for log stores and jq: a line per run, finding, gate and input that could not be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lossdoc.model.finding import Report
from lossdoc.show.report import Options, Result
from lossdoc.show.report.json import finding_fields, gate_fields, plain, sign_fields

NAME = "json-lines"
TITLE = "one JSON object per line: runs, findings, gates"


def write(result: Result, options: Options) -> str:  # noqa: ARG001
    """`kind` says what a line is: run, finding, gate, not_read. Fields are those of the JSON report."""
    objects = [one for report in result.reports for one in _objects(report)]
    objects += [{"kind": "not_read", "source": n.source, "found": n.found, "why": n.why} for n in result.not_read]
    return "".join(json.dumps(plain(one), ensure_ascii=True, allow_nan=False) + "\n" for one in objects)


def _objects(report: Report) -> Iterator[dict[str, Any]]:
    run = report.run
    place = {"source": run.source, "run": run.name}
    yield {
        "kind": "run",
        **place,
        "format": run.format,
        "records": run.records,
        "verdict": report.verdict,
        "signs": sign_fields(report),
        "passed": list(report.passed),
        "skipped": [{"check": s.check, "why": s.why} for s in report.skipped],
    }
    yield from ({"kind": "finding", **place, **finding_fields(f, run)} for f in report.findings)
    yield from ({"kind": "gate", **place, **gate_fields(g)} for g in report.gates)

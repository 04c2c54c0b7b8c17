"""The machine-readable report, schema 1, whose types stand in `_schema.py`."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from lossdoc import __version__
from lossdoc.model.finding import Finding, Outcome, Report, SignName
from lossdoc.model.run import Curve, Run
from lossdoc.show.notes import in_words
from lossdoc.show.report import Options, Result
from lossdoc.show.report._schema import CurveFields, FindingFields, GateFields, ReportDocument, RunFields, SignFields
from lossdoc.show.report._words import evidence, step

NAME = "json"
TITLE = "one JSON object for programs (schema 1)"


def write(result: Result, options: Options) -> str:  # noqa: ARG001
    """One valid JSON object, also when nothing could be read. Runs stand in the order in which they were given."""
    document: ReportDocument = {
        "schema": 1,
        "lossdoc": __version__,
        "not_read": [{"source": n.source, "found": n.found, "why": n.why} for n in result.not_read],
        "runs": [_report(report) for report in result.reports],
    }
    return json.dumps(plain(document), indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def _report(report: Report) -> RunFields:
    run, trainer = report.run, report.run.trainer
    return {
        "source": run.source,
        "sources": list(run.sources) or [run.source],
        "name": run.name,
        "format": run.format,
        "records": run.records,
        "dropped_records": run.dropped_records,
        "verdict": report.verdict,
        "signs": sign_fields(report),
        "trainer": {
            "objective": trainer.objective,
            "framework": trainer.framework,
            "loss_type": trainer.loss_type,
            "given": trainer.given,
            "candidates": list(trainer.candidates),
            "why": trainer.why,
        },
        "config": dict(run.config),
        "limits": dict(report.limits),
        "curves": [curve_fields(curve) for curve in run.curves],
        "findings": [finding_fields(finding, run) for finding in report.findings],
        "passed": list(report.passed),
        "skipped": [{"check": s.check, "why": s.why} for s in report.skipped],
        "gates": [gate_fields(gate) for gate in report.gates],
        "unread": [{"line": u.line, "why": u.why} for u in run.unread],
        "notes": [in_words(note) for note in run.notes],
    }


def curve_fields(curve: Curve) -> CurveFields:
    """A curve without its points."""
    import numpy as np

    values = curve.values
    finite = values[np.isfinite(values)]
    some = len(values) > 0
    return {
        "metric": curve.metric,
        "split": curve.split,
        "labels": dict(curve.labels),
        "key": curve.key,
        "known": curve.known,
        "axis": curve.axis,
        "steps_inferred": curve.steps_inferred,
        "points": len(values),
        "first_step": float(curve.steps[0]) if some else None,
        "last_step": float(curve.steps[-1]) if some else None,
        "first": float(values[0]) if some else None,
        "last": float(values[-1]) if some else None,
        "min": float(finite.min()) if len(finite) else None,
        "max": float(finite.max()) if len(finite) else None,
        "non_finite": len(values) - len(finite),
    }


def sign_fields(report: Report) -> dict[SignName, SignFields]:
    """Answer and evidence of each vital sign."""
    return {name: {"answer": sign.answer, "evidence": evidence(sign)} for name, sign in report.signs.items()}


def gate_fields(gate: Outcome) -> GateFields:
    """A gate and what became of it."""
    return {"gate": gate.gate, "passed": gate.passed, "measured": gate.measured, "why": gate.why}


def finding_fields(finding: Finding, run: Run) -> FindingFields:
    """A finding as programs read it."""
    return {
        "id": finding.id,
        "check": finding.check,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "because_of": finding.because_of,
        "experimental": finding.experimental,
        "known": finding.known or None,
        "metric": finding.metric,
        "split": finding.split,
        "labels": dict(finding.labels),
        "axis": finding.axis,
        "first_step": finding.first_step,
        "detected_step": finding.detected_step,
        "last_step": finding.last_step,
        "file": finding.file or run.source,
        "line": finding.line,
        "message": finding.message,
        "measured": dict(finding.measured),
        "causes": list(finding.causes),
        "suspects": [names.split() for names in finding.suspects],
        "next": [step(told) for told in finding.next],
        "changes": [{"setting": c.setting, "was": c.was, "to": c.to, "line": c.line} for c in finding.changes],
        "cannot_tell": list(finding.cannot_tell),
    }


_STEPS = {"first_step", "last_step", "detected_step"}


def plain(value: Any, key: str = "") -> Any:
    """Only what JSON knows: non-finite numbers as text, NumPy scalars as numbers, steps whole where they are whole."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        # A file name that is no valid text would make an object that strict parsers refuse.
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {str(k).encode("utf-8", "replace").decode(): plain(v, str(k)) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(v) for v in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist(), key)
    if isinstance(value, float):
        if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        return int(value) if key in _STEPS and value.is_integer() else value
    return value if isinstance(value, int) else plain(str(value))

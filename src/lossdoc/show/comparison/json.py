"""The comparison for programs, schema 1. Fields are added under schema 1, never renamed or removed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lossdoc import __version__
from lossdoc.comparison.result import Comparison, Delta, Row, Side
from lossdoc.model.finding import NotRead, Report
from lossdoc.show.comparison._sentences import in_words, sentences
from lossdoc.show.report import Options
from lossdoc.show.report._words import leading
from lossdoc.show.report.json import plain


def write(comparison: Comparison | None, not_read: Sequence[NotRead], options: Options) -> str:  # noqa: ARG001
    """One valid JSON object, also when nothing could be compared (`compare` is null)."""
    document = {
        "schema": 1,
        "lossdoc": __version__,
        "not_read": [{"source": n.source, "found": n.found, "why": n.why} for n in not_read],
        "compare": _comparison(comparison) if comparison else None,
    }
    return json.dumps(plain(document), indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        "by": found.by,
        "baseline": found.baseline,
        "baselines": list(found.baselines),
        "tolerance": found.tolerance,
        "runs": [_run(number, report) for number, report in found.reports.items()],
        "conclusions": [
            {
                "run": c.run,
                "standing": c.standing,
                "why": sentences(c, found),
                "regressions": list(c.regressions),
                "new": list(c.new),
            }
            for c in found.conclusions
        ],
        "metrics": [_row(row) for row in found.rows],
        "settings": {name: dict(values) for name, values in found.settings.items()},
        "notes": [in_words(note, found) for note in found.notes],
    }


def _run(number: int, report: Report) -> dict[str, Any]:
    lead = leading(report)
    return {
        "run": number,
        "source": report.run.source,
        "name": report.run.name,
        "verdict": report.verdict,
        "leading_finding": lead.check if lead else None,
        "objective": report.run.trainer.objective,
        "candidates": list(report.run.trainer.candidates),
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "metric": row.metric,
        "split": row.split,
        "labels": row.labels,
        "unit": row.unit,
        "direction": row.direction,
        "judged": row.judged,
        "why_not_judged": row.why or None,
        "runs": [_side(number, side) for number, side in row.sides.items()],
        "differences": [_delta(delta) for delta in row.deltas.values()],
    }


def _side(number: int, side: Side) -> dict[str, Any]:
    return {
        "run": number,
        "points": side.points,
        "final": side.final,
        "best": side.best,
        "best_at": side.best_at,
        "lost_at": side.lost_at,
    }


def _delta(delta: Delta) -> dict[str, Any]:
    if delta.outcome == "not compared":
        return {"run": delta.run, "outcome": delta.outcome, "why": delta.why}
    return {
        "run": delta.run,
        "outcome": delta.outcome,
        "confidence": delta.confidence,
        "window": list(delta.window or ()),
        "level": delta.level,
        "baseline_level": delta.base_level,
        "difference": delta.value,
        "error": delta.error,
        "tolerance": delta.tolerance,
        "baseline_levels": list(delta.seeds) or [delta.base_level],
        "ratio": delta.ratio,
        "share_of_progress": delta.share,
        "share_of_progress_at_ends": delta.end_share,
        "since": delta.since,
        "times_as_slow": delta.slower,
    }

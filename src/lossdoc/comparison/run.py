"""Reports in, Comparison out: every curve that the baseline and another run have is measured and weighed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from lossdoc.comparison import align
from lossdoc.comparison.notes import notes
from lossdoc.comparison.result import Axis, Choice, Comparison, Conclusion, Key, Row
from lossdoc.comparison.rows import Bench, measure
from lossdoc.comparison.setup import differing
from lossdoc.comparison.terms import find_terms
from lossdoc.comparison.verdict import conclude

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge
    from lossdoc.model.finding import Report
    from lossdoc.model.note import Note
    from lossdoc.model.run import Run

# Findings after which the numbers of a run mean nothing: NaN, or the zeros that hide it.
_LOST = ("non-finite", "masked-nan")


def compare(reports: Sequence[Report], knowledge: Knowledge, choice: Choice) -> Comparison:
    """Two or more reports, in the order in which the runs were named. NoCommonAxis where --by does not fit.

    Every run is held against the baselines alone: what a third run logs, or is, changes nothing for the second.
    """
    runs = [report.run for report in reports]
    by = align.choose(runs, choice.by)
    everything = find_terms(runs, choice.baseline - 1, knowledge)
    settings = differing(runs, everything)
    rows: list[Row] = []
    conclusions: list[Conclusion] = []
    told: list[Note] = []
    for number in range(1, len(runs) + 1):
        if number not in choice.baselines:
            found, said = _pair(number, reports, by, knowledge, choice)
            conclusions.append(conclude(number, found, choice, reports, settings, knowledge))
            rows += found
            told += said
    rows = _merged(rows)
    rows.sort(key=lambda row: (not row.judged, not row.raw, row.split == "train", row.metric != "loss"))
    return Comparison(
        by=by,
        baselines=choice.baselines,
        reports=dict(enumerate(reports, 1)),
        rows=rows,
        conclusions=conclusions,
        settings=settings,
        notes=[note for number, note in enumerate(told) if note not in told[:number]],
        tolerance=choice.tolerance,
    )


def _pair(
    number: int, reports: Sequence[Report], by: Axis, knowledge: Knowledge, choice: Choice
) -> tuple[list[Row], list[Note]]:
    """Rows and notes of one run and the baselines. Runs keep their numbers: the others are replaced by the baseline."""
    pair = (number, *choice.baselines)
    seen = [report if n in pair else reports[choice.baseline - 1] for n, report in enumerate(reports, 1)]
    runs = [report.run for report in seen]
    terms = find_terms(runs, choice.baseline - 1, knowledge)
    lost = [_lost_at(report, by) if n in pair else None for n, report in enumerate(seen, 1)]
    bench = Bench(runs, by, terms, lost, knowledge, choice, number)
    rows = [row for key in _keys(runs, choice) if (row := measure(key, bench)) is not None]
    rows = _eval_weighs_more([row for row in rows if row.deltas])
    rows.sort(key=lambda row: (not row.judged, not row.raw, row.split == "train", row.metric != "loss"))
    return rows, list(notes(runs, by, terms, choice.baseline, lost))


def _merged(rows: Sequence[Row]) -> list[Row]:
    """Rows of all pairs: those of one curve in one unit are one row, which is judged where one of them is."""
    found: dict[tuple[object, ...], Row] = {}
    for row in rows:
        key = (row.metric, row.split, tuple(sorted(row.labels.items())), row.unit)
        old = found.get(key)
        if old is None:
            found[key] = row
            continue
        found[key] = replace(
            old,
            direction=old.direction or row.direction,
            judged=old.judged or row.judged,
            why=old.why if not row.judged else "",
            sides=dict(sorted({**old.sides, **row.sides}.items())),
            deltas={**old.deltas, **row.deltas},
            raw={**old.raw, **row.raw},
        )
    return list(found.values())


def _keys(runs: Sequence[Run], choice: Choice) -> list[Key]:
    """Curves of the baseline that another run has as well, in the order of the log."""
    tables = [
        {(c.metric, c.split, tuple(sorted(c.labels.items()))): None for c in run.curves if len(c)} for run in runs
    ]
    base = tables.pop(choice.baseline - 1)
    wanted = set(choice.metrics)
    return [key for key in base if any(key in table for table in tables) and (not wanted or key[0] in wanted)]


def _lost_at(report: Report, by: Axis) -> float | None:
    """Where a run lost its numbers for good, on the common axis."""
    last = report.run.last_step
    main = max(report.run.curves, key=len)
    x = align.positions(report.run, main, by)
    for finding in report.findings:
        if finding.check in _LOST and finding.severity == "error" and finding.first_step is not None:
            for_good = finding.last_step is None or last is None or finding.last_step >= 0.9 * last
            if for_good and x is not None and finding.axis == main.axis:
                return float(x[min(len(x) - 1, int(np.searchsorted(main.steps, finding.first_step)))])
    return None


def _eval_weighs_more(rows: Sequence[Row]) -> list[Row]:
    """Where a metric is judged on held-out data in every run, its training curve does not decide as well."""
    held_out = {
        (row.metric, delta.run)
        for row in rows
        if row.judged and row.split != "train"
        for delta in row.deltas.values()
        if delta.outcome != "not compared"
    }
    return [
        replace(row, judged=False, why="the held-out curve decides")
        if row.judged and row.split == "train" and all((row.metric, n) in held_out for n in row.deltas)
        else row
        for row in rows
    ]

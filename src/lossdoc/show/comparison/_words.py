"""Words shared by the writers of comparisons, and which rows are worth showing."""

from __future__ import annotations

from msgspec.structs import replace

from lossdoc.comparison.result import Comparison, Outcome, Row, Standing
from lossdoc.model.finding import Report
from lossdoc.show.report import Options
from lossdoc.show.report._summary import common
from lossdoc.show.report._words import leading, onset, run_name

MOST = 12  # rows without --verbose
SIGN: dict[Outcome, str] = {
    "worse": "✗ worse",
    "better": "✓ better",
    "slightly worse": "· worse",
    "slightly better": "· better",
    "higher": "↑ higher",
    "lower": "↓ lower",
    "same": "= within noise",
    "not compared": "? not compared",
}
SAID: dict[Standing, str] = {
    "worse": "worse than the baseline",
    "mixed": "better in one way, worse in another",
    "better": "better than the baseline",
    "slightly worse": "worse than the baseline, within the tolerance",
    "slightly better": "better than the baseline, within the tolerance",
    "no difference": "no material difference",
    "not comparable": "not comparable",
}


def shown(found: Comparison, verbose: bool) -> list[Row]:
    """What decides, then what differs beyond its noise, most first; speed and schedules only with `verbose`."""
    if verbose:
        return list(found.rows)
    judged = [row for row in found.rows if row.judged]
    rest = [row for row in found.rows if not row.judged and _worth(row)]
    rest.sort(
        key=lambda row: (
            not row.raw,
            -max((d.score for d in row.deltas.values() if d.outcome != "not compared"), default=0),
        )
    )
    return judged + rest[: max(3, MOST - len(judged))]


def _worth(row: Row) -> bool:
    dull = row.metric in ("learning_rate", "step_time") or row.metric.endswith("_per_second") or "key" in row.labels
    outcomes = {delta.outcome for delta in row.deltas.values()}
    if outcomes == {"not compared"}:
        return not dull and row.direction is not None
    return not dull and (outcomes != {"same"} or (row.metric == "loss" and not row.labels))


def lead(report: Report) -> str:
    """`loss-spike at step 40`, or what was noted, or nothing."""
    finding = leading(report)
    if finding is not None:
        return f"{finding.check} {onset(finding)}".strip()
    remarks = ", ".join(f.check for f in report.roots[:2])
    return f"remarks: {remarks}" if remarks else ""


def names(found: Comparison) -> dict[int, str]:
    """How runs are called: their paths without what all share."""
    head, tail = common([report.run for report in found.reports.values()])
    runs = {n: report.run for n, report in found.reports.items()}
    return {
        n: run_name(replace(run, source=run.source.removeprefix(head).removesuffix(tail))) for n, run in runs.items()
    }


def plain(text: str, options: Options) -> str:
    """Text for a stream without ± before it is laid out: what takes three characters cannot be put in afterwards."""
    return text.replace("±", "+/-") if options.ascii else text


def unit(row: Row) -> str:
    """Only a unit that the log itself does not have: margins divided by beta."""
    return "nats" if row.unit == "nats" else ""

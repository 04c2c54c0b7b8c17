"""Which curves matter: those with findings first, then what every reader wants to see of such a run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from lossdoc.model.finding import SEVERITIES, Finding, Report
from lossdoc.model.run import Curve, Run
from lossdoc.show.plot.scene import Mark, Scene, Series
from lossdoc.show.plot.thin import wants_log
from lossdoc.show.report._numbers import numbered
from lossdoc.show.report._words import logged_name, safe

# What to show when no finding asks for more. Where a run has rewards, its loss says little.
USUAL = ("loss", "reward_margin", "accuracy", "grad_norm", "learning_rate")
USUAL_WITH_REWARD = ("reward", "kl", "entropy", "completion_length", "loss")
# Curves that say little without each other.
PARTNERS = {
    "logp_chosen": "logp_rejected",
    "logp_rejected": "logp_chosen",
    "reward_chosen": "reward_rejected",
    "reward_rejected": "reward_chosen",
}


class Panel(Struct, frozen=True):
    """The curves of one plot and the findings that are marked in it, each with its number in the table."""

    curves: Sequence[Curve]
    findings: Sequence[tuple[str, Finding]]

    def scene(self) -> Scene:
        """The curves under their own names, with what was found in them."""
        series = [Series(c.steps, c.values, logged_name(c), rank) for rank, c in enumerate(self.curves)]
        return Scene(series, marks(self.findings), self.curves[0].axis, wants_log([one.y for one in series]))


def marks(findings: Sequence[tuple[str, Finding]]) -> list[Mark]:
    """Where to draw a line; findings that begin at one step share one: `1,1b`."""
    found: dict[float, Mark] = {}
    for label, finding in findings:
        x, name = float(finding.first_step or 0), safe(f"{label} {finding.check}")
        old = found.get(x)
        found[x] = (
            replace(old, label=f"{old.label},{label}", name=f"{old.name}, {name}")
            if old
            else Mark(x, label, finding.severity, name)
        )
    return [*found.values()]


def choose(report: Report, most: int) -> list[Panel]:
    """Panels of the curves with findings, roots first and worst first; at least two panels where the run has two."""
    run = report.run
    panels: list[Panel] = []
    shown: set[int] = set()
    findings = numbered(report)
    ranked = sorted(findings, key=lambda pair: (pair[1].because_of is not None, SEVERITIES.index(pair[1].severity)))
    wanted: list[tuple[str, Mapping[str, str], str]] = [
        (f.metric, f.labels, f.split or "train") for _, f in ranked if f.metric is not None
    ]
    asked = len(wanted)
    wanted += [(c.metric, c.labels, c.split) for c in (merit.curve for merit in report.measures) if draws(c)]
    wanted += [(metric, {}, "train") for metric in (USUAL_WITH_REWARD if run.all("reward") else USUAL)]
    # An unknown curve is drawn rather than nothing, but for one that no finding speaks of.
    wanted += [(c.metric, c.labels, c.split) for c in run.curves if not c.known and draws(c) and not asked]
    for index, (metric, labels, split) in enumerate(wanted):
        if len(panels) >= most or (index >= asked and len(panels) >= 2):
            break
        curves = _together(run, metric, labels, split)
        if not any(map(draws, curves)) or id(curves[0]) in shown:
            continue
        shown |= {id(c) for c in curves}
        panels.append(Panel(curves, [p for p in findings if any(_is_of(p[1], c) for c in curves)]))
    return panels


def draws(curve: Curve) -> bool:
    """A curve that is more than one level: a constant is a sentence, not a picture."""
    return len(curve) > 1 and curve.values.min() != curve.values.max()


def _together(run: Run, metric: str, labels: Mapping[str, str], split: str) -> list[Curve]:
    """The curve that is asked for, the same metric of other splits, and its partner, all on one axis."""
    first = run.get(metric, split, labels) or next(iter(run.all(metric)), None)
    if first is None or len(first) < 2:
        return []
    same = [run.get(metric, other, labels) for other in ("train", "eval", "test") if other != first.split]
    partner = run.get(PARTNERS.get(metric, ""), first.split, labels)
    others = [c for c in (*same, partner) if c is not None and len(c) and c.axis == first.axis]
    return sorted([first, *others], key=lambda c: (c.metric != metric, c.split != "train"))


def _is_of(finding: Finding, curve: Curve) -> bool:
    place = (curve.metric, curve.split, dict(curve.labels))
    if (finding.metric, finding.split, dict(finding.labels)) != place:
        return False
    return finding.first_step is not None and math.isfinite(finding.first_step)

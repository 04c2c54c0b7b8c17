"""One illness, one root: findings that follow from others are put under them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from lossdoc.model.finding import CONFIDENCES, SEVERITIES, Finding
from lossdoc.model.limit import Limit

_SLACK = Limit(
    0.1,
    "share of the run",
    "ours: a consequence may be noticed a little before its cause, since each check dates its onset by its own window",
)


def reconcile(
    findings: Sequence[Finding], explains: Mapping[str, Sequence[str]], order: Mapping[str, int]
) -> list[Finding]:
    """Roots first (worst, surest, earliest), each followed by its consequences.

    `explains` maps a check to the checks that it makes consequences of. The same check on several curves is one
    illness: the earliest leads. An information never explains something worse than itself; a root takes the severity
    of the worst consequence it explains, so that the verdict does not hang on which of two findings leads.
    """
    parents = {index: _parent(index, findings, explains) for index in range(len(findings))}
    roots = {index: _root(index, parents) for index in parents}
    done: list[tuple[Finding, list[Finding]]] = []
    for index, finding in enumerate(findings):
        if roots[index] != index:
            continue
        below = [i for i, root in roots.items() if root == index and i != index]
        worst = min((findings[i].severity for i in (index, *below)), key=SEVERITIES.index)
        root = replace(finding, severity=worst)
        children = sorted((replace(findings[i], because_of=root.id) for i in below), key=_rank)
        done.append((root, children))
    done.sort(key=lambda pair: (_rank(pair[0]), order.get(pair[0].check, 0)))
    return [finding for root, children in done for finding in (root, *children)]


def _rank(finding: Finding) -> tuple[int, int, float]:
    return (
        SEVERITIES.index(finding.severity),
        CONFIDENCES.index(finding.confidence),
        -math.inf if finding.first_step is None else finding.first_step,
    )


def _parent(index: int, findings: Sequence[Finding], explains: Mapping[str, Sequence[str]]) -> int | None:
    child = findings[index]
    span = _span(findings)
    best: tuple[float, int] | None = None
    for other, parent in enumerate(findings):
        if other == index or not _may_explain(parent, child, other, index, explains):
            continue
        begin = -math.inf if parent.first_step is None else parent.first_step
        if _in_time(parent, child, span) and (best is None or (begin, other) < best):
            best = (begin, other)
    return None if best is None else best[1]


def _may_explain(
    parent: Finding, child: Finding, other: int, index: int, explains: Mapping[str, Sequence[str]]
) -> bool:
    if parent.check == child.check:
        return (_rank(parent)[0], _begin(parent), other) < (_rank(child)[0], _begin(child), index)
    if parent.severity == "info" and child.severity != "info":
        return False
    return child.check in explains.get(parent.check, ())


def _in_time(parent: Finding, child: Finding, span: float) -> bool:
    if parent.check == child.check or parent.axis != child.axis:
        return True
    if parent.first_step is None or child.first_step is None:
        return True
    end = math.inf if parent.last_step is None else parent.last_step
    return parent.first_step <= child.first_step + _SLACK * span and child.first_step <= end + _SLACK * span


def _begin(finding: Finding) -> float:
    return -math.inf if finding.first_step is None else finding.first_step


def _span(findings: Sequence[Finding]) -> float:
    ends = [f.last_step for f in findings if f.last_step is not None]
    begins = [f.first_step for f in findings if f.first_step is not None]
    return max(ends) - min(0.0, *begins) if ends and begins else 0.0


def _root(index: int, parents: Mapping[int, int | None]) -> int:
    seen = {index}
    while (parent := parents[index]) is not None and parent not in seen:
        index = parent
        seen.add(index)
    return index

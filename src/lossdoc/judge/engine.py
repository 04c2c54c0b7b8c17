"""The engine: which checks apply to a run, what each is handed, and what follows from what. Run -> [here] -> Report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from lossdoc import checks
from lossdoc.judge.case import TRAINER, Case, Need, Setting, Skip
from lossdoc.judge.reconcile import reconcile
from lossdoc.knowledge.evidence import evidence, experimental
from lossdoc.model.finding import Finding, Merit, Report, Severity, Skipped

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge
    from lossdoc.model.run import Curve, Run

# How the reason of a skip begins when the fault is ours.
BROKEN = "the check itself failed"
_MILDEST: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}


def diagnose(
    run: Run,
    knowledge: Knowledge,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    severities: Mapping[str, Severity] | None = None,
) -> Report:
    """Judge a run with every check that applies to it; `select` and `ignore` hold check ids.

    What is ignored is judged all the same and then left out with its consequences: to ignore a cause does not turn
    what follows from it into an illness of its own. `severities`: what the user says of findings of a check.
    """
    import numpy as np

    from lossdoc.judge.shares import as_shares
    from lossdoc.judge.signs import deciding, signs, verdict  # NumPy: not for --help

    logged, run = run, as_shares(run, knowledge)
    findings: list[Finding] = []
    skipped: list[Skipped] = []
    passed: list[str] = []
    for check_id in checks.check_ids():
        if select and check_id not in select:
            continue
        if why := not_for_this_trainer(check_id, run, knowledge):
            skipped += [Skipped(check_id, str(why), why.asks)] * (check_id not in ignore)
            continue
        if why := without_its_curve(check_id, run, knowledge):
            skipped += [Skipped(check_id, str(why))] * (check_id not in ignore)
            continue
        case = Case(check_id, checks.load(check_id).severity, run, knowledge, run.config)
        with np.errstate(all="ignore"):  # logs hold 1e300 and infinity; a check judges what comes out
            found, judged, reasons = examine(case)
        if judged:
            findings += (_complete(finding, case, severities or {}) for finding in found)
            passed += [check_id] * (not found and check_id not in ignore)
        elif reasons and check_id not in ignore:
            skipped.append(Skipped(check_id, str(reasons[0]), reasons[0].asks))
    explains = {f.check: checks.load(f.check).explains for f in findings}
    findings = reconcile(findings, explains, {f.check: order for order, f in enumerate(findings)})
    findings = _without(ignore, findings)
    if findings:
        from lossdoc.advice import advise  # a healthy run needs none

        findings = advise(findings, run, knowledge)
    roots = [f for f in findings if f.because_of is None]
    with np.errstate(all="ignore"):
        judged_by = deciding(run, knowledge)
        found_signs = signs(run, knowledge, judged_by, [(f, checks.load(f.check).sign) for f in roots])
    as_read = dict(zip(map(id, run.curves), logged.curves, strict=True))
    merits = [Merit(as_read[id(m.curve)], m.up) for m, _ in judged_by]
    return Report(logged, findings, skipped, verdict(found_signs, roots), found_signs, merits, passed)


def not_for_this_trainer(check_id: str, run: Run, knowledge: Knowledge) -> Skip | None:
    """The reason if the trainer's document switches the check off, for all candidates or for some of them."""
    off = {o: why for o in run.trainer.candidates if (why := knowledge.switched_off(o).get(check_id))}
    if not off:
        return None
    holds = [o for o in run.trainer.candidates if o not in off]
    reason = next(iter(off.values()))
    if not holds:
        return Skip(f"not for {' or '.join(off)}: {reason}")
    return Skip(f"holds for {', '.join(holds)} but not for {', '.join(off)}", TRAINER)


def without_its_curve(check_id: str, run: Run, knowledge: Knowledge) -> Skip | None:
    """The reason if the run has not the curve that a check judges. Such a check need not even be loaded."""
    curve = knowledge.main_curves.get(check_id)
    if curve is None:
        return None
    need = _need(curve.metrics, curve.split)
    return None if _matching(need, run) else Skip(_missing(need))


_need = cache(Need)  # of the index: one for each check


def examine(case: Case) -> tuple[list[Finding], bool, list[Skip]]:
    """All findings of a case's check, whether any call could judge, and the reasons why others could not."""
    check = checks.load(case.check)
    found: list[Finding] = []
    reasons: list[Skip] = []
    judged = False
    for arguments in combinations(check.needs, case.run):
        if isinstance(arguments, Skip):
            reasons.append(arguments)
            continue
        try:
            found += check.judge(case, **arguments)
            judged = True
        except Skip as skip:
            reasons.append(skip)
        except Exception as error:  # one check that fails must not cost the user the report of all others
            reasons.append(Skip(f"{BROKEN} ({type(error).__name__}: {error}); please report this with the log"))
    return found, judged, reasons


def combinations(needs: Mapping[str, Need | Setting], run: Run) -> Iterator[dict[str, Any] | Skip]:
    """The arguments of each call of a check, or the reason why a call is not possible: curves before settings."""
    wanted = {name: need for name, need in needs.items() if isinstance(need, Setting)}
    settings: dict[str, Any] = {name: run.config.get(need.key) for name, need in wanted.items()}
    missing = [need.key for name, need in wanted.items() if settings[name] is None and not need.optional]
    curve_needs = {name: need for name, need in needs.items() if isinstance(need, Need)}
    if not curve_needs:
        yield Skip(f"needs {' and '.join(missing)}", *missing) if missing else settings
        return
    main, main_need = next(iter(curve_needs.items()))
    curves = _matching(main_need, run)
    if not curves and not main_need.optional:
        yield Skip(_missing(main_need))
        return
    mains: list[Curve | None] = [*curves] or [None]
    for curve in mains:
        arguments: dict[str, Any] = dict(settings)
        for name, need in curve_needs.items():
            chosen = curve if name == main else _companion(need, run, curve)
            usable = _usable(chosen, need)
            if usable is None and not need.optional:
                if chosen is None:
                    yield Skip(_missing(need))
                else:
                    points = len(chosen.finite() if need.finite else chosen)
                    yield Skip(f"{points} points of {chosen.said} are too few (needs {need.points})")
                break
            arguments[name] = usable
        else:
            yield Skip(f"needs {' and '.join(missing)}", *missing) if missing else arguments


def _matching(need: Need, run: Run) -> list[Curve]:
    there = [metric for metric in need.names if metric in run.metrics]
    if not there:
        return []
    for split in _splits(need):
        if per_metric := [found for metric in there if (found := run.all(metric, split))]:
            break
    if need.each and not need.first:
        return [curve for found in per_metric for curve in found]
    found = per_metric[0] if per_metric else []
    return found if need.each else found[:1]


def _splits(need: Need) -> tuple[str | None, ...]:
    """Where to look, one after the other; None is everywhere."""
    return (None,) if need.split in ("any", "same") else tuple(need.split.split(", else "))


def _companion(need: Need, run: Run, main: Curve | None) -> Curve | None:
    """The curve of a further need that belongs to the main curve: same labels first, else the plainest."""
    split = main.split if need.split == "same" and main is not None else need.split
    for metric in need.names:
        if metric not in run.metrics:
            continue
        found = run.all(metric, None if split in ("any", "same") else split)
        if main is not None:
            found.sort(key=lambda c: (dict(c.labels) != dict(main.labels), len(c.labels)))
        if found:
            return found[0]
    return None


def _usable(curve: Curve | None, need: Need) -> Curve | None:
    if curve is None:
        return None
    if need.finite:
        curve = curve.finite()
    return curve if len(curve) >= need.points else None


@cache
def _missing(need: Need) -> str:
    split = "" if need.split in ("any", "same") or need.split.startswith("train") else f"{need.split} "
    return f"no {split}{' or '.join(need.names)} in this log"


def _without(ignore: Sequence[str], findings: Sequence[Finding]) -> list[Finding]:
    """The findings but for the ignored ones and what follows from these."""
    gone = {f.id for f in findings if f.check in ignore and f.because_of is None}
    return [f for f in findings if f.check not in ignore and f.because_of not in gone]


def _complete(finding: Finding, case: Case, severities: Mapping[str, Severity]) -> Finding:
    """The severity that the user or the trainer says; causes and next steps come when all findings are known."""
    severity = finding.severity
    rules = [case.knowledge.trainer(o).checks.get(case.check) for o in case.objectives]
    named = [rule.severity for rule in rules if rule and rule.severity]
    for mildest in named:
        if _MILDEST[mildest] > _MILDEST[severity]:
            severity = mildest
    return replace(
        finding,
        severity=severities.get(case.check, severity),
        experimental=experimental(case.knowledge.check_page(case.check), evidence()),
    )

"""What to ask the user for: what nothing says and what would change the answer. Report -> [here] -> names.

A check that could not judge for want of a setting alone is tried with values that such settings have: where none of
them gives a warning or an error, nobody has to look the setting up. A run of which several trainers may be the author
and that is not healthy is judged under each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from lossdoc import checks
from lossdoc.judge.case import TRAINER, Case
from lossdoc.judge.engine import examine, not_for_this_trainer

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge
    from lossdoc.model.finding import Report, Skipped
    from lossdoc.model.run import Run

# From the smallest to the largest that runs are published with.
PLAUSIBLE: Mapping[str, Sequence[float]] = {
    "beta": (0.01, 0.03, 0.1, 0.3, 1.0, 2.5),
    "classes": (2, 10, 100, 1000),
    "eval_samples": (100, 1000, 10_000),
    "gamma": (0.9, 0.99, 0.999),
    "gradient_accumulation_steps": (2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128),
    "max_grad_norm": (0.1, 0.5, 1.0, 5.0),
    "r_max": (1.0, 10.0, 100.0),
}


def asked(report: Report, knowledge: Knowledge, judge: Callable[[Run], Report]) -> list[str]:
    """Settings, and TRAINER, each once, in the order of the checks; `judge` gives the report of a run."""
    run = report.run
    wanted = [name for skip in report.skipped if skip.asks and _matters(skip, run, knowledge) for name in skip.asks]
    if TRAINER not in wanted and len(run.trainer.candidates) > 1 and report.verdict != "healthy":
        answer = _answer(report)
        wanted += [TRAINER] * any(_answer(judge(tried)) != answer for tried in _tries((TRAINER,), run))
    return list(dict.fromkeys(wanted))


def _answer(report: Report) -> tuple[str, set[str]]:
    return report.verdict, {finding.check for finding in report.roots if finding.severity != "info"}


def _matters(skip: Skipped, run: Run, knowledge: Knowledge) -> bool:
    check = checks.load(skip.check)
    for tried in _tries(skip.asks, run):
        if not_for_this_trainer(skip.check, tried, knowledge) is None:
            found, _, _ = examine(Case(skip.check, check.severity, tried, knowledge, tried.config))
            if any(finding.severity != "info" for finding in found):
                return True
    return False


def _tries(names: Sequence[str], run: Run) -> Iterator[Run]:
    """The run as it would be if the user said them."""
    values: list[Sequence[Any]] = [run.trainer.candidates if n == TRAINER else PLAUSIBLE[n] for n in names]
    for said in product(*values):
        told = dict(zip(names, said, strict=True))
        objective = told.pop(TRAINER, None)
        trainer = replace(run.trainer, candidates=(objective,)) if objective else run.trainer
        yield replace(run, config={**run.config, **told}, trainer=trainer)

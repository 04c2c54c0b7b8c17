"""What the configuration says of one source and of one run: overrides by path and trainer, accepted findings."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from lossdoc.config.schema import Level, Override, Suppress, flat
from lossdoc.config.words import check_ids

if TYPE_CHECKING:
    from lossdoc.api import Options
    from lossdoc.config.layers import InForce
    from lossdoc.model.finding import Finding, Report
    from lossdoc.model.run import Run


class Rules(Struct, frozen=True):
    """What holds for one run. `select` empty: every check; `expect`, `require`: texts of gates, names of signs."""

    select: Sequence[str]
    ignore: Sequence[str]
    severities: Mapping[str, Level]
    limits: Mapping[str, float]
    expect: Sequence[str]
    require: Sequence[str]

    def over(self, options: Options) -> Options:
        """The options for judging this run."""
        return options.but(select=self.select, ignore=self.ignore, severities=self.severities, limits=self.limits)


def for_source(in_force: InForce, source: str) -> tuple[str | None, Mapping[str, Any]]:
    """Trainer and settings of a source; the last override that fits wins, the command line over all of them."""
    config = in_force.config
    trainer, settings = config.trainer, dict(config.settings)
    for one in config.overrides:
        if one.paths and lies_in(source, one.paths):
            trainer = trainer if in_force.on_command_line("trainer") else one.trainer or trainer
            settings |= {k: v for k, v in one.settings.items() if not in_force.on_command_line(f"settings.{k}")}
    return trainer, settings


def for_run(in_force: InForce, run: Run) -> Rules:
    """The rules of a run; the last override that fits wins, the command line over all of them; gates add up."""
    config = in_force.config
    select, ignore = config.select or [], config.ignore or []
    severities = dict(config.severity)
    limits = flat(config.limits)
    expect, require = list(config.expect), list(config.require)
    for one in _fitting(config.overrides, run):
        select = select if one.select is None or in_force.on_command_line("select") else one.select
        ignore = ignore if one.ignore is None or in_force.on_command_line("ignore") else one.ignore
        severities |= {k: v for k, v in one.severity.items() if not in_force.on_command_line(f"severity.{k}")}
        limits |= {k: v for k, v in flat(one.limits).items() if not in_force.on_command_line(f"limits.{k}")}
        expect += one.expect
        require += one.require
    gates = list(dict.fromkeys(expect)), list(dict.fromkeys(require))
    return Rules(check_ids(select), check_ids(ignore), severities, limits, *gates)


def _fitting(overrides: Sequence[Override], run: Run) -> Iterator[Override]:
    names = {run.trainer.framework, *run.trainer.candidates[:1]}
    names |= {f"{run.trainer.framework}-{objective}" for objective in run.trainer.candidates[:1]}
    for one in overrides:
        here = not one.paths or lies_in(run.source, one.paths)
        if here and (not one.trainers or (run.trainer.candidates and names & set(one.trainers))):
            yield one


def lies_in(source: str, patterns: Sequence[str]) -> bool:
    """Whether a path fits a pattern or lies in a folder. Patterns are absolute paths in which `*` crosses folders."""
    path = os.path.abspath(source).replace(os.sep, "/")
    for pattern in patterns:
        wanted = os.path.normpath(pattern).replace(os.sep, "/")
        if fnmatch.fnmatchcase(path, wanted) or path.startswith(f"{wanted}/"):
            return True
    return False


def accept(reports: Sequence[Report], accepted: Sequence[Suppress]) -> tuple[list[Report], list[Suppress]]:
    """Reports in which accepted findings are known, and the entries that no finding needs any more."""
    used: set[int] = set()

    def mark(finding: Finding, source: str) -> Finding:
        for number, one in enumerate(accepted):
            if not finding.known and _fits(one, finding, source):
                used.add(number)
                return replace(finding, known=f"accepted: {one.reason}")
        return finding

    marked = [replace(r, findings=[mark(f, r.run.source) for f in r.findings]) for r in reports]
    return marked, [one for number, one in enumerate(accepted) if number not in used]


def _fits(one: Suppress, finding: Finding, source: str) -> bool:
    return (
        one.check == finding.check
        and one.metric in (None, finding.metric)
        and one.split in (None, finding.split)
        and (one.path is None or lies_in(source, [one.path]))
    )

"""Paths -> reports: read, judged by the rules that hold for each run, with known findings and gates."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lossdoc.cli._errors import say, unexpected
from lossdoc.cli._input import standard_input
from lossdoc.cli._jobs import Answer, Engine, each
from lossdoc.cli._screen import replace_file
from lossdoc.model.finding import NotRead, Report
from lossdoc.show import report as outputs

if TYPE_CHECKING:
    from lossdoc.api import Options, Part
    from lossdoc.baseline import Entry
    from lossdoc.config.layers import InForce
    from lossdoc.config.schema import Config
    from lossdoc.model.run import Run

SHOWN = 3  # stale entries that are named


def examine(
    paths: Sequence[str],
    options: Options,
    in_force: InForce,
    engine: Engine,
    *,
    quiet: bool,
    write_baseline: Path | None = None,
) -> outputs.Result:
    """Reports of all runs, their known findings marked, their gates judged. BaselineError for a file that is none."""
    entries = _baseline(in_force.config)
    result = _read_and_judge(paths, options, in_force, engine, quiet=quiet)
    reports = _known(list(result.reports), entries, in_force, write_baseline)
    return replace(result, reports=[_gated(report, options, in_force) for report in reports])


def _baseline(config: Config) -> list[Entry]:
    if config.baseline is None:
        return []
    from lossdoc.baseline import read

    return read(Path(config.baseline))


def _read_and_judge(
    paths: Sequence[str], options: Options, in_force: InForce, engine: Engine, *, quiet: bool
) -> outputs.Result:
    from lossdoc.api import parts_of_all, put_together

    parts = parts_of_all(paths)
    data = standard_input(options) if "-" in paths else None
    work = partial(_of_part, options, in_force)
    answers = each([part for several in parts for part in several], work, data, engine, quiet=quiet)
    reports: list[Report] = []
    not_read: list[NotRead] = []
    done = 0
    interrupted = False
    for path, several in zip(paths, parts, strict=True):
        found: list[Answer] = []
        try:
            found.extend(islice(answers, len(several)))
        except KeyboardInterrupt:
            interrupted = True
        done += len(found)
        failed = [answer for answer in found if isinstance(answer, NotRead)]
        read = [result for answer in found if not isinstance(answer, NotRead) for result in answer]
        results = put_together(path, read) if read or not (failed or interrupted) else []
        reports += [report for result in results if isinstance(result, list) for report in result]
        not_read += [result for result in results if isinstance(result, NotRead)] + failed
        if interrupted:
            break
    if interrupted and not reports:
        raise KeyboardInterrupt
    if interrupted:
        say(f"interrupted: {done:,} of {sum(map(len, parts)):,} logs were read, and are told")
    return outputs.Result(reports, not_read, interrupted)


def _of_part(options: Options, in_force: InForce, part: Part, data: bytes | None) -> Answer:
    from lossdoc import api

    try:
        return [
            judged
            for result in api.read_part(part, options, data)
            for judged in ([result] if isinstance(result, NotRead) else _judged(result, options, in_force))
        ]
    except Exception as error:  # one part on which we fail does not take the others with it
        return unexpected(part.name, error)


def _judged(runs: list[Run], options: Options, in_force: InForce) -> list[list[Report] | NotRead]:
    """The reports of the runs of one source; one run on which we fail does not take those beside it."""
    reports: list[Report] = []
    failed: list[list[Report] | NotRead] = []
    for run in runs:
        try:
            reports.append(_judge(run, options, in_force))
        except Exception as error:
            failed.append(unexpected(run.source, error))
    return [reports, *failed] if reports or not failed else failed


def _judge(run: Run, options: Options, in_force: InForce) -> Report:
    from lossdoc import api
    from lossdoc.config.apply import for_run

    rules = for_run(in_force, run)
    return api.examine(run, rules.over(options))


def _gated(report: Report, options: Options, in_force: InForce) -> Report:
    from lossdoc.config.apply import for_run

    rules = for_run(in_force, report.run)
    if not rules.expect and not rules.require:
        return report
    from lossdoc.gates.grammar import parse, required
    from lossdoc.gates.judge import judge

    gates = [*map(parse, rules.expect), *map(required, rules.require)]
    return replace(report, gates=[judge(gate, report, options.knowledge) for gate in gates])


def _known(reports: list[Report], entries: list[Entry], in_force: InForce, write_baseline: Path | None) -> list[Report]:
    """Accepted findings and those of the baseline are marked; what no finding needs any more is said."""
    from lossdoc.config.apply import accept

    config = in_force.config
    reports, unused = accept(reports, config.suppress)
    for one in unused:
        say(f"{in_force.source('suppress')}: nothing to accept any more: {one.check} ({one.reason})")
    if config.baseline is not None:
        from lossdoc.baseline import mark

        reports, stale = mark(reports, entries, Path(config.baseline))
        if stale:
            names = "; ".join(entry.name for entry in stale[:SHOWN])
            more = f" and {len(stale) - SHOWN} more" if len(stale) > SHOWN else ""
            say(f"{config.baseline}: no longer found: {names}{more}; --write-baseline brings it up to date")
    if write_baseline is not None:
        from lossdoc.baseline import KNOWN, text

        replace_file(write_baseline, text(reports, write_baseline).encode())
        reports = [replace(r, findings=[replace(f, known=f.known or KNOWN) for f in r.findings]) for r in reports]
    if not any(finding.known for report in reports for finding in report.findings):
        return reports
    from lossdoc.baseline import with_reasons

    return with_reasons(reports)

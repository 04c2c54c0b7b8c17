"""`lossdoc compare`: two or more runs against a baseline."""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from msgspec import Struct, field

from lossdoc.cli import _complete as complete
from lossdoc.cli import _options as option
from lossdoc.cli._errors import say, say_not_read, unexpected
from lossdoc.cli._input import standard_input
from lossdoc.cli._progress import with_progress
from lossdoc.cli._screen import Color, color_of, deliver, needs_ascii, width_of
from lossdoc.cli._values import settings
from lossdoc.model.finding import NotRead, Report
from lossdoc.words.expressions import expression

if TYPE_CHECKING:
    from lossdoc.api import Options
    from lossdoc.comparison import Choice
    from lossdoc.comparison.result import Comparison
    from lossdoc.model.run import Run

By = Literal["step", "tokens", "samples", "episodes", "epoch", "time", "progress"]
Format = Literal["text", "json", "markdown"]
_OF_ONE_RUN = expression(r"^(\d+):(.*)$", re.DOTALL)


def command(
    paths: Annotated[
        list[str], typer.Argument(metavar="BASELINE RUN...", help="Logs or folders of runs; each path is one run.")
    ],
    baseline: Annotated[
        list[str] | None,
        typer.Option(
            metavar="N",
            help="Which path is the baseline, counted from 1 (default: 1); 1,2,3: other seeds of one training.",
        ),
    ] = None,
    by: Annotated[
        By | None, typer.Option(help="Axis to lay the runs on (default: step, else what all of them have).")
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            "--metric",
            "-m",
            metavar="NAME",
            help="Compare and judge only this. Repeatable, or a,b,c.",
            autocompletion=complete.metrics,
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="[N:]KEY=VALUE", help="What the logs do not say: --set 1:beta=0.01 --set 2:beta=0.5."
        ),
    ] = None,
    tolerance: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[METRIC=]SHARE",
            help="How much of the baseline's progress a run may lose: 0.1, loss=0.05 (default: 0.5, of several "
            "baselines what lies beyond their spread). Repeatable.",
        ),
    ] = None,
    fail_on: Annotated[
        Literal["regression", "never"],
        typer.Option(help="Exit with 1 when a run is worse beyond --tolerance or has a finding that is new."),
    ] = "never",
    fail_on_regression: Annotated[bool, typer.Option("--fail-on-regression", hidden=True)] = False,
    trainer: option.Trainer = None,
    map_: option.Names = None,
    limit: option.LimitOf = None,
    input_format: option.InputFormat = None,
    metrics: option.Documents = None,
    config: option.ConfigFile = None,
    isolated: option.Isolated = False,
    format_: Annotated[Format, typer.Option("--format", "-f", help="How to write the comparison.")] = "text",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the comparison to a file.")
    ] = None,
    plots: Annotated[bool, typer.Option("--plots/--no-plots", help="Draw the runs on one picture.")] = True,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="All metrics and settings.")] = False,
    width: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Columns (default: the terminal's, else 80).")
    ] = None,
    color: Annotated[Color, typer.Option(help="Colour the comparison.")] = "auto",
) -> int:
    """Hold runs against a baseline: which is better, by how much beyond the noise, and since when.

    A run is worse when a metric that says how good the model is differs beyond its noise and at least --tolerance of
    the baseline's progress is lost, at the same steps and at the ends of both runs.

    A finding that the baseline does not have is a regression as well.

    Several baselines (--baseline 1,2,3, or a folder of runs as the first path) are one training with other seeds: what
    lies beyond their spread is worse, and --tolerance is asked for only where it is given.

    Exit codes: 0, 1 with --fail-on regression when there is one, 2 bad arguments or an input that gave no run.
    """
    from lossdoc.cli._in_force import gather, options_of
    from lossdoc.comparison.align import NoCommonAxis
    from lossdoc.show.comparison import load
    from lossdoc.show.report import Options as Look

    task, found, problem = _Task(), None, ""
    try:
        # Said of one run (--set), by position (--baseline), or of this command alone: no keys of the configuration.
        in_force = gather({**locals(), "set_": None, "baseline": None, "fail_on": None})
        options = options_of(in_force)
        if len(paths) < 2:
            raise ValueError("compare needs two runs or more; one run alone is judged by: lossdoc check")
        task = _read(paths, options, _settings(set_ or [], len(paths)), _numbers(baseline or ["1"], len(paths)))
        wanted = _metrics(metric or [], task.runs, options)
        choice = _choice(by, task.baselines, wanted, in_force.config.tolerance)
        if not task.not_read and len(task.baselines) == len(task.runs):
            raise ValueError("all runs are baselines: name one that is held against them")
    except ValueError as error:
        problem = str(error)
    if not problem and not task.not_read:
        try:
            found = _compare(task, options, choice)
        except NoCommonAxis as error:
            problem = str(error)
    say_not_read(task.not_read, verbose=verbose)
    if problem:
        say(problem)
    stream = sys.stdout
    text = format_ == "text"
    look = Look(
        width=width_of(stream, width) if output is None else width or 80,
        color=color_of(stream, color) if output is None else color == "always",
        ascii=text and output is None and needs_ascii(stream),
        plots=plots,
        verbose=verbose,
    )
    gate = fail_on == "regression" or fail_on_regression
    code = 2 if found is None else int(gate and bool(found.regressions))
    written = load(format_).write(found, task.not_read, look)
    return deliver(written, output, code, machine=not text)


class _Task(Struct):
    """What was read, one run for each path that is no folder of baselines, and what was not."""

    runs: "list[Run]" = field(default_factory=list)
    baselines: list[int] = field(default_factory=list)  # numbers of runs, from 1
    not_read: list[NotRead] = field(default_factory=list)


def _numbers(words: Sequence[str], paths: int) -> list[int]:
    """Positions of baselines among the paths, from `1,2` and `3`; ValueError where there is no such path."""
    found = []
    for word in (part.strip() for text in words for part in text.split(",")):
        if not word.isdecimal() or int(word) < 1:
            raise ValueError(f"--baseline {word}: write the position of a path, counted from 1, such as 1 or 1,2,3")
        if int(word) > paths:
            raise ValueError(f"--baseline {word}: there are only {paths} paths")
        found.append(int(word))
    return list(dict.fromkeys(found))


def _settings(words: Sequence[str], runs: int) -> list[dict[str, float | str]]:
    """Settings of every run: KEY=VALUE goes to all of them, N:KEY=VALUE to one and wins."""
    common: list[str] = []
    own: list[list[str]] = [[] for _ in range(runs)]
    for word in words:
        match = _OF_ONE_RUN.match(word)
        if match is None:
            common.append(word)
        elif 1 <= int(match[1]) <= runs:
            own[int(match[1]) - 1].append(match[2])
        else:
            raise ValueError(f"--set {word}: there is no run {match[1]}, only 1 to {runs}")
    return [settings(common) | settings(mine) for mine in own]


def _read(
    paths: Sequence[str], options: "Options", given: Sequence[dict[str, float | str]], baselines: Sequence[int]
) -> _Task:
    task = _Task()
    read = zip(with_progress(paths, quiet=False), given, strict=True)
    for position, (path, own) in enumerate(read, 1):
        try:
            found = _runs(path, _own_options(path, options, own), several=position in baselines)
        except Exception as error:  # one input on which we fail is said like any other that cannot be read
            found = unexpected(path, error)
        if isinstance(found, NotRead):
            task.not_read.append(found)
            continue
        if position in baselines:
            task.baselines += range(len(task.runs) + 1, len(task.runs) + len(found) + 1)
        task.runs += found
    return task


def _own_options(path: str, options: "Options", own: Mapping[str, float | str]) -> "Options":
    """The options of one run: the configuration's for its path, and over them what --set says of it."""
    trainer, settings = options.local(path) if options.local else (options.trainer, options.settings)
    return options.but(trainer=trainer, settings={**settings, **own}, local=None)


def _runs(path: str, options: "Options", *, several: bool) -> "list[Run] | NotRead":
    """The run behind a path: of several in one file the longest, said; a folder only of baselines holds several."""
    from lossdoc.api import read_path

    results = read_path(path, options, standard_input(options) if path == "-" else None)
    groups = [result for result in results if isinstance(result, list)]
    if not groups:
        first = next((result for result in results if isinstance(result, NotRead)), None)
        return first or NotRead(path, "nothing", "name the log of one run")
    if len(groups) > 1 and not several:
        listed = ", ".join(group[0].source for group in groups[:5]) + (", ..." if len(groups) > 5 else "")
        return NotRead(path, f"{len(groups)} runs", f"compare takes one run for each path but a baseline: {listed}")
    return [_longest(runs) for runs in groups]


def _longest(runs: "Sequence[Run]") -> "Run":
    longest = max(runs, key=lambda run: run.records)
    if len(runs) > 1:
        where = longest.source
        say(f"{where} holds {len(runs)} runs; the longest is compared ({longest.name}, {longest.records} records)")
    return longest


def _metrics(words: Sequence[str], runs: "Sequence[Run]", options: "Options") -> tuple[str, ...]:
    """Canonical ids of what --metric names; ValueError where no run has it."""
    there = {curve.metric for run in runs for curve in run.curves}
    keys = {curve.key.lower(): curve.metric for run in runs for curve in run.curves}
    found = []
    for word in (w.strip() for text in words for w in text.split(",") if w.strip()):
        known = options.knowledge.resolve(word)
        ids = [i for i in (word, keys.get(word.lower()), known.metric if known else None) if i in there]
        if not ids and runs:
            raise ValueError(f"--metric {word}: no run logs it; there are {', '.join(sorted(there))}")
        found += ids[:1]
    return tuple(dict.fromkeys(found))


def _compare(task: _Task, options: "Options", choice: "Choice") -> "Comparison":
    from lossdoc.api import diagnose
    from lossdoc.comparison import compare

    reports: list[Report] = [diagnose(run, options) for run in task.runs]
    with options.in_force():
        return compare(reports, options.knowledge, choice)


def _choice(
    by: By | None, baselines: Sequence[int], metrics: Sequence[str], tolerances: Mapping[str, float]
) -> "Choice":
    from lossdoc.comparison import Choice

    wrong = [f"{name}={share:g}" for name, share in tolerances.items() if not share >= 0]
    if wrong:
        raise ValueError(f"--tolerance {wrong[0]}: a share of the baseline's progress is at least 0")
    own = {name: share for name, share in tolerances.items() if name != "default"}
    return Choice(by, baselines, metrics, tolerances.get("default"), own)

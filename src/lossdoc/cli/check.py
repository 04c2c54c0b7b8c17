"""`lossdoc check`: read, judge, write, and set the exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from lossdoc.cli._errors import say, say_not_read, unexpected
from lossdoc.cli._progress import with_progress
from lossdoc.cli._screen import Color, color_of, deliver, emit, needs_ascii, width_of
from lossdoc.cli._values import check_ids, format_name, reader_name, settings
from lossdoc.model.finding import SEVERITIES, NotRead, Report
from lossdoc.show import report as outputs

if TYPE_CHECKING:
    from lossdoc.api import Options

FailOn = Literal["error", "warning", "info", "never"]


def command(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Logs: files, folders of runs, globs, or - for standard input."),
    ],
    trainer: Annotated[
        str | None, typer.Option("--trainer", "-t", metavar="NAME", help="Who trained: dpo, trl-dpo, verl-grpo, ...")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="What the log does not say: --set beta=0.1. Repeatable."),
    ] = None,
    select: Annotated[
        list[str] | None, typer.Option(metavar="CHECK", help="Run only these checks. Repeatable, or a,b,c.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="CHECK", help="Leave these checks out. Repeatable, or a,b,c.")
    ] = None,
    input_format: Annotated[
        str | None, typer.Option(metavar="NAME", help="Read the input as this format (see: lossdoc list formats).")
    ] = None,
    metrics: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="A folder of your own documents. Repeatable.", exists=True, file_okay=False),
    ] = None,
    fail_on: Annotated[FailOn, typer.Option(help="Exit with 1 on a finding of this severity or worse.")] = "error",
    format_: Annotated[
        str, typer.Option("--format", "-f", metavar="NAME", help=f"One of: {', '.join(outputs.writer_names())}.")
    ] = "text",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report to a file.")
    ] = None,
    plots: Annotated[bool, typer.Option("--plots/--no-plots", help="Draw the curves that matter.")] = True,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="One line per run.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Shorten nothing; all runs in full.")] = False,
    width: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Columns of the report (default: the terminal's, else 80).")
    ] = None,
    color: Annotated[Color, typer.Option(help="Colour the report.")] = "auto",
) -> int:
    """Say what is wrong with a training run, how sure that is, and what to try next.

    Exit codes: 0 nothing at or above --fail-on, 1 something at or above it, 2 bad arguments or an input that gave no
    metric.
    """
    from lossdoc.api import Options

    writer = outputs.load(format_name(format_))
    try:
        options = Options(
            trainer=trainer,
            input_format=reader_name(input_format),
            settings=settings(set_ or []),
            select=check_ids(select or [], "--select"),
            ignore=check_ids(ignore or [], "--ignore"),
            metrics=tuple(metrics or ()),
        )
        result = _examine(paths, options, quiet=quiet)
    except ValueError as error:
        return _refuse(str(error), writer)
    say_not_read(list(result.not_read), verbose=verbose)
    _say_contradictions(result.reports)
    text = format_ == "text"
    stream = sys.stdout
    look = outputs.Options(
        width=width_of(stream, width) if output is None else width or 80,
        color=color_of(stream, color) if output is None else color == "always",
        ascii=text and output is None and needs_ascii(stream),
        plots=plots,
        quiet=quiet,
        verbose=verbose,
        nearest=_nearest(result.reports, options) if verbose and text else {},
    )
    code = exit_code(result, fail_on)
    written = writer.write(result, look)
    return deliver(written, output, code, machine=not text)


def exit_code(result: outputs.Result, fail_on: FailOn) -> int:
    """2 if an input that was named gave no metric, else 1 if a finding is at least as bad as `fail_on`, else 0."""
    if any(unread.named for unread in result.not_read):
        return 2
    if fail_on == "never":
        return 0
    bad = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return int(any(f.severity in bad for report in result.reports for f in report.findings))


def _refuse(why: str, writer: outputs.Writer) -> int:
    """Bad arguments. A machine format is valid on this way out as well."""
    if writer.NAME != "text":
        emit(writer.write(outputs.Result([]), outputs.Options()), machine=True)
    say(why)
    return 2


def _examine(paths: Sequence[str], options: Options, *, quiet: bool) -> outputs.Result:
    """Reports of all runs. ValueError for a trainer or an input format that does not exist."""
    if options.trainer:
        options.knowledge.parse_trainer(options.trainer)
    for problem in options.knowledge.problems_in(options.metrics):
        say(str(problem))
    reports: list[Report] = []
    not_read: list[NotRead] = []
    for path in with_progress(paths, quiet=quiet):
        try:
            some, others = _read_and_judge(path, options)
        except Exception as error:  # one input on which we fail does not take the others with it
            some, others = [], [unexpected(path, error)]
        reports += some
        not_read += others
    return outputs.Result(reports, not_read)


def _read_and_judge(path: str, options: Options) -> tuple[list[Report], list[NotRead]]:
    from lossdoc.api import diagnose, read_path

    results = read_path(path, options, _standard_input() if path == "-" else None)
    reports = [diagnose(run, options) for found in results if isinstance(found, list) for run in found]
    return reports, [found for found in results if isinstance(found, NotRead)]


def _standard_input() -> bytes:
    if sys.stdin.isatty():
        say("reading standard input; end it with Ctrl-D")
    return sys.stdin.buffer.read()


def _say_contradictions(reports: Sequence[Report]) -> None:
    for note in dict.fromkeys(note for report in reports for note in report.run.notes if note.startswith("--trainer")):
        say(note)


def _nearest(reports: Sequence[Report], options: Options) -> dict[str, str]:
    """For keys that no document knows: the known words that look most like them."""
    keys = {curve.key for report in reports for curve in report.run.curves if not curve.known}
    near: dict[str, Any] = {key: options.knowledge.near(key) for key in sorted(keys)}
    return {key: f"nearest known: {', '.join(words[:2])}" for key, words in near.items() if words}

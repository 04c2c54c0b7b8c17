"""`lossdoc check`: read, judge, write, and set the exit code."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from lossdoc.cli import _options as option
from lossdoc.cli import _schemas as schemas
from lossdoc.cli._errors import say, say_not_read
from lossdoc.cli._screen import emit
from lossdoc.cli._values import format_name
from lossdoc.model.finding import Report
from lossdoc.show import report as outputs

if TYPE_CHECKING:
    from lossdoc.api import Options

INTERRUPTED = 130  # as the shell says of a program that Ctrl-C ended


def command(
    paths: option.Paths,
    trainer: option.Trainer = None,
    set_: option.Settings = None,
    map_: option.Names = None,
    select: option.Select = None,
    ignore: option.Ignore = None,
    extend_select: option.ExtendSelect = None,
    extend_ignore: option.ExtendIgnore = None,
    severity: option.SeverityOf = None,
    limit: option.LimitOf = None,
    input_format: option.InputFormat = None,
    metrics: option.Documents = None,
    fail_on: option.FailOnOption = None,
    expect: option.Expect = None,
    require: option.Require = None,
    max_warnings: option.MaxWarnings = None,
    exit_zero: option.ExitZero = False,
    baseline: option.Baseline = None,
    write_baseline: option.WriteBaseline = None,
    format_: option.Format = None,
    schema: schemas.OfTheReport = False,
    output: option.Output = None,
    output_format: option.OutputFormat = None,
    config: option.ConfigFile = None,
    isolated: option.Isolated = False,
    jobs: option.Jobs = None,
    engine: option.Engine = "local",
    scheduler: option.Scheduler = None,
    plots: option.Plots = True,
    advice: option.Advice = True,
    quiet: option.Quiet = False,
    verbose: option.Verbose = False,
    width: option.Width = None,
    color: option.ColorOption = "auto",
) -> int:
    """Say what is wrong with a training run, how sure that is, and what to try next.

    What is not said here is looked up in the nearest lossdoc.toml or pyproject.toml ([tool.lossdoc]); `lossdoc config`
    shows what holds.

    Exit codes: 0 nothing that fails, 1 a finding at or above --fail-on or a gate that does not hold, 2 bad arguments or
    an input that gave no metric.
    """
    from lossdoc.cli._examine import examine
    from lossdoc.cli._in_force import gather, options_of
    from lossdoc.cli._jobs import engine_of
    from lossdoc.cli._outcome import exit_code
    from lossdoc.cli._targets import targets
    from lossdoc.cli._write import look_of, write

    format_ = format_name(format_) if format_ else None
    try:
        in_force = gather(locals())
        chosen = in_force.config.output_format
        # A format on the command line takes the place of the configured ones.
        wanted = targets(format_, output, chosen if output_format or not (format_ or output) else [])
        options = options_of(in_force)
        where = engine_of(jobs, engine, scheduler)
        result = examine(paths, options, in_force, where, quiet=quiet, write_baseline=write_baseline)
    except (ValueError, OSError) as error:
        return _refuse(str(error), format_)
    if not advice:
        result = result.without_advice()
    say_not_read(list(result.not_read), verbose=verbose)
    _say_notes(result.reports)
    look = look_of(wanted, width=width, color=color, plots=plots, quiet=quiet, verbose=verbose)
    look = replace(look, nearest=_nearest(result.reports, options) if verbose else {})
    code = exit_code(result, in_force.config)
    if not write(result, wanted, look):
        return 2
    return INTERRUPTED if result.interrupted else code


def _refuse(why: str, format_: str | None) -> int:
    """Bad arguments. A machine format is valid on this way out as well."""
    if format_ is not None and format_ != "text":
        emit(outputs.load(format_).write(outputs.Result([]), outputs.Options()), machine=True)
    say(why)
    return 2


def _say_notes(reports: Sequence[Report]) -> None:
    """Trainers that the keys contradict."""
    from lossdoc.show.notes import in_words

    notes = (note for report in reports for note in report.run.notes if note.kind == "trainer contradicted")
    for said in dict.fromkeys(map(in_words, notes)):
        say(said)


def _nearest(reports: Sequence[Report], options: "Options") -> dict[str, str]:
    """For keys that no document knows: the known words that look most like them."""
    keys = {curve.key for report in reports for curve in report.run.curves if not curve.known}
    near: dict[str, Any] = {key: options.knowledge.near(key) for key in sorted(keys)}
    return {key: f"nearest known: {', '.join(words[:2])}" for key, words in near.items() if words}

"""`lossdoc plot`: chosen curves of one or several runs in one picture, in the terminal or as SVG."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lossdoc.cli._errors import say, say_not_read
from lossdoc.cli._screen import Color, color_of, deliver, needs_ascii, width_of
from lossdoc.cli._values import reader_name, settings
from lossdoc.model.finding import NotRead

if TYPE_CHECKING:
    from lossdoc.show.picture import Choice

_ROWS = 14  # of one plot where no terminal says how many there are


def command(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Logs: files, folders of runs, globs, or -.")],
    metric: Annotated[
        list[str] | None,
        typer.Option(
            "--metric",
            "-m",
            metavar="NAME",
            help="A metric, a key, or a pattern of keys ('rewards/*'). Repeatable, or a,b.",
        ),
    ] = None,
    steps: Annotated[
        str | None, typer.Option(metavar="FROM:TO", help="Only this range of the axis: 100:500, 100:, :500.")
    ] = None,
    smooth: Annotated[
        float, typer.Option(min=0.0, max=0.9999, metavar="WEIGHT", help="Exponential mean, as in TensorBoard: 0.9.")
    ] = 0.0,
    log: Annotated[
        bool | None, typer.Option("--log/--linear", help="The vertical axis (default: what shows the course).")
    ] = None,
    findings: Annotated[bool, typer.Option("--findings/--no-findings", help="Mark where findings begin.")] = True,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE.svg", help="Write the picture to an SVG file.")
    ] = None,
    trainer: Annotated[str | None, typer.Option("--trainer", "-t", metavar="NAME", help="Who trained.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="What the log does not say.")
    ] = None,
    input_format: Annotated[str | None, typer.Option(metavar="NAME", help="Read the input as this format.")] = None,
    width: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Columns (default: the terminal's, else 80).")
    ] = None,
    height: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Rows of the picture (default: the terminal's).")
    ] = None,
    color: Annotated[Color, typer.Option(help="Colour the picture.")] = "auto",
) -> int:
    """Draw curves: one plot for each metric, its splits and all runs in it, findings marked.

    Without --metric it draws what `check` would. Exit codes: 0, or 2 for bad arguments and an input without metrics.
    """
    from lossdoc.api import Options, diagnose, read_paths
    from lossdoc.show.picture import arrange, svg, text
    from lossdoc.show.report import Options as Look

    try:
        if output is not None and output.suffix.lower() != ".svg":
            raise ValueError(f"--output {output}: the picture is written as SVG, so name the file {output.stem}.svg")
        options = Options(trainer, reader_name(input_format), settings(set_ or []))
        choice = _choice(metric or [], steps, smooth, log, findings)
        data = sys.stdin.buffer.read() if "-" in paths else None
        results = read_paths(paths, options, data)
        refused = [result for result in results if isinstance(result, NotRead)]
        say_not_read(refused, verbose=False)
        reports = [diagnose(run, options) for result in results if isinstance(result, list) for run in result]
        plots = arrange(reports, options.knowledge, choice) if reports else []
    except ValueError as error:
        say(str(error))
        return 2
    if not plots:
        say("nothing to draw: no points between these steps" if reports else "nothing to draw")
        return 2
    code = 2 if any(result.named for result in refused) else 0
    if output is not None:
        return deliver(svg.write(plots), output, code, machine=True)
    stream = sys.stdout
    look = Look(width=width_of(stream, width), color=color_of(stream, color), ascii=needs_ascii(stream))
    return deliver(text.write(plots, look, _rows(height, plots)), None, code, machine=False)


def _choice(words: list[str], steps: str | None, smooth: float, log: bool | None, findings: bool) -> Choice:
    from lossdoc.show.picture import Choice

    wanted = tuple(dict.fromkeys(word.strip() for text in words for word in text.split(",") if word.strip()))
    if steps is None:
        return Choice(wanted, smooth=smooth, log=log, findings=findings)
    first, colon, last = steps.partition(":")
    try:
        limits = (float(first or "-inf"), float(last or "inf"))
    except ValueError:
        colon = ""
    if not colon or not limits[0] <= limits[1]:
        raise ValueError(f"--steps {steps}: write it as FROM:TO, such as --steps 100:500")
    return Choice(wanted, limits, smooth, log, findings)


def _rows(height: int | None, plots: Sequence[object]) -> int:
    """Rows of one plot: of what was asked for, else of the terminal, the headings and the prompt left out."""
    if height is None and not sys.stdout.isatty():
        return _ROWS
    whole = height or shutil.get_terminal_size((80, 24)).lines - 1
    return whole // len(plots) - 3

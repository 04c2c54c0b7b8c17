"""`lossdoc plot`: chosen curves of one or several runs in one picture, in the terminal or as SVG or PNG."""

import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lossdoc.cli import _complete as complete
from lossdoc.cli import _options as option
from lossdoc.cli._errors import say, say_not_read
from lossdoc.cli._screen import Color, color_of, deliver, needs_ascii, save, width_of
from lossdoc.model.finding import NotRead

if TYPE_CHECKING:
    from lossdoc.api import Options
    from lossdoc.show.picture import Choice, Plot

_INTERVAL = 0.5  # seconds between two looks at a log that is followed
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
            autocompletion=complete.metrics,
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
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the picture to a file .svg or .png.")
    ] = None,
    trainer: option.Trainer = None,
    set_: option.Settings = None,
    map_: option.Names = None,
    input_format: option.InputFormat = None,
    metrics: option.Documents = None,
    config: option.ConfigFile = None,
    isolated: option.Isolated = False,
    width: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Columns (default: the terminal's, else 80).")
    ] = None,
    height: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Rows of the picture (default: the terminal's).")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Draw again as the log grows, until Ctrl-C (one PATH, a terminal).")
    ] = False,
    color: Annotated[Color, typer.Option(help="Colour the picture.")] = "auto",
) -> int:
    """Draw curves: one plot for each metric, its splits and all runs in it, findings marked.

    Without --metric it draws what `check` would. Exit codes: 0, or 2 for bad arguments and an input without metrics.
    """
    from lossdoc.api import diagnose, read_paths
    from lossdoc.cli._in_force import gather, options_of
    from lossdoc.show.picture import arrange, text
    from lossdoc.show.report import Options as Look

    try:
        if output is not None and output.suffix.lower() not in (".svg", ".png"):
            raise ValueError(f"--output {output}: a picture is {output.stem}.svg or {output.stem}.png")
        options = options_of(gather(locals()))
        choice = _choice(metric or [], steps, smooth, log, findings)
        if follow:
            if output is not None or len(paths) != 1 or "-" in paths:
                raise ValueError("--follow draws one log in the terminal: name one PATH, and no --output")
            return _follow(paths[0], options, choice, color, height)
        data = sys.stdin.buffer.read() if "-" in paths else None
        results = read_paths(paths, options, data)
        refused = [result for result in results if isinstance(result, NotRead)]
        say_not_read(refused, verbose=False)
        reports = [diagnose(run, options) for result in results if isinstance(result, list) for run in result]
        plots = arrange(reports, options.knowledge, choice) if reports else []
        file = _file(plots, output) if plots and output is not None else b""
    except ValueError as error:
        say(str(error))
        return 2
    if not plots:
        say("nothing to draw: no points between these steps" if reports else "nothing to draw")
        return 2
    code = 2 if any(result.named for result in refused) else 0
    if output is not None:
        return save(file, output, code)
    stream = sys.stdout
    look = Look(width=width_of(stream, width), color=color_of(stream, color), ascii=needs_ascii(stream))
    return deliver(text.write(plots, look, _rows(height, plots)), None, code, machine=False)


def _follow(path: str, options: "Options", choice: "Choice", color: Color, height: int | None) -> int:
    """Until Ctrl-C. A metric that is not there yet is waited for."""
    from lossdoc.live.watcher import Watcher
    from lossdoc.show.picture import arrange, text
    from lossdoc.show.report import Options as Dress
    from lossdoc.show.screen import Screen

    watcher = Watcher(path, options, time.monotonic)
    plots: list[Plot] = []
    waiting = "waiting for the first points; Ctrl-C ends"
    with Screen(color=color_of(sys.stdout, color)) as screen, suppress(KeyboardInterrupt):
        while True:
            watcher.changed()
            if watcher.due():
                reports = watcher.look(whole=True).reports
                try:
                    plots = arrange(reports, options.knowledge, choice) if reports else []
                except ValueError as error:  # a metric that may come, with what there is so far
                    waiting = str(error)
            dress = Dress(width_of(sys.stdout, None), color=color_of(sys.stdout, color), ascii=needs_ascii(sys.stdout))
            screen.show(text.write(plots, dress, _rows(height, plots)) if plots else waiting)
            time.sleep(_INTERVAL)
    return 0 if plots else 2


def _file(plots: "Sequence[Plot]", output: Path) -> bytes:
    from lossdoc.show.picture import png, svg

    return png.write(plots) if output.suffix.lower() == ".png" else svg.write(plots).encode()


def _choice(words: list[str], steps: str | None, smooth: float, log: bool | None, findings: bool) -> "Choice":
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

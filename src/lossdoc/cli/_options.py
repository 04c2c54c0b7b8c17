"""Options that several commands share, and those of `check`: declared once, with their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from lossdoc.cli import _complete as complete
from lossdoc.cli._documents import ConfigFile as ConfigFile
from lossdoc.cli._documents import Documents as Documents
from lossdoc.cli._documents import Isolated as Isolated
from lossdoc.cli._screen import Color
from lossdoc.show import report as outputs

FailOn = Literal["error", "warning", "info", "never"]

Paths = Annotated[
    list[str], typer.Argument(metavar="PATH...", help="Logs: files, folders of runs, globs, or - for standard input.")
]
Trainer = Annotated[
    str | None,
    typer.Option(
        "--trainer",
        "-t",
        metavar="NAME",
        help="Who trained: dpo, trl-dpo, verl-grpo, ...",
        autocompletion=complete.trainers,
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="What the log does not say: --set beta=0.1. Repeatable."),
]
Names = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="NAME=METRIC", help="A name of your own: --map my_dev=eval/loss. Repeatable."),
]
InputFormat = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Read the input as this format (see: lossdoc list formats).",
        autocompletion=complete.input_formats,
    ),
]
Select = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CHECK",
        help="Run only these checks, or those of a vital sign. Repeatable, or a,b,c.",
        autocompletion=complete.checks,
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option(metavar="CHECK", help="Leave these checks out. Repeatable, or a,b,c.", autocompletion=complete.checks),
]
ExtendSelect = Annotated[
    list[str] | None,
    typer.Option(metavar="CHECK", help="Add to the selection configured.", autocompletion=complete.checks),
]
ExtendIgnore = Annotated[
    list[str] | None,
    typer.Option(metavar="CHECK", help="Add to what is ignored as configured.", autocompletion=complete.checks),
]
SeverityOf = Annotated[
    list[str] | None,
    typer.Option(
        "--severity",
        metavar="CHECK=LEVEL",
        help="error, warning or info for findings of a check.",
        autocompletion=complete.severities,
    ),
]
LimitOf = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=NUMBER",
        help="Another limit: --limit overfitting.rise=0.1. Repeatable.",
        autocompletion=complete.limits,
    ),
]
FailOnOption = Annotated[
    FailOn | None, typer.Option(help="Exit with 1 on a finding of this severity or worse (default: error).")
]
Expect = Annotated[
    list[str] | None,
    typer.Option(metavar="GATE", help="What has to hold: 'eval/loss.last < 1.2', 'steps >= 3000'. Repeatable."),
]
Require = Annotated[
    list[str] | None,
    typer.Option(
        metavar="SIGN",
        help="Vital signs that have to be yes: learning,generalising. Unknown fails.",
        autocompletion=complete.signs,
    ),
]
MaxWarnings = Annotated[int | None, typer.Option(min=0, metavar="N", help="Exit with 1 on more warnings than this.")]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found.")]
Baseline = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Known findings, which are shown as known and fail nothing.")
]
WriteBaseline = Annotated[Path | None, typer.Option(metavar="FILE", help="Write what is found as known findings.")]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        metavar="NAME",
        help=f"One of: {', '.join(outputs.writer_names())}.",
        autocompletion=complete.output_formats,
    ),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report to a file.")]
OutputFormat = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FORMAT:FILE",
        help="A further report: sarif:lossdoc.sarif. Repeatable.",
        autocompletion=complete.output_formats,
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", "-j", min=1, metavar="N", help="Processes for many logs (default: all cores, if worth it)."),
]
Engine = Annotated[
    Literal["local", "dask"],
    typer.Option(help="Where many logs are examined: on this machine, or on a running cluster (lossdoc[dask])."),
]
Scheduler = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="The scheduler of the cluster (tcp://host:8786). Its workers read the paths."),
]
Plots = Annotated[bool, typer.Option("--plots/--no-plots", help="Draw the curves that matter.")]
Advice = Annotated[
    bool, typer.Option("--advice/--no-advice", help="Likely causes and what to try, beside measurements.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="One line per run.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Shorten nothing; all runs in full.")]
Width = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Columns of the report (default: the terminal's, else 80).")
]
ColorOption = Annotated[Color, typer.Option(help="Colour the report.")]

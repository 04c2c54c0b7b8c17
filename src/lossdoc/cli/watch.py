"""`lossdoc watch`: judges a log while it is written, and tells each finding once, as it comes."""

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from msgspec import Struct
from msgspec.structs import replace

from lossdoc.cli import _complete as complete
from lossdoc.cli import _options as option
from lossdoc.cli._errors import say, say_not_read
from lossdoc.cli._screen import Color, color_of, emit, needs_ascii, width_of
from lossdoc.model.finding import SEVERITIES
from lossdoc.show import stream

if TYPE_CHECKING:
    from lossdoc.api import Options
    from lossdoc.config.layers import InForce
    from lossdoc.live.news import News
    from lossdoc.live.watcher import Look, Watcher
    from lossdoc.model.finding import Report
    from lossdoc.model.run import Run
    from lossdoc.show.screen import Screen


def command(
    path: Annotated[
        str, typer.Argument(metavar="PATH", help="A log, there already or not, a folder of a run, a glob.")
    ],
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
    fail_fast: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CHECK", help="End at once, with 1, on a finding of these checks.", autocompletion=complete.checks
        ),
    ] = None,
    until_idle: Annotated[
        float | None, typer.Option(min=0.0, metavar="SECONDS", help="End when nothing was written for so long.")
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(min=0.0, metavar="SECONDS", help="End after so long, come what may.")
    ] = None,
    interval: Annotated[float, typer.Option(min=0.01, metavar="SECONDS", help="How often to look at the file.")] = 1.0,
    on_finding: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND", help="Run for each confirmed warning and error: JSON on its input, LOSSDOC_CHECK set."
        ),
    ] = None,
    suspected: Annotated[
        bool,
        typer.Option("--suspected", help="Run it for what is suspected and withdrawn too; LOSSDOC_STATE says which."),
    ] = False,
    format_: Annotated[
        Literal["text", "jsonl"], typer.Option("--format", "-f", help="Lines for people, or one JSON object a line.")
    ] = "text",
    config: option.ConfigFile = None,
    isolated: option.Isolated = False,
    live: Annotated[
        bool | None, typer.Option("--live/--lines", help="Charts and signs below the lines (default: on a terminal).")
    ] = None,
    color: Annotated[Color, typer.Option(help="Colour the lines.")] = "auto",
) -> int:
    """Follow a log that grows and tell each finding once, as soon as it can be known.

    What further records may still take back is told at once as suspected, and later confirmed or withdrawn.
    --fail-fast, --on-finding and the exit code act on what is confirmed.

    At the end (--until-idle, --timeout, --fail-fast, Ctrl-C) the whole log is judged once more, as `check` does.
    Exit codes are those of `check`: 0, 1 for findings at or above --fail-on, 2 where there was nothing to judge.
    """
    from lossdoc.cli._in_force import gather, listed, options_of
    from lossdoc.live.watcher import Watcher

    try:
        in_force = gather(locals())
        options = options_of(in_force)
        fast = _checks(listed(fail_fast or []))
    except (ValueError, OSError) as error:
        say(str(error))
        return 2
    rules = in_force.config
    watcher = Watcher(path, options, time.monotonic, _by_the_rules(in_force))
    out = stream.Writer(format_, color=color_of(sys.stdout, color), ascii=needs_ascii(sys.stdout))
    ends = Ends(fast, until_idle, timeout)
    command = OnFinding(on_finding, suspected) if on_finding else None
    if format_ != "text" or not (live if live is not None else sys.stdout.isatty()):
        return follow(watcher, ends, interval, Told(out, command), rules.fail_on)
    from lossdoc.show.screen import Screen

    with Screen(color=out.color) as screen:
        code = follow(watcher, ends, interval, told := Told(out, command, screen), rules.fail_on)
    told.last_words()
    return code


def _by_the_rules(in_force: "InForce") -> "Callable[[Run, Options, Sequence[str]], Report]":
    """Judges a run by what the configuration says of it; checks that are handed over beside it are left out as well."""
    from lossdoc.api import diagnose
    from lossdoc.config.apply import for_run

    def judge(run: "Run", options: "Options", beside: Sequence[str]) -> "Report":
        rules = for_run(in_force, run)
        return diagnose(run, replace(rules, ignore=(*rules.ignore, *beside)).over(options))

    return judge


def _checks(words: list[str]) -> tuple[str, ...]:
    """Ids of checks and, for a vital sign, of all that bear on it; ValueError with the nearest for any other word."""
    from lossdoc import checks
    from lossdoc.config.errors import near
    from lossdoc.config.words import check_ids

    known = checks.check_ids()
    for word in (found := check_ids(words)):
        if word not in known:
            raise ValueError(f"--fail-fast: no check {word!r}.{near(word, known)} See: lossdoc list checks")
    return found


class Ends(Struct, frozen=True):
    """What ends a watch: a finding of these checks, so many seconds without news, so many seconds in all."""

    fail_fast: tuple[str, ...] = ()
    until_idle: float | None = None
    timeout: float | None = None

    def at_once(self, news: "News") -> bool:
        return news.finding.check in self.fail_fast and news.finding.severity != "info" and news.state == "confirmed"

    def reached(self, now: float, begun: float, last_news: float) -> bool:
        """Whether the time is over; before anything was there only the timeout counts."""
        if self.timeout is not None and now - begun >= self.timeout:
            return True
        return self.until_idle is not None and now - last_news >= self.until_idle


@dataclass
class OnFinding:
    """A command of the user's that is run for findings that are more than information."""

    command: str
    suspected: bool = False  # for those too that are suspected or withdrawn
    lost: bool = field(default=False, init=False)  # it could not be run, which is said once

    def run(self, news: "News", records: int) -> None:
        """Nothing of the log becomes part of the command line: a message is data on its standard input."""
        import os
        import subprocess

        finding = news.finding
        if finding.severity == "info" or not (self.suspected or news.state == "confirmed"):
            return
        said = {"CHECK": finding.check, "SEVERITY": finding.severity, "STATE": news.state}
        environment = {**os.environ, **{f"LOSSDOC_{name}": word for name, word in said.items()}}
        document = stream.as_json(*news, records).encode()
        done = subprocess.run(self.command, shell=True, input=document, env=environment, check=False)
        if done.returncode and not self.lost:
            self.lost = True
            say(f"--on-finding: the command ended with {done.returncode}")


@dataclass
class Told:
    """Where findings go: standard output, and a command."""

    writer: stream.Writer
    command: OnFinding | None = None
    screen: "Screen | None" = None
    _last: str = field(default="", init=False)

    def findings(self, look: "Look") -> None:
        for news in look.new:
            self._say(self.writer.finding(*news, look.records))
            if self.command:
                self.command.run(news, look.records)

    def picture(self, look: "Look", silent: float) -> None:
        """Where the run stands, for those who look on; `silent` is in seconds."""
        if self.screen is not None:
            from lossdoc.show.report import Options as Dress
            from lossdoc.show.screen import standing

            dress = Dress(width_of(sys.stdout, None), color=self.writer.color, ascii=self.writer.ascii)
            self.screen.show(standing(look.reports, silent, dress, look.since))

    def end(self, look: "Look", code: int) -> None:
        self.picture(look, 0.0)
        withdrawn = [news.finding for news in look.new if news.state == "withdrawn"]
        self._last = self.writer.end(look.reports, withdrawn, code)
        if self.screen is None:
            self.last_words()

    def last_words(self) -> None:
        """How each run stands: the last line of all, below a picture too."""
        emit(self._last, machine=self.writer.format == "jsonl")

    def _say(self, line: str) -> None:
        if self.screen is not None:
            self.screen.say(line)
        else:
            emit(line, machine=self.writer.format == "jsonl")


def follow(
    watcher: "Watcher",
    ends: Ends,
    interval: float,
    told: Told,
    fail_on: option.FailOn,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Look again and again until an end is reached; the exit code."""
    stopped = False
    begun = last_news = watcher.clock()
    appeared = Path(watcher.path).exists()
    look = watcher.last
    with suppress(KeyboardInterrupt):  # the way in which a person ends a watch: what there is is judged once more
        while True:
            if watcher.changed():
                last_news, appeared = watcher.clock(), True
            if watcher.due():
                look = watcher.look()
                told.findings(look)
                stopped = any(ends.at_once(news) for news in look.new)
            now = watcher.clock()
            told.picture(look, now - last_news)
            if stopped or ends.reached(now, begun, last_news if appeared else now):
                break
            sleep(interval)
    watcher.changed()
    look = watcher.look(at_the_end=True)
    told.findings(look)
    say_not_read(list(look.not_read), verbose=False)
    code = 1 if stopped else _exit_code(look, fail_on)
    told.end(look, code)
    return code


def _exit_code(look: "Look", fail_on: option.FailOn) -> int:
    if any(unread.named for unread in look.not_read) or not look.reports:
        return 2
    bad = () if fail_on == "never" else SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return int(any(finding.severity in bad for report in look.reports for finding in report.findings))

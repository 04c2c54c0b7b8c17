"""A server of the Model Context Protocol: read, check, compare, explain and watch for an assistant, and nothing else.

It reads logs inside of the folders that it was started with, and writes nothing. `lossdoc mcp FOLDER` starts it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

import lossdoc
from lossdoc.api import Options
from lossdoc.integrations.allowed import Allowed
from lossdoc.knowledge import Knowledge
from lossdoc.knowledge.recognise import hint_from_name
from lossdoc.live import OF_THE_END
from lossdoc.live.watcher import Watcher
from lossdoc.model.finding import Report
from lossdoc.model.run import Curve
from lossdoc.show import comparison
from lossdoc.show import report as outputs
from lossdoc.show.pages import Look, trainer_of
from lossdoc.show.pages.explain import explain
from lossdoc.show.report.json import curve_fields, plain

INSTRUCTIONS = """\
lossdoc is the linter for training runs. To find out what is wrong with one: `check` its log (a file, a folder of a run,
a pattern). The report gives a verdict, five signs with their evidence, findings with the step where each began, likely
causes in the order in which this log supports them, and the setting to change with its value. Name the trainer (dpo,
trl-grpo, sft, ...) if you know it and pass settings that the log does not show. Then `explain` a check or a metric of
the report, `read` values around a step, and `compare` with a run that went well. `watch` waits for news of a run that
still trains. Judge by what is measured: the report says what it could not judge, and what the log cannot prove.
"""
LOOK = outputs.Options(width=100, plots=False)  # of a text that no terminal shows
_LONGEST, _LOOK = 300.0, 1.0  # seconds that a watch may take, and between two looks at the file
_VALUES = 400  # values of one curve in one answer

Log = Annotated[
    str,
    Field(description="A log, a folder of a run or a glob, inside of the folders of this server; relative to them."),
]
Trainer = Annotated[str | None, Field(description="Who trained, if known: dpo, sft, grpo, trl-dpo, verl-grpo, ...")]
Settings = Annotated[
    dict[str, float | str] | None,
    Field(description='What the log does not say: {"beta": 0.1, "max_grad_norm": 1.0}.'),
]
Checks = Annotated[list[str] | None, Field(description="Ids of checks, to judge by these alone.")]
Form = Annotated[
    Literal["text", "json"], Field(description="text to read; json for every number (`lossdoc check --schema`).")
]


def server(allowed: Allowed) -> MCPServer:
    """The server with its tools. `allowed` are the folders whose logs it reads."""
    made = MCPServer("lossdoc", version=lossdoc.__version__, instructions=INSTRUCTIONS, log_level="ERROR")
    tools = Tools(allowed)
    only_reads = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)
    for tool in (tools.check, tools.read, tools.compare, tools.explain, tools.watch):
        made.tool(annotations=only_reads, structured_output=False)(_told(tool))
    return made


def _told(tool: Callable[..., str]) -> Callable[..., str]:
    """The tool, whose refusals reach the assistant in words: what, why, what to do."""

    @wraps(tool)
    def told(**arguments: Any) -> str:
        try:
            return tool(**arguments)
        except (ValueError, LookupError, OSError) as error:
            raise ToolError(str(error)) from error

    return told


class Tools:
    """The five tools. Docstrings are what an assistant is told of them."""

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed

    def check(
        self,
        path: Log,
        trainer: Trainer = None,
        settings: Settings = None,
        select: Checks = None,
        format: Form = "text",
    ) -> str:
        """Judge training runs: what is wrong, since when, by how much, how sure, likely causes and what to change."""
        reports = lossdoc.check_all(
            self._allowed.path(path), trainer=trainer, settings=settings, select=select or (), ignore=()
        )
        return _written(reports, format)

    def read(
        self,
        path: Log,
        metrics: Annotated[
            list[str], Field(description="Ids or keys whose values to give; none: what there is, with first and last.")
        ] = [],  # noqa: B006  a default of the protocol, never changed
        first_step: float | None = None,
        last_step: float | None = None,
        trainer: Trainer = None,
    ) -> str:
        """What a log holds, not judged: runs, trainer, settings and curves; or the values of chosen curves by step.

        Long curves are thinned to 400 values; `first_step` and `last_step` look closer.
        """
        runs = lossdoc.read(self._allowed.path(path), trainer=trainer)
        made = []
        for run in runs:
            chosen = [c for c in run.curves if {c.metric, c.key, c.name} & set(metrics)]
            if metrics and not chosen and len(runs) == 1:
                there = ", ".join(dict.fromkeys(curve.metric for curve in run.curves))
                raise ValueError(f"no curve {', '.join(metrics)} in {run.source}; there are: {there}")
            made.append(
                {
                    "source": run.source,
                    "name": run.name,
                    "format": run.format,
                    "records": run.records,
                    "trainer": {"candidates": run.trainer.candidates, "framework": run.trainer.framework},
                    "config": run.config,
                    "curves": [_values(c, first_step, last_step) for c in chosen]
                    if metrics
                    else [curve_fields(c) for c in run.curves],
                }
            )
        return _json({"runs": made})

    def compare(
        self,
        baseline: Log,
        other: Log,
        by: Annotated[
            Literal["step", "epoch", "tokens", "time"] | None, Field(description="The axis; by itself what both have.")
        ] = None,
        trainer: Trainer = None,
    ) -> str:
        """Hold a run against a baseline: better or worse beyond the noise, by how much, since when, which settings."""
        found = lossdoc.compare(self._allowed.path(baseline), self._allowed.path(other), by=by, trainer=trainer)
        return comparison.load("text").write(found, (), LOOK)

    def explain(
        self,
        word: Annotated[
            str,
            Field(
                description="A check, metric, key of a log, loss function, trainer, word (warm-up) or number (0.6931)."
            ),
        ],
        trainer: Trainer = None,
    ) -> str:
        """Explain a word or a number of a report: what it means, what is usual, what to look for, what to try."""
        knowledge = Knowledge.load()
        asked = trainer_of(trainer, knowledge)
        return explain(word, knowledge, Look(width=LOOK.width, drawings=False, trainer=asked))

    def watch(
        self,
        path: Log,
        seconds: Annotated[float, Field(ge=0, le=_LONGEST, description="How long to wait for news.")] = 30.0,
        trainer: Trainer = None,
        settings: Settings = None,
    ) -> str:
        """Follow a run that still trains: waits for a new warning or error, at most so many seconds, and reports."""
        asked = Options(trainer=trainer, settings=settings or {}, ignore=OF_THE_END)
        if trainer:
            hint_from_name(trainer, asked.knowledge)
        watcher = Watcher(self._allowed.path(path), asked, time.monotonic)
        ends = time.monotonic() + seconds
        watcher.changed()
        before = now = watcher.look(whole=True)
        known = {f.id for report in before.reports for f in report.findings}
        new: list[str] = []
        while not new and (left := ends - time.monotonic()) > 0:
            time.sleep(min(_LOOK, left))
            watcher.changed()
            if watcher.due() or (watcher.pending and ends - time.monotonic() <= 0):
                now = watcher.look(whole=True)
                found = [f for report in now.reports for f in report.findings if f.id not in known]
                new = [f.check for f in found if f.severity != "info"]
        if not now.reports:
            raise ValueError("; ".join(f"no metrics in {n.source}: found {n.found}; {n.why}" for n in now.not_read))
        grown = f"{now.records - before.records} more records than at the start of this call"
        news = f"new: {', '.join(dict.fromkeys(new))}" if new else "no new warning or error"
        return f"{now.records} records, {grown}; {news}.\n\n{_written(now.reports, 'text')}"


def _written(reports: Sequence[Report], form: str) -> str:
    return outputs.load(form).write(outputs.Result(reports), LOOK)


def _values(curve: Curve, first: float | None, last: float | None) -> dict[str, Any]:
    import numpy as np

    low, high = -np.inf if first is None else first, np.inf if last is None else last
    inside = np.flatnonzero((curve.steps >= low) & (curve.steps <= high))
    kept = inside[np.linspace(0, len(inside) - 1, _VALUES).astype(int)] if len(inside) > _VALUES else inside
    return {
        "metric": curve.metric,
        "split": curve.split,
        "labels": curve.labels,
        "key": curve.key,
        "axis": curve.axis,
        "thinned": len(kept) < len(inside),
        "values": [
            [step, value] for step, value in zip(curve.steps[kept].tolist(), curve.values[kept].tolist(), strict=True)
        ],
    }


def _json(document: Any) -> str:
    import json

    return json.dumps(plain(document), allow_nan=False)

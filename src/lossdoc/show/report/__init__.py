"""One file (or folder) per output format. A writer is a pure function of reports.

A writer is a module of this folder (not starting with "_") with `NAME` (the word after --format), `TITLE` (one line
for people), and `write(result, options) -> str`. Text for people goes through the same door. Writers are found by
walking the folder: a new format is one new file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from lossdoc.model.finding import NotRead, Report, Verdict

VERDICTS: tuple[Verdict, ...] = ("failing", "suspicious", "not judged", "healthy")  # worst first


class Result(Struct, frozen=True):
    """Everything that one call of `check` found out."""

    reports: Sequence[Report]
    not_read: Sequence[NotRead] = ()
    interrupted: bool = False  # Ctrl-C: what was found until then

    def without_advice(self) -> Result:
        """Measurements only: no causes, no next steps."""
        reports = []
        for report in self.reports:
            bare = [replace(f, causes=(), suspects=(), next=(), changes=()) for f in report.findings]
            reports.append(replace(report, findings=bare))
        return replace(self, reports=reports)

    @property
    def worst_first(self) -> list[Report]:
        """Reports by verdict, then by the number of root findings of each severity, then as given."""
        return sorted(self.reports, key=_rank)


class Options(Struct, frozen=True):
    """How text for people looks. Machine formats need none of it.

    width: columns; height: lines of the screen, None where nobody looks at one;
    color: ANSI colours; ascii: nothing outside ASCII; plots: draw curves;
    quiet: one line per run; verbose: nothing is shortened;
    nearest: for keys that no document knows, what they may have meant;
    paths: sources by the name that a build server's repository has for them.
    """

    width: int = 80
    height: int | None = None
    color: bool = False
    ascii: bool = False
    plots: bool = True
    quiet: bool = False
    verbose: bool = False
    nearest: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)


class Writer(Protocol):
    """The interface of a writer; modules satisfy it."""

    NAME: str
    TITLE: str

    def write(self, result: Result, options: Options) -> str: ...


def writer_names() -> list[str]:
    """Names of all output formats, without importing any: a module's name is its format's."""
    return sorted(m.name.replace("_", "-") for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))


@cache
def load(name: str) -> Writer:
    """The writer of a format."""
    return importlib.import_module(f"{__name__}.{name.replace('-', '_')}")


def _rank(report: Report) -> tuple[int, int, int]:
    counts = [sum(f.severity == severity for f in report.roots) for severity in ("error", "warning")]
    return VERDICTS.index(report.verdict), -counts[0], -counts[1]

"""Findings that are known: what `--write-baseline` writes and `--baseline` reads.

A finding is told by its check and its curve (`Finding.id`), so that it is the same in the next run of another seed;
and by its source, unless baseline and call have one run each and the old log is gone: nightly logs carry their date.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from lossdoc import __version__
from lossdoc.model.finding import SEVERITIES, Finding, Report, Severity

KNOWN = "in the baseline"


class BaselineError(ValueError):
    """A baseline that cannot be read; the text says which and why."""


class Entry(msgspec.Struct, frozen=True):
    """One known finding. `message` is for people who read the file."""

    source: str
    run: str
    id: str
    check: str
    severity: Severity
    metric: str | None = None
    split: str | None = None
    message: str = ""

    @property
    def name(self) -> str:
        """`overfitting (eval loss) in run.log`."""
        curve = " ".join(part for part in (self.split if self.split != "train" else "", self.metric) if part)
        return f"{self.check}{f' ({curve})' if curve else ''} in {self.source}{f' [{self.run}]' if self.run else ''}"


class _File(msgspec.Struct, frozen=True):
    schema: int
    findings: list[Entry]


def read(path: Path) -> list[Entry]:
    """The entries of a baseline; BaselineError where there is none."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_File)
    except OSError as error:
        raise BaselineError(
            f"--baseline {path}: {error.strerror or error}; --write-baseline {path} writes one"
        ) from None
    except msgspec.MsgspecError as error:
        raise BaselineError(f"--baseline {path}: no baseline of lossdoc: {error}") from None
    if found.schema != 1:
        raise BaselineError(f"--baseline {path}: schema {found.schema} is newer than this version of lossdoc")
    return found.findings


def text(reports: Sequence[Report], path: Path) -> str:
    """The baseline of what was found; sources are seen from its folder, so that it can be moved with them."""
    entries = [
        Entry(
            _seen_from(path, report.run.source),
            report.run.name,
            finding.id,
            finding.check,
            finding.severity,
            finding.metric,
            finding.split,
            finding.message.encode("utf-8", "replace").decode(),
        )
        for report in reports
        for finding in report.findings
    ]
    entries.sort(key=lambda entry: (entry.source, entry.run, entry.check, entry.id))
    document = {"schema": 1, "lossdoc": __version__, "findings": msgspec.to_builtins(entries)}
    return json.dumps(document, indent=2) + "\n"


def mark(reports: Sequence[Report], entries: Sequence[Entry], path: Path) -> tuple[list[Report], list[Entry]]:
    """Reports in which the findings of the baseline are known, and entries of these runs that nothing fits any more.

    A finding that became more severe than it was is news.
    """
    single = len(reports) == 1 and _one_gone(entries, path)
    used: set[int] = set()
    marked: list[Report] = []
    looked_at: set[int] = set()
    for report in reports:
        place = (_seen_from(path, report.run.source), report.run.name)
        mine = {n: e for n, e in enumerate(entries) if single or (e.source, e.run) == place}
        looked_at |= set(mine)
        findings = []
        for finding in report.findings:
            number = next((n for n, entry in mine.items() if _covers(entry, finding)), None)
            if number is not None:
                used.add(number)
            findings.append(finding if number is None or finding.known else replace(finding, known=KNOWN))
        marked.append(replace(report, findings=findings))
    return marked, [entries[n] for n in sorted(looked_at - used)]


def _one_gone(entries: Sequence[Entry], path: Path) -> bool:
    """All entries are of one run whose log is no longer there: the one that is judged now takes its place."""
    places = {(entry.source, entry.run) for entry in entries}
    return len(places) == 1 and not (path.parent / places.pop()[0]).exists()


def _covers(entry: Entry, finding: Finding) -> bool:
    worse = SEVERITIES.index(finding.severity) < SEVERITIES.index(entry.severity)
    return entry.id == finding.id and not worse


def _seen_from(path: Path, source: str) -> str:
    """A source relative to the folder of the baseline, with slashes on every system; standard input keeps its name."""
    if not os.path.exists(source):
        return source
    try:
        return os.path.relpath(source, path.parent).replace(os.sep, "/")
    except ValueError:  # another drive
        return source.replace(os.sep, "/")


def with_reasons(reports: Sequence[Report]) -> list[Report]:
    """Reports in which every known finding says so in its sentence, whatever format it is written in."""

    def said(finding: Finding) -> Finding:
        if not finding.known:
            return finding
        return replace(finding, message=f"{finding.message.rstrip('.')} (known: {finding.known.rstrip('.')})")

    return [replace(report, findings=[said(f) for f in report.findings]) for report in reports]

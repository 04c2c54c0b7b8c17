"""One input through reading, judging and every writer; what went wrong on the way, in words that group alike faults."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import time
import traceback
import warnings
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator

from lossdoc.api import Options, diagnose, read_source
from lossdoc.input.source import Source
from lossdoc.judge.engine import BROKEN
from lossdoc.model.finding import NotRead, Report
from lossdoc.readers._door import FAILED
from lossdoc.show import report as writers
from lossdoc.show.report.html import explorer

SLOW_SECONDS = 3.0
_LOOKS = (
    writers.Options(),
    writers.Options(width=1, ascii=True, verbose=True),
    writers.Options(width=10_000, color=True, quiet=True),
)
_LOADED = {"img", "iframe", "link", "object", "embed", "base", "form"}
_FEW = 10  # runs of which all reports are written in full


@dataclass
class Outcome:
    """Faults by kind: crash, check, reader, warning, output, slow. Each in one line."""

    faults: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0
    runs: int = 0


def tried(name: str, data: bytes, options: Options) -> Outcome:
    """All of what `lossdoc check` does with one file, but the screen. Seconds are those of the processor."""
    outcome = Outcome()
    start = time.process_time()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            _through(Source(name, data), options, outcome)
        except Exception as error:
            outcome.faults.append(("crash", _where(error)))
    outcome.seconds = time.process_time() - start
    outcome.faults += [
        ("warning", f"{Path(w.filename).name}:{w.lineno} {w.category.__name__}: {w.message}"[:200])
        for w in caught
        if not issubclass(w.category, ResourceWarning)
    ]
    if outcome.seconds > SLOW_SECONDS:
        outcome.faults.append(("slow", f"{name}: {outcome.seconds:.1f} s"))
    return outcome


def _through(source: Source, options: Options, outcome: Outcome) -> None:
    found = read_source(source, options)
    reports: list[Report] = []
    not_read: list[NotRead] = []
    if isinstance(found, NotRead):
        not_read.append(found)
        if FAILED in found.why:
            outcome.faults.append(("reader", found.why[:200]))
    else:
        reports += [diagnose(run, options) for run in found]
    outcome.runs = len(reports)
    for report in reports:
        outcome.faults += [("check", f"{s.check}: {s.why[:160]}") for s in report.skipped if BROKEN in s.why]
        outcome.faults += [("reader", u.why[:200]) for u in report.run.unread if FAILED in u.why]
    result = writers.Result(reports, not_read)
    for name in writers.writer_names():
        looks = [look for look in _LOOKS if len(reports) <= _FEW or not look.verbose]
        for look in looks if name == "text" else _LOOKS[:1]:
            text = writers.load(name).write(result, look)
            outcome.faults += [("output", f"{name}: {why}") for why in invalid(name, text)]


def invalid(name: str, text: str) -> list[str]:
    """Why an output is not what its format says, or is dangerous; [] where it is well."""
    text.encode("utf-8", "strict" if name != "text" else "replace")
    try:
        if name in ("json", "gitlab", "sarif"):
            document = json.loads(text, parse_constant=_no_constant)
            return (
                [f"{error.json_path}: {error.message}"[:160] for error in _sarif(document)] if name == "sarif" else []
            )
        if name == "json-lines":
            for line in text.splitlines():
                json.loads(line, parse_constant=_no_constant)
        elif name == "csv":
            rows = list(csv.reader(io.StringIO(text), strict=True))
            wrong = [
                cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@")) and not _number(cell)
            ]
            return [f"a formula: {cell[:60]!r}" for cell in wrong] + ["ragged"] * (len(set(map(len, rows))) != 1)
        elif name == "github":
            lines = text.split("\n")[:-1]
            return [f"no command: {line[:60]!r}" for line in lines if not _COMMAND.fullmatch(line)]
        elif name == "compact":
            return [f"no finding: {line[:60]!r}" for line in text.split("\n")[:-1] if not _FINDING.fullmatch(line)]
        elif name == "junit":
            ElementTree.fromstring(text)
        elif name == "html":
            page = _Page()
            page.feed(text)
            return page.wrong
    except (ValueError, csv.Error, ElementTree.ParseError) as error:
        return [f"{type(error).__name__}: {error}"[:120]]
    if name in ("text", "markdown") and any(ord(char) < 32 and char not in "\n\x1b" for char in text):
        return ["a control character"]
    if name == "markdown" and (found := _LIVE.search(_CODE.sub("", text))):
        return [f"markup: {found[0]!r}"]
    return []


_COMMAND = re.compile(r"::(error|warning|notice) file=[^:,\r\n]*(,line=\d+)?,title=[^:,\r\n]*::[^\r\n]+")
_FINDING = re.compile(r"[^\r\n]*:\d+: (error|warning|info) [\w-]+ [^\r\n]+")
_CODE = re.compile(r"`[^`\n]*`|</?details>|</?summary>")
_LIVE = re.compile(r"<[a-zA-Z/!]|\]\(|!\[|@\w")


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _sarif(document: Any) -> list[ValidationError]:
    """By the schema of OASIS, where SARIF_SCHEMA names the file: it is not ours to ship."""
    validator = _validator()
    return [] if validator is None else list(validator.iter_errors(document))[:3]


@cache
def _validator() -> Validator | None:
    path = os.environ.get("SARIF_SCHEMA")
    return Draft7Validator(json.loads(Path(path).read_text())) if path else None


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is no JSON")


class _Page(HTMLParser):
    """A page may load nothing, and run nothing but what is ours: its data is JSON."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.script = ""
        self.data = False  # the script that is open is JSON

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.script, self.data = "", ("type", "application/json") in attrs
        if tag in _LOADED or any(key.startswith("on") or key in ("src", "srcset") for key, _ in attrs):
            self.wrong.append(f"<{tag}> in the page")

    def handle_data(self, data: str) -> None:
        self.script += data  # a script comes in pieces

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self.data:
            json.loads(self.script, parse_constant=_no_constant)
        elif tag == "script" and self.script not in explorer.programs():
            self.wrong.append("a script that is not ours")


def _where(error: Exception) -> str:
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "lossdoc" in f.filename]
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    return f"{place} {type(error).__name__}: {error}"[:200]

"""Every dangerous string of the fuzzer, in keys, labels and file names, through every output."""

from __future__ import annotations

import csv
import io
import json
import re
from functools import cache

import pytest

from benchmarks.fuzz.mutate import HOSTILE
from benchmarks.fuzz.trial import invalid
from lossdoc.api import Options, diagnose, read_source
from lossdoc.input.source import Source
from lossdoc.model.finding import NotRead, Report
from lossdoc.model.run import Run
from lossdoc.show import report as outputs
from lossdoc.show import table
from lossdoc.show.blocks.markdown import plain as in_markdown
from lossdoc.show.report._words import safe

NAME = "a\n::error::x <img src=x> ![i](http://e.example) ##vso[task.setvariable]x \x1b[31m\u202e\U000e0041.jsonl"
KEYS = [text[:80].encode("utf-8", "replace").decode() for text in HOSTILE]
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e0fff]")


@cache
def runs() -> list[Run]:
    rows = []
    for step in range(60):
        bad = "nan" if step > 40 else 3 - 0.02 * step
        keys = {f"{key}_loss{n}": 1.0 + 0.1 * step for n, key in enumerate(KEYS)}
        rows.append(json.dumps({"step": step, "loss": bad, **keys, **{f"{key}/loss": bad for key in KEYS}}))
    found = read_source(Source(NAME, "\n".join(rows).encode()), Options())
    assert isinstance(found, list)
    return found


@cache
def reports() -> list[Report]:
    return [diagnose(run, Options()) for run in runs()]


@pytest.mark.parametrize("name", outputs.writer_names())
@pytest.mark.parametrize("look", [outputs.Options(verbose=True), outputs.Options(width=40, ascii=True, quiet=True)])
def test_nothing_of_a_log_takes_hold(name: str, look: outputs.Options) -> None:
    result = outputs.Result(reports(), [NotRead(NAME, KEYS[0], "\n::error::y")])
    written = outputs.load(name).write(result, look)
    assert invalid(name, written) == []
    assert not _CONTROL.search(written)
    assert "##vso[" not in written or name in ("json", "json-lines", "html")
    if name in ("text", "markdown"):
        assert not re.search(r"^\s*::", written, re.M)
    if name == "github":
        assert all(re.match(r"::(error|warning|notice) [^\n]*::", line) for line in written.splitlines())
        assert written.count("\n") == len(written.splitlines())
    if name == "markdown":
        assert not re.search(r"<(?!/?(?:details|summary)>)|!\[|\]\(|://|www\.", written)


@pytest.mark.parametrize("wide", [False, True])
def test_no_cell_of_a_table_is_a_formula(wide: bool) -> None:
    rows = list(csv.reader(io.StringIO(table.encode(runs(), "csv", wide).decode())))
    cells = {cell for row in rows for cell in row}
    numbers = re.compile(r"-?(?:\d.*|Infinity)")
    assert [cell for cell in cells if cell[:1] in "=+-@\t\r" and cell and not numbers.fullmatch(cell)] == []
    assert any(cell.startswith("'=") for cell in cells)


def test_words_that_machines_obey_are_broken() -> None:
    assert safe("##vso[task]x ##[error]y ##teamcity[z]") == "# #vso[task]x # #[error]y # #teamcity[z]"
    assert safe("## a heading") == "## a heading"
    assert in_markdown("see http://e.example or WWW.e.example") == ("see http:&#47;&#47;e.example or WWW&#46;e.example")


def test_a_line_of_text_begins_no_command() -> None:
    (report,) = reports()[:1]
    text = outputs.load("text").write(outputs.Result([report]), outputs.Options(width=40, verbose=True))
    assert "\n::" not in text

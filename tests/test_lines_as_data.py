"""Every `readers/lines/*.yaml` is whole: what was left out is said in a sentence, before its samples are read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lossdoc.readers import line_formats
from lossdoc.readers._line_kinds import Kind

FOLDER = Path(line_formats.__file__).parent / "lines"
ASKED = {
    "title": "the program, for people",
    "anchors": "text that stands in every line that counts",
    "lines": "patterns of the lines, see readers/_line_engine.py",
    "samples": "lines as the program prints them, with the records that they hold",
}
OPTIONAL = {"base", "framework", "summed_up"}
OF_A_SAMPLE = {"program", "cite", "text", "records"}
WHOLE = """title: Foo
anchors: ["foo "]
lines:
  - pattern: '^foo (?P<step>\\d+): (?P<body>.+)'
samples:
  - {program: foo 1, cite: foo.py, text: "foo 1: loss 2", records: [{line: 1, step: 1, values: {loss: "2"}}]}
"""


def faults(data: dict[str, Any]) -> Iterator[str]:
    yield from (f"{field}: missing: {what}" for field, what in ASKED.items() if not data.get(field))
    yield from (f"{field}: there is no such field" for field in sorted(set(data) - set(ASKED) - OPTIONAL))
    for number, line in enumerate(data.get("lines") or (), 1):
        if "pattern" not in line:
            yield f"lines, {number}: pattern: missing"
        yield from (f"lines, {number}: there is no option {o}" for o in sorted(set(line) - set(Kind.__struct_fields__)))
        for option in ("pattern", "each"):
            try:
                re.compile(line.get(option, ""))
            except re.error as error:
                yield f"lines, {number}: {option}: {error}"
    for number, sample in enumerate(data.get("samples") or (), 1):
        yield from (f"samples, {number}: {field}: missing" for field in sorted(OF_A_SAMPLE) if not sample.get(field))
        if not any(anchor in sample.get("text", "") for anchor in data.get("anchors") or ()):
            yield f"samples, {number}: none of the anchors stands in it"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_line_format_is_whole(path: Path) -> None:
    told = list(faults(yaml.safe_load(path.read_text(encoding="utf-8"))))
    assert not told, "\n".join([f"{path.name}:", *told])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("title: Foo\n", "", "title: missing: the program, for people"),
        ("title", "titel: x\ntitle", "titel: there is no such field"),
        ("pattern: '", "patern: '", "lines, 1: pattern: missing"),
        ("?P<step>", "?P<step", "lines, 1: pattern: bad character in group name"),
        ("cite: foo.py, ", "", "samples, 1: cite: missing"),
        ('["foo "]', '["bar "]', "samples, 1: none of the anchors stands in it"),
        (WHOLE[WHOLE.index("samples") :], "", "samples: missing: lines as the program prints them"),
    ],
)
def test_what_was_forgotten_is_said(old: str, new: str, told: str) -> None:
    assert list(faults(yaml.safe_load(WHOLE))) == []
    assert told in "\n".join(faults(yaml.safe_load(WHOLE.replace(old, new))))

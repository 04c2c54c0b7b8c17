"""One spelling, right plurals, no doubled words: in every page, in every docstring and in what reports say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lossdoc.api import Options, diagnose, read_path
from lossdoc.show.report import Options as Look
from lossdoc.show.report import Result, load

ROOT = Path(__file__).resolve().parents[1]
# Code, commands and names are spelt as their authors spell them.
_CODE = re.compile(
    r"^\s*[\w-]+:(?=\s)|```.*?```|`[^`]*`|<[^>]*>|\]\([^)]*\)|https?://\S+"
    r"|\"[^\"\n]*\"|^(?: {4,}|\t).*$|^---\n.*?\n---$|\S*[_/=.]\S*\w",
    re.S | re.M,
)
_AMERICAN = re.compile(
    r"\b\w*(?:optimiz|normaliz|regulariz|generaliz|initializ|recogniz|summariz|stabiliz|penaliz|minimiz|maximiz|memoriz"
    r"|utiliz|analyz(?:e|ing)|behavior|neighbor|labeled|modeled|canceled|favorit)\w*",
    re.I,
)
_ONE_OF_MANY = re.compile(
    r"(?<![\d.,/:-])\b1 (?:more |such )?(?:records|curves|checks|findings|runs|points|steps|epochs|lines|keys|notes"
    r"|evaluations|evals|values|remarks|formats|episodes|files|numbers|batches|settings)\b"
)
_DOUBLED = re.compile(r"\b(?!that\b|had\b|is\b|\d)([a-z]{2,}) \1\b")
# Names of programs and of their parts.
_NAMES = re.compile(
    r"\b(?:\w*Optimizer|staleoptimizer|GradScaler|LayerNorm|RMSNorm|Normalizer|MMNormalize|VecNormalize)\w*"
)


def faults(text: str) -> list[str]:
    """What is wrong with a text, its code left out."""
    prose = _NAMES.sub(" ", _CODE.sub(" ; ", text))
    return [m.group() for rule in (_AMERICAN, _ONE_OF_MANY, _DOUBLED) for m in rule.finditer(prose)]


def docstrings(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""


def test_the_rules_see_what_they_are_for() -> None:
    assert faults("1 points of the the optimizer") == ["optimizer", "1 points", "the the"]
    assert faults("`optimizer` of `1 points`, 21 points, optim_optimizer") == []


@pytest.mark.parametrize("path", sorted((ROOT / "src").rglob("*.py")), ids=lambda path: path.stem)
def test_docstrings(path: Path) -> None:
    assert [fault for text in docstrings(path) for fault in faults(text)] == []


@pytest.mark.parametrize("path", sorted((ROOT / "metrics").rglob("*.md")), ids=lambda path: path.stem)
def test_documents(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_pages_written_by_hand(name: str) -> None:
    assert faults((ROOT / name).read_text(encoding="utf-8")) == []


def logs() -> list[Path]:
    shared = ROOT.parent / "shared" / "runs"
    return [path for path in sorted((ROOT / "examples").iterdir()) if path.is_file()] + sorted(
        path for path in shared.glob("*-a/*") if path.suffix in (".log", ".jsonl", ".csv")
    )[::6]


@pytest.mark.parametrize("path", logs(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_reports(path: Path) -> None:
    reports = [
        diagnose(run, Options())
        for found in read_path(str(path), Options())
        if isinstance(found, list)
        for run in found
    ]
    text = load("text").write(Result(reports), Look(width=400, plots=False))
    told = [text, *(f.message for report in reports for f in report.findings)]
    told += [part for report in reports for sign in report.signs.values() for part in sign.evidence]
    assert [fault for one in told for fault in faults(one)] == []
    assert not [one for one in told[1:] if "  " in one]

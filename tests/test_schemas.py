"""What is written for programs holds to the schema that `--schema` prints, to the last field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lossdoc.api import Options as Asked
from lossdoc.api import diagnose, read_path
from lossdoc.knowledge import Knowledge
from lossdoc.model.finding import NotRead, Report
from lossdoc.show.pages import Look, _json
from lossdoc.show.pages.explain import NotFound, page_of
from lossdoc.show.report import Options, Result, load
from tests import report_maker as made
from tests.test_cli import run

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def strict(command: str) -> Draft202012Validator:
    """The schema of a command, for which a field that it does not name is a fault."""
    printed = run(command, "--schema")
    assert printed.returncode == 0
    schema = json.loads(printed.stdout)
    Draft202012Validator.check_schema(schema)
    for part in schema["$defs"].values():
        part["additionalProperties"] = part.get("additionalProperties", False)
    return Draft202012Validator(schema)


@pytest.fixture(scope="module")
def report_schema() -> Draft202012Validator:
    return strict("check")


@pytest.fixture(scope="module")
def page_schema() -> Draft202012Validator:
    return strict("explain")


def results(folder: Path) -> Iterator[Result]:
    options = Asked()
    for path in sorted(folder.iterdir()):
        if path.is_file():
            answers = read_path(str(path), options)
            reports = [diagnose(one, options) for answer in answers if isinstance(answer, list) for one in answer]
            yield Result(reports, [answer for answer in answers if isinstance(answer, NotRead)])


def held(result: Result, schema: Draft202012Validator) -> Any:
    document = json.loads(load("json").write(result, Options()))
    schema.validate(document)
    return document


def test_reports_of_the_examples(report_schema: Draft202012Validator) -> None:
    assert [len(held(one, report_schema)["runs"]) for one in results(EXAMPLES)] == [1, 1, 1, 1]


def test_reports_of_the_samples(report_schema: Draft202012Validator, shared: Path) -> None:
    assert sum(len(held(one, report_schema)["runs"]) for one in results(shared / "samples")) > 30


@pytest.mark.parametrize("report", [made.displacement(), made.nan_run(), made.healthy(), made.unjudged()])
def test_made_reports(report: Report, report_schema: Draft202012Validator) -> None:
    held(Result([report], [NotRead("a", "b", "c")]), report_schema)


def test_bad_arguments_are_told_in_the_same_form(report_schema: Draft202012Validator) -> None:
    done = run("check", "x.log", "--format", "json", "--select", "nothing-of-ours")
    assert done.returncode == 2
    report_schema.validate(json.loads(done.stdout))


def test_another_document_is_refused(report_schema: Draft202012Validator) -> None:
    document = held(Result([made.displacement()]), report_schema)
    document["runs"][0]["verdict"] = "fine"
    assert not report_schema.is_valid(document)


def test_pages_of_everything_that_there_is(page_schema: Draft202012Validator) -> None:
    knowledge = Knowledge.load()
    words = [
        f"{kind}:{entry.id}" for kind in ("metric", "loss", "trainer", "check") for entry in knowledge.entries(kind)
    ]
    for word in [*words, "0.6931", "nan", "trl", "hf-stdout"]:
        document = json.loads(_json.write(word, page_of(word, knowledge, Look())))
        page_schema.validate(document)
        page = document["page"]
        assert page["kind"]
        assert page["id"]
        assert page["sections"], word


def test_a_word_that_nobody_knows(page_schema: Draft202012Validator) -> None:
    done = run("explain", "learning_rat", "--format", "json")
    assert done.returncode == 2
    document = json.loads(done.stdout)
    page_schema.validate(document)
    assert document["page"] is None
    assert "learning_rate" in document["instead"]


def test_a_word_of_several_meanings() -> None:
    knowledge = Knowledge.load()
    with pytest.raises(NotFound) as refused:
        page_of("acc", knowledge, Look())
    assert "metric:accuracy" in refused.value.instead
    assert all(knowledge.lookup(word) for word in refused.value.instead)

"""Writers for programs: JSON (schema 1), workflow commands, Markdown."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from lossdoc.model.finding import Finding, NotRead, Report, Skipped, Step
from lossdoc.show import report as outputs
from lossdoc.show.report import Options, Result, load
from tests import report_maker as made

EVIL = "a%b\r\n::error file=x::y|<script>`z`[l](u) \x1b[2J,c:d"


def write(name: str, *reports: Report, not_read: tuple[NotRead, ...] = (), **options: Any) -> str:
    return load(name).write(Result(reports, not_read), Options(**options))


def read(*reports: Report, not_read: tuple[NotRead, ...] = ()) -> Any:
    def refuse(word: str) -> float:
        raise AssertionError(word)

    return json.loads(write("json", *reports, not_read=not_read), parse_constant=refuse)


def test_every_writer_is_found_and_has_its_name() -> None:
    assert {"text", "json", "github", "markdown"} <= set(outputs.writer_names())
    for name in outputs.writer_names():
        writer = load(name)
        assert name == writer.NAME
        assert writer.TITLE


def test_every_writer_takes_every_result() -> None:
    reports = (made.displacement(), made.nan_run(), made.healthy(), made.unjudged(), made.report([]))
    for name in outputs.writer_names():
        for chosen in ((), reports[:1], reports):
            text = write(name, *chosen, not_read=(NotRead("a", "b", "c"),))
            assert text == write(name, *chosen, not_read=(NotRead("a", "b", "c"),))
            assert text == "" or text.endswith("\n")


def test_json_has_the_fields_of_schema_1() -> None:
    document = read(made.displacement())
    assert document["schema"] == 1
    run = document["runs"][0]
    assert set(run) >= {
        *("source", "sources", "format", "records", "dropped_records", "verdict", "trainer", "config"),
        *("curves", "findings", "skipped", "unread"),
    }
    assert run["trainer"] == {
        "objective": "dpo",
        "framework": "trl",
        "loss_type": None,
        "given": False,
        "candidates": ["dpo"],
        "why": "rewards/margins, logps/chosen",
    }
    finding, consequence = run["findings"][:2]
    assert finding["first_step"] == 62
    assert type(finding["first_step"]) is int
    assert finding["measured"] == {"fall_nats": 280.25, "share_rejected": 0.62}
    assert finding["because_of"] is None
    assert consequence["because_of"] == finding["id"]
    assert (finding["file"], finding["line"]) == ("dpo.log", 72)
    assert run["skipped"][0] == {"check": "overfitting", "why": "fewer than 20 evaluations in this log"}
    assert run["unread"] == [{"line": 812, "why": "truncated JSON object"}]


def test_json_writes_non_finite_numbers_as_words() -> None:
    curve = made.curve("loss", [1.0, np.nan, np.inf, -np.inf])
    finding = Finding("non-finite", "error", "high", "m", measured={"worst": float("nan"), "n": np.float64(3)})
    run = read(made.report([finding], curves=[curve], config={"beta": float("inf"), "path": {1: ("a", None)}}))["runs"][
        0
    ]
    loss = run["curves"][0]
    assert (loss["first"], loss["last"], loss["min"], loss["max"], loss["non_finite"]) == (
        1.0,
        "-Infinity",
        1.0,
        1.0,
        3,
    )
    assert run["findings"][0]["measured"] == {"worst": "NaN", "n": 3}
    assert run["config"] == {"beta": "Infinity", "path": {"1": ["a", None]}}


def test_json_of_a_curve_without_points_or_finite_points() -> None:
    empty, sick = read(made.report(curves=[made.curve("loss", []), made.curve("kl", [np.nan])]))["runs"][0]["curves"]
    assert (empty["points"], empty["first"], empty["first_step"], empty["min"]) == (0, None, None, None)
    assert (sick["first"], sick["min"], sick["max"]) == ("NaN", None, None)


def test_json_without_runs_is_an_object_with_what_was_not_read() -> None:
    document = read(not_read=(NotRead("README.md", "Markdown text without metrics", "name the log"),))
    assert document["runs"] == []
    assert document["not_read"] == [
        {"source": "README.md", "found": "Markdown text without metrics", "why": "name the log"}
    ]


def test_json_survives_names_that_are_no_text() -> None:
    text = write("json", made.report(source="a\udc80.log", config={"k\ud800": "v\udfff"}))
    assert text.isascii()
    assert not re.search(r"\\ud[89a-f]", text)


def test_json_keeps_the_order_in_which_runs_were_given() -> None:
    runs = read(made.healthy(), made.nan_run())["runs"]
    assert [run["source"] for run in runs] == ["ok.log", "runs/nan.log"]


def test_github_annotates_the_line_of_each_root() -> None:
    lines = write("github", made.displacement()).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("::warning file=dpo.log,line=72,title=likelihood-displacement (steps 62 to 300)::")
    assert "1 consequence: one-sided-margin." in lines[0]
    assert lines[1].startswith("::notice file=dpo.log,title=missing-eval::")


def test_github_cannot_be_talked_into_a_command() -> None:
    finding = Finding("non-finite", "error", "high", EVIL, file=EVIL, line=3, next=[Step(EVIL)])
    unread = (NotRead(EVIL, EVIL, EVIL), NotRead("b", "c", "d", named=False))
    lines = write("github", made.report([finding], source=EVIL), not_read=unread).splitlines()
    assert len(lines) == 2
    for line in lines:
        properties, _, message = line.removeprefix("::error ").partition("::")
        assert "file=a%25b %3A%3Aerror file=x%3A%3Ay|" in properties
        assert "%2Cc%3Ad" in properties
        assert "a%25b" in message
        assert "\x1b" not in line


def test_markdown_escapes_what_a_log_says() -> None:
    finding = Finding(
        "non-finite", "error", "high", EVIL, metric=EVIL, causes=[EVIL], next=[Step(EVIL)], cannot_tell=[EVIL]
    )
    report = made.report([finding], source=EVIL)
    text = write("markdown", Report(report.run, [finding], [Skipped("zero-lr", EVIL)], "failing"), verbose=True)
    for raw in ("<script>", "`z`", "[l](u)", "\x1b", "y|"):
        assert raw not in text
    rows = [line for line in text.splitlines() if line.startswith("| 1 | ❌")]
    assert len(rows) == 1
    assert rows[0].count(" | ") == 4


def test_markdown_leads_with_a_table_of_several_runs() -> None:
    text = write("markdown", made.healthy(), made.nan_run(), not_read=(NotRead("x", "y", "z"),))
    assert text.index("runs/nan.log") < text.index("ok.log")
    assert "### ✅" not in text
    assert "### Not read" in text


def test_sarif_places_each_root_on_its_line() -> None:
    document = json.loads(write("sarif", made.displacement(), not_read=(NotRead("a b.md", "Markdown", "why"),)))
    (run,) = document["runs"]
    first, second = run["results"]
    assert first["level"] == "warning"
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "dpo.log"},
        "region": {"startLine": 72},
    }
    assert "region" not in second["locations"][0]["physicalLocation"]
    assert run["tool"]["driver"]["rules"][second["ruleIndex"]]["id"] == second["ruleId"] == "missing-eval"
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b.md"
    assert not run["invocations"][0]["executionSuccessful"]


def test_sarif_fingerprints_differ_by_curve_and_source() -> None:
    one = Finding("overfitting", "warning", "high", "m", "loss", "eval", {"dataset": "a"})
    two = Finding("overfitting", "warning", "high", "m", "loss", "eval", {"dataset": "b"})
    document = json.loads(write("sarif", made.report([one, two]), made.report([one], source="other.log")))
    prints = [r["partialFingerprints"]["lossdoc/v1"] for r in document["runs"][0]["results"]]
    assert len(set(prints)) == 3


def test_junit_is_xml_whose_counts_hold() -> None:
    finding = Finding("non-finite", "error", "high", EVIL + "\uffff]]>&", metric=EVIL, causes=[EVIL])
    evil = made.report([finding], source=EVIL)
    unread = (NotRead("x", "y", "z"), NotRead(EVIL, "y", "z", named=False))
    root = ElementTree.fromstring(write("junit", made.displacement(), made.nan_run(), evil, not_read=unread))
    assert len(root) == 4
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.get("tests", "")) == len(cases)
        for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(count, "")) == len(suite.findall(f"testcase/{tag}"))
    nan = next(suite for suite in root if suite.get("name") == "runs/nan.log")
    (failure,) = nan.findall("testcase/failure")
    assert "Consequence: loss-spike" in (failure.text or "")


class _Strict(HTMLParser):
    """Every tag is closed, and nothing runs or loads."""

    void = frozenset({"meta"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("link", "img", "iframe")
        self.scripts += tag == "script"
        assert not [name for name, _ in attrs if name.startswith("on") or name == "src"]
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_html_is_sound_and_runs_nothing() -> None:
    finding = Finding("non-finite", "error", "high", EVIL, metric=EVIL, split="train", first_step=2, causes=[EVIL])
    curve = made.curve(EVIL, [1.0, np.nan, np.inf, 2.0], labels={"set": EVIL})
    evil = made.report([finding], source=EVIL, curves=[curve], notes=[made.note(EVIL)], config={EVIL: EVIL})
    unread = (NotRead(EVIL, "y", "z"),)
    page = write("html", evil, made.displacement(), made.nan_run(), made.unjudged(), not_read=unread)
    parser = _Strict()
    parser.feed(page)
    assert parser.open == []
    assert parser.scripts == page.count("<script") == 3  # the curves, uPlot, ours
    assert "likelihood-displacement" in "".join(parser.text)
    assert page.count("<svg") == 6
    pictures = "".join(re.findall(r"(?s)<svg.*?</svg>", page))
    assert not re.search(r'="[^"]*(nan|inf)', re.sub("<title>.*?</title>|class=.[a-z]+.", "", pictures))


def test_html_charts_keep_every_spike() -> None:
    values = np.zeros(100_000)
    values[77_777] = 50.0
    page = write("html", made.report(curves=[made.curve("loss", values)]))
    heights = [float(y) for y in re.findall(r"[\d.]+,([\d.]+)", page.split("<polyline", 1)[1].split("/>")[0])]
    assert heights.count(min(heights)) == 1
    assert len(heights) < 3000


def test_the_page_of_a_million_points_stays_small_and_allows_its_own_script_alone() -> None:
    rng = np.random.default_rng(0)
    curves = [made.curve(name, rng.standard_normal(1_000_000)) for name in ("loss", "grad_norm", "entropy")]
    page = write("html", made.report(curves=curves))
    assert len(page.encode()) < 5e6
    policy = page.split('Content-Security-Policy" content="')[1].split('"')[0]
    for program in re.findall(r"(?s)<script>(.*?)</script>", page):
        assert b64encode(sha256(program.encode()).digest()).decode() in policy
    assert "unsafe" not in policy
    (run,) = json.loads(re.findall(r'(?s)id="curves">(.*?)</script>', page)[0])["runs"]
    loss = next(c for c in run["curves"] if c["name"] == "loss")
    assert sum(loss["count"]) == loss["points"] == 1_000_000
    assert max(loss["y"]) == pytest.approx(curves[0].values.max(), rel=1e-5)

"""Evidence per check: the shipped figures, the rule about experimental checks, and how figures come from findings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.diagnosis.labels import Label
from benchmarks.evidence.counts import Judged, figures, score
from lossdoc import checks
from lossdoc.knowledge import Knowledge
from lossdoc.knowledge.evidence import ENOUGH, Evidence, Figures, evidence, experimental, published
from lossdoc.knowledge.facts import CheckPage
from lossdoc.model.finding import Finding
from lossdoc.show.pages import Look, explain

CHECKS = checks.check_ids()
SOURCE = Path(checks.__file__).parent


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge.load()


def test_the_file_knows_no_check_that_there_is_not() -> None:
    """One that it does not know is experimental until `python -m benchmarks.evidence` measured it."""
    assert set(evidence().checks) <= set(CHECKS)


@pytest.mark.parametrize("check", CHECKS)
def test_an_experimental_check_only_informs_and_its_page_says_so(check: str, knowledge: Knowledge) -> None:
    page = knowledge.check_page(check)
    text = explain.explain(f"check:{check}", knowledge, Look())
    assert "How often it is right" in text
    assert experimental(page, evidence()) == ("Experimental: " in text)
    if experimental(page, evidence()):
        source = (SOURCE / f"{check.replace('-', '_')}.py").read_text()
        assert page.severity == "info", "a check without figures informs: SEVERITY is info until they are measured"
        assert not re.search(r'"(?:warning|error)"', source)


@pytest.mark.parametrize("check", CHECKS)
def test_generated_pairs_are_counted_apart(check: str) -> None:
    known = evidence().checks.get(check, Figures())
    if known.fault and known.twin:
        assert known.fault[1] == known.twin[1]
        assert known.twin[0] <= 0.02 * known.twin[1]


def _page(source: str) -> CheckPage:
    return CheckPage("x", "", [("Sources", source)], "info", (), ())


def test_published_means_more_than_ours() -> None:
    assert published(_page("- Lin et al., arXiv 1708.02002: the formula.\n- 5 %: ours."))
    assert published(_page("- transformers, Trainer: the value is logged."))
    assert not published(_page("- Shares: ours, calibrated on the labelled runs."))
    assert not published(_page(""))
    assert experimental(_page("- Lin et al., arXiv 1708.02002"), Evidence()), "never measured"
    few = Evidence(checks={"x": Figures(right=ENOUGH - 1)})
    enough = Evidence(checks={"x": Figures(right=ENOUGH)})
    assert experimental(_page("- ours"), few)
    assert not experimental(_page("- ours"), enough)


def _label(name: str, fault: str, *expected: str) -> Label:
    groups = tuple(frozenset({e}) for e in expected)
    return Label(name, "sft", fault, True, groups, frozenset({"plateau"}), frozenset(), 0.0, 100.0, frozenset(), Path())


def _finding(check: str, severity: str = "error", first: float = 0.0) -> Finding:
    return Finding(check, severity, "high", "", first_step=first)  # type: ignore[arg-type]


def test_figures_of_a_check() -> None:
    cause = _finding("divergence", first=0)
    follows = Finding("loss-spike", "warning", "high", "", first_step=0.0, because_of=cause.id)
    judged = [
        Judged(_label("a", "rate", "divergence"), [[cause, follows]]),
        Judged(_label("b", "rate", "divergence"), [[_finding("no-learning")]]),
        Judged(_label("c", "none"), [[_finding("divergence", "info")]]),
        Judged(_label("d", "none"), [[_finding("plateau", "warning")]]),
    ]
    total = score(judged)
    assert (total.found, total.led, total.precision) == (0.5, 0.5, 0.5)
    known = figures("divergence", judged, total)
    assert (known.expected, known.right, known.wrong, known.told) == (2, 1, 0, 1)
    assert known.without is not None
    assert known.without.found == 0
    assert figures("no-learning", judged, total).wrong == 1
    assert figures("plateau", judged, total).wrong == 0
    spike = judged[0].said("divergence")
    assert [(s.check, s.root) for s in spike] == [("loss-spike", True)]

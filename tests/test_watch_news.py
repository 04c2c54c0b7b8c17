"""What watch says of one finding over the life of a run: suspected, confirmed, withdrawn, once each."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from lossdoc.live.news import Said
from lossdoc.live.patience import HELD, SETTLED
from lossdoc.model.finding import Finding, Severity
from tests import report_maker as made

SPIKE = Finding("loss-spike", "warning", "high", "x", "loss", "train")


class Watched:
    def __init__(self) -> None:
        self.said = Said()

    def look(self, points: int, *findings: Finding, at_the_end: bool = False) -> list[str]:
        report = made.report(list(findings), curves=[made.curve("loss", [1.0] * points)], records=points)
        news = self.said.news([report], at_the_end=at_the_end)
        return [
            f"{state}{f' ({was})' if was == 'confirmed' else ''} {finding.severity} {finding.check}"
            for _, finding, state, was in news
        ]


def test_what_is_suspected_is_confirmed_once_it_has_stood_and_is_told_no_more() -> None:
    run = Watched()
    assert run.look(20, SPIKE) == ["suspected warning loss-spike"]
    assert run.look(21, SPIKE) == []
    assert run.look(20 + HELD["loss-spike"], SPIKE) == ["confirmed warning loss-spike"]
    assert run.look(40) == []  # what is confirmed may be hidden for a while
    assert run.look(50, SPIKE) == []
    assert run.look(50, SPIKE, at_the_end=True) == []


def test_what_is_withdrawn_is_not_suspected_again_and_may_be_confirmed() -> None:
    run = Watched()
    assert run.look(20, SPIKE) == ["suspected warning loss-spike"]
    assert run.look(22) == ["withdrawn warning loss-spike"]
    assert run.look(30, SPIKE) == []
    assert run.look(31, SPIKE, at_the_end=True) == ["confirmed warning loss-spike"]


def test_the_end_knows_confirmed_and_withdrawn_only() -> None:
    for stood, last in (
        (0, "withdrawn warning loss-spike"),
        (HELD["loss-spike"], "withdrawn (confirmed) warning loss-spike"),
    ):
        run = Watched()
        run.look(20, SPIKE)
        run.look(20 + stood, SPIKE)
        assert run.look(60, at_the_end=True) == [last]


def test_a_suspicion_that_was_withdrawn_and_what_was_confirmed_later_are_withdrawn_each() -> None:
    run = Watched()
    assert run.look(20, SPIKE) == ["suspected warning loss-spike"]
    assert run.look(22) == ["withdrawn warning loss-spike"]
    told = [news for points in range(30, 31 + HELD["loss-spike"]) for news in run.look(points, SPIKE)]
    assert told == ["confirmed warning loss-spike"]
    assert run.look(60, at_the_end=True) == ["withdrawn (confirmed) warning loss-spike"]


@pytest.mark.parametrize(("before", "after"), [("warning", "info"), ("info", "warning")])
def test_a_warning_that_becomes_a_remark_is_withdrawn_and_a_remark_that_becomes_a_warning_is_told(
    before: Severity, after: Severity
) -> None:
    run, first, last = Watched(), replace(SPIKE, severity=before), replace(SPIKE, severity=after)
    told = [*run.look(20, first), *run.look(21, last), *run.look(21, last, at_the_end=True)]
    assert told == (
        ["suspected warning loss-spike", "withdrawn warning loss-spike", "confirmed info loss-spike"]
        if before == "warning"
        else ["suspected warning loss-spike", "confirmed warning loss-spike"]
    )


def test_a_remark_that_was_suspected_of_being_more_stands_again() -> None:
    remark = replace(SPIKE, severity="info")
    for at_the_end, last in (([remark], []), ([], ["withdrawn (confirmed) info loss-spike"])):
        run = Watched()
        told = [*run.look(60, remark), *run.look(80, remark)]
        assert told == ["confirmed info loss-spike"]
        assert run.look(81, SPIKE) == ["suspected warning loss-spike"]
        assert run.look(82, remark) == ["withdrawn warning loss-spike"]
        assert run.look(83, *at_the_end, at_the_end=True) == last


def test_what_healthy_runs_show_for_a_while_is_not_so_much_as_suspected_at_first() -> None:
    run, finding = Watched(), Finding("no-learning", "warning", "medium", "x", "loss", "train")
    for points in range(10, SETTLED):
        assert run.look(points, finding) == []
    assert run.look(SETTLED, finding) == ["suspected warning no-learning"]

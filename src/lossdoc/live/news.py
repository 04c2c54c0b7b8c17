"""What was said of a run that goes on, so that nothing is said twice. Findings of each look -> what is new of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct, field

from lossdoc.live.patience import Patience
from lossdoc.model.finding import Finding, Report, State


class News(NamedTuple):
    """A finding, the report that it stands in (of one that is withdrawn: the last it stood in), and how sure it is.

    `was` is how sure one was that is withdrawn: a suspicion, or, at the end, what had been confirmed.
    """

    report: Report
    finding: Finding
    state: State
    was: State | None = None


# Of a finding, in the order in which it says more: whether it is an alarm, and how sure it is.
_RANKS: dict[tuple[bool, State], int] = {(False, "confirmed"): 1, (True, "suspected"): 2, (True, "confirmed"): 3}


class Said(Struct):
    """Each finding is told when it is suspected, when it is confirmed and when either is withdrawn, once each.

    A remark that for a while looked like an alarm stands again when the suspicion is withdrawn.
    """

    _patience: Patience = field(default_factory=Patience)
    _said: set[tuple[str, str, int]] = field(default_factory=set)
    _stands: dict[tuple[str, str], News] = field(default_factory=dict)  # told and not withdrawn
    _remarks: dict[tuple[str, str], News] = field(default_factory=dict)  # told, and now suspected of being more

    def news(self, reports: Sequence[Report], *, at_the_end: bool) -> list[News]:
        """What these reports say that was not said before; at the end whatever they hold is sure, and nothing else."""
        judged: list[tuple[Report, Finding, State]] = (
            [(report, finding, "confirmed") for report in reports for finding in report.findings]
            if at_the_end
            else self._patience.judge(reports)
        )
        # Twice: behind a suspicion stands the remark that was told before it, which may be gone as well.
        taken_back = [self._withdrawn(key) for _ in range(2) for key in self._gone(reports, at_the_end)]
        return taken_back + [news for one in judged if self._is_new(news := News(*one))]

    @property
    def unsure(self) -> bool:
        """Something is suspected that more records will confirm or take back."""
        return any(news.state == "suspected" for news in self._stands.values())

    def _gone(self, reports: Sequence[Report], at_the_end: bool) -> list[tuple[str, str]]:
        """What is confirmed stands until the end: it may be hidden for a while by what came after it."""
        there = {(r.run.name, f.id): f.severity != "info" for r in reports for f in r.findings}
        return [
            key
            for key, news in self._stands.items()
            if not there.get(key, False) and (news.state == "suspected" or (at_the_end and key not in there))
        ]

    def _withdrawn(self, key: tuple[str, str]) -> News:
        told = self._stands.pop(key)
        if told.state == "suspected" and key in self._remarks:
            self._stands[key] = self._remarks.pop(key)
        return told._replace(state="withdrawn", was=told.state)

    def _is_new(self, news: News) -> bool:
        key = news.report.run.name, news.finding.id
        rank, stands = _rank(news), self._stands.get(key)
        if (*key, rank) in self._said or (stands is not None and rank < _rank(stands)):
            return False
        self._said.add((*key, rank))
        if stands is not None and stands.finding.severity == "info":
            self._remarks[key] = stands
        self._stands[key] = news
        return True


def _rank(news: News) -> int:
    return _RANKS[news.finding.severity != "info", news.state]

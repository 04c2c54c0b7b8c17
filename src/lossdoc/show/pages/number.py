"""The page of a number: which constants of theory lie near it, and what that means under the trainer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lossdoc.knowledge.expect import variation_keys
from lossdoc.knowledge.schema import MetricDocument
from lossdoc.show.blocks import Block, Text
from lossdoc.show.pages import Look
from lossdoc.show.pages._common import see_also, title
from lossdoc.show.pages._constants import Match, matches
from lossdoc.show.pages._text import FAINT, bullets, facts, heading, inline

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge

_SHOWN, _BESIDE = 8, 4  # rows without --all


def page(written: str, value: float, knowledge: Knowledge, look: Look) -> Iterator[Block]:
    """What lies near, for the trainer first. A number near nothing is said to be so."""
    found = matches(written, value, knowledge)
    objective = look.trainer.objective if look.trainer else None
    yield title(written, "", "number")
    if not found:
        yield inline(
            "No start value, level of guessing, floor or bound that the documents know lies within 1.5 % of it."
        )
        return
    own = [m for m in found if objective and objective in m.scope]
    others = [m for m in found if m not in own]
    if objective:
        yield heading(f"Under {objective}: {knowledge.trainer(objective).name}")
        if own:
            yield from _rows(own, look)
            yield from _meaning(own[0], objective, knowledge, look)
        else:
            yield inline("No constant of this trainer lies near.", FAINT)
        yield from _elsewhere("Elsewhere", others if look.everything else others[:3], look)
    else:
        yield from _elsewhere("Near it", others, look)
    yield from see_also(_next(own or found, objective))


def _elsewhere(head: str, found: Sequence[Match], look: Look) -> Iterator[Block]:
    if found:
        yield heading(head)
        yield from _rows(found, look)


def _rows(found: Sequence[Match], look: Look) -> Iterator[Block]:
    """Constants that the number is equal to as written, in full; those beside it in one line each."""
    equal = [m for m in found if m.exact] or found[:1]
    beside = [m for m in found if m not in equal]
    for group in _grouped(equal if look.everything else equal[:_SHOWN]):
        line = _equation(group[0])
        yield line if group[0].exact else line.append("  (near, not equal)", FAINT)
        yield from bullets(f"{m.metric}: {m.means}{f' [{m.source}]' if m.source else ''}" for m in group)
    close = _grouped(beside)
    shown = close if look.everything else close[:_BESIDE]
    if shown:
        yield Text("within 1.5 %", style=FAINT)
        yield from facts(
            [
                (_equation(group[0]).plain, inline(f"{group[0].metric}: {group[0].means.split('.')[0]}"))
                for group in shown
            ]
        )
    left = max(0, len(equal) - _SHOWN) + len(close) - len(shown)
    if left and not look.everything:
        yield Text(f"and {left} more (--all)", style=FAINT)


def _grouped(found: Sequence[Match]) -> list[list[Match]]:
    groups: dict[str, list[Match]] = {}
    for match in found:
        groups.setdefault(match.text, []).append(match)
    return list(groups.values())


def _equation(match: Match) -> Text:
    line = Text(match.text, style="bold")
    return line if match.text == f"{match.value:g}" else line.append(f" = {match.value:.6g}", "")


def _meaning(match: Match, objective: str, knowledge: Knowledge, look: Look) -> Iterator[Block]:
    """What the metric's document says for this trainer: the level means something only beside it."""
    try:
        document = knowledge.document("metric", match.metric)
    except KeyError:
        return
    if not isinstance(document, MetricDocument) or look.trainer is None:
        return
    keys = variation_keys(look.trainer.framework, objective, look.trainer.loss_type, knowledge.trainer(objective))
    for key in keys:
        if key in document.variations:
            yield heading(f"What {match.metric} means there")
            yield inline(document.variations[key].description)
            yield from bullets(document.variations[key].whatToLookFor)
            return


def _next(found: Sequence[Match], objective: str | None) -> list[str]:
    suffix = f" --trainer {objective}" if objective else ""
    commands = [f"{match.metric}{suffix}" for match in found[:3]]
    if any(match.metric == "loss" for match in found):
        commands += [f"chance-level{suffix}", f"wrong-start{suffix}"]
    return commands

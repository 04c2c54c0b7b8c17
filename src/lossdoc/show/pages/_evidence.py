"""How often a check is right, for its page: the figures of the generated file in words."""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.knowledge.evidence import ENOUGH, Evidence, Figures, experimental
from lossdoc.knowledge.facts import CheckPage
from lossdoc.show.blocks import Block
from lossdoc.show.pages._common import listed


def section(check: CheckPage, known: Evidence) -> Iterator[Block]:
    """Nothing where no figures ship at all."""
    figures = known.checks.get(check.id)
    if known.total is None:
        return
    if figures is None:
        yield from listed(
            "How often it is right", ["Experimental: its figures were not measured yet, so it only informs."]
        )
        return
    lines = [
        _labelled(figures, known),
        *_public(figures, known),
        *_without(figures, known),
        *_generated(figures),
        *_few(figures),
    ]
    if experimental(check, known):
        lines.append(
            f"Experimental: right on fewer than {ENOUGH} labelled runs and without a published criterion, so it only "
            "informs."
        )
    yield from listed("How often it is right", lines)


def _labelled(f: Figures, known: Evidence) -> str:
    right = f"Right on {_runs(f.right)}" if f.expected else "No labelled run has its fault"
    if f.expected > f.right:
        right += f", of {f.expected} whose fault this or another check may name"
    others = known.runs - f.expected
    wrong = f"warned wrongly on {f.wrong} of the other {others} ({known.healthy} of all are healthy)"
    told = f", and informed on {f.told} more" if f.told else ""
    return f"{right}; {wrong}{told}."


def _runs(count: int) -> str:
    return f"{count} labelled run{'' if count == 1 else 's'}"


def _public(f: Figures, known: Evidence) -> Iterator[str]:
    if f.public_expected or f.public_wrong:
        right = f"right on {f.public_right} of {f.public_expected} that it or another check may name"
        yield f"Public logs ({known.public} with sure labels): {right}, wrong on {f.public_wrong}."


def _without(f: Figures, known: Evidence) -> Iterator[str]:
    if f.without is not None and known.total is not None:
        found, led = (f"{100 * a:.1f} % instead of {100 * b:.1f} %" for a, b in
                      ((f.without.found, known.total.found), (f.without.led, known.total.led)))  # fmt: skip
        yield f"Without it lossdoc would find {found} of the labelled faults and name first {led}."


def _few(f: Figures) -> Iterator[str]:
    if f.few:
        told = ", ".join(f"{found} of {of} with {records}" for records, (found, of) in sorted(f.few.items()))
        yield f"Few records: of the faults that it finds in full, thinned evenly, it still finds {told}."


def _generated(f: Figures) -> Iterator[str]:
    if f.fault and f.twin:
        yield (
            f"Generated curves, counted apart: it fires on {f.fault[0]} of {f.fault[1]} with the fault and on "
            f"{f.twin[0]} of their {f.twin[1]} healthy twins."
        )

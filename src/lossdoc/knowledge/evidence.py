"""How often each check was right and wrong: figures that `python -m benchmarks.evidence` measured, and nothing else."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec

from lossdoc.knowledge.source_code import bullets
from lossdoc.knowledge.store import package_dir
from lossdoc.words.expressions import expression

if TYPE_CHECKING:
    from lossdoc.knowledge.facts import CheckPage

FILE = "evidence.json"
ENOUGH = 3  # labelled runs on which a check must be right, unless its criterion is published; ours
# A bullet of `## Sources` that leads to a paper, to a program's source or issue, or to its documentation.
# Rules of other log checkers are opinions and not counted.
_PUBLISHED = expression(
    r"arXiv|et al\.|\bissues? \d|pull request|\.(?:py|md|mdx|rst|qmd|cpp)\b|\(?\b(?:19|20)\d\d\)?\b|ICML|ICSE|ICLR"
    r"|transformers|TRL|torch\.|PyTorch|verl|OLMo|fairseq|Megatron|NeMo|Keras|axolotl|PaLM|OPT-175B|SageMaker"
    r"|scikit-learn|metrics\.help|prime-rl|SB3|YOLO"
)


class Score(msgspec.Struct, frozen=True):
    """Totals of the labelled runs, as shares: found and led of the visible faults, precision; see the README."""

    found: float
    led: float
    precision: float


class Figures(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was counted for one check.

    expected: labelled runs for whose fault the check is an accepted answer; right: those of them on which it spoke.
    wrong: labelled runs on which it warned, as a root, of what is not there; told: the same as mere information.
    public_*: the same on public logs, of which only surely sick and surely healthy ones count.
    fault, twin: generated pairs on which it fired, and pairs made; never added to the others.
    few: by number of records: of so many faults that it finds in full (labelled and generated ones), those that it
    still finds when the run is thinned evenly to that many records.
    """

    expected: int = 0
    right: int = 0
    wrong: int = 0
    told: int = 0
    public_expected: int = 0
    public_right: int = 0
    public_wrong: int = 0
    without: Score | None = None  # the totals if the check did not exist; None where nothing would change
    fault: tuple[int, int] | None = None
    twin: tuple[int, int] | None = None
    few: dict[int, tuple[int, int]] = {}


class Evidence(msgspec.Struct, frozen=True):
    """The whole file."""

    runs: int = 0  # labelled runs
    healthy: int = 0
    public: int = 0  # public logs that count
    total: Score | None = None
    checks: dict[str, Figures] = msgspec.field(default_factory=dict)


@cache
def evidence() -> Evidence:
    """The figures that ship with the package; empty ones where the file is not there."""
    try:
        data = (package_dir() / FILE).read_bytes()
    except OSError:
        return Evidence()
    return msgspec.json.decode(data, type=Evidence)


def published(page: CheckPage) -> bool:
    """Whether a check's sources name more than our own measurements."""
    return any(_PUBLISHED.search(source) for source in bullets(page.section("Sources")))


def experimental(page: CheckPage, known: Evidence) -> bool:
    """Too little evidence to warn: such a check only informs. One whose figures were never measured has none."""
    figures = known.checks.get(page.id)
    return figures is None or (figures.right < ENOUGH and not published(page))

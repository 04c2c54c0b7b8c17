"""The catalogue as a whole: every document of ours is valid, and every word that was promised explains."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from lossdoc.checks import check_ids, load
from lossdoc.knowledge import Knowledge, metrics_dir
from lossdoc.knowledge.validate import validate
from lossdoc.show.pages import Look
from lossdoc.show.pages.explain import explain

KNOWLEDGE = Knowledge.load()
ENTRIES = KNOWLEDGE.entries()
HEADINGS = ("What it means", "How it is measured", "Silent when", "Likely causes", "What to try", "Sources")


def test_every_document_is_valid() -> None:
    assert [str(problem) for problem in validate(metrics_dir(), "metrics")] == []


def test_the_index_holds_every_document() -> None:
    assert KNOWLEDGE.problems == []
    root = metrics_dir()
    assert isinstance(root, Path)
    assert len(KNOWLEDGE.entries("metric")) == len(list(root.glob("*.md")))
    assert len(KNOWLEDGE.entries("trainer")) == len(list(root.glob("trainers/*.md")))
    assert len(KNOWLEDGE.entries("loss")) == len(list(root.glob("losses/*.md")))
    assert [entry.id for entry in KNOWLEDGE.entries("check")] == check_ids()


@pytest.mark.parametrize("width", [60, 80, 140])
def test_every_page_fits_its_width_and_holds_no_markup(width: int) -> None:
    for entry in ENTRIES:
        page = explain(f"{entry.kind}:{entry.id}", KNOWLEDGE, Look(width=width))
        assert page.startswith(entry.id)
        assert max(map(len, page.splitlines())) <= width, entry
        assert not re.search(r"\*\*\w+\*\*|\x1b", page), entry


def test_every_page_can_be_written_in_ascii() -> None:
    for entry in ENTRIES:
        explain(f"{entry.kind}:{entry.id}", KNOWLEDGE, Look(ascii=True)).encode("ascii")


def test_every_check_has_its_headings_with_causes_and_remedies() -> None:
    for check in KNOWLEDGE.checks():
        said = KNOWLEDGE.check_page(check.id)
        headings = tuple(name for name, _ in said.sections)
        assert headings == HEADINGS, f"{check.id}: the docstring has {headings}, a page {HEADINGS}"
        advice = KNOWLEDGE.advice(check.id)
        assert advice.causes, f"{check.id}: a bullet under Likely causes is missing"
        assert advice.next, f"{check.id}: a bullet under What to try is missing"


@pytest.mark.parametrize("check", check_ids())
def test_every_check_has_its_parts(check: str) -> None:
    """IncompleteCheck says which is missing."""
    assert load(check).id == check


def test_consequences_name_checks_that_exist() -> None:
    known = set(check_ids())
    for check in KNOWLEDGE.checks():
        unknown = set(check.explains) - known - planned()
        assert not unknown, f"{check.id}: EXPLAINS names no check: {unknown}"


def planned() -> set[str]:
    """Ids of the catalogue that this version may not have yet."""
    path = Path(__file__).resolve().parents[2] / "shared" / "CHECKS.md"
    return set(re.findall(r"^\| `([a-z-]+)`", path.read_text(), re.MULTILINE)) if path.is_file() else set()


def test_every_id_of_the_catalogue_of_checks_explains(shared: Path) -> None:
    ids = re.findall(r"^\| `([a-z-]+)`", (shared / "CHECKS.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert [word for word in ids if not KNOWLEDGE.lookup(word)] == []


@pytest.mark.parametrize("table", ["hf", "other"])
def test_keys_of_trainers_are_known(shared: Path, table: str) -> None:
    """Rows of the tables of keys, apart from those that stand for any key at all."""
    rows = list(csv.DictReader((shared / "reference" / f"metric-keys-{table}.csv").open(encoding="utf-8")))
    unknown = []
    for row in rows:
        key = re.sub(r"\{[^}]*\}|<[^>]*>", "xyz", row["key"].split(" @ ")[0].strip())
        name = row["trainer"].lower()
        framework = name.split("-")[0] if name.startswith("trl") else name
        if KNOWLEDGE.resolve(key, framework) is None:
            unknown.append((framework, key))
    assert len(unknown) < 0.05 * len(rows), unknown


def test_what_the_seeds_name_explains(shared: Path) -> None:  # noqa: ARG001 - the list is the seeds'
    words = (
        "cross-entropy, binary cross-entropy, negative log-likelihood, focal, KL divergence, hinge, squared hinge, "
        "multi-class SVM, soft margin, PolyLoss, Poly-1, GE2E, additive angular margin, ArcFace, Dice, "
        "label smoothing, MAE, L1, MSE, L2, RMSE, NMAE, Huber, smooth L1, asymmetric Huber, log-cosh, MAPE, MSLE, "
        "Poisson, multiple negatives ranking, soft pairwise, pairwise logistic, pairwise hinge, margin ranking, "
        "triplet, contrastive, InfoNCE, policy gradient, SFT, DPO, IPO, robust DPO, cDPO, EXO, NCA, BCO, SPPO, AOT, "
        "APO, DiscoPOP, KTO, ORPO, CPO, SimPO, Bradley-Terry, PPO, value clip, GRPO, Dr. GRPO, DAPO, RLOO, GKD, "
        "reverse KL, cosine schedule, linear schedule, exponential schedule, weight decay, gradient accumulation, "
        "gradient clipping, masked mean"
    )
    assert [word for word in words.split(", ") if not KNOWLEDGE.lookup(word)] == []


def test_every_format_that_is_read_is_listed() -> None:
    from lossdoc.readers import all_readers

    assert {entry.id for entry in KNOWLEDGE.entries("format")} == {reader.NAME for reader in all_readers()}

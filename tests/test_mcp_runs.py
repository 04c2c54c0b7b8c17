"""Five sick runs, and an assistant that has nothing but the server: what is wrong, and what to change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.diagnosis.labels import SHARED
from tests.mcp_client import call, serving

pytest.importorskip("mcp")
RUNS = SHARED / "runs"
pytestmark = pytest.mark.skipif(not RUNS.is_dir(), reason="no ../shared/runs here")

# run: the check that finds the fault that was put in, words of the likely cause, and what to change.
SICK = {
    "dpo-lrtoolow-a": ("chance-level", "the learning rate is too low", "DPOConfig(learning_rate=5e-7) # was 1e-9"),
    "grpo-klblowup-b": ("kl-runaway", "A learning rate too high", "learning_rate=5e-5 # was 0.002"),
    "lm-overfit-b": ("overfitting", "Too many epochs", "TrainingArguments(num_train_epochs=12) # was 50"),
    "kto-nan-a": ("masked-nan", "holds NaN itself", "KTOConfig(logging_nan_inf_filter=False)"),
    "grpo-truncation-b": ("truncated-completions", "below what an answer needs", "max_completion_length=10 # was 5"),
}


@pytest.fixture(scope="module")
def ask() -> Iterator[Any]:
    with serving(RUNS) as asked:
        yield asked


def plain(text: str) -> str:
    """The text as one line, so that no break of a line hides a sentence."""
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize(("run", "check", "cause", "change"), [(run, *said) for run, said in SICK.items()], ids=SICK)
def test_what_is_wrong_and_what_to_change(ask: Any, run: str, check: str, cause: str, change: str) -> None:
    text, refused = call(ask, "check", path=run)
    told = plain(text)
    assert not refused
    assert "FAILING" in told or "SUSPICIOUS" in told
    assert re.search(rf"1 . (error|warning) {check}\b", told.lower())
    causes, steps = told.split(" causes ")[1].split(" try ")[:2]
    assert cause in causes
    assert change in steps
    page, refused = call(ask, "explain", word=check)
    assert not refused
    assert page.startswith(f"{check} ")


def test_the_sick_runs_of_a_folder_stand_first_and_one_is_held_against_a_good_one(ask: Any) -> None:
    text, _ = call(ask, "check", path="dpo-*")
    verdicts = re.findall(r"failing|suspicious|healthy|not judged", text.split("\n", 3)[3])
    assert verdicts.index("healthy") > verdicts.index("failing")
    text, _ = call(ask, "compare", baseline="lm-ok1-a", other="lm-lrtoohigh-a")
    told = plain(text)
    assert "run 2: worse than the baseline" in told
    assert "learning rate, peak 0.003 0.3" in told

"""Words for trainers, what is expected under them, and advice of their own."""

from __future__ import annotations

import math

import pytest

import lossdoc
from lossdoc.knowledge import Knowledge, UnknownTrainer
from lossdoc.model.run import Trainer


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge.load()


@pytest.mark.parametrize(
    ("word", "parsed"),
    [
        ("dpo", (None, "dpo", None)),
        ("trl-dpo", ("trl", "dpo", None)),
        ("TRL DPO", ("trl", "dpo", None)),
        ("verl-grpo", ("verl", "grpo", None)),
        ("nemo-rl-grpo", ("nemo-rl", "grpo", None)),
        ("ipo", (None, "ipo", "ipo")),
        ("trl-dpo-ipo", ("trl", "ipo", "ipo")),
        ("trl-dpo-hinge", ("trl", "dpo", "hinge")),
        ("nca", (None, "dpo", "nca_pair")),
        ("dapo", (None, "grpo", "dapo")),
        ("online-dpo", (None, "online-dpo", None)),
    ],
)
def test_words_for_trainers(knowledge: Knowledge, word: str, parsed: tuple[str | None, str, str | None]) -> None:
    assert tuple(knowledge.parse_trainer(word)) == parsed


def test_an_unknown_trainer_gets_near_matches(knowledge: Knowledge) -> None:
    with pytest.raises(UnknownTrainer, match="dpo") as unknown:
        knowledge.parse_trainer("trl-dpoo")
    assert "trl-dpo" in unknown.value.near


def test_a_framework_alone_leaves_the_objective_to_the_keys(knowledge: Knowledge) -> None:
    assert [knowledge.framework_alone(word) for word in ("Keras", "lightning", "dpo", "trl-dpo", "nothing")] == [
        "keras", "lightning", None, None, None,
    ]  # fmt: skip
    rows = [{"epoch": n, "loss": 1 / n, "accuracy": 0.9, "val_loss": 0.3 + n / 9} for n in range(1, 31)]
    report = lossdoc.check(rows, trainer="keras")
    assert (report.run.trainer.framework, report.run.trainer.candidates) == ("keras", ("classification",))
    assert "model.fit(epochs=1)  # was 30" in [c.line for f in report.roots for c in f.changes]
    assert lossdoc.explain("overfitting", trainer="keras") == lossdoc.explain("overfitting")


def test_every_trainer_and_framework_has_a_word(knowledge: Knowledge) -> None:
    for trainer in knowledge.trainers():
        assert knowledge.parse_trainer(trainer.id).objective == trainer.id
        for framework in trainer.frameworks:
            assert knowledge.parse_trainer(f"{framework}-{trainer.id}")[:2] == (framework, trainer.id)


def start(knowledge: Knowledge, trainer: Trainer, **config: float) -> float | None:
    expected = knowledge.expect("loss", trainer, config)
    return expected.start if expected else None


def test_start_values_follow_trainer_loss_type_and_configuration(knowledge: Knowledge) -> None:
    assert start(knowledge, Trainer(("dpo",), "trl")) == pytest.approx(math.log(2))
    assert start(knowledge, Trainer(("dpo",), "trl", "hinge")) == 1.0
    assert start(knowledge, Trainer(("ipo",), None, "ipo"), beta=0.1) == pytest.approx(25)
    assert start(knowledge, Trainer(("ipo",), None, "ipo")) is None
    assert start(knowledge, Trainer(("classification",)), num_labels=3) == pytest.approx(math.log(3))
    assert start(knowledge, Trainer(("pretrain",)), vocab_size=50257) == pytest.approx(10.825, abs=1e-3)


def test_a_loss_type_that_no_document_lists_starts_anywhere(knowledge: Knowledge) -> None:
    assert start(knowledge, Trainer(("dpo",), "trl", "brand_new")) is None


def test_what_is_missing_is_named(knowledge: Knowledge) -> None:
    expected = knowledge.expect("loss", Trainer(("ipo",), None, "ipo"))
    assert expected is not None
    assert (expected.start_text, tuple(expected.needs)) == ("1/(4 beta^2)", ("beta",))


def test_candidates_that_disagree_give_no_expectation(knowledge: Knowledge) -> None:
    assert start(knowledge, Trainer(("dpo", "kto"))) is None
    both = knowledge.expect("loss", Trainer(("dpo", "ipo")))
    assert both is None or both.start is None


def test_unknown_things_have_facts_too(knowledge: Knowledge) -> None:
    assert knowledge.metric("no_such_metric").known is False
    assert knowledge.trainer("no-such-trainer").family == "other"


def test_children_inherit_from_their_parents(knowledge: Knowledge) -> None:
    children = [t for t in knowledge.trainers() if t.parent]
    assert children
    for child in children:
        inherited = set(knowledge.trainer(child.parent or "").checks)
        assert inherited <= set(child.checks)
        assert child.family == knowledge.trainer(child.parent or "").family or child.family != "other"


def test_advice_is_the_trainers_own_only_where_all_candidates_agree(knowledge: Knowledge) -> None:
    general = knowledge.advice("flat-margin")
    own = knowledge.trainer("dpo").checks["flat-margin"].causes
    assert general.causes
    assert general.next
    assert [hint.text for hint in knowledge.advice("flat-margin", ["dpo"]).causes] == [t.split(" [")[0] for t in own]
    assert knowledge.advice("flat-margin", ["dpo", "kto"]).causes == general.causes

"""Logged key -> metric: the rules of precedence on small tables, and what our documents make of real keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from lossdoc.knowledge import Knowledge
from lossdoc.knowledge.keys import Ambiguous, Matcher, Rule, check_pattern, tables, with_split
from lossdoc.knowledge.words import LONGEST, plain, without_split


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge.load()


def matcher(*rules: Rule) -> Matcher:
    return Matcher(tables([with_split(rule) for rule in rules]))


@pytest.mark.parametrize("spelling", ["Rewards / Chosen", "rewards/chosen", "rewards_chosen", "REWARDS.CHOSEN"])
def test_case_and_separators_do_not_matter(spelling: str) -> None:
    assert plain(spelling) == "rewards_chosen"


@pytest.mark.parametrize(
    ("key", "split"),
    [
        ("eval_loss", "eval"),
        ("eval/loss", "eval"),
        ("Validation Loss", "eval"),
        ("loss (val)", "eval"),
        ("train/val_loss", "eval"),
        ("metrics/valid_loss", "eval"),
        ("test_loss", "test"),
        ("Training Loss", "train"),
        ("loss", None),
    ],
)
def test_split_words_are_taken_off(key: str, split: str | None) -> None:
    hit = matcher(Rule("loss", "loss")).find(key, [""])
    assert hit is not None
    assert (hit.rule.metric, hit.split) == ("loss", split)


def test_nothing_is_left_of_a_split_word_alone() -> None:
    assert without_split("train") == [("train", None)]


def test_an_alias_with_a_split_says_the_split() -> None:
    hit = matcher(Rule("loss", "loss"), Rule("loss", "val_loss")).find("val_loss", [""])
    assert hit is not None
    assert hit.split == "eval"


def test_the_nearest_level_wins() -> None:
    found = matcher(
        Rule("a", "score"), Rule("b", "score", "trl"), Rule("c", "score", "trl", "ppo"), Rule("d", "score", "verl")
    )
    for levels, metric in (([""], "a"), (["trl", ""], "b"), (["trl ppo", "trl", ""], "c"), (["verl", ""], "d")):
        hit = found.find("score", levels)
        assert hit is not None
        assert hit.rule.metric == metric


def test_an_exact_key_beats_a_pattern_of_a_nearer_level() -> None:
    found = matcher(Rule("reward_margin", "rewards/margins"), Rule("reward", "rewards/{component}", "trl"))
    assert [found.find(k, ["trl", ""]).rule.metric for k in ("rewards/margins", "rewards/format")] == [  # type: ignore[union-attr]
        "reward_margin",
        "reward",
    ]


def test_a_pattern_with_more_literal_text_wins_and_gives_labels() -> None:
    found = matcher(Rule("reward", "rewards/{component}/mean"), Rule("other", "{anything}/mean"))
    hit = found.find("Rewards/my_format_func/mean", [""])
    assert hit is not None
    assert (hit.rule.metric, dict(hit.labels)) == ("reward", {"component": "my_format_func"})


def test_a_pattern_leaves_the_split_to_the_split() -> None:
    hit = matcher(Rule("accuracy", "{task}_accuracy")).find("eval_wiki_accuracy", [""])
    assert hit is not None
    assert (hit.split, dict(hit.labels)) == ("eval", {"task": "wiki"})


def test_several_claims_with_equal_right_are_ambiguous() -> None:
    found = matcher(Rule("kl", "kl"), Rule("approx_kl", "kl"))
    with pytest.raises(Ambiguous) as claim:
        found.find("kl", [""])
    assert claim.value.metrics == ["approx_kl", "kl"]


def test_the_spelling_decides_between_keys_that_differ_in_separators() -> None:
    found = matcher(Rule("a", "rewards/std"), Rule("b", "rewards_std"))
    hit = found.find("rewards_std", [""])
    assert hit is not None
    assert hit.rule.metric == "b"
    with pytest.raises(Ambiguous):
        found.find("rewards std", [""])


def test_a_framework_that_is_not_known_speaks_only_for_keys_of_several_words() -> None:
    found = matcher(Rule("reward", "critic/score/mean", "verl"), Rule("norm", "norm", "llm.c"))
    assert found.find("critic/score/mean", [""]) is not None
    assert found.find("norm", [""]) is None


@pytest.mark.parametrize(
    ("pattern", "word"),
    [
        ("{}/x", "no name"),
        ("{a-b}/x", "no name"),
        ("{a/x", "without a name"),
        ("{a}", "every key"),
        ("--", "no letter"),
    ],
)
def test_useless_patterns_are_refused(pattern: str, word: str) -> None:
    why = check_pattern(pattern)
    assert why is not None
    assert word in why


@pytest.mark.parametrize(
    ("key", "framework", "objectives", "metric", "split", "labels", "factor"),
    [
        ("loss", None, (), "loss", None, {}, 1.0),
        ("Training Loss", None, (), "loss", "train", {}, 1.0),
        ("Rewards / Chosen", None, (), "reward_chosen", None, {}, 1.0),
        ("rewards/accuracies", "trl", ("dpo",), "reward_accuracy", None, {}, 1.0),
        ("eval_rewards/margins", "trl", ("dpo",), "reward_margin", "eval", {}, 1.0),
        ("eval_wiki_loss", "transformers", (), "loss", "eval", {"dataset": "wiki"}, 1.0),
        ("eval_wiki_rewards/margins", "trl", ("dpo",), "reward_margin", "eval", {"dataset": "wiki"}, 1.0),
        ("rewards/format_func/mean", "trl", ("grpo",), "reward", None, {"component": "format_func"}, 1.0),
        ("rewards/format_func/std", "trl", ("grpo",), "reward_std", None, {"component": "format_func"}, 1.0),
        ("valid_loss", "fairseq", (), "loss", "eval", {}, 0.6931),
        ("train/entropy_loss", "sb3", (), "entropy", "train", {}, -1.0),
        ("eval_kl_loss", None, (), "kl_loss", "eval", {}, 1.0),
        ("target_val_acc", None, (), "accuracy", "eval", {"part": "target"}, 1.0),
        ("val_per", None, (), "character_error_rate", "eval", {}, 1.0),
    ],
)
def test_our_documents_know_what_trainers_log(
    knowledge: Knowledge,
    key: str,
    framework: str | None,
    objectives: tuple[str, ...],
    metric: str,
    split: str | None,
    labels: dict[str, str],
    factor: float,
) -> None:
    found = knowledge.resolve(key, framework, objectives)
    assert found is not None
    assert (found.metric, found.split, dict(found.labels), found.factor) == (metric, split, labels, factor)


def test_what_a_score_is_to_reach_is_no_score(knowledge: Knowledge) -> None:
    assert knowledge.resolve("target_acc") is None


def test_candidates_that_disagree_leave_a_key_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "swing.md").write_text("---\nid: swing\nkeys: {trl: [{key: zorks, objective: dpo}]}\n---\n")
    knowledge = Knowledge.load([tmp_path])
    certain = knowledge.resolve("zorks", "trl", ("dpo",))
    assert certain is not None
    assert certain.metric == "swing"
    assert knowledge.resolve("zorks", "trl", ("dpo", "kto")) is None
    assert knowledge.ambiguous("zorks", "trl", ("dpo", "kto")) == ["swing"]
    assert knowledge.ambiguous("loss", "trl", ("dpo", "kto")) == []


def test_what_the_lower_framework_logs_the_upper_one_logs_too(knowledge: Knowledge) -> None:
    assert knowledge.frameworks("trl") == ["trl", "transformers"]
    below = knowledge.resolve("train_loss", "transformers")
    assert below is not None
    assert below == knowledge.resolve("train_loss", "trl")
    assert below.role == "summary"


def test_what_is_longer_than_any_name_is_taken_as_it_stands() -> None:
    """A line of brackets and letters that was taken for a name cost minutes: each place was tried as its last word."""
    key = "val_loss " + "(a[" * LONGEST
    assert without_split(key) == [(key, None)]
    assert without_split(key[:LONGEST])[-1][1] == "eval"

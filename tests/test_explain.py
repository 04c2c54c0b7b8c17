"""`explain`: the right page for a word, numbers, what differs by trainer, and what a hostile document cannot do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from lossdoc.knowledge import Knowledge
from lossdoc.knowledge.glossary import glossary
from lossdoc.knowledge.words import squeezed
from lossdoc.show.pages import Look
from lossdoc.show.pages.explain import NotFound, explain


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge.load()


def run(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "80", "PYTHONIOENCODING": "utf-8", **environ}
    return subprocess.run(
        [sys.executable, "-m", "lossdoc", *words], capture_output=True, text=True, env=environment, check=False
    )


@pytest.mark.parametrize(
    ("word", "first"),
    [
        ("loss", "loss  Loss  (metric)"),
        ("eval_loss", "loss  Loss  (metric)"),
        ("Rewards / Margins", "reward_margin"),
        ("rewards/margins", "reward_margin"),
        ("GradNorm", "grad_norm"),
        ("eval_wiki_loss", "loss"),
        ("likelihood-displacement", "likelihood-displacement  (check)"),
        ("likelihood displacement", "likelihood-displacement  (check)"),
        ("trl-dpo", "dpo"),
        ("trainer:reward", "reward  Reward model"),
        ("reward", "reward  Reward  (metric)"),
        ("hf-stdout", "hf-stdout  (log format)"),
        ("nan", "nan  Not a number  (word)"),
        ("Inf", "inf  Infinity  (word)"),
        ("warm-up", "warmup  Warm-up of the learning rate  (word)"),
        ("AdamW", "adamw  Adam with decoupled weight decay  (word)"),
        ("cosine", "cosine-decay  Cosine schedule  (schedule)"),
        ("TRL", "trl  (framework)"),
        ("nemo rl", "nemo-rl  (framework)"),
        ("framework:keras", "keras  (framework)"),
        ("mape", "mean-absolute-percentage-error  Mean absolute percentage error (MAPE)"),
        ("MSLE", "mean-squared-log-error  Mean squared logarithmic error (MSLE)"),
    ],
)
def test_a_word_finds_its_page(knowledge: Knowledge, word: str, first: str) -> None:
    assert explain(word, knowledge, Look()).startswith(first)


def test_a_key_is_said_to_be_which_split_and_label(knowledge: Knowledge) -> None:
    page = explain("eval_wiki_loss", knowledge, Look())
    assert "eval_wiki_loss is loss of the eval split with dataset wiki." in page


def test_other_meanings_are_named(knowledge: Knowledge) -> None:
    assert "trainer:reward" in explain("reward", knowledge, Look())


def test_a_spelling_leads_to_one_word() -> None:
    spelled = Counter(one for word_id, word in glossary().items() for one in {*map(squeezed, (word_id, *word.also))})
    assert [word for word, times in spelled.items() if times > 1] == []


def test_a_word_of_the_field_leads_on_to_pages_that_exist(knowledge: Knowledge) -> None:
    for word_id, word in glossary().items():
        if word.page:
            asked = {explain(one, knowledge, Look()) for one in (word_id, *word.also)}
            assert asked == {explain(word.page, knowledge, Look())}, f"{word_id} or another of its words"
            assert not any((word.name, word.says, word.see, word.sources))
            continue
        page = explain(word_id, knowledge, Look())
        assert page.startswith(word_id), f"{word_id} has a document of its own"
        assert word.name
        assert word.sources
        for target in word.see:
            assert explain(target, knowledge, Look())
        assert page.count("\n") > 5


def test_a_framework_says_what_it_trains_and_what_stands_on_it(knowledge: Knowledge) -> None:
    page = explain("trl", knowledge, Look())
    for words in ("stands on", "transformers", "axolotl", "dpo", "--trainer trl-", "metric:loss"):
        assert words in page
    assert "metric:relative_error" in explain("mape", knowledge, Look())
    assert "format:nemo-rl" in explain("nemo-rl", knowledge, Look())
    assert explain("format:nemo-rl", knowledge, Look()).startswith("nemo-rl  (log format)")


def test_an_unknown_word_gets_near_matches(knowledge: Knowledge) -> None:
    with pytest.raises(NotFound, match="grad_norm"):
        explain("grad_nrom", knowledge, Look())


def test_an_ambiguous_word_lists_the_candidates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("swing_a", "swing_b"):
        (tmp_path / f"{name}.md").write_text(f"---\nid: {name}\nname: Swing\n---\n")
    with pytest.raises(NotFound, match=r"metric:swing_a.*metric:swing_b"):
        explain("swing", Knowledge.load([tmp_path]), Look())


def test_the_trainers_variation_is_shown(knowledge: Knowledge) -> None:
    look = Look(trainer=knowledge.parse_trainer("trl-dpo"))
    page = explain("loss", knowledge, look)
    assert "Under trl-dpo: Direct preference optimization" in page
    assert "ln 2 = 0.693147" in page


@pytest.mark.parametrize(
    ("number", "trainer", "words"),
    [
        ("0.6931", "dpo", ("Under dpo", "ln 2 = 0.693147", "margin")),
        ("1.0986", None, ("ln 3 = 1.09861", "3 classes")),
        ("10.82", None, ("ln 50257 = 10.8249", "GPT-2")),
        ("25", None, ("1/(4 beta^2) at beta 0.1 = 25", "IPO")),
        ("50", "dpo", ("1/(2 beta^2) at beta 0.1 = 50", "sppo")),
        ("0.5", "kto", ("Kahneman-Tversky",)),
        ("1.386", "dpo", ("2 ln 2 = 1.38629", "nca_pair")),
        ("7.77", None, ("No start value",)),
    ],
)
def test_numbers(knowledge: Knowledge, number: str, trainer: str | None, words: tuple[str, ...]) -> None:
    look = Look(trainer=knowledge.parse_trainer(trainer) if trainer else None)
    page = " ".join(explain(number, knowledge, look).split())
    for word in words:
        assert word in page


def test_start_values_are_computed_from_settings(knowledge: Knowledge) -> None:
    page = explain("cross-entropy", knowledge, Look(settings={"classes": 50257.0, "vocab_size": 50257.0}))
    assert "10.8249" in page
    assert "1/(4 beta^2) = 25 at beta 0.1" in explain("ipo", knowledge, Look(settings={"beta": 0.1}))


def test_healthy_and_unhealthy_curves_stand_side_by_side(knowledge: Knowledge) -> None:
    page = explain("loss", knowledge, Look(width=80))
    assert any(line.count("│") == 2 for line in page.splitlines())
    narrow = explain("loss", knowledge, Look(width=50))
    assert not any(line.count("│") > 1 for line in narrow.splitlines())


def test_a_hostile_document_is_shown_harmlessly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    nasty = '"[red]x[/] [link=http://e] \\x1b[31m \\x07 \\u202e"'
    (tmp_path / "swing.md").write_text(
        f"---\nid: swing\nname: {nasty}\nshortDescription: {nasty}\naliases: [{nasty}]\nwhatToLookFor: [{nasty}]\n---\n"
        "# [bold]head\n\n| a | [b] |\n"
    )
    page = explain("swing", Knowledge.load([tmp_path]), Look())
    assert "[red]x[/] [link=http://e]" in page
    assert not set("\x1b\x07\u202e") & set(page)


def test_the_command_says_what_it_cannot_find() -> None:
    done = run("explain", "grad_nrom")
    assert (done.returncode, done.stdout) == (2, "")
    assert "grad_norm" in done.stderr
    done = run("explain", "loss", "--trainer", "dpoo")
    assert done.returncode == 2
    assert "dpo" in done.stderr


def test_colour_and_characters_follow_the_stream() -> None:
    assert "\x1b[" not in run("explain", "loss").stdout
    assert "\x1b[" in run("explain", "loss", "--color", "always").stdout
    assert run("explain", "loss", PYTHONIOENCODING="ascii").stdout.isascii()


@pytest.mark.parametrize(
    "words", [("explain", "loss"), ("explain", "0.6931"), ("list", "metrics"), ("list", "formats")]
)
def test_nothing_heavy_is_loaded(words: tuple[str, ...]) -> None:
    code = (
        "import sys; from lossdoc.__main__ import main\n"
        f"sys.argv = ['lossdoc', *{words!r}]\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'numpy', 'pandas', 'plotext', 'hashlib', 'tempfile'} & set(sys.modules)\n"
        "heavy |= {'rich', 'yaml'} & set(sys.modules) if sys.argv[1] == 'explain' else set()\n"
        "print(sorted(heavy), file=sys.stderr)"
    )
    run(*words)  # the index is made, so that the next call shows what a user pays for
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_list_filters_and_speaks_json() -> None:
    import json

    rows = json.loads(run("list", "metrics", "--filter", "gnorm", "--format", "json").stdout)["metrics"]
    assert [row["id"] for row in rows] == ["grad_norm"]
    assert "flat-margin" in run("list", "checks").stdout
    assert "hf-stdout" in run("list", "formats", "--filter", "TRL").stdout
    assert json.loads(run("list", "trainers", "-f", "json").stdout)["schema"] == 1


def test_what_is_usual_under_the_trainer_stands_before_what_holds_for_all(knowledge: Knowledge) -> None:
    page = explain("kl", knowledge, Look(trainer=knowledge.parse_trainer("grpo")))
    assert page.index("Usual settings under grpo") < page.index("What to look for")
    assert "5e-7 to 5e-6, full weights" in page
    assert "Usual settings" not in explain("kl", knowledge, Look())


def test_a_page_of_a_check_begins_with_causes_and_remedies(knowledge: Knowledge) -> None:
    page = explain("overfitting", knowledge, Look())
    heads = ["What it means", "Likely causes", "What to try", "How it is measured", "Limits"]
    assert sorted(heads, key=page.index) == heads


TYPED = {
    "loss is nan": "non-finite", "loss goes up": "divergence", "diverges": "divergence", "overfit": "overfitting",
    "not learning": "no-learning", "loss not decreasing": "no-learning", "exploding": "exploding-gradient",
    "vanishing": "vanishing-gradient", "slow": "slow-steps", "reward drops": "reward-collapse", "high kl": "kl-runaway",
    "nemo": "nemo-rl", "stable baselines": "sb3", "Stable-Baselines3": "sb3", "beta1": "adamw", "lambda": "gamma",
    "ppo_epochs": "passes-per-batch", "data leak": "data-leak", "rank": "rank", "flat": "flat", "rope": "rope",
    "collapse": "collapse", "eval": "evaluation", "mixup": "augmentation", "reward model": "reward",
    "MCP": "assistants", "val loss increasing": "overfitting", "kl too high": "kl-runaway",
    "exploding gradients": "exploding-gradient", "nan": "nan", "adam": "adamw", "lora": "lora", "ln 2": "ln-2",
    "out of memory": "out-of-memory", "schedulers": "scheduler", "clip": "clip", "ignore_index": "masking",
}  # fmt: skip


@pytest.mark.parametrize(("word", "page"), TYPED.items())
def test_words_that_people_type(word: str, page: str, knowledge: Knowledge) -> None:
    said = explain(word, knowledge, Look())
    assert said.split(maxsplit=1)[0] == page
    assert said.count("\n") > 5

"""Advice: ordered by what the log shows, free of what it contradicts, in the words of the trainer."""

from __future__ import annotations

import dataclasses
import importlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import lossdoc
from lossdoc.advice.changes import RULES
from lossdoc.advice.facts import FACTS
from lossdoc.advice.readings import NAMES
from lossdoc.advice.spell import line
from lossdoc.checks import check_ids
from lossdoc.cli import app
from lossdoc.knowledge import Knowledge
from lossdoc.knowledge.facts import Hint
from lossdoc.knowledge.source_code import hint as read_hint
from lossdoc.model.finding import Finding
from lossdoc.model.run import Trainer
from lossdoc.show.report._words import step as in_full
from lossdoc.words.spoken import brief

EXAMPLES = Path(__file__).parents[1] / "examples"
DISPLACED = str(EXAMPLES / "dpo-displacement.log")


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge.load()


def hints(knowledge: Knowledge) -> Iterator[Hint]:
    """Causes and steps of all pages and of all trainers' own."""
    for check in check_ids():
        for objectives in ((), *((t.id,) for t in knowledge.trainers())):
            page = knowledge.advice(check, objectives)
            yield from (*page.causes, *page.next)


# -- the documents


def test_pages_and_causes_know_each_other(knowledge: Knowledge) -> None:
    named = {name for hint in hints(knowledge) for name in hint.causes}
    assert named == set(knowledge.causes())
    assert not any("[" in hint.text and hint.text.endswith("]") for hint in hints(knowledge))


def test_facts_rules_and_settings_exist(knowledge: Knowledge) -> None:
    used = set()
    for cause in knowledge.causes().values():
        facts = {*cause.needs, *cause.raised, *cause.lowered, *cause.dropped}
        assert {f.removeprefix("found ") for f in facts if f.startswith("found ")} <= set(check_ids())
        used |= {f for f in facts if not f.startswith("found ")}
        assert set(cause.change.values()) <= set(RULES)
        assert not cause.reading or cause.reading in NAMES
    assert used <= set(FACTS)


def test_every_range_has_its_ends_in_order_and_a_source(knowledge: Knowledge) -> None:
    for trainer in knowledge.trainers():
        for rows in trainer.usual.values():
            for row in rows:
                assert row.range[0] < row.range[1]
                assert row.source


# -- the order


def dpo(rate: float, moves: float = 0.0, beta: float = 0.1, drift: float = 1e-8) -> list[dict[str, float]]:
    """A DPO run of 120 records that stays at ln 2, or whose log-probabilities fall by `moves` nats a step."""
    rows = []
    for n in range(1, 121):
        down = moves * n
        rows.append(
            {
                "step": n,
                "loss": 0.6931 if not moves else 0.6931 / (1 + n / 30),
                "learning_rate": rate,
                "rewards/chosen": -beta * down,
                "rewards/rejected": -beta * 1.5 * down,
                "rewards/margins": beta * 0.5 * down + drift * (n % 3),
                "rewards/accuracies": 0.5 if not moves else min(1.0, 0.5 + n / 100),
                "logps/chosen": -100 - down + n % 5 / 10,
                "logps/rejected": -110 - 1.5 * down + n % 7 / 10,
                "grad_norm": 2 + n % 3 / 10,
            }
        )
    return rows


def lead(rows: Any, **arguments: Any) -> Finding:
    return lossdoc.check(rows, **arguments).roots[0]


def test_a_rate_far_too_low_is_the_first_cause_and_never_lowered() -> None:
    found = lead(dpo(9.9e-10), trainer="trl-dpo")
    assert found.suspects[0] == "rate-low"
    assert "was 9.9e-10; usual for dpo is 5e-7 to 5e-6 (full weights)" in found.causes[0]
    assert "DPOConfig(learning_rate=5e-7)  # was 9.9e-10" in found.next[0].line
    assert not any("ower the learning rate" in step for step in map(in_full, found.next))
    assert [(c.setting, c.was, c.to) for c in found.changes] == [("learning_rate", 9.9e-10, 5e-7)]


def test_at_a_usual_rate_the_labels_come_first_and_nobody_raises_it() -> None:
    found = lead(dpo(1e-6), trainer="trl-dpo")
    assert found.suspects[0] == "labels"
    assert "rate-low" not in found.suspects
    assert not any("aise the learning rate" in step for step in map(in_full, found.next))


def test_a_margin_of_exactly_0_means_that_no_weight_has_moved() -> None:
    assert "stale-optimiser" in lead(dpo(1e-6, drift=0.0), trainer="trl-dpo").suspects[0]


def test_a_rate_far_too_high_and_a_small_beta() -> None:
    found = lead(dpo(1e-3, moves=1.0, beta=0.001), trainer="trl-dpo", settings={"beta": 0.001})
    assert found.check == "likelihood-displacement"
    assert set(found.suspects[:2]) == {"rate-high", "beta-low"}
    lines = [change.line for change in found.changes]
    assert "DPOConfig(learning_rate=5e-5)  # was 0.001" in lines
    assert "DPOConfig(beta=0.01)  # was 0.001" in lines


def grpo(rewards: list[float], **more: float) -> list[dict[str, float]]:
    return [
        {"step": n, "reward": r, "reward_std": 0.0, "frac_reward_zero_std": 1.0, "loss": 0.0, "kl": 0.0, **more}
        for n, r in enumerate(rewards, 1)
    ]


def test_when_all_answers_score_0_none_is_all_right() -> None:
    found = lead(grpo([0.0] * 100), trainer="grpo")
    assert found.check == "zero-std-groups"
    assert found.suspects[0] == "reward-never"
    assert not any("All right" in text for text in (*found.causes, *map(in_full, found.next)))


def test_a_constant_reward_is_not_all_wrong() -> None:
    found = lead(grpo([0.7] * 100), trainer="grpo")
    assert "reward-constant" in found.suspects[:2]
    assert not any("All wrong" in text for text in (*found.causes, *map(in_full, found.next)))


def overfit(passes: float) -> list[dict[str, float]]:
    rows: list[dict[str, float]] = []
    for n in range(1, 201):
        rows.append({"step": n, "epoch": passes * n / 200, "loss": 2 / (1 + n / 20), "learning_rate": 1e-4})
        if n % 20 == 0:
            rows.append({"step": n, "epoch": passes * n / 200, "eval_loss": 1 + abs(n - 60) / 60})
    return rows


def test_passes_are_cut_to_where_the_evaluation_was_best_and_only_where_there_were_several() -> None:
    many = lead(overfit(10), trainer="transformers-classification")
    assert (many.check, many.suspects[0]) == ("overfitting", "passes")
    assert [c.line for c in many.changes if c.setting == "num_train_epochs"] == [
        "TrainingArguments(num_train_epochs=3)  # was 10"
    ]
    once = lead(overfit(1), trainer="transformers-classification")
    assert "passes" not in once.suspects
    assert once.suspects[0] == "other-data"


def test_adapters_are_for_language_models() -> None:
    assert "adapter" not in lead(overfit(10), trainer="transformers-classification").suspects
    assert "adapter" in lead(overfit(10), trainer="trl-sft").suspects
    trees = [{"iteration": n, "train-logloss": 0.6 / n, "eval-logloss": 0.4 + abs(n - 20) / 60} for n in range(1, 121)]
    found = lead(trees, trainer="xgboost-gbdt", select=["overfitting"])
    assert not {"adapter", "rate-high"} & set(found.suspects)


def test_a_walking_robot_gives_no_answers_to_read() -> None:
    rows = [
        {"rollout/ep_rew_mean": 20 + n % 7 / 10, "rollout/ep_len_mean": 200.0, "time/total_timesteps": 2048 * n}
        for n in range(1, 101)
    ]
    for report in (lossdoc.check(rows, trainer="sb3-rl"),):
        for found in report.findings:
            assert not any("answer" in text for text in (*found.causes, *map(in_full, found.next))), found.check


def test_nothing_in_a_line_is_not_in_the_log() -> None:
    """Without a rate in the log no line speaks of one."""
    rows = [{k: v for k, v in row.items() if k != "learning_rate"} for row in dpo(1e-9)]
    found = lead(rows, trainer="trl-dpo")
    assert not found.changes
    assert not any("`" in step for step in map(in_full, found.next))


def test_measurements_only() -> None:
    runner = CliRunner()
    told = runner.invoke(app, ["check", DISPLACED, "--format", "json", "--isolated", "--no-advice"])
    findings = json.loads(told.stdout)["runs"][0]["findings"]
    assert findings
    assert not any(f["causes"] or f["next"] or f["changes"] or f["suspects"] for f in findings)
    text = runner.invoke(app, ["check", DISPLACED, "--isolated", "--no-advice"]).stdout
    assert "likelihood-displacement" in text
    assert not any(line.startswith(("causes ", "try ")) for line in text.splitlines())


# -- the spelling


@pytest.mark.parametrize(
    ("trainer", "setting", "expected"),
    [
        (Trainer(("dpo",), "trl"), "learning_rate", "DPOConfig(learning_rate=5e-7)"),
        (Trainer(("grpo", "rloo"), "trl"), "learning_rate", "learning_rate=5e-7"),
        (Trainer(("dpo",), "unsloth"), "beta", "DPOConfig(beta=5e-7)"),
        (Trainer(("sft", "pretrain"), "transformers"), "learning_rate", "TrainingArguments(learning_rate=5e-7)"),
        (Trainer(("grpo",), "verl"), "learning_rate", "actor_rollout_ref.actor.optim.lr=5e-7"),
        (Trainer(("sft",), "verl"), "learning_rate", "optim.lr=5e-7"),
        (Trainer(("dpo",), "llamafactory"), "beta", "pref_beta: 5.0e-7"),
        (Trainer(("sft",), "llamafactory"), "learning_rate", "learning_rate: 5.0e-7"),
        (Trainer(("sft",), "axolotl"), "num_train_epochs", "num_epochs: 5.0e-7"),
        (Trainer(("pretrain",), "megatron"), "learning_rate", "--lr 5e-7"),
        (Trainer(("pretrain",), "megatron"), "bf16", "--bf16"),
        (Trainer(("pretrain",), "nanogpt"), "max_grad_norm", "--grad_clip=5e-7"),
        (Trainer(("ppo",), "openrlhf"), "learning_rate", "--actor.adam.lr 5e-7"),
        (Trainer(("dpo",), "nemo-rl"), "beta", "dpo.reference_policy_kl_penalty=5e-7"),
        (Trainer(("detection",), "ultralytics"), "learning_rate", "lr0: 5.0e-7"),
        (Trainer(("classification",), "keras"), "learning_rate", "model.optimizer.learning_rate = 5e-7"),
        (Trainer(("gbdt",), "xgboost"), "learning_rate", 'params["learning_rate"] = 5e-7'),
        (Trainer(("gbdt",), "xgboost"), "max_grad_norm", None),
        (Trainer(("dpo",), None), "learning_rate", "learning_rate=5e-7"),
        (Trainer(("dpo",), "nobody"), "beta", "beta=5e-7"),
    ],
)
def test_a_setting_as_its_trainer_spells_it(
    knowledge: Knowledge, trainer: Trainer, setting: str, expected: str | None
) -> None:
    assert line(setting, "5e-7", trainer, knowledge) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5e-7, "5e-7"),
        (1.49e-4, "1.49e-4"),
        (0.001, "0.001"),
        (3.0, "3"),
        (0.0, "0"),
        (2e6, "2e6"),
        (float("inf"), "inf"),
    ],
)
def test_numbers_as_people_write_settings(value: float, text: str) -> None:
    assert brief(value) == text


def keys_of(framework: str, objective: str, knowledge: Knowledge) -> dict[str, str]:
    """Keys that the documents of a framework name under an objective."""
    found: dict[str, str] = {}
    name: str | None = framework
    while name and (document := knowledge.framework_document(name)):
        for setting, said in document.settings.items():
            key = said if isinstance(said, str) else said.get(objective, said.get(""))
            if key is not None:
                found.setdefault(setting, key)
        name = document.otherwise
    return found


_TRL_ELSEWHERE = {"ORPOConfig": "orpo", "CPOConfig": "cpo", "OnlineDPOConfig": "online_dpo"}


def test_trl_accepts_what_is_written_for_it(knowledge: Knowledge) -> None:
    trl = pytest.importorskip("trl")
    document = knowledge.framework_document("trl")
    assert document is not None
    for objective, name in document.configs.items():
        home = importlib.import_module(f"trl.experimental.{_TRL_ELSEWHERE[name]}") if name in _TRL_ELSEWHERE else trl
        fields = {field.name for field in dataclasses.fields(getattr(home, name))}
        assert set(keys_of("trl", objective, knowledge).values()) <= fields, name


def test_transformers_accepts_what_is_written_for_it(knowledge: Knowledge, tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("accelerate")
    keys = keys_of("transformers", "", knowledge)
    values: Mapping[str, Any] = {"bf16": False, "logging_nan_inf_filter": False}
    given = {key: values.get(key, 1) for key in keys.values()}
    assert transformers.TrainingArguments(output_dir=str(tmp_path), use_cpu=True, **given).learning_rate == 1


def test_stable_baselines_accepts_what_is_written_for_it(knowledge: Knowledge) -> None:
    import inspect

    sb3 = pytest.importorskip("stable_baselines3")
    assert set(keys_of("sb3", "ppo", knowledge).values()) <= set(inspect.signature(sb3.PPO.__init__).parameters)
    for algorithm in (sb3.A2C, sb3.SAC, sb3.DQN, sb3.TD3):
        assert set(keys_of("sb3", "rl", knowledge).values()) <= set(inspect.signature(algorithm.__init__).parameters)


def test_xgboost_accepts_what_is_written_for_it(knowledge: Knowledge) -> None:
    xgboost = pytest.importorskip("xgboost")
    import numpy as np

    params: dict[str, Any] = {"validate_parameters": True}
    for setting in ("learning_rate",):
        exec(line(setting, "0.1", Trainer(("gbdt",), "xgboost"), knowledge) or "", {"params": params})
    data = xgboost.DMatrix(np.zeros((4, 1)), label=np.zeros(4))
    written = line("num_train_epochs", "1", Trainer(("gbdt",), "xgboost"), knowledge) or ""
    made = eval(written.replace("train(", "train(params, data, "), {"xgboost": xgboost, "params": params, "data": data})
    assert "'learning_rate': '0.1" in str(json.loads(made.save_config())).replace("0.100000001", "0.1")


def test_keras_accepts_what_is_written_for_it(knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    trainer = Trainer(("classification",), "keras")
    for setting in ("learning_rate", "max_grad_norm"):
        exec(line(setting, "0.25", trainer, knowledge) or "", {"model": model})
    assert float(model.optimizer.learning_rate) == 0.25
    assert model.optimizer.clipnorm == 0.25


def test_lightning_accepts_what_is_written_for_it(knowledge: Knowledge) -> None:
    lightning = pytest.importorskip("lightning")
    for setting in ("max_grad_norm", "num_train_epochs", "gradient_accumulation_steps", "bf16"):
        written = line(setting, "1", Trainer(("classification",), "lightning"), knowledge) or ""
        assert eval(written.replace("Trainer(", 'Trainer(accelerator="cpu", '), {"Trainer": lightning.Trainer})


# -- the score


def test_the_injected_cause_is_among_the_first_three() -> None:
    from benchmarks.advice import scored
    from lossdoc.api import Options

    right = [hit for *_, hit in scored(Options())]
    if not right:
        pytest.skip("no ../shared/runs here")
    assert sum(right) >= 0.85 * len(right)


def test_no_amount_of_a_page_stands_beside_a_number_of_the_run() -> None:
    """Of every step that a line may follow: an amount is in brackets, which are left out there."""
    knowledge = Knowledge.load()
    known = knowledge.causes()
    amount = re.compile(r"\d|\b(?:half|third|tenth|double|twice|\w+fold)\b")
    with_amounts = 0
    for check in knowledge.checks():
        for trainer in ((), *((facts.id,) for facts in knowledge.trainers())):
            for hint in knowledge.advice(check.id, trainer).next:
                if any(known[name].change for name in hint.causes):
                    with_amounts += hint.bare != hint.text
                    rest = re.sub(r"(?:bf|fp)\d+|beta2|NaN instead of 0", "", hint.bare)
                    assert not amount.search(rest), (check.id, hint.text)
    assert with_amounts > 20
    raised = read_hint("Raise beta [tenfold], or use a target (KL). [beta-low]")
    assert raised.bare == "Raise beta, or use a target (KL)."
    assert raised.text == "Raise beta (tenfold), or use a target (KL)."
    assert raised.causes == ("beta-low",)

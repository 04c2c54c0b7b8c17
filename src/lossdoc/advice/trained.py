"""Facts of what is trained, and by whom: they say who is told which causes and steps."""

from __future__ import annotations

from collections.abc import Callable

from lossdoc.advice.registry import fact, opposite
from lossdoc.advice.situation import Situation

WITHOUT_REFERENCE = ("orpo", "cpo", "simpo", "reward", "prm")  # their losses have no term of a reference


@fact
def language_model(s: Situation) -> bool | None:
    """What is trained writes text: its answers can be read, adapters and templates exist."""
    kinds = {_writes_text(s, objective) for objective in s.run.trainer.candidates}
    return kinds.pop() if len(kinds) == 1 else None


def _writes_text(s: Situation, objective: str) -> bool | None:
    facts = s.knowledge.trainer(objective)
    if s.run.get("token_accuracy") is not None or s.run.get("completion_length") is not None:
        return True
    if objective == "ppo":
        return s.run.get("episode_length") is None and s.run.get("return_mean") is None
    if facts.family in ("preference", "reward") or objective in ("sft", "pretrain", "grpo", "rloo", "online-dpo"):
        return True
    return None if facts.family == "other" else False


@fact
def language_model_or_not(s: Situation) -> bool | None:
    """Nothing tells whether it writes text."""
    return language_model(s) is None


@fact
def from_scratch(s: Situation) -> bool | None:
    """Pretraining, if anything: there is nothing that an adapter could adapt."""
    return s.run.trainer.candidates == ("pretrain",)


@fact
def not_of_transformers(s: Situation) -> bool | None:
    """Another framework trains, which has no filter for NaN."""
    chain = list(s.knowledge.framework_chain(s.run.trainer.framework))
    return None if not s.run.trainer.framework else not any("logging_nan_inf_filter" in one.settings for one in chain)


@fact
def gradient_descent(s: Situation) -> bool | None:
    """Weights move by gradients: not trees."""
    return s.run.trainer.candidates != ("gbdt",)


@fact
def preferences(s: Situation) -> bool | None:
    return _of_all(s, lambda objective: s.knowledge.trainer(objective).family == "preference")


@fact
def reinforcement(s: Situation) -> bool | None:
    return _of_all(s, lambda objective: s.knowledge.trainer(objective).family == "rl")


@fact
def agent(s: Situation) -> bool | None:
    """Reinforcement learning in an environment, not of a language model."""
    learns, writes = reinforcement(s), language_model(s)
    return False if learns is False or writes is True else True if learns and writes is False else None


@fact
def reference(s: Situation) -> bool | None:
    """There can be a reference model, and a distance to it: not for agents, not where the loss has none."""
    if agent(s) and no_penalty(s):
        return False
    return opposite(_of_all(s, lambda objective: objective in WITHOUT_REFERENCE))


@fact
def no_penalty(s: Situation) -> bool | None:
    """Reinforcement learning that logs no distance to a reference and names no weight of it."""
    if not reinforcement(s):
        return None
    logged = any(s.run.all(metric) for metric in ("kl", "kl_loss", "kl_reward", "kl_coef"))
    return not logged and not s.readings.value("beta")


def _of_all(s: Situation, test: Callable[[str], bool]) -> bool | None:
    """What holds for all candidates or for none; None where they differ."""
    answers = {test(objective) for objective in s.run.trainer.candidates}
    return answers.pop() if len(answers) == 1 else None

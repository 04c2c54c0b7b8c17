"""The words with which loops count, in several languages, and the name under which each is recorded."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lossdoc.words.expressions import expression


def _words(name: str, text: str) -> dict[str, str]:
    return dict.fromkeys(text.split(), name)


_ENGLISH: dict[str, str] = {
    **_words("epoch", "epoch epochs ep eps epo"),
    **_words(
        "step", "step steps global_step globalstep global-step gstep gs stp cycle cycles gen generation pass sweep"
    ),
    **_words("step", "round rounds rnd"),
    **_words("iter", "iter iters iteration iterations it itr"),
    **_words("update", "update updates num_updates upd"),
    **_words("batch", "batch batches minibatch bat"),
    **_words("episode", "episode episodes"),
}
FOREIGN: dict[str, str] = {
    **_words(
        "epoch", "epoca época epoche epochen époque epoque эпоха эпохи epoka эпох tijdperk devir epok dönem donem"
    ),
    **_words("epoch", "dönem donem епоха 轮次 轮数 轮 エポック 에포크 에폭 周期"),
    **_words(
        "step", "schritt schritte étape etape paso pasos passo passos шаг шага krok adım adim stap pas steg langkah"
    ),
    **_words("step", "langkah ronda runde tour 步数 步骤 步 ステップ 스텝"),
    **_words("iter", "iteración iteracion iteração iteracao itération iterazione итерация итерации iteracja iterasyon"),
    **_words("iter", "迭代 迭代次数 反復 イテレーション 반복"),
    **_words("episode", "episodio episódio эпизод 回合 エピソード 에피소드"),
}
COUNTERS: dict[str, str] = {**_ENGLISH, **FOREIGN}
# Of these words every one names a column of steps or epochs by itself; the others may be the name of anything.
PLACES = frozenset(_ENGLISH) - frozenset(("eps", "pass", "sweep", "gen", "generation", "cycle", "cycles"))
# One letter counts only where its number stands right behind it: E3, s100.
GLUED: dict[str, str] = {"e": "epoch", "i": "iter", "s": "step", "t": "step", "b": "batch", "n": "step"}

_EPISODE = expression(r"(?:n_?|i_?|num_?)?(?:ep|episode)s?(?:[ _]?(?:num|number|no|id|idx))?", re.IGNORECASE)


def _choice(words: dict[str, str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


_BEFORE = (
    r"(?:(?:global|current|cur|optimizer|optim|opt|total|num|nb|n|this|mini|trained|trainer|completed)[ _-]"
    r"|(?:training|train)[_-])?"
)
NUMBERED = (
    rf"(?:(?P<before>{_BEFORE})(?P<word>{_choice(COUNTERS)})\.?"
    r"(?:[ _]?(?:no|nr|n|num|number|idx|id|index|count|counter)\.?"
    r"|[ _](?:done|completed|trained|seen|so far))?[\"']?\s*[:=#№@_-]?\s*"
    rf"|(?P<letter>{_choice(GLUED)})(?:\s*[:=])?|(?P<hash>[#№@]|n[or]\.(?=\s?\d)))"
)


def counter_name(written: str) -> str | None:
    """The name under which a counter is recorded: `Ep` is an epoch, `itr` an iteration."""
    lowered = written.lower()
    return COUNTERS.get(lowered) or GLUED.get(lowered)


def episode_counter(keys: Iterable[str]) -> str | None:
    """The key of a row under which episodes are counted."""
    return next((key for key in keys if _EPISODE.fullmatch(key)), None)

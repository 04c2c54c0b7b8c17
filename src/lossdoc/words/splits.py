"""The words of splits, in the languages in which loops are written, and the columns that hold them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from lossdoc.words.expressions import expression


def _words(split: str, text: str) -> dict[str, str]:
    return dict.fromkeys(text.split(), split)


# Nouns, gerunds and abbreviations. The short ones (trn, tr, ts, cv, fit) are no words of names: `ALONE` below.
SPLITS: dict[str, str] = {
    **_words("train", "train training trainset trn trainloop"),
    **_words("eval", "val valid validate validation validating eval evaluate evaluation evaluating dev devset valset"),
    **_words("eval", "valdn vld vl holdout heldout development validset evalset"),
    **_words("test", "test testing testset predict"),
    # German, French, Spanish, Portuguese, Italian, Catalan, Dutch, Polish, Turkish, Russian
    **_words("train", "trainieren entraînement entrainement apprentissage entrenamiento treino treinamento treinando"),
    **_words("train", "addestramento entrenament trenowanie trening eğitim egitim обучение обуч тренировка"),
    **_words("eval", "validierung auswertung validación validacion validação validacao validazione validació"),
    **_words("eval", "validatie walidacja doğrulama dogrulama валидация валид проверка évaluation evaluación"),
    **_words("eval", "evaluacion avaliação avaliacao valutazione"),
    **_words("test", "prueba teste тест тестирование"),
    **_words("train", "训练 训练集 訓練 学習 훈련 학습"),
    **_words("eval", "验证 验证集 検証 評価 검증"),
    **_words("test", "测试 测试集 テスト 테스트"),
}
# Where a word stands alone in a place of a mark, these are splits too; inside a name they may be anything.
ALONE: dict[str, str] = {
    **_words("train", "tr tra fit fitting seen learn learning optimize optimise trainer lernen"),
    **_words("eval", "va ev cv unseen heldout check checking evaluator validator вал"),
    **_words("test", "te tst ts tester"),
}
# Those that stand before the name of a quantity as well: tr_loss, va.acc.
IN_NAMES = SPLITS | {word: ALONE[word] for word in ("tr", "va", "te", "tst")}
# As part of an expression: the longest word first.
WORD = "|".join(sorted(map(re.escape, IN_NAMES), key=len, reverse=True))
# One letter is a split only in a bracket of its own.
LETTERS = {"t": "train", "v": "eval", "e": "eval"}
# What may stand beside the word of a split in one mark: "train set", TrainLoop, run_eval, "Mean train".
BESIDE = frozenset(
    _words("", "set data dataset split phase loop mode stage step steps result results metric metrics summary stats")
    | _words("", "statistics score scores report performance pass run epoch one loader dataloader of on in the for")
    | _words("", "during mean average avg final end start begin log logs do fn func")
)
COLUMNS = frozenset(("split", "mode", "phase", "stage", "subset", "partition", "set", "dataset", "fase", "part"))
_WORD = expression(r"(?<![\w./-])[^\W\d_]+(?![\w./-])")
_PHRASES = (
    ("holdout", expression(r"held[\s_-]?out|hold[\s_-]?out|out[\s_-]of[\s_-]sample", re.I)),
    ("train", expression(r"\bin[\s_-]sample", re.I)),
)
_BEGUN = expression(r"(?P<word>[^\W\d_]+)[_/ .-](?P<rest>[^\W\d_].*)")
_BEGINNINGS = {**ALONE, **SPLITS, "t": "train", "v": "eval"}
_NESTED = expression(r"(?P<outer>.*\w)[/.](?P<inner>\w.*?)")
_PARTS = expression(r"[\W_\d]+|(?<=[a-z])(?=[A-Z])")


@lru_cache(4096)
def split_of(word: object) -> str | None:
    """train, eval or test for a word that programs use for them, whatever its case; None for anything else."""
    if not isinstance(word, str):
        return None
    return SPLITS.get(word.strip().strip("'\"").lower())


@lru_cache(4096)
def split_of_mark(text: str) -> str | None:
    """The split that a mark names: a word, or one beside "set", "phase", "loop" or the like, however joined."""
    nested = _NESTED.fullmatch(text)
    if nested is not None:  # the inner one counts, as in names: trainer/validate
        return split_of_mark(nested["inner"]) or split_of_mark(nested["outer"])
    for split, phrase in _PHRASES:
        text = phrase.sub(split, text)
    parts = [part.lower() for part in _PARTS.split(text) if part]
    said = {SPLITS.get(part) or ALONE.get(part) for part in parts if part not in BESIDE}
    return said.pop() if len(said) == 1 else None


def paired(names: Iterable[str]) -> dict[str, str]:
    """Names that begin with a letter or a short word of a split, where one of another split stands before the same.

    >>> paired(["T-Loss", "V-Loss", "v_acc", "fit_acc", "eval_acc"])
    {'T-Loss': 'train Loss', 'V-Loss': 'eval Loss', 'fit_acc': 'train acc', 'eval_acc': 'eval acc'}
    """
    found = [(name, match) for name in names if (match := _BEGUN.fullmatch(name)) is not None]
    splits = {name: (_BEGINNINGS.get(match["word"].lower()), match["rest"]) for name, match in found}
    return {
        name: f"{split} {rest}"
        for name, (split, rest) in splits.items()
        if split and any(other and other != split and rest == same for other, same in splits.values())
    }


@lru_cache(4096)
def held_out_word(name: str) -> bool:
    """Whether a name says that it is of no training data: `val_loss`, `Test Accuracy`, `valid_0's auc`."""
    parts = _PARTS.split(name)
    return any(SPLITS.get(part.lower(), "train") != "train" for part in parts)


def split_columns(names: Iterable[str]) -> list[str]:
    """The columns that may say of each row which split it is of."""
    return [name for name in names if name.strip().lower() in COLUMNS]


def split_in(cells: Iterable[object]) -> str | None:
    """The split that the first of these cells names that names one."""
    return next((split for cell in cells if isinstance(cell, str) and (split := split_of_cell(cell))), None)


def split_of_cell(cell: str) -> str | None:
    """The split that a cell of a table names, a letter of its own included."""
    return split_of_mark(cell) or LETTERS.get(cell.lower())


def places_of_splits(names: Sequence[str], rows: Iterable[Sequence[str]]) -> list[int]:
    """Which columns say of each row which split it is of: by their names, or because they hold nothing but such words.

    >>> places_of_splits(["", "epoch", "loss"], [["train", "1", "2.5"], ["dev", "1", "2.7"]])
    [0]
    """
    named = set(split_columns(names))
    said: list[set[str | None]] = [set() for _ in names]
    for row in rows:
        for column, cell in zip(said, row, strict=False):
            column.add(split_of_cell(cell))
    return [at for at, name in enumerate(names) if name in named or (len(said[at]) > 1 and None not in said[at])]


def mentioned(text: str) -> str | None:
    """The one split whose words a line holds, wherever they stand; None where it holds none, or words of two."""
    splits = {SPLITS[word] for word in _WORD.findall(text.lower()) if word in SPLITS}
    return splits.pop() if len(splits) == 1 else None

"""Words for what training measures in languages other than English: a table, and how a name is put into English."""

from __future__ import annotations

from functools import lru_cache
from re import Match

from lossdoc.words.counters import FOREIGN
from lossdoc.words.expressions import expression
from lossdoc.words.splits import SPLITS

# English: German | French | Spanish, Portuguese, Italian, Catalan | Dutch, Swedish, Polish, Czech | Turkish,
# Indonesian, Vietnamese | Russian, Ukrainian | Chinese, Japanese, Korean. Words of one phrase are joined by "_".
_TABLE = {
    "loss": "verlust verlustwert zielfunktion perte pertes pérdida perdida pérdidas perda perdas perdita perdite "
    "pèrdua perdua verlies förlust forlust strata ztráta ztrata kayıp kayip kaybı kaybi kerugian mất_mát tổn_thất "
    "потери потеря лосс функция_потерь втрати 损失函数 损失值 损失 損失関数 損失 ロス 손실 로스",
    "accuracy": "genauigkeit trefferquote korrektklassifikationsrate exactitude justesse exactitud acierto aciertos "
    "acurácia acuracia exatidão exatidao accuratezza esattezza nauwkeurigheid noggrannhet träffsäkerhet dokładność "
    "dokladnosc přesnost presnost doğruluk dogruluk doğruluğu akurasi độ_chính_xác точность "
    "аккуратность точність 准确率 准确度 正确率 準確率 正解率 精度 정확도 정답률",
    "precision": "präzision praezision précision precisión precisão precisao precisione precisió precizie kesinlik "
    "presisi 精确率 精確率 查准率 適合率 정밀도",
    "recall": "sensitivität rappel sensibilité exhaustividad sensibilidad revocação revocacao sensibilidade "
    "sensibilità richiamo czułość duyarlılık duyarlilik полнота 召回率 查全率 再現率 재현율",
    "error": "fehler fehlerrate erreur erreurs erro erros errore errori fout fel błąd blad chyba hata galat sai_số "
    "ошибка погрешность помилка 误差 誤差 错误率 오차 오류",
    "learning rate": "lernrate taux_d'apprentissage taux_apprentissage tasa_de_aprendizaje tasa_aprendizaje "
    "taxa_de_aprendizado taxa_de_aprendizagem taxa_aprendizado tasso_di_apprendimento tasso_apprendimento "
    "taxa_d'aprenentatge leersnelheid inlärningshastighet współczynnik_uczenia öğrenme_oranı ogrenme_orani "
    "öğrenme_hızı скорость_обучения темп_обучения 学习率 學習率 学習率 학습률",
    "mean": "durchschnitt durchschnittlicher durchschnittliche mittlerer mittlere mittelwert moyenne moyen media medio "
    "promedio média médio mitjana gemiddelde gemiddeld medel średnia średni srednia ortalama rata_rata среднее "
    "средняя средний середня 平均 평균",
    "perplexity": "perplexität perplexité perplejidad perplexidade perplessità perplexiteit перплексия 困惑度 "
    "パープレキシティ 혼란도 펄플렉시티",
    "reward": "belohnung récompense recompense recompensa ricompensa beloning belöning nagroda ödül odul награда "
    "вознаграждение 奖励 回报 報酬 보상",
    "score": "punktzahl puntuación puntuacion pontuação pontuacao punteggio puntuació оценка 得分 分数 スコア 점수",
    "time": "zeit dauer temps durée tiempo tempo tijd tid czas čas süre sure zaman waktu время час 耗时 用时 时间 時間 "
    "시간",
    "grad norm": "gradientennorm norme_du_gradient norma_del_gradiente norma_do_gradiente норма_градиента 梯度范数 "
    "勾配ノルム 기울기_노름",
}
TERMS: dict[str, str] = {word.replace("_", " "): english for english, text in _TABLE.items() for word in text.split()}
_OF_SPLITS = {word: {"train": "train", "eval": "val", "test": "test"}[split] for word, split in SPLITS.items()}
_WORDS = {**FOREIGN, **TERMS}
_WORD = expression(r"[^\W\d_]+")
# Phrases of several words, and words that stand glued to one another, as in Chinese: the longest first.
_PHRASES = [
    (term, english)
    for term, english in sorted({**_OF_SPLITS, **_WORDS}.items(), key=lambda pair: -len(pair[0]))
    if term[0] > "\u2e7f" or not term.isalpha()
]
# Written without blanks: what stands beside them is no part of them.
_GLUED = {
    term: english.replace(" ", "_")
    for term, english in {**_OF_SPLITS, **_WORDS}.items()
    if term[0] > "\u2e7f" and len(term) > 1
}
_GLUED_TERM = expression("|".join(sorted(_GLUED, key=len, reverse=True)))
_SIGNS = str.maketrans({"：": ": ", "，": ", ", "；": "; ", "（": "(", "）": ")"})
# "第3轮", "第 3/10 轮", "第100步"
_COUNTED = expression(r"第\s*(\d+(?:\s*/\s*\d+)?)\s*(?:个\s*)?(轮|步|次迭代|epoch)\s*[:：,，]?")
_COUNTERS = {"轮": "epoch", "epoch": "epoch", "步": "step", "次迭代": "iter"}
_PHRASES_IN_ASCII = [(term, english) for term, english in _PHRASES if term.isascii()]


@lru_cache(4096)
def in_english(name: str) -> str:
    """A name with its words in English and in lower case, as far as the tables know them.

    >>> in_english("Perda validação")
    'loss validação'
    """
    lowered = name.lower()
    if not lowered.isascii() or not lowered.isalpha():
        for term, english in _PHRASES_IN_ASCII if lowered.isascii() else _PHRASES:
            if term in lowered:
                lowered = lowered.replace(term, f" {english} ")
    return _WORD.sub(lambda found: _WORDS.get(found[0], found[0]), lowered).strip()


def translated(line: str) -> str:
    """A line with its Chinese, Japanese and Korean words and signs in English; one without them as it is.

    >>> translated("第3/10轮，训练损失：0.5")
    'epoch 3/10 | train loss: 0.5'
    """
    if line.isascii():
        return line
    line = _COUNTED.sub(lambda found: f"{_COUNTERS[found[2]]} {found[1]} | ", line).translate(_SIGNS)
    return _GLUED_TERM.sub(_beside, line)


def _beside(found: Match[str]) -> str:
    return _GLUED[found[0]] + " " * found.string[found.end() : found.end() + 1].isalnum()


def is_foreign(word: str) -> bool:
    """A word of these tables, in lower case."""
    return word in TERMS

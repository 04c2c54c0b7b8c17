"""Chinese, Japanese and Korean words of home-made loops in the words that tokenizer and documents know."""

from __future__ import annotations

import re

from lossdoc.words.expressions import expression

_TERMS = {
    **dict.fromkeys(("训练集", "训练", "訓練", "훈련", "학습"), "train "),
    **dict.fromkeys(("验证集", "验证", "検証", "검증"), "val "),
    **dict.fromkeys(("测试集", "测试", "テスト", "테스트"), "test "),
    **dict.fromkeys(("平均", "평균"), "avg "),
    **dict.fromkeys(("损失函数", "损失值", "损失", "損失", "손실"), "loss"),
    **dict.fromkeys(("准确率", "正确率", "正解率", "정확도"), "accuracy"),
    **dict.fromkeys(("学习率", "学習率", "학습률"), "lr"),
    **dict.fromkeys(("轮次", "轮数", "エポック", "에포크", "에폭"), "epoch "),
    **dict.fromkeys(("步数", "步骤", "ステップ", "스텝"), "step "),
    **dict.fromkeys(("耗时", "用时"), "time"),
    "困惑度": "perplexity",
    "精确率": "precision",
    "召回率": "recall",
    "梯度范数": "grad_norm",
    "奖励": "reward",
    "：": ": ",
    "，": ", ",
    "；": "; ",
    "（": "(",
    "）": ")",
}
_TERM = expression("|".join(sorted(map(re.escape, _TERMS), key=len, reverse=True)))
# "第3轮", "第 3/10 轮", "第100步"
_COUNTED = expression(r"第\s*(\d+(?:\s*/\s*\d+)?)\s*(?:个\s*)?(轮|步|次迭代|epoch)\s*[:：,，]?")
_COUNTERS = {"轮": "epoch", "epoch": "epoch", "步": "step", "次迭代": "iter"}


def translated(text: str) -> str:
    """The text with such words in English; a text without them as it is."""
    text = _COUNTED.sub(lambda found: f"{_COUNTERS[found[2]]} {found[1]} | ", text)
    return _TERM.sub(lambda found: _TERMS[found[0]], text)

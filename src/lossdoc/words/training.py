"""Words that hardly anything but a trainer writes: does a set of names look like the keys of a training log?

Readers do not know the documents; without some notion of training words every CSV and every JSON server log would be
claimed. Which metric a key means is never decided here.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from lossdoc.words.counters import PLACES
from lossdoc.words.expressions import expression
from lossdoc.words.splits import SPLITS
from lossdoc.words.terms import in_english


def words(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


# Words that hardly anything but a trainer writes as the name of a number.
_STRONG = words("""
    loss losses acc accs accuracy accuracies ppl perp perplexity gnorm gradnorm reward rewards kl entropy auc mauc
    f1 fscore map recall precision bleu wer cer ter iou miou dice rmse mse mae mape rmsle bpb bpc nll elbo fid logp
    logps logits margin margins loglikelihood logloss psnr ssim mcc spearman pearson ndcg mrr xent crossentropy cost
    perp clipfrac clipfraction likelihood advantage advantages objective top1 top5 acc1 acc5 prec1 prec5 l1 l2
    multiclass rew rouge rougel rouge1 rouge2 logit
""")
_PARTS = expression(r"(?:loss(?:es)?|rmse|accuracy|entropy|perplexity|reward)\d*$|^(?:fid|kid)\d+k$")
_PAIRS = expression(
    r"\b(?:grad norm|explained variance|clip ratio|clip frac|ep len|log likelihood|cross entropy|success rate"
    r"|(?:episodic|average|mean) return)\b"
)
_AXIS = PLACES | words("kimg tick ticks timestep timesteps")
_AXIS_BESIDE = words("""
    global current train training val valid validation validating eval test testing total optimizer policy env num max
    idx id no number n trained time
""")
_WEAK = words("""
    lr learning rate error score return returns norm value metric test val valid validation train eval
""")
# "aux_loss_coef" and "loss_scale" are settings, "accuracy_type" is a word: the last part decides.
_SETTING = words("""
    coef coeff coefficient weight weights type fn func function name names scheduler factor alpha lambda threshold
    mask config path file decay scale reduction dtype size label labels model id url version impl kwargs args
    strategy window mode multiplier multipliers interval every freq frequency
""")
_EARNED = words("return returns score scores")
# Without an axis or a metric these speak for a server's log, or for a table of hyper-parameters.
_FOREIGN = words("""
status level method path url host port bytes size duration latency cpu mem memory disk seed dropout layers hidden units
""")
_RESOURCES = words("cpu mem memory disk")  # a trainer may watch them beside its losses
_PROGRESS = words(
    "step steps epoch epochs iter iters iteration iterations timestep timesteps episode episodes update updates"
)
# "test error" is a share of wrong answers; an error alone may be anybody's.
_ERROR = words("error err")
_CAMEL = expression(r"(?<=[a-z])(?=[A-Z])")
_SPLIT = expression(r"[^\w#]+|_+")


def tokens(key: str) -> list[str]:
    """valLoss, "Val Loss", val/loss, val_perda -> ["val", "loss"]."""
    snake = _CAMEL.sub("_", key)
    return [part for part in _SPLIT.split(in_english(snake)) if part]


@lru_cache(4096)
def is_strong(key: str) -> bool:
    """The name of a quantity that hardly anything but a trainer writes: loss, accuracy, grad_norm, rewards/margins."""
    parts = tokens(key)
    if not parts or parts[-1] in _SETTING:
        return False
    if "".join(parts) in _STRONG:  # MultiClass, LogLoss
        return True
    if parts[-1] in _ERROR and not SPLITS.keys().isdisjoint(parts[:-1]):
        return True
    return any(p in _STRONG or _PARTS.search(p) for p in parts) or _PAIRS.search(" ".join(parts)) is not None


@lru_cache(4096)
def is_axis(key: str) -> bool:
    """A name that counts the progress of a training."""
    parts = tokens(key)
    if parts in (["#"], ["e"]):  # spaCy's table
        return True
    return any(p in _AXIS for p in parts) and all(p in _AXIS or p in _AXIS_BESIDE for p in parts)


def earns(keys: Iterable[str]) -> bool:
    """A return or a score beside a count of episodes or steps: what an agent got, where a score alone is anybody's."""
    names = list(keys)
    return any(map(is_axis, names)) and any(not _EARNED.isdisjoint(tokens(name)[-1:]) for name in names)


def likelihood(keys: Iterable[str]) -> float:
    """0..1: how much these names look like one row of a training log."""
    names = list(keys)
    strong = sum(map(is_strong, names))
    axis = any(map(is_axis, names))
    weak = any(map(_is_weak, names))
    if strong and axis:
        return 0.95
    if axis and weak:
        return 0.7
    foreign = {part for name in names for part in tokens(name)} & _FOREIGN
    if foreign and not (foreign <= _RESOURCES and strong > 2):
        return 0.0
    if strong > 1:
        return 0.8
    if strong and (weak or len(names) <= 3):
        return 0.6
    return 0.4 if len(names) > 1 and any(part in _PROGRESS for name in names for part in tokens(name)) else 0.0


@lru_cache(4096)
def _is_weak(key: str) -> bool:
    return any(part in _WEAK for part in tokens(key))

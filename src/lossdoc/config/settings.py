"""Settings that checks, expectations and comparisons read, and which values they can have."""

from __future__ import annotations

from msgspec import Struct

from lossdoc.config.errors import near


class Known(Struct, frozen=True):
    """A setting: its range (both ends belong to it), whether only whole numbers make sense, or that it is a word."""

    low: float = float("-inf")
    high: float = float("inf")
    whole: bool = False
    word: bool = False


_POSITIVE = Known(low=1e-12)
_COUNT = Known(low=1, whole=True)
_WORD = Known(word=True)
SETTINGS: dict[str, Known] = {
    "beta": Known(low=0),
    "gamma": Known(low=0, high=1),
    "r_max": Known(low=0),
    "max_grad_norm": Known(low=0),
    "learning_rate": Known(low=0),
    "classes": Known(low=2, whole=True),
    "vocab_size": Known(low=2, whole=True),
    "num_experts": Known(low=1, whole=True),
    "eval_samples": _COUNT,
    "max_steps": _COUNT,
    "gradient_accumulation_steps": _COUNT,
    "world_size": _COUNT,
    "train_batch_size": _COUNT,
    "per_device_train_batch_size": _COUNT,
    "num_train_epochs": _POSITIVE,
    "warmup_steps": Known(low=0),
    "temperature": Known(low=0),
    "num_generations": _COUNT,
    "max_completion_length": _COUNT,
    "num_parameters": _COUNT,
    "loss_type": _WORD,
    "importance_sampling_level": _WORD,
    "optim": _WORD,
    "optimizer": _WORD,
    "lr_scheduler": _WORD,
    "lr_scheduler_type": _WORD,
    "framework": _WORD,
}


def problem(name: str, value: object) -> str:
    """Why a setting cannot have this value, "" where it can or where nobody knows the setting."""
    known = SETTINGS.get(name)
    if known is None or known.word:
        return ""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return f"{name} is a number, not {value!r}"
    if value != value or not known.low <= value <= known.high:
        return f"{name} cannot be {value:g}: {_range(known)}"
    if known.whole and value != int(value):
        return f"{name} is a whole number, not {value:g}"
    return ""


def _range(known: Known) -> str:
    if known.high < float("inf"):
        return f"it lies between {known.low:g} and {known.high:g}"
    return "it is positive" if known is _POSITIVE else f"it is at least {known.low:g}"


def unread(name: str) -> str:
    """A remark on a setting that nobody reads, "" for a known one."""
    return "" if name in SETTINGS else f"no check reads the setting {name}.{near(name, SETTINGS)}"

"""Settings that trainers write beside their logs: a folder -> [here] -> what checks can use, and the file it is from.

Text alone is read, never a pickle. A file counts for a log that stands alone in its folder: beside several logs nobody
knows whose it is. A name that stands in it with two values says nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lossdoc.config.settings import SETTINGS, problem
from lossdoc.input.numbers import to_float

# W&B and many others; hydra; Ultralytics; Lightning; LLaMA-Factory, ms-swift and transformers. The first one counts.
FILES = (
    *(".hydra/config.yaml", "config.yaml", "config.yml", "files/config.yaml", "args.yaml", "hparams.yaml"),
    *("axolotl.yaml", "axolotl.yml", "axolotl_config.yaml", "axolotl_config.yml", "training_args.yaml"),
    *("training_args.json", "all_args.json", "trainer_args.json", "train_args.json", "args.json", "hparams.json"),
)
LARGEST = 1 << 20  # bytes of settings that somebody wrote
_DEEPEST, _MOST = 8, 5000  # levels and entries that are looked at: YAML may refer to itself
# Settings that mean something else in other programs: gamma of a schedule is no discount.
_AMBIGUOUS = frozenset({"gamma", "r_max", "framework", "eval_samples"})
# Other spellings of the names that checks read.
_SPELLINGS = {
    "lr": "learning_rate",
    "lr0": "learning_rate",
    "gradient_clip_val": "max_grad_norm",
    "clip_grad_norm": "max_grad_norm",
    "grad_clip": "max_grad_norm",
    "accumulate_grad_batches": "gradient_accumulation_steps",
    "micro_batch_size": "per_device_train_batch_size",
    "num_epochs": "num_train_epochs",
    "epochs": "num_train_epochs",
    "dpo_beta": "beta",
    "pref_beta": "beta",
    "rl_beta": "beta",
    "nc": "classes",
    "num_classes": "classes",
}


def settings_beside(log: Path) -> tuple[dict[str, float | str], str]:
    """Settings by the names that checks read, and the file that says them; ({}, "") where there is none."""
    folder = log if log.is_dir() else log.parent
    try:
        there = [name for name in FILES if os.path.isfile(os.path.join(folder, name))]
        if not there or (log.is_file() and _is_one_of_several(log)):
            return {}, ""
        for name in there:
            path = folder / name
            if path != log and path.stat().st_size <= LARGEST:
                found = usable(_tree(path))
                if found:
                    return found, name
    except OSError:  # a folder that cannot be listed, a file that vanished
        pass
    return {}, ""


def _is_one_of_several(log: Path) -> bool:
    """Another file beside it may be a log too: looked for no further than that, a folder may hold thousands."""
    suffix, others = log.suffix.lower(), 0
    with os.scandir(log.parent) as entries:
        for entry in entries:
            ending = os.path.splitext(entry.name)[1].lower()
            others += ending == suffix and entry.name not in FILES and entry.is_file()
            if others > 1:
                return True
    return False


def _tree(path: Path) -> Any:
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        if path.suffix == ".json":
            import json

            return json.loads(text)
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return yaml.load(text, Loader=loader)
    except (ValueError, RecursionError):
        return None
    except Exception as error:  # yaml's own: it has no base class that can be named before the import
        if type(error).__module__.startswith("yaml"):
            return None
        raise


def usable(tree: Any) -> dict[str, float | str]:
    """What checks know by name, with values that such a setting can have and that stand there once."""
    found: dict[str, set[float | str]] = {}
    for key, value in _leaves(tree):
        name = _SPELLINGS.get(key, key)
        number = to_float(value) if isinstance(value, str) else value
        if name not in SETTINGS or name in _AMBIGUOUS or isinstance(value, bool):
            continue
        said = value if SETTINGS[name].word else number
        if isinstance(said, (int, float, str)) and said != "" and not problem(name, said):
            found.setdefault(name, set()).add(said)
    return {name: values.pop() for name, values in found.items() if len(values) == 1}


def _leaves(tree: Any) -> Iterator[tuple[str, Any]]:
    """Names and values of nested objects; W&B writes `lr: {value: 0.1}`."""
    left = _MOST
    stack: list[tuple[str, Any, int]] = [("", tree, 0)]
    while stack and left:
        key, value, depth = stack.pop()
        left -= 1
        if isinstance(value, Mapping):
            if "value" in value and set(value) <= {"value", "desc"}:
                stack.append((key, value["value"], depth))
            elif depth < _DEEPEST:
                stack += [(str(name), inner, depth + 1) for name, inner in list(value.items())[:_MOST]]
        else:
            yield key.lower().replace("-", "_"), value

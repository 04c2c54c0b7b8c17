"""Tables that hold one row per run, person or thing, and none that goes on in time: they are no curves."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from lossdoc.input.numbers import to_float
from lossdoc.words.expressions import expression
from lossdoc.words.training import is_axis, is_strong, tokens, words

# Words of trade and maps: alone, without a step or epoch, they make no log.
_EVERYDAY = words("cost costs margin margins map objective recall precision losses score gain return returns")
# Columns of W&B's table of runs, whatever the user adds to them.
_WANDB_RUNS = frozenset({"Name", "State", "Notes", "User", "Tags", "Created", "Runtime", "Sweep"})
_STEPS = words("done terminated truncated action actions obs observation observations next_obs next_state")
_TIME = expression(r"[\d\s:/.,+TZ-]+|(?i:[\d:]+\s*[ap]m)")
# A run is given these once: where two of them change from row to row, each row is a run of a search.
_GIVEN = words("""
    optimizer optim activation momentum dropout batch_size batchsize weight_decay num_layers n_layers hidden_size
    hidden_dim num_epochs n_epochs max_epochs loss_type kernel_size embed_dim n_estimators max_depth num_leaves
""")
# What an evaluation is swept over: the same model again and again.
_SWEPT = words("threshold thresh cutoff thr")
# Columns of words that a log has too, whatever they say in each row.
_WORDY = words("split phase mode stage set date time timestamp datetime eta note best saved status")


def one_row_each(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> bool:
    """Rows of different things: nothing counts on, and a column of words tells every row from the others."""
    if len(_WANDB_RUNS & set(names)) > 4:
        return True
    if len(rows) < 2 or any(is_axis(name) and _advances([to_float(row.get(name)) for row in rows]) for name in names):
        return False
    if any(name.strip().lower() in _SWEPT and len({row.get(name) for row in rows}) == len(rows) for name in names):
        return True
    if sum(len({row.get(name) for row in rows}) > 1 for name in names if name.strip().lower() in _GIVEN) > 1:
        return True
    if any(name.lower() == "metric" and isinstance(rows[0].get(name), str) for name in names):
        return True  # a row for each measure
    return any(_tells_rows_apart([row.get(name) for row in rows]) for name in names if not _WORDY & set(tokens(name)))


def rollout(names: Sequence[str]) -> bool:
    """The single steps of an agent in its environment: what it saw and did, not how it learned."""
    return len(_STEPS & {name.lower() for name in names}) > 1


def everyday(names: Sequence[str]) -> bool:
    """Names of metrics among these, but only such as shops and atlases use as well."""
    strong = [name for name in names if is_strong(name)]
    rest = (" ".join(part for part in tokens(name) if part not in _EVERYDAY) for name in strong)
    return bool(strong) and not any(map(is_strong, rest))


def _advances(cells: Sequence[float | None]) -> bool:
    """A step counts on; a number of steps that each run was given does not."""
    numbers = [cell for cell in cells if cell is not None]
    rises = sum(a <= b for a, b in itertools.pairwise(numbers))
    return len(set(numbers)) > 1 and rises >= 0.8 * (len(numbers) - 1)


def _tells_rows_apart(cells: Sequence[Any]) -> bool:
    texts = [cell for cell in cells if isinstance(cell, str) and cell.strip() and not _is_number(cell)]
    return len(texts) > 0.8 * len(cells) and len(set(texts)) > max(1, 0.6 * len(texts))


def _is_number(cell: str) -> bool:
    return to_float(cell) is not None or _TIME.fullmatch(cell.strip()) is not None

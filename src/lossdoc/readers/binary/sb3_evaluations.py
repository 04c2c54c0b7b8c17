"""`evaluations.npz` of stable-baselines3: what EvalCallback saves of each evaluation, episode by episode.

Arrays (stable_baselines3/common/callbacks.py, EvalCallback): timesteps (n,), results and ep_lengths (n, episodes),
successes (n, episodes) where the environment tells them.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BytesIO

from lossdoc.input.source import Source
from lossdoc.model.record import Event, Item, Record
from lossdoc.readers import Sample

NAME = "sb3-evaluations"
FRAMEWORK = "sb3"
TITLE = "Stable-Baselines3 evaluations (evaluations.npz)"
SAMPLES: list[Sample] = []  # binary: tests write their own files

# The means under the names that the callback itself logs them by.
_MEANS = {"results": "eval/mean_reward", "ep_lengths": "eval/mean_ep_length", "successes": "eval/success_rate"}
_ZIP = b"PK\x03\x04"
# A broken array may claim a size that no machine has; RuntimeError: encrypted, or packed in a way that Python lacks.
_BROKEN = (ValueError, OSError, EOFError, MemoryError, OverflowError, RuntimeError, zlib.error)


def sniff(source: Source) -> float:
    if not source.data.startswith(_ZIP):
        return 0.0
    import zipfile  # other binary files need none

    try:
        names = set(zipfile.ZipFile(BytesIO(source.data)).namelist())
    except (*_BROKEN, zipfile.BadZipFile):
        return 0.0
    return 1.0 if {"timesteps.npy", "results.npy"} <= names else 0.0


def read(source: Source) -> Iterator[Item]:
    """One record per evaluation: means over its episodes."""
    import zipfile

    import numpy as np

    try:
        with np.load(BytesIO(source.data), allow_pickle=False) as archive:
            steps = np.asarray(archive["timesteps"], dtype=np.float64).ravel()
            measured = {
                key: np.asarray(archive[name], dtype=np.float64).reshape(len(steps), -1).mean(axis=1)
                for name, key in _MEANS.items()
                if name in archive and archive[name].size
            }
    except (*_BROKEN, KeyError, TypeError, zipfile.BadZipFile):
        yield Event("empty", None, "an archive of Stable-Baselines3 evaluations that is broken or holds no numbers")
        return
    for row, step in enumerate(steps.tolist()):
        values = {key: float(means[row]) for key, means in measured.items()}
        yield Record(values, None, step, "step", split="eval")

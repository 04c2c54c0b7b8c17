"""Frameworks that stand on others: a TRL trainer logs what the Transformers trainer under it logs."""

from __future__ import annotations

# child -> what it is built on. Keys of documents are looked up along this line.
_BUILT_ON = {
    "trl": "transformers",
    "unsloth": "trl",
    "axolotl": "trl",
    "llamafactory": "trl",
    "ms-swift": "trl",
    "open-r1": "trl",
    "alignment-handbook": "trl",
    "sentence-transformers": "transformers",
    "setfit": "sentence-transformers",
    "peft": "transformers",
}


def lineage(framework: str) -> list[str]:
    """A framework and those under it, the nearest first."""
    found = [framework.lower()]
    while (base := _BUILT_ON.get(found[-1])) and base not in found:
        found.append(base)
    return found

"""A setting as a trainer spells it: the keys of its configuration, and the line that sets it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossdoc.words.expressions import expression

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge
    from lossdoc.knowledge.schema import Framework
    from lossdoc.model.run import Trainer

_WORD = expression(r"\w[\w./-]*")  # a key; anything else is a whole line
PLAIN = "{key}={value}"  # where nothing is known of a trainer


def line(setting: str, value: str, trainer: Trainer, knowledge: Knowledge) -> str | None:
    """The line to paste. Our own name of the setting where nothing is known of this trainer's spelling; None where its
    spelling is known and it has no such setting."""
    chain = list(knowledge.framework_chain(trainer.framework))
    for framework in chain:
        key = _key(framework, setting, trainer)
        if key is not None:
            form = next((one.form for one in chain if one.form), PLAIN)
            config = next((_config(one, trainer) for one in chain if one.configs), None)
            template = form if _WORD.fullmatch(key) else key
            if "{config}" in template and config is None:
                template = PLAIN
            return template.format(config=config, key=key, value=_written(value, template))
    return None if any(one.settings for one in chain) else PLAIN.format(key=setting, value=value)


def spelled_keys(setting: str, trainer: Trainer, knowledge: Knowledge) -> Iterator[str]:
    """The keys under which a configuration may hold a setting: the trainer's own and the last part of it."""
    for framework in knowledge.framework_chain(trainer.framework):
        key = _key(framework, setting, trainer)
        if key is not None and _WORD.fullmatch(key):
            yield key
            yield key.replace("-", "_")
            yield key.replace(".", "/")


def _key(framework: Framework, setting: str, trainer: Trainer) -> str | None:
    """The word of a setting under the objective; None where the document has none, or the candidates differ."""
    said = framework.settings.get(setting)
    if not isinstance(said, dict):
        return said
    words = {said.get(candidate, said.get("")) for candidate in trainer.candidates or ("",)}
    return words.pop() if len(words) == 1 else None


def _config(framework: Framework, trainer: Trainer) -> str | None:
    """The class that takes the settings; None where the candidates have different ones."""
    names = {framework.configs.get(candidate, framework.configs.get("")) for candidate in trainer.candidates}
    return names.pop() if len(names) == 1 else None


def _written(value: str, template: str) -> str:
    """YAML 1.1 reads 5e-7 as text: a number with an exponent needs its point there."""
    if not template.startswith("{key}: "):
        return value
    return re.sub(r"^(\d+)e", r"\1.0e", {"True": "true", "False": "false"}.get(value, value))

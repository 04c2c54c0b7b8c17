"""The words of a configuration that no type can check: ids, names, gates. ConfigError with place and near match."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from lossdoc import checks
from lossdoc.config.errors import ConfigError, near
from lossdoc.config.schema import flat
from lossdoc.config.settings import problem
from lossdoc.judge.limits import problem as impossible
from lossdoc.model.finding import SIGNS

if TYPE_CHECKING:
    from lossdoc.config.layers import InForce
    from lossdoc.knowledge import Knowledge


def check_ids(words: Iterable[str]) -> tuple[str, ...]:
    """Ids; a vital sign stands for all checks that bear on it."""
    found: list[str] = []
    for word in words:
        found += _of_sign(word) if word in SIGNS else [word]
    return tuple(dict.fromkeys(found))


def _of_sign(sign: str) -> list[str]:
    return [check_id for check_id in checks.check_ids() if sign == checks.load(check_id).sign]


def verify(in_force: InForce) -> None:
    """Everything that can be said to be wrong without looking at a log."""
    config = in_force.config
    for key, words in (("select", config.select), ("ignore", config.ignore)):
        _ids(words or (), _place(in_force, key))
    for name in config.severity:
        _ids([name], in_force.source(f"severity.{name}"), signs=False)
    for name, value in config.settings.items():
        if said := problem(name, value):
            raise ConfigError(f"{_place(in_force, f'settings.{name}', f'--set {name}={value}')}: {said}")
    _gates(config.expect, config.require, in_force)
    for one in config.overrides:
        place = in_force.source("overrides")
        _ids([*(one.select or ()), *(one.ignore or ())], place)
        _ids(one.severity, place, signs=False)
        _gates(one.expect, one.require, in_force, place)
        if not one.paths and (one.settings or one.trainer):
            raise ConfigError(f"{place}: settings and trainer need `paths`: they say how a log is read")
        if not one.paths and not one.trainers:
            raise ConfigError(f"{place}: an override needs `paths` or `trainers`")
    for entry in config.suppress:
        _ids([entry.check], in_force.source("suppress"), signs=False)


def verify_names(names: Mapping[str, str], knowledge: Knowledge, in_force: InForce) -> None:
    """What keys are mapped to: `loss`, `eval/loss`."""
    known = [facts.id for facts in knowledge.metrics()]
    for key, target in names.items():
        split, _, metric = target.rpartition("/")
        place = _place(in_force, f"map.{key}", f"--map {key}={target}")
        if metric not in known:
            raise ConfigError(f"{place}: no metric {metric!r}.{near(metric, known)} See: lossdoc list metrics")
        if split not in ("", "train", "eval", "test"):
            raise ConfigError(f"{place}: no split {split!r}: train, eval or test, as in eval/{metric}")


def verify_limits(knowledge: Knowledge, in_force: InForce) -> None:
    """Names and values of limits, of the configuration and of its overrides."""
    config = in_force.config
    said = [(flat(config.limits), ""), *((flat(one.limits), in_force.source("overrides")) for one in config.overrides)]
    if not any(limits for limits, _ in said):
        return
    known = knowledge.limits()
    for limits, place in said:
        for name, value in limits.items():
            at = place or _place(in_force, f"limits.{name}", f"--limit {name}={value:g}")
            if name not in known:
                raise ConfigError(f"{at}: no limit {name!r}.{near(name, known)} See: lossdoc list limits")
            if why := impossible(known[name], value):
                raise ConfigError(f"{at}: {why}")


def _place(in_force: InForce, key: str, option: str = "") -> str:
    """Where a value comes from, in the words of the user: the option, or file and line."""
    source = in_force.source(key)
    return (option or f"--{key}") if in_force.on_command_line(key) else source


def _ids(words: Iterable[str], place: str, signs: bool = True) -> None:
    """`signs`: the name of a vital sign may stand for its checks."""
    known = [*checks.check_ids(), *(SIGNS if signs else ())]
    for word in words:
        if word not in known:
            raise ConfigError(f"{place}: no check {word!r}.{near(word, known)} See: lossdoc list checks")


def _gates(expect: Sequence[str], require: Sequence[str], in_force: InForce, place: str = "") -> None:
    if not expect and not require:
        return
    from lossdoc.gates.grammar import GateError, parse, required

    for key, words in (("expect", expect), ("require", require)):
        for word in words:
            try:
                parse(word) if key == "expect" else required(word)
            except GateError as error:
                raise ConfigError(f"{place or _place(in_force, key)}: {error}") from None

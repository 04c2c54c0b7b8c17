"""What the shell offers for the value of an option. Called only when somebody presses Tab."""

from __future__ import annotations

from collections.abc import Iterable


def _fitting(incomplete: str, names: Iterable[str]) -> list[str]:
    """Names that begin so; of `a,b,ove` the last one, with those before it."""
    before, comma, begun = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in names if name.startswith(begun)]


def trainers(incomplete: str) -> list[str]:
    """`dpo`, and `trl-dpo` as soon as a framework is begun."""
    from lossdoc.knowledge import Knowledge

    known = Knowledge.load().trainers()
    plain = [one.id for one in known]
    return _fitting(incomplete, [*plain, *(f"{frame}-{one.id}" for one in known for frame in one.frameworks)])


def checks(incomplete: str) -> list[str]:
    from lossdoc.checks import check_ids
    from lossdoc.model.finding import SIGNS

    return _fitting(incomplete, [*SIGNS, *check_ids()])


def severities(incomplete: str) -> list[str]:
    """`loss-spike=info`: first the check, then the level."""
    from lossdoc.checks import check_ids
    from lossdoc.model.finding import SEVERITIES

    check, equals, _ = incomplete.partition("=")
    levels = [f"{check}={level}" for level in SEVERITIES] if equals else [f"{one}=" for one in check_ids()]
    return _fitting(incomplete, levels)


def limits(incomplete: str) -> list[str]:
    from lossdoc.knowledge import Knowledge

    return _fitting(incomplete, (f"{name}=" for name in Knowledge.load().limits()))


def signs(incomplete: str) -> list[str]:
    from lossdoc.model.finding import SIGNS

    return _fitting(incomplete, SIGNS)


def output_formats(incomplete: str) -> list[str]:
    from lossdoc.show.report import writer_names

    return _fitting(incomplete, writer_names())


def input_formats(incomplete: str) -> list[str]:
    from lossdoc.readers import all_readers

    return _fitting(incomplete, (reader.NAME for reader in all_readers()))


def metrics(incomplete: str) -> list[str]:
    from lossdoc.knowledge import Knowledge

    return _fitting(incomplete, (facts.id for facts in Knowledge.load().metrics()))


def words(incomplete: str) -> list[str]:
    """Everything that has a page."""
    from lossdoc.knowledge import Knowledge

    return _fitting(incomplete, dict.fromkeys(entry.id for entry in Knowledge.load().entries()))

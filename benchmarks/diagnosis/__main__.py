"""Score the diagnosis: python -m benchmarks.diagnosis [--source state|jsonl|csv|stdout|events|best] [--verbose]."""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence

from benchmarks.diagnosis.corpus import score_corpus
from benchmarks.diagnosis.labels import FILES, Label, read_runs
from benchmarks.diagnosis.lossdoc_runs import say
from benchmarks.diagnosis.score import Figures, Outcome, outcome, share
from lossdoc.api import Options


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.diagnosis")
    parser.add_argument("--source", choices=[*FILES, "best"], default="best")
    parser.add_argument("--verbose", action="store_true", help="list every run that is not perfect")
    parser.add_argument("--ignore", action="append", default=[], help="score without these checks")
    parser.add_argument("--only", default="", help="runs whose id begins so")
    arguments = parser.parse_args()
    options = Options(ignore=tuple(arguments.ignore))
    figures = Figures(
        [
            o
            for label in read_runs()
            if label.name.startswith(arguments.only) and (o := _score(label, arguments.source, options))
        ]
    )
    if arguments.verbose:
        for result in figures.outcomes:
            _tell(result)
    print(f"labelled runs, source {arguments.source}: {len(figures.sick)} faulty, {len(figures.healthy)} healthy")
    for name, value in figures.lines():
        print(f"  {name:28} {value}")
    _by_trainer(figures.outcomes)
    if not arguments.only:
        score_corpus(options, arguments.verbose)


def _score(label: Label, kind: str, options: Options) -> Outcome | None:
    kinds = list(FILES) if kind == "best" else [kind]
    path = next((p for k in kinds if (p := label.source(k))), None)
    return None if path is None else outcome(label, say(path, options))


def _tell(result: Outcome) -> None:
    label = result.label
    said = ", ".join(f"{s.check}[{s.severity[0]}]@{s.first_step or 0:g}{'' if s.root else '*'}" for s in result.said)
    if label.healthy:
        if result.strict_alarm:
            print(f"  {'ALARM' if result.alarm else 'alarm'} {label.name}: {said} (may {'|'.join(label.may_report)})")
        return
    marks = [] if result.found or not label.observable else ["MISSED"]
    marks += ["not led"] if result.found and not result.led and label.observable else []
    marks += ["EXTRA"] if result.extra else []
    marks += ["VIOLATED"] if result.violated else []
    marks += ["onset"] if (result.onset_error or 0) > 0.15 else []
    if marks:
        wanted = ";".join("|".join(sorted(group)) for group in label.expected)
        print(
            f"  {'+'.join(marks)} {label.name}: wanted {wanted}@{label.onset or 0:g}/{label.steps or 0:g}; said {said or '-'}"
        )


def _by_trainer(outcomes: Sequence[Outcome]) -> None:
    groups: dict[str, Figures] = defaultdict(Figures)
    for result in outcomes:
        groups[result.label.name.split("-")[0]].outcomes.append(result)
    print(f"  {'trainer':10} {'found':28} {'led':28} {'precision':>9}  false alarms")
    for name, group in sorted(groups.items()):
        print(
            f"  {name:10} {share(o.found for o in group.faulty):28} {share(o.led for o in group.faulty):28} "
            f"{group.precision:9.2f}  {share(o.alarm for o in group.healthy)}"
        )


if __name__ == "__main__":
    main()

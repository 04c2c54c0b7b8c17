"""The rivals and the simple rules of the field on the same labelled runs: python -m benchmarks.diagnosis.rivals.

Installs the rivals into a virtual environment of their own (first call, from the package index) and maps their ids to
ours generously: an id counts as whichever of its meanings is expected or allowed for the run. With --table FILE the
README's tables between their markers are rewritten, that of public logs (see public.py) too.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks.diagnosis import public, simple_rules
from benchmarks.diagnosis.labels import FILES, Label, read_runs
from benchmarks.diagnosis.lossdoc_runs import say
from benchmarks.diagnosis.public import Finding
from benchmarks.diagnosis.score import Figures, Said, outcome, share
from benchmarks.marked import put
from lossdoc import __version__
from lossdoc.api import Options

PACKAGES = {
    "trainproof": "0.22.0",
    "runmedic": "0.1.1",
    "rldoctor": "0.2.0",
    "losslint": "0.4.1",
    "trainspotter": "0.2.6",
}
HOME = Path(tempfile.gettempdir()) / "lossdoc-rivals"
_NOT_LEARNING = ("no-learning", "chance-level", "plateau", "flat-margin", "reward-flat")

MEANINGS: dict[str, tuple[str, ...]] = {
    "TP-NAN": ("non-finite", "masked-nan"),
    "TP-NAN-GRAD": ("masked-nan", "non-finite"),
    "TP-ZERO-LOSS": ("zero-loss", "masked-nan"),
    "TP-ZERO-LOSS-ONSET": ("masked-nan", "zero-loss", "non-finite"),
    "TP-FLAT": (*_NOT_LEARNING, "zero-lr"),
    "TP-DEAD-RUN": (*_NOT_LEARNING, "zero-lr"),
    "TP-DIVERGE": ("divergence", "loss-spike", "lr-too-high", "lr-jump"),
    "TP-STEP-CLIFF": ("slow-steps",),
    "TP-ZERO-GRAD": ("zero-gradient", "zero-std-groups", "reward-flat", "dead-reward", "no-learning"),
    "TP-GRAD-SPIKE": ("exploding-gradient", "loss-spike"),
    "TP-ZERO-LR": ("zero-lr", "no-learning"),
    "TP-ZERO-LR-PARTIAL": ("zero-lr", "no-learning", "lr-jump"),
    "TP-OVERFIT": ("overfitting", "eval-gap"),
    "non_finite": ("non-finite", "masked-nan"),
    "divergence": ("divergence", "loss-spike", "lr-too-high", "lr-jump"),
    "loss_spikes": ("loss-spike", "divergence", "exploding-gradient"),
    "grad_spikes": ("exploding-gradient", "loss-spike"),
    "no_learning": _NOT_LEARNING,
    "constant_lr_plateau": ("plateau", "no-learning"),
    "overfitting": ("overfitting", "eval-gap"),
    "val_below_train": ("eval-below-train",),
    "slow_steps": ("slow-steps",),
    "slowdown": ("slow-steps",),
    "memory_growth": ("memory-growth",),
    "input_bound": ("slow-steps",),
    "advantage_collapse": ("zero-std-groups", "dead-reward", "reward-flat"),
    "entropy_collapse": ("entropy-collapse",),
    "reward_hacking": ("reward-hacking",),
    "length_pathology": ("length-explosion", "truncated-completions", "length-collapse"),
    "clip_saturation": ("clip-saturation",),
    "kl_drift": ("kl-runaway",),
    "gradient_pathology": (
        "zero-gradient",
        "exploding-gradient",
        "vanishing-gradient",
        "loss-spike",
        "zero-std-groups",
    ),
    "reward_composition": ("dead-reward", "reward-hacking"),
    "plateau": ("reward-flat", "plateau", "reward-collapse", "no-learning"),
    "nan_inf": ("non-finite", "masked-nan"),
    "loss_spike": ("loss-spike", "divergence", "exploding-gradient"),
    "overfit_onset": ("overfitting", "eval-gap", "no-generalisation"),
    "stagnation": ("plateau", *_NOT_LEARNING),
    "step_backtrack": ("resumed",),
    "spikes": ("loss-spike", "divergence", "exploding-gradient"),
    "grad_norm": ("exploding-gradient", "vanishing-gradient", "zero-gradient"),
    "loss_floor": ("zero-loss", "loss-collapse", "masked-nan", *_NOT_LEARNING),
    "lr_schedule": ("zero-lr", "lr-jump", "lr-too-high"),
    "eval_noise": ("eval-gap",),
    "throughput": ("slow-steps",),
}
_LEVELS = {"FAIL": "error", "WARN": "warning", "CRITICAL": "error", "WARNING": "warning", "critical": "error",
           "warning": "warning", "INFO": "info", "info": "info", "error": "error"}  # fmt: skip


def install() -> Path:
    """The folder of the rivals' commands."""
    commands = HOME / "bin"
    if not all((commands / name).exists() for name in ("rl-doctor", "trainspotter")):
        venv.create(HOME, with_pip=True)
        wanted = [f"{name}=={version}" for name, version in PACKAGES.items()]
        subprocess.run([commands / "python", "-m", "pip", "install", "-q", *wanted], check=True)
    return commands


def ask(command: Sequence[object]) -> object:
    """The JSON that a rival prints, or None where it prints none."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120, check=False)
    try:
        return json.loads(done.stdout)
    except ValueError:
        return None


def trainproof(commands: Path, path: Path) -> list[Finding] | None:
    """Its findings; None, here and in the others, where it could not judge the file."""
    answer = ask([commands / "trainproof", "doctor", path, "--json"])
    reports = answer.get("reports", []) if isinstance(answer, dict) else []
    found = [f for report in reports for f in report["findings"]]
    judged = any(report["verdict"] in ("PASS", "WARN", "FAIL") for report in reports)
    return (
        [(f["id"], _LEVELS[f["level"]], _step(f.get("evidence"))) for f in found if f["level"] in _LEVELS]
        if judged
        else None
    )


def runmedic(commands: Path, path: Path) -> list[Finding] | None:
    answer = ask([commands / "runmedic", "diagnose", path, "--json"])
    if not isinstance(answer, list) or not any(run.get("series") for run in answer):
        return None
    return [(f["check"], _LEVELS[f["severity"]], f.get("step")) for run in answer for f in run["findings"]]


def rldoctor(commands: Path, path: Path) -> list[Finding] | None:
    answer = ask([commands / "rl-doctor", "diagnose", path, "--format", "json"])
    if not isinstance(answer, dict) or not answer.get("run", {}).get("n_steps"):
        return None
    return [(f["detector"], _LEVELS[f["severity"]], None) for f in answer["findings"] if f["severity"] in _LEVELS]


def losslint(commands: Path, path: Path) -> list[Finding] | None:
    answer = ask([commands / "losslint", "check", path, "--format", "json"])
    if not isinstance(answer, dict) or not any(run["points"] for run in answer["runs"]):
        return None
    return [(f["check"], _LEVELS[f["severity"]], f.get("step")) for f in answer["findings"] if f["check"] != "parse"]


def trainspotter(commands: Path, path: Path) -> list[Finding] | None:
    answer = ask([commands / "trainspotter", "analyze", path, "--output", "json"])
    if not isinstance(answer, dict) or not answer["run"]["metrics"]:
        return None
    return [(f["detector"], _LEVELS[f["severity"]], f.get("step_start")) for f in answer["findings"]]


RIVALS = {
    "trainproof": trainproof,
    "runmedic": runmedic,
    "rldoctor": rldoctor,
    "losslint": losslint,
    "trainspotter": trainspotter,
}


def _step(text: object) -> float | None:
    match = re.search(r"step (\d+)", str(text))
    return float(match[1]) if match else None


def generous(label: Label, found: Iterable[Finding]) -> list[Said]:
    """Each id under the meaning that serves it best on this run."""
    wanted = frozenset().union(*label.expected)
    said = []
    for name, severity, step in found:
        meanings = MEANINGS.get(name, (name,))
        best = [m for m in meanings if m in wanted] or [m for m in meanings if m in label.may_report] or meanings
        said.append(Said(best[0], severity, step))
    return said


def best_source(label: Label) -> Path | None:
    """A state file where there is one: all rivals read that, none reads standard output of every trainer."""
    return next((path for kind in FILES if (path := label.source(kind))), None)


def tools(options: Options) -> dict[str, Callable[[Label, Path], list[Said]]]:
    """Name -> what it says about a run."""
    commands = install()
    table: dict[str, Callable[[Label, Path], list[Said]]] = {
        f"lossdoc {__version__}": lambda _, path: say(path, options)
    }
    for name, call in RIVALS.items():
        table[f"{name} {PACKAGES[name]}"] = lambda label, path, call=call: generous(label, call(commands, path) or [])  # type: ignore[misc]
    for name, rule in simple_rules.RULES.items():
        table[name] = lambda label, path, rule=rule: generous(label, rule(path, options))  # type: ignore[misc]
    return table


def figures(options: Options, labels: Sequence[Label]) -> dict[str, Figures]:
    """Every tool on every run that it is given."""
    result: dict[str, Figures] = {}
    sources = [(label, path) for label in labels if (path := best_source(label))]
    # Rivals are processes of their own; two at a time leave the others of a small machine in peace.
    with ThreadPoolExecutor(2) as pool:
        for name, call in tools(options).items():
            said = pool.map(call, *zip(*sources, strict=True))
            result[name] = Figures([outcome(label, found) for (label, _), found in zip(sources, said, strict=True)])
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return result


def markdown(table: dict[str, Figures], title: str) -> str:
    """A table for the README."""
    lines = [
        f"| {title} | found | led | precision | healthy runs with a false alarm | forbidden |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, row in table.items():
        lines.append(
            f"| {name} | {share(o.found for o in row.faulty)} | {share(o.led for o in row.faulty)} | {row.precision:.2f} "
            f"| {share(o.alarm for o in row.healthy)} | {share(o.violated for o in row.sick)} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.diagnosis.rivals")
    parser.add_argument("--table", type=Path, help="rewrite the table of this file")
    arguments = parser.parse_args()
    options = Options()
    table = figures(options, list(read_runs()))
    rl = {
        name: Figures([o for o in f.outcomes if o.label.name.startswith(("grpo", "rloo"))]) for name, f in table.items()
    }
    text = markdown(table, "all labelled runs") + "\n\n" + markdown(rl, "GRPO and RLOO runs alone")
    print(text)
    wild = public.table({f"{name} {PACKAGES[name]}": partial(call, install()) for name, call in RIVALS.items()})
    print(wild)
    if arguments.table:
        for mark, words in (("figures", text), ("public", wild)):
            put(arguments.table, mark, words)


if __name__ == "__main__":
    main()

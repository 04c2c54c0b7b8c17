"""What `import lossdoc` offers: check, read, compare and explain for programs and notebooks. Nothing here prints.

A log is the path of a file or a folder (a glob too), the bytes of a log, a list of dicts (`trainer.state.log_history`),
a DataFrame, a dict of arrays of one length, or an object that holds one: a transformers `Trainer` or its `state`, a
Keras `History`. NaN in rows and arrays is a NaN that was logged; a key that is absent, or None, was not logged.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from lossdoc.comparison import Choice
from lossdoc.comparison import result as comparisons
from lossdoc.model import finding as model

if TYPE_CHECKING:
    import pandas as pd

    from lossdoc.api import Options
    from lossdoc.model.run import Run


class NotALog(ValueError):
    """What was given holds no metric; the text says what it is instead and what to do."""


class SeveralRuns(ValueError):
    """`check` judges one run and was given several; `names` are what `run=` takes."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        listed = ", ".join(self.names[:8]) + (", ..." if len(self.names) > 8 else "")
        super().__init__(f"{len(self.names)} runs: {listed}. Name one with run=, or take all with lossdoc.check_all")


class Report(model.Report, frozen=True):
    """The diagnosis of one run: `verdict`, `signs` (finite, stable, learning, generalising, running, each an answer
    with its evidence), `findings` (roots first, each with its consequences), `skipped`, `run`.

    In a notebook it shows itself as the HTML page; `print` gives the text of the command line.
    """

    def __repr__(self) -> str:
        return f"<Report of {self.run.source}: {self.verdict}, {len(self.findings)} findings>"

    def __str__(self) -> str:
        return self.render("text")

    def _repr_html_(self) -> str:
        """The findings in words, which viewers that drop frames show too, and the page in a frame of its own: neither
        its styles nor its one script reach anything else in the notebook."""
        from lossdoc.show.report._words import onset, safe, sentence

        told = [f"<li><b>{f.check}</b> {escape(onset(f))}: {escape(sentence(f.message))}</li>" for f in self.roots]
        words = f"<p>{escape(safe(self.run.source))}: <b>{self.verdict}</b></p>"
        page = escape(self.render("html"), quote=True)
        frame = f'<iframe srcdoc="{page}" sandbox="allow-scripts" style="width: 100%; height: 40em; border: 0">'
        return f"{words}{'<ul>' * bool(told)}{''.join(told)}{'</ul>' * bool(told)}\n{frame}</iframe>"

    def render(self, format: str = "text", *, width: int = 80) -> str:
        """The report as a writer of `lossdoc check --format` makes it: text, html, markdown, json, sarif, ...

        `width` is in columns and concerns the text. ValueError for a format that does not exist.
        """
        from lossdoc.show import report as outputs

        if format not in outputs.writer_names():
            raise ValueError(f"no format {format!r}; there are {', '.join(outputs.writer_names())}")
        return outputs.load(format).write(outputs.Result([self]), outputs.Options(width=width))

    def to_pandas(self) -> pd.DataFrame:
        """One row per finding; `report.run.to_pandas()` gives the curves, one row per point."""
        import pandas as pd

        names = model.Finding.__struct_fields__
        rows = [{"id": f.id, **{name: getattr(f, name) for name in names}} for f in self.findings]
        return pd.DataFrame(rows, columns=["id", *names])


class Comparison(comparisons.Comparison, frozen=True):
    """Runs held against a baseline: `conclusions` in words, `rows` by metric, `regressions`. `print` shows it."""

    def __repr__(self) -> str:
        stands = ", ".join(f"run {c.run} {c.standing}" for c in self.conclusions)
        return f"<Comparison with run {self.baseline}: {stands}>"

    def __str__(self) -> str:
        return self._written("text")

    def _repr_markdown_(self) -> str:
        return self._written("markdown")

    def _written(self, format: str) -> str:
        from lossdoc.show import comparison
        from lossdoc.show.report import Options as Look

        return comparison.load(format).write(self, (), Look())


def check(
    log: Any,
    *,
    trainer: str | None = None,
    settings: Mapping[str, Any] | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    run: str | int | None = None,
    metrics: Sequence[str | os.PathLike[str]] = (),
    limits: Mapping[str, float] | None = None,
    input_format: str | None = None,
) -> Report:
    """Judge one training run.

    `trainer` says who trained (dpo, trl-dpo, verl-grpo), `settings` what the log does not say ({"beta": 0.1}), `select`
    and `ignore` take check ids, `metrics` folders of your own documents, `input_format` the name of a reader, `limits`
    numbers instead of ours ({"overfitting.rise": 0.1}). Where the log holds several runs, `run` names one (or counts
    it, from 0); without it SeveralRuns says which there are.

    Raises NotALog where there is no metric, ValueError for names that do not exist, TypeError for what is no log.

    >>> report = lossdoc.check("examples/dpo-displacement.log", trainer="dpo")
    >>> report.verdict
    'suspicious'
    >>> report.signs["stable"].answer
    'no'
    >>> [(f.check, f.first_step) for f in report.roots if f.severity == "warning"]
    [('likelihood-displacement', 50.0)]

    Rows of a training that is in memory, here one whose loss is NaN from step 30 on:

    >>> rows = [{"step": n, "loss": float("nan") if n >= 30 else 3 - n / 20} for n in range(1, 61)]
    >>> lossdoc.check(rows, select=["non-finite"]).findings[0].first_step
    30.0
    """
    options = _options(trainer, settings, select, ignore, metrics, input_format, limits)
    return _judged(_one_of(_runs(log, options), run), options)


def check_all(
    log: Any,
    *,
    trainer: str | None = None,
    settings: Mapping[str, Any] | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    metrics: Sequence[str | os.PathLike[str]] = (),
    limits: Mapping[str, float] | None = None,
    input_format: str | None = None,
) -> list[Report]:
    """Judge every run of a log, a folder or a glob, in the order in which they are found. Arguments as for `check`.

    >>> [report.verdict for report in lossdoc.check_all("examples/language-model-*.log")]
    ['failing']
    """
    options = _options(trainer, settings, select, ignore, metrics, input_format, limits)
    return [_judged(run, options) for run in _runs(log, options)]


def read(
    log: Any,
    *,
    trainer: str | None = None,
    settings: Mapping[str, Any] | None = None,
    metrics: Sequence[str | os.PathLike[str]] = (),
    input_format: str | None = None,
) -> list[Run]:
    """The runs of a log, not judged: curves under canonical names, settings, events. Arguments as for `check`.

    >>> run, = lossdoc.read("examples/sft-healthy.log")
    >>> loss = run.get("loss")
    >>> loss.steps[:3].tolist(), loss.values[:3].tolist()
    ([1.0, 2.0, 3.0], [4.3, 4.072, 3.805])
    >>> run.to_pandas().columns.tolist()
    ['metric', 'split', 'labels', 'key', 'axis', 'step', 'value', 'record', 'line']
    """
    return _runs(log, _options(trainer, settings, (), (), metrics, input_format))


def compare(
    baseline: Any,
    *others: Any,
    trainer: str | None = None,
    by: comparisons.Axis | None = None,
    metric: Sequence[str] = (),
    tolerance: float | None = None,
    baselines: int = 1,
) -> Comparison:
    """Hold runs against a baseline: which is better, by how much beyond the noise, and since when.

    Each argument is a log of one run, or a Report of `check`. `by` is the axis (default: step, else what all have),
    `metric` limits what decides (canonical ids), `tolerance` is the share of the baseline's progress that a run may
    lose (default: half of it). With `baselines=3` the first three logs are one training with other seeds, and what lies
    beyond their spread is worse.

    Raises ValueError for fewer than two runs and where no axis is common, NotALog and SeveralRuns as `check`.

    >>> rows = [{"step": n, "loss": 2 + 3 / n + n % 7 / 50} for n in range(1, 200)]
    >>> worse = [{**row, "loss": row["loss"] + 2} for row in rows]
    >>> lossdoc.compare(rows, worse)
    <Comparison with run 1: run 2 worse>
    """
    from lossdoc.comparison import compare as weigh

    if not others:
        raise ValueError("compare needs two runs or more; one run alone is judged by lossdoc.check")
    options = _options(trainer, None, (), (), (), None)
    reports = [
        log if isinstance(log, model.Report) else _judged(_one_of(_runs(log, options), None), options)
        for log in (baseline, *others)
    ]
    if not 0 < baselines < len(reports):
        raise ValueError(f"baselines={baselines}: at least one, and one run or more that is held against them")
    found = weigh(reports, options.knowledge, Choice(by, range(1, baselines + 1), tuple(metric), tolerance))
    return Comparison(**asdict(found))


def explain(word: str | float, *, trainer: str | None = None, width: int = 80, **settings: float | str) -> str:
    """The page of a metric, a key, a loss function, a trainer, a check or a number, as text of `width` columns.

    `settings` are for start values (`beta=0.1`, `classes=10`). Raises LookupError, with near matches, for a word that
    nobody knows.

    >>> print(lossdoc.explain("rewards/margins", trainer="dpo").splitlines()[0])
    reward_margin  Reward margin  (metric)
    """
    from lossdoc.knowledge import Knowledge
    from lossdoc.show.pages import Look, trainer_of
    from lossdoc.show.pages.explain import explain as page

    knowledge = Knowledge.load()
    parsed = trainer_of(trainer, knowledge)
    given = {**({"vocab_size": settings["classes"]} if "classes" in settings else {}), **settings}
    return page(str(word), knowledge, Look(width=width, trainer=parsed, settings=given))


def _options(
    trainer: str | None,
    settings: Mapping[str, Any] | None,
    select: Sequence[str],
    ignore: Sequence[str],
    metrics: Sequence[str | os.PathLike[str]],
    input_format: str | None,
    limits: Mapping[str, float] | None = None,
) -> Options:
    from lossdoc import checks
    from lossdoc.api import Options
    from lossdoc.knowledge.recognise import hint_from_name

    wanted = [*_several(select), *_several(ignore)]
    if unknown := [check for check in wanted if check not in checks.check_ids()]:
        raise ValueError(f"no check {', '.join(map(repr, unknown))}; `lossdoc list checks` shows what there is")
    folders = tuple(Path(folder) for folder in metrics)
    options = Options(trainer, input_format, settings or {}, _several(select), _several(ignore), folders)
    if limits:
        options = options.but(limits=limits)
        _know(limits, options)
    if trainer:
        hint_from_name(trainer, options.knowledge)
    return options


def _know(limits: Mapping[str, float], options: Options) -> None:
    """ValueError for a limit that there is not, or that cannot have this value."""
    from lossdoc.config.errors import near
    from lossdoc.judge.limits import problem

    known = options.knowledge.limits()
    for name, value in limits.items():
        if name not in known:
            raise ValueError(f"no limit {name!r}.{near(name, known)} `lossdoc list limits` shows what there is")
        if why := problem(known[name], value):
            raise ValueError(why)


def _several(words: Sequence[str]) -> tuple[str, ...]:
    """One word is a list of one: `select="non-finite"` does not mean its letters."""
    return (words,) if isinstance(words, str) else tuple(words)


def _runs(log: Any, options: Options) -> list[Run]:
    from lossdoc.api import read_input, read_items, read_path

    if isinstance(log, bytes):
        results = [read_input(None, options, log)]
    elif isinstance(log, str | os.PathLike):
        results = read_path(os.fspath(log), options)
    else:
        from lossdoc.readers._in_memory import in_memory

        held = in_memory(log)
        found = read_items(held.items, held.format, held.name, options, held.framework)
        results = [found or model.NotRead(held.name, f"{len(held.items)} rows without a metric", "name the numbers")]
    runs = [run for result in results if isinstance(result, list) for run in result]
    if not runs:
        refused = [result for result in results if isinstance(result, model.NotRead)]
        raise NotALog("; ".join(f"no metrics in {r.source}: found {r.found}; {r.why}" for r in refused))
    return runs


def _one_of(runs: Sequence[Run], wanted: str | int | None) -> Run:
    names = _names(runs)
    if isinstance(wanted, int):
        return runs[wanted]
    if wanted is not None:
        if wanted not in names:
            raise ValueError(f"no run {wanted!r}; there are {', '.join(names)}")
        return runs[names.index(wanted)]
    if len(runs) > 1:
        raise SeveralRuns(names)
    return runs[0]


def _names(runs: Sequence[Run]) -> list[str]:
    """The names of runs of one source, else their sources."""
    inside = [run.name for run in runs]
    if len({run.source for run in runs}) == 1 and len(set(inside)) == len(runs):
        return inside
    return [f"{run.source} [{run.name}]" if run.name else run.source for run in runs]


def _judged(run: Run, options: Options) -> Report:
    from lossdoc.api import examine

    found = examine(run, options)
    return Report(**asdict(found))

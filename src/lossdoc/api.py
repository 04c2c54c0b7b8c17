"""From a path to a diagnosis: the calls that the command line and notebooks make. Nothing here prints."""

from __future__ import annotations

import gc
import glob
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from lossdoc.assemble import assemble
from lossdoc.assemble.limits import limited
from lossdoc.input.files import Refused, is_remote
from lossdoc.input.rotated import joined, together
from lossdoc.input.source import Source
from lossdoc.knowledge import Knowledge
from lossdoc.knowledge.recognise import Hint, hint_from_name, recognise
from lossdoc.model.finding import NotRead, Report, Severity
from lossdoc.model.record import Block, BulkItem, Unread
from lossdoc.readers import Reader, _door, all_readers, detect

if TYPE_CHECKING:
    from lossdoc.assemble.folder import Group
    from lossdoc.model.run import Run

T = TypeVar("T")

# A reader that recognises nothing but itself scores near 1; below this a guess is not worth a try.
_LEAST_SCORE = 0.05


class UsageError(ValueError):
    """The caller asked for something that does not exist; the text says what there is instead."""


class Options(Struct, frozen=True, dict=True):
    """What the user said beside the paths. Another process reads the documents itself: a pickle has only the fields."""

    trainer: str | None = None
    input_format: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)  # --set beta=0.1
    select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    metrics: Sequence[Path] = ()  # folders of the user's own documents
    names: Mapping[str, str] = field(default_factory=dict)  # keys of the user's own: --map my_objective=loss
    severities: Mapping[str, Severity] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)  # said instead of ours: {"overfitting.rise": 0.1}
    local: Callable[[str], tuple[str | None, Mapping[str, Any]]] | None = None  # trainer and settings of one source

    @cached_property
    def knowledge(self) -> Knowledge:
        return Knowledge.load(self.metrics, self.names)

    def at(self, source: str) -> Options:
        """The options that hold for one source."""
        if self.local is None:
            return self
        trainer, settings = self.local(source)
        if trainer == self.trainer and settings == self.settings:
            return self
        return self.but(trainer=trainer, settings=settings)

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """What was said instead of limits holds while the block runs."""
        if not self.limits:
            yield
            return
        from lossdoc.judge.limits import said_instead
        from lossdoc.model.limit import instead

        with instead(said_instead(self.limits, self.knowledge)):
            yield

    def but(self, **changes: Any) -> Options:
        """These options with changes that leave the documents as they are, which are read only once."""
        own = replace(self, **changes)
        own.__dict__["knowledge"] = self.knowledge
        return own

    @cached_property
    def hint(self) -> Hint | None:
        return hint_from_name(self.trainer, self.knowledge) if self.trainer else None


def read_input(path: Path | None, options: Options, data: bytes | None = None) -> list[Run] | NotRead:
    """The runs of one file, or of standard input (`path` None, `data` its bytes), or what it is instead."""
    if path is None:
        return read_source(Source("standard input", data or b""), options)
    return read_parts([path], options)


def read_parts(paths: Sequence[Path], options: Options) -> list[Run] | NotRead:
    """The runs of one log that stands in one file or in several (`run.log.1`, `run.log`), oldest first."""
    try:
        with options.in_force():
            source = joined(paths) if len(paths) > 1 else Source.from_path(paths[0])
    except Refused as refused:
        return NotRead(str(paths[-1]), refused.found, refused.why)
    except OSError as error:
        return NotRead(str(paths[-1]), "nothing that can be opened", f"{error.strerror or error}")
    return read_source(source, options)


def read_remote(path: str, options: Options) -> list[Run] | NotRead:
    """The runs of a file of another machine."""
    from lossdoc.input import remote

    try:
        data, left_out = remote.read(path)
    except Refused as refused:
        return NotRead(path, refused.found, refused.why)
    return read_source(Source(path, data).told(left_out), options)


def read_source(source: Source, options: Options) -> list[Run] | NotRead:
    """The runs of a source by the reader that fits best and finds a metric."""
    options = options.at(source.name)
    seen: list[BulkItem] = []
    with _collector_paused(), options.in_force():
        for reader in _readers(source, options):
            items = list(_door.items(reader, source))
            runs = _runs(items, reader, source, options)
            if runs:
                return _of_parts(runs, source)
            seen += items
    from lossdoc.readers.refuse import refusal  # knows what else a file may be, which a log need not pay for

    refused = refusal(source, [item for item in seen if not isinstance(item, Block)], options.input_format)
    left_out = "; ".join(dict.fromkeys(item.why for item in source.beside if isinstance(item, Unread)))
    return replace(refused, why=f"{refused.why}; {left_out}") if left_out else refused


def _of_parts(runs: list[Run], source: Source) -> list[Run]:
    """Runs of a log in several files name them all."""
    for run in runs if source.files else ():
        run.sources = list(source.files)
        run.notes = [*run.notes, source.note] if source.note else run.notes
    return runs


def _runs(items: Sequence[BulkItem], reader: Reader, source: Source, options: Options) -> list[Run]:
    framework = getattr(reader, "FRAMEWORK", None)
    return _door.guarded(
        lambda: read_items(items, reader.NAME, source.name, options, framework), [], reader.NAME, source
    )


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Reading makes millions of objects and no cycles: to look for cycles among them costs a tenth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _readers(source: Source, options: Options) -> Iterable[Reader]:
    if options.input_format is None:
        return [reader for score, reader in detect(source) if score >= _LEAST_SCORE]
    chosen = [reader for reader in all_readers() if options.input_format == reader.NAME]
    if not chosen:
        raise UsageError(
            f"no input format {options.input_format!r}; there are {', '.join(r.NAME for r in all_readers())}"
        )
    return chosen


def read_items(
    items: Sequence[BulkItem], format_name: str, name: str, options: Options, framework: str | None = None
) -> list[Run]:
    """The runs that records of one reader make; `name` is how the source is called."""
    import numpy as np

    items = limited(items)
    trainer = recognise(items, options.knowledge, options.hint, framework)
    with np.errstate(all="ignore"):  # steps and epochs of a log may be as large as a number can be
        runs = assemble(
            items,
            options.knowledge,
            name,
            format_name,
            trainer.framework,
            trainer.trainer.candidates,
            options.settings,
        )
    for run in runs:
        run.trainer = trainer.trainer
        run.notes = [*trainer.notes, *run.notes]
    return runs


def diagnose(run: Run, options: Options) -> Report:
    """The report of one run."""
    import numpy as np

    from lossdoc.judge.engine import diagnose as judge  # brings the checks, which reading alone need not pay for

    # Numbers that are not finite or nearly so are what is looked for.
    with np.errstate(all="ignore"), options.in_force():
        report = judge(run, options.knowledge, options.select, options.ignore, options.severities)
    return replace(report, limits=options.limits) if options.limits else report


def examine(run: Run, options: Options) -> Report:
    """The report of one run that is over, with what to ask for."""
    import numpy as np

    from lossdoc.judge.asks import asked

    report = diagnose(run, options)
    with np.errstate(all="ignore"), options.in_force():
        return replace(report, asks=asked(report, options.knowledge, lambda run: diagnose(run, options)))


class Part(Struct, frozen=True):
    """What is read in one go: a file, standard input ("-"), a folder that a pattern found, or one run of a folder."""

    name: str
    # Of a folder: the files of a run, or a store of MLflow. Of a pattern: the parts of a log, oldest first.
    files: Group | Path | tuple[Path, ...] | None = None


def parts_of(path: str) -> list[Part]:
    """The parts of one argument of the command line, in the order in which they are reported."""
    if path == "-":
        return [Part(path)]
    if is_remote(path):
        from lossdoc.input import remote

        return [Part(name) for name in remote.matches(path)]
    here = Path(path)
    if here.is_dir():
        from lossdoc.assemble.folder import parts

        return [Part(str(root), files) for root, files in parts(here)]
    if here.exists() or not glob.has_magic(path):
        return [Part(path)]
    matches = together(map(Path, sorted(glob.glob(path, recursive=True))))
    return [Part(str(files[-1]), tuple(files) if len(files) > 1 else None) for files in matches]


def parts_of_all(paths: Sequence[str]) -> list[list[Part]]:
    """The parts of each argument; numbered ones of one log (`run.log.1 run.log`) are one where the log is named too."""
    found = [parts_of(path) for path in paths]
    files = [Path(path) for path in paths if path != "-" and Path(path).is_file()]
    for whole in (group for group in together(files) if len(group) > 1):
        for parts in found:
            if len(parts) == 1 and parts[0].files is None and (path := Path(parts[0].name)) in whole:
                parts[:] = [Part(str(path), tuple(whole))] if path == whole[-1] else []
    return found


def read_part(part: Part, options: Options, data: bytes | None = None) -> list[list[Run] | NotRead]:
    """Everything that a part holds; `data` are the bytes of standard input."""
    if part.name == "-":
        return [read_input(None, options, data)]
    results = _read_part(part, options)
    for result in results:
        if isinstance(result, list) and result:
            _learn_from_beside(result)
    return results


def _learn_from_beside(runs: Sequence[Run]) -> None:
    """Settings of a file beside the log count where neither the log nor the user says them."""
    from lossdoc.config.beside import settings_beside

    found, name = settings_beside(Path(runs[0].sources[0] if runs[0].sources else runs[0].source))
    for run in runs:
        new = {key: value for key, value in found.items() if key not in run.config}
        run.beside = (new, name)
        run.config = {**run.config, **new}


def _read_part(part: Part, options: Options) -> list[list[Run] | NotRead]:
    if isinstance(part.files, tuple):
        return [read_parts(part.files, options)]
    if is_remote(part.name):
        return [read_remote(part.name, options)]
    here = Path(part.name)
    if part.files is None and not here.is_dir():
        return [read_input(here, options)]
    from lossdoc.assemble.folder import read_files, read_folder

    return read_folder(here, options) if part.files is None else read_files(part.files, options)


def put_together(path: str, results: Sequence[list[T] | NotRead]) -> list[list[T] | NotRead]:
    """What the parts of one argument gave, as the answer to that argument."""
    here = Path(path)
    if is_remote(path) and len(results) > 1:
        return as_members(results)
    if path != "-" and here.is_dir():
        from lossdoc.assemble.folder import of_folder

        return of_folder(here, results)
    if path == "-" or here.exists() or not glob.has_magic(path):
        return list(results)
    if not results:
        return [
            NotRead(path, "a pattern that matches no file", "check the pattern, and quote it if the shell expands it")
        ]
    return as_members(results)


def read_path(path: str, options: Options, data: bytes | None = None) -> list[list[Run] | NotRead]:
    """Everything behind one argument of the command line: a file, a folder, a glob, or "-" (with `data`)."""
    return put_together(path, [found for part in parts_of(path) for found in read_part(part, options, data)])


def read_paths(paths: Sequence[str], options: Options, data: bytes | None = None) -> list[list[Run] | NotRead]:
    """Everything behind the arguments of the command line; numbered parts of one log among them are one run."""
    return [
        result
        for path, parts in zip(paths, parts_of_all(paths), strict=True)
        for result in put_together(path, [found for part in parts for found in read_part(part, options, data)])
    ]


def as_members(results: Iterable[list[T] | NotRead]) -> list[list[T] | NotRead]:
    """Members of a glob or folder that are no logs change nothing, unless none is one."""
    found = list(results)
    if any(isinstance(result, list) for result in found):
        return [replace(result, named=False) if isinstance(result, NotRead) else result for result in found]
    return found

"""A folder of runs: which files belong to one run, and which of them says most about it."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, field

from lossdoc.api import Options, as_members, read_input, read_items, read_parts
from lossdoc.input.files import Refused
from lossdoc.input.numbers import to_float
from lossdoc.input.rotated import together
from lossdoc.input.source import Source
from lossdoc.model.finding import NotRead
from lossdoc.model.note import Note
from lossdoc.model.record import BulkItem, Columns, Item, Record
from lossdoc.readers import Reader, _door, csv_table
from lossdoc.readers._tensorboard import run_of
from lossdoc.readers.binary import mlflow_store, tfevents
from lossdoc.readers.json import json_document
from lossdoc.words.expressions import expression
from lossdoc.words.splits import split_of

if TYPE_CHECKING:
    from lossdoc.model.run import Run

T = TypeVar("T")

# Weights, data, pictures and code: never opened, they may be huge.
_NO_LOGS = expression(
    r"\.(safetensors|bin|pth?|ckpt|np[zy]|h5|hdf5|onnx|gguf|parquet|arrow|feather|pkl|pickle|model|png|jpe?g|gif|webp|svg|pdf"
    r"|mp4|wav|pyc?|so|o|whl|tar|zip|md5|sha256|lock|ttf)$",
    re.IGNORECASE,
)
_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "site-packages", "venv"})
_CHECKPOINT = expression(r"^(?:checkpoint|step|global_step|epoch|iter)[-_]?(\d+)$")
# Folders that hold a part of the run above them, not a run of their own.
_PARTS = frozenset({"tb", "runs", "logs", "log", "tensorboard", "events", "files", "eval", "csv", "catboost_info"})
_EVALUATIONS = "evaluations.npz"  # of stable-baselines3; other archives hold weights and data
_MONITOR = "monitor.csv"  # single episodes, which progress.csv beside it sums up
# The best source first: it carries steps, all digits and the whole course.
_ORDER = ("trainer-state", "jsonl", "tfevents", "wandb", "csv")


class Group(Struct):
    """Files that may describe one run."""

    root: Path
    states: list[Path] = field(default_factory=list)
    events: list[Path] = field(default_factory=list)
    downloads: dict[tuple[Path, str], list[Path]] = field(default_factory=dict)  # curves saved from TensorBoard, by run
    others: list[Path] = field(default_factory=list)


def read_folder(folder: Path, options: Options) -> list[list[Run] | NotRead]:
    """One entry for each run, and for each file that might have been a log and is none."""
    return of_folder(folder, [result for _, files in parts(folder) for result in read_files(files, options)])


def parts(folder: Path) -> list[tuple[Path, Group | Path]]:
    """The runs of a folder as far as their files tell: where each stands, and its files or its store of MLflow."""
    stores = [(store.parent, store) for store in _mlflow_stores(folder)]
    return [*((group.root, group) for group in _groups(folder)), *stores]


def read_files(files: Group | Path, options: Options) -> list[list[Run] | NotRead]:
    """What one of these parts holds."""
    if isinstance(files, Group):
        return _read_group(files, options)
    return [runs] if (runs := _read_mlflow(files, options)) else []


def of_folder(folder: Path, results: Sequence[list[T] | NotRead]) -> list[list[T] | NotRead]:
    """What the parts gave, as the answer to the folder."""
    if not results:
        return [NotRead(str(folder), "a folder without logs", "name the log file, or the folder that holds it")]
    if not any(isinstance(result, list) for result in results):
        others = ", ".join(sorted({r.found for r in results if isinstance(r, NotRead)})[:3])
        return [
            NotRead(
                str(folder), f"a folder without logs ({len(results)} files read: {others})", "name the log file itself"
            )
        ]
    return as_members(results)


def _files(paths: Sequence[Path], seen: set[tuple[int, int]] | None = None) -> Iterator[Path]:
    """The files that may be logs, each once: what a link (`wandb/latest-run`) leads to comes under its own name."""
    seen = set() if seen is None else seen
    for path in sorted(paths, key=lambda p: (p.is_symlink(), p)):
        if path.name.startswith(".") or path.name in _SKIPPED_FOLDERS:
            continue
        try:
            status = path.stat()
        except OSError:  # a link that leads nowhere, or a file that is gone since its folder was listed
            if _may_be_log(path):
                yield path
            continue
        if stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode):
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
        if stat.S_ISDIR(status.st_mode) and (members := _members(path)) is not None:
            yield from _files(members, seen)
        elif _may_be_log(path):
            yield path  # a folder that may not be looked into, a socket, a pipe: they are refused by name


def _members(folder: Path) -> list[Path] | None:
    """What stands in a folder; None where it may not be looked into."""
    try:
        return list(folder.iterdir())
    except OSError:
        return None


def _may_be_log(path: Path) -> bool:
    return path.name == _EVALUATIONS or not _NO_LOGS.search(path.name)


def _groups(folder: Path) -> list[Group]:
    groups: dict[Path, Group] = {}
    for path in _files(_members(folder) or [folder]):
        if "mlruns" in path.parts:
            continue
        root = _root(path.parent, folder)
        group = groups.setdefault(root, Group(root))
        if path.name == "trainer_state.json":
            group.states.append(path)
        elif "tfevents" in path.name:
            group.events.append(path)
        elif (run := run_of(path)) is not None:
            group.downloads.setdefault((path.parent, run), []).append(path)
        else:
            group.others.append(path)
    return list(groups.values())


def _root(folder: Path, top: Path) -> Path:
    """The folder of the run that a file's folder is a part of."""
    while folder != top and (
        folder.name in _PARTS or split_of(folder.name) is not None or _CHECKPOINT.match(folder.name)
    ):
        folder = folder.parent
    # transformers writes event files to runs/<date>_<host>/ below the output folder.
    if folder != top and folder.parent.name == "runs" and re.match(r"^[A-Z][a-z]{2}\d{2}_", folder.name):
        return _root(folder.parent, top)
    return folder


def _read_group(group: Group, options: Options) -> list[list[Run] | NotRead]:
    read: list[tuple[Path, list[Run]]] = []
    refused: list[list[Run] | NotRead] = []
    if group.states:
        group.others.append(max(group.states, key=_checkpoint_number))
    for paths in group.downloads.values():
        if len(paths) > 1 and (runs := _read_downloads(paths, options)):
            read.append((paths[0], runs))
        else:
            group.others += paths
    for parts in together(group.others):
        result = _pipe(parts[-1]) if parts[-1].is_fifo() else read_parts(parts, options)
        if isinstance(result, NotRead):
            refused.append(result)
        else:
            read.append((parts[-1], result))
    for events in _event_folders(group):
        if runs := _read_events(events, options):
            read.append((events[0], runs))
        else:
            refused.append(read_input(events[0], options))
    if not read:
        return refused
    read.sort(
        key=lambda entry: (
            _rank(entry[1]),
            entry[0].name.endswith(_MONITOR),
            -sum(run.records for run in entry[1]),
            entry[0],
        )
    )
    return [*_runs_of(group, read), *refused]


def _pipe(path: Path) -> NotRead:
    """Nobody may ever write into it, so that a folder is not kept waiting."""
    return NotRead(str(path), "a named pipe", "of a folder only files are read; name the pipe itself")


def _runs_of(group: Group, read: list[tuple[Path, list[Run]]]) -> list[list[Run]]:
    """The runs that sources of one folder show, the best source first: one for all, unless they contradict it."""
    best = read[0]
    formats = [_MONITOR if path.name.endswith(_MONITOR) else runs[0].format for path, runs in read]
    logs = sum(_rank(runs) <= len(_ORDER) for _, runs in read)  # the rest sums up, one value of each measure
    if logs != 1 and (
        _rank(best[1]) == len(_ORDER)
        or (formats.count(formats[0]) > 1 and formats[0] not in ("trainer-state", "tfevents"))
    ):
        return [runs for _, runs in read]
    same = {path: _is_same_run(best[1], runs) for path, runs in read[1:]}
    # Where one file of a format is of another run, its like are too, unless they are seen to be of this one.
    foreign = {runs[0].format for path, runs in read[1:] if same[path] is False}
    # A run has one console: of several, of none of which anything tells whose they are, not all are of it.
    consoles = [runs[0].format for path, runs in read[1:] if same[path] is None and _rank(runs) == len(_ORDER)]
    foreign |= set(consoles if len(consoles) > 1 else [])
    strangers = [(path, runs) for path, runs in read[1:] if not same[path] and runs[0].format in foreign]
    others = [entry for entry in read[1:] if entry not in strangers]
    _tell(group, best, [path for path, _ in others])
    _lend_crash(best[1], others)
    return [best[1], *(_runs_of(group, strangers) if strangers else [])]


def _is_same_run(best: Sequence[Run], other: Sequence[Run]) -> bool | None:
    """Whether two sources tell of one run: their losses agree at the same steps. None where nothing tells.

    Ours: five steps in common, half of them within 1 %, which is more than printing rounds away.
    """
    import numpy as np

    if len(best) != 1 or len(other) != 1:
        return None
    one, two = best[0], other[0]
    candidates = [set(run.trainer.candidates) for run in (one, two)]
    if all(candidates) and not candidates[0] & candidates[1]:
        return False
    together = agreeing = 0
    for curve in two.all("loss"):
        for twin in one.all("loss", curve.split):
            if (twin.axis, twin.labels) == (curve.axis, curve.labels):
                _, here, there = np.intersect1d(twin.steps, curve.steps, return_indices=True)
                if len(here) < 0.5 * max(len(twin), len(curve)):
                    continue  # one logs each step, the other the mean of an epoch
                a, b = twin.values[here], curve.values[there]
                together += len(a)
                # Infinities and numbers that are none agree with their like.
                agreeing += int(np.count_nonzero(np.isclose(b, a, rtol=0.01, atol=0.0, equal_nan=True)))
    return None if together < 5 else agreeing >= 0.5 * together


def _rank(runs: Sequence[Run]) -> int:
    name = runs[0].format
    summary = all(len(curve) <= 1 for run in runs for curve in run.curves)
    return len(_ORDER) + 1 if summary else _ORDER.index(name) if name in _ORDER else len(_ORDER)


def _tell(group: Group, best: tuple[Path, list[Run]], others: Sequence[Path]) -> None:
    path, runs = best
    highest = len(group.states) > 1 and path.name == "trainer_state.json"
    used, *beside = (str(file.relative_to(group.root)) for file in (path, *others))
    note = Note("one of several files", {"file": used, "highest_checkpoint": highest, "not_used": beside})
    for run in runs:
        run.notes = [*run.notes, note]


def _lend_crash(runs: Sequence[Run], others: Sequence[tuple[Path, list[Run]]]) -> None:
    """An error that only another file of the run shows is not lost."""
    crashes = [event for _, rest in others for run in rest for event in run.events if event.kind == "crash"]
    if len(runs) == 1 and not any(event.kind == "crash" for event in runs[0].events):
        runs[0].events = [*runs[0].events, *crashes[:1]]


def _checkpoint_number(path: Path) -> float:
    """Checkpoints by their number; the state in the output folder itself was written last of all."""
    match = _CHECKPOINT.match(path.parent.name)
    return float(match[1]) if match else float("inf")


def _event_folders(group: Group) -> list[list[Path]]:
    """Event files that belong together: of one folder, and of its train/ and validation/ folders."""
    folders: dict[Path, list[Path]] = {}
    for path in group.events:
        home = path.parent.parent if split_of(path.parent.name) is not None else path.parent
        folders.setdefault(home, []).append(path)
    return [sorted(paths, key=lambda p: p.name) for paths in folders.values()]


def _read_events(paths: Sequence[Path], options: Options) -> list[Run]:
    items = [item for path in paths for item in _items(path, tfevents)]
    return _one_run(items, tfevents.NAME, paths, options)


def _items(path: Path, reader: Reader) -> list[BulkItem]:
    """What a reader finds in a file; nothing where the file is not there any more, or is none of its own."""
    try:
        source = Source.from_path(path)
    except (OSError, Refused):
        return []
    return list(_door.items(reader, source)) if _door.score(reader, source) else []


def _read_downloads(paths: Sequence[Path], options: Options) -> list[Run]:
    """Curves of one run that were saved from TensorBoard one by one; [] where a file is something else."""
    import numpy as np

    items: list[Item] = []
    for path in paths:
        reader = csv_table if path.suffix == ".csv" else json_document
        rows = [item for item in _items(path, reader) if isinstance(item, Record)]
        points = [(row.step, to_float(raw)) for row in rows for raw in row.values.values()]
        if not points or any(step is None or value is None for step, value in points):
            return []
        steps, values = np.array(points, dtype=np.float64).T
        items.append(Columns(next(iter(rows[0].values)), steps, values, split=rows[0].split))
    return _one_run(items, csv_table.NAME if paths[0].suffix == ".csv" else json_document.NAME, paths, options)


def _one_run(items: Sequence[BulkItem], format_name: str, paths: Sequence[Path], options: Options) -> list[Run]:
    runs = read_items(items, format_name, str(paths[0] if len(paths) == 1 else paths[0].parent), options)
    for run in runs:
        run.sources = [str(path) for path in paths]
    return runs


def _mlflow_stores(folder: Path) -> list[Path]:
    """Folders of MLflow runs: `metrics/` beside a meta.yaml."""
    return sorted(path for path in folder.rglob("metrics") if path.is_dir() and (path.parent / "meta.yaml").is_file())


def _read_mlflow(store: Path, options: Options) -> list[Run] | NotRead:
    try:
        items = list(mlflow_store.read_store(store))
    except OSError as error:
        return NotRead(str(store.parent), "a store of MLflow that cannot be opened", f"{error.strerror or error}")
    return read_items(items, mlflow_store.NAME, str(store.parent), options)

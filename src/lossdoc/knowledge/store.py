"""Where the index lives: inside the wheel; for a checkout or a user's documents in the user's cache; else in memory.

A stored index carries a stamp (names, sizes and times of all files it was made from) and is used while that holds.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from lossdoc import __version__
from lossdoc.knowledge.sections import Sections

if TYPE_CHECKING:
    # Not loaded at run time: it brings tempfile, and with that hashlib.
    from importlib.resources.abc import Traversable

PACKAGE = Path(__file__).parents[1]
_PACKED = "knowledge.index"  # in the package; made by the build of the wheel, a checkout has none
WATCHED = (
    *("knowledge", "checks", "judge", "comparison", "input"),
    *("readers", "readers/json", "readers/binary", "readers/lines"),
)


def package_dir() -> Traversable:
    """The package's own folder, also inside a zipped wheel."""
    if PACKAGE.is_dir():
        return PACKAGE
    from importlib.resources import files

    return files("lossdoc")


def metrics_dir() -> Traversable:
    """The documents: inside the wheel, or at the top of a checkout."""
    packed = package_dir() / "metrics"
    if packed.is_dir():
        return packed
    checkout = PACKAGE.parents[1] / "metrics"
    return checkout if checkout.is_dir() else packed


def open_index(extra: Sequence[Path] = ()) -> Sections:
    """The index of our documents and of those in `extra`, made anew where none is stored or what is stored is old."""
    if not extra and (packed := _packed()):
        return packed
    stamp = _stamp(extra)
    path = _cache_file(extra)
    try:
        with path.open("rb") as file:
            stored = Sections(file.read()) if _ours(os.fstat(file.fileno())) else None
        if stored is not None and stored.stamp == stamp:
            return stored
    except (OSError, ValueError, msgspec.MsgspecError):
        pass
    return Sections(_make(extra, stamp, path))


def _packed() -> Sections | None:
    try:
        return Sections((package_dir() / _PACKED).read_bytes())
    except (OSError, ValueError, msgspec.MsgspecError):
        return None


def _make(extra: Sequence[Path], stamp: bytes, path: Path) -> bytes:
    from lossdoc.knowledge.build import index

    data = index([(metrics_dir(), "metrics"), *((folder, str(folder)) for folder in extra)], package_dir(), stamp)
    with suppress(OSError):  # a home that cannot be written to costs time, nothing else
        path.parent.mkdir(0o700, parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(data)
        temporary.replace(path)
    return data


def _ours(info: os.stat_result) -> bool:
    """Nobody else put it there: a cache folder may be one that all share."""
    return not hasattr(os, "getuid") or info.st_uid in (os.getuid(), 0)


def _cache_file(extra: Sequence[Path]) -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    roots = "\n".join([str(PACKAGE), *(str(Path(folder).resolve()) for folder in extra)])
    return Path(home) / "lossdoc" / f"{zlib.crc32(roots.encode()):08x}.index"


def _stamp(extra: Sequence[Path]) -> bytes:
    ours = metrics_dir()
    roots = [*extra, *([ours] if isinstance(ours, Path) else [])]
    folders = [str(r) for root in roots for r in (root, root / "trainers", root / "losses", root / "frameworks")]
    folders += [str(PACKAGE / name) for name in WATCHED]
    seen: list[tuple[str, int, int]] = []
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.endswith((".md", ".py", ".yaml")):
                        info = entry.stat()
                        seen.append((entry.path, info.st_size, info.st_mtime_ns))
        except OSError:
            continue
    return msgspec.msgpack.encode((__version__, sorted(seen)))

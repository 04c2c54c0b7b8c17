"""Folders that may be read: a path is inside of one of them, links followed, or it is refused. Nothing is written."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

# Events of Python's own audit that hand over a path: https://docs.python.org/3/library/audit_events.html
_READS = frozenset({"open", "os.listdir", "os.scandir", "sqlite3.connect"})
_WRITES = frozenset(
    {"os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod"}
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Outside(ValueError):
    """A path that is not inside of a folder that may be read."""


class Allowed(Struct, frozen=True):
    """`folders` stand as they are on the disk: whole, without links."""

    folders: tuple[Path, ...]

    @classmethod
    def of(cls, folders: Sequence[str | os.PathLike[str]]) -> Allowed:
        """NotADirectoryError for one that is none."""
        for folder in folders:
            if not os.path.isdir(folder):
                raise NotADirectoryError(f"{os.fspath(folder)}: no such folder")
        return cls(tuple(Path(folder).resolve() for folder in folders))

    def path(self, asked: str) -> str:
        """The path to read, of a file, a folder or a pattern; a relative one is looked for in each folder in turn.

        Outside for one that leads out, by `..`, by a link or from the start.
        """
        found = [whole for folder in self.folders if self.holds(whole := os.path.join(folder, asked))]
        if not found:
            listed = ", ".join(map(str, self.folders))
            raise Outside(f"{asked!r} is not inside of a folder that may be read: {listed}")
        return next((whole for whole in found if os.path.exists(whole)), found[0])

    def holds(self, path: str | bytes) -> bool:
        """Whether a path leads into one of the folders, wherever its links go."""
        real = Path(os.path.realpath(os.fsdecode(path)))
        return any(real.is_relative_to(folder) for folder in self.folders)

    def guard(self) -> None:
        """From now on this process opens nothing outside but what belongs to Python, and writes nothing.

        A check of arguments does not see the link in a folder that is read as a whole, nor what a log refers to. This
        cannot be taken back.
        """
        ours = {os.path.realpath(place) for place in (sys.prefix, sys.base_prefix, *sys.path) if place}
        ours |= {os.path.realpath(Path(__file__).parents[2]), *_SYSTEM}
        own = Allowed((*self.folders, *map(Path, ours)))

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            if event in _WRITES:
                raise PermissionError("this server writes nothing")
            if event not in _READS or not isinstance(path := arguments[0], str | bytes | os.PathLike):
                return
            if event == "open" and isinstance(flags := arguments[2], int) and flags & _WRITING:
                raise PermissionError("this server writes nothing")
            if not own.holds(os.fspath(path)):
                raise PermissionError(f"{os.fsdecode(path)} is not inside of a folder that may be read")

        sys.addaudithook(hook)


# What Python and its libraries look up while they run: the clock's zone, entropy, the cores.
_SYSTEM = ("/usr/share/zoneinfo", "/etc/localtime", "/dev/null", "/dev/urandom", "/sys/fs/cgroup", "/proc/cpuinfo")

"""Paths of other machines (s3://, gs://, hf://, memory://, ...) through fsspec, which `lossdoc[remote]` brings.

Each scheme needs its own package (s3fs, gcsfs, huggingface_hub), and finds its own credentials.
"""

from __future__ import annotations

import glob
from typing import Any

from lossdoc.input import limits
from lossdoc.input.files import Refused, limited

_FOUND = "a path of another machine"


def matches(path: str) -> list[str]:
    """The files behind a path, a pattern or a folder, in order of name; what cannot be listed is the path itself."""
    try:
        system, inside = _open(path)
        if glob.has_magic(inside):
            names = system.glob(inside)
        elif system.isfile(inside) or not system.isdir(inside):
            return [path]
        else:
            names = system.find(inside)
        return [system.unstrip_protocol(name) for name in sorted(names) if system.isfile(name)]
    except Exception:  # what the reading of the path tells
        return [path]


def read(path: str) -> tuple[bytes, str]:
    """The content, and what of it was left out. `Refused` where it cannot be had, whoever says why."""
    try:
        system, inside = _open(path)
        size = system.size(inside)
        with system.open(inside, "rb") as file:
            return limited(file, int(limits.FILE), "file", size or 0)
    except FileNotFoundError:
        raise Refused("nothing that can be opened", "no such file there") from None
    except Refused:
        raise
    except Exception as error:  # of the service, its client, or the network
        raise Refused(_FOUND, f"{type(error).__name__}: {error}"[:300]) from None


def _open(path: str) -> tuple[Any, str]:
    """The file system, and the path in it. ImportError names what is to be installed."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise Refused(_FOUND, "pip install 'lossdoc[remote]' reads it") from None
    found: tuple[Any, str] = url_to_fs(path)
    return found

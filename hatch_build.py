"""Builds the index of the documents into the wheel, so that an installed lossdoc never parses YAML to start."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class IndexHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds `lossdoc/knowledge.index`. An editable install has none: it reads the checkout's documents as they are."""

    PLUGIN_NAME = "index"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "src"))
        try:
            from lossdoc.knowledge.build import index

            data = index([(root / "metrics", "metrics")], root / "src" / "lossdoc")
        finally:
            sys.path.remove(str(root / "src"))
        self._folder = tempfile.TemporaryDirectory()
        file = Path(self._folder.name) / "knowledge.index"
        file.write_bytes(data)
        build_data["force_include"][str(file)] = "lossdoc/knowledge.index"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        if version != "editable":
            self._folder.cleanup()

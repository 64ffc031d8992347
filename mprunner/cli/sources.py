"""From a path of the command line to loaded scenarios; `-` is standard input."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mprunner.cli.paths import STDIN

if TYPE_CHECKING:
    from mprunner.language.loading import Loaded

__all__ = ["load_path"]


def load_path(path: str, *, definitions: Mapping[str, str] | None = None) -> Loaded:
    """The scenarios in a file or in what standard input gives.

    Raises `AuthoringError`, and `UsageError` for a definition that the scenario has no param for.
    """
    from mprunner.language.loading import load, load_source
    from mprunner.language.source import MAX_FILE_BYTES, Source

    if path != STDIN:
        return load(path, overrides=definitions)
    data = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    return load_source(Source.from_bytes("<stdin>", data), overrides=definitions)

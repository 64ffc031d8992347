"""What a command line of `mprun` asks for, as data."""

from __future__ import annotations

from mprunner.records import record
from mprunner.report.style import ColourChoice
from mprunner.worlds.base import Backend

__all__ = ["RunRequest"]


@record
class RunRequest:
    """`mprun run`, parsed. None where the scenario, or the default, decides."""

    paths: tuple[str, ...]
    keyword: str | None = None
    tags: tuple[str, ...] = ()
    fail_fast: bool = False
    verbosity: int = 0
    json: bool = False
    timeout: float | None = None
    time_scale: float = 1.0
    runs: int | None = None
    start_method: str | None = None
    backend: Backend = "processes"
    record: str | None = None
    definitions: tuple[tuple[str, str], ...] = ()
    seed: int = 0
    color: ColourChoice = "auto"
    require_sometimes: bool = False
    max_processes: int = 512

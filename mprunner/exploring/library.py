"""Exploration for programs: `mprunner.explore(path)`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from mprunner.errors import UsageError
from mprunner.exploring.explore import Explorer, Progress
from mprunner.exploring.options import ExploreOptions, Limits
from mprunner.exploring.results import Exploration
from mprunner.language.loading import load
from mprunner.program.compiler import compile_scenario
from mprunner.recording.events import Recording

__all__ = ["explore"]


def explore(
    path: str | os.PathLike[str],
    *,
    name: str | None = None,
    params: Mapping[str, str] | None = None,
    seconds: float | None = None,
    executions: int | None = None,
    depth: int | None = None,
    preemptions: int | None = None,
    jobs: int | Literal["auto"] = 1,
    runs: Sequence[Recording] = (),
    progress: Progress | None = None,
    **options: Any,
) -> Exploration:
    """Every schedule that matters of the scenario in a file: outcomes, deadlocks, promises proved or broken.

    `name` picks one of several scenarios (instances of a matrix) in the file. The limits are those of `exploring.options.Limits`
    (`seconds` of the whole). So many `jobs` (processes) explore, 0 or "auto": one for each core; what they find is the same.
    `options` are the other members of `ExploreOptions`. `runs` are recordings of real runs to compare with.

    Raises AuthoringError for a file that is no valid scenario, UsageError for a name that it does not have or a number of jobs
    that is none, Unfollowed for what the model can't follow.
    """
    loaded = load(path, overrides=params)
    scenarios = {each.name: each for each in loaded.scenarios}
    if name is None and len(scenarios) > 1:
        raise UsageError(
            f"{path} has {len(scenarios)} scenarios; `name` must be one of {', '.join(scenarios)}"
        )
    chosen = loaded.scenarios[0] if name is None else scenarios.get(name)
    if chosen is None:
        raise UsageError(f"{path} has no scenario {name!r}, only {', '.join(scenarios)}")
    if jobs != "auto" and jobs < 0:
        raise UsageError(f"`jobs` is a number of processes, 0 or 'auto', not {jobs}")
    asked = ExploreOptions(
        limits=Limits(seconds, executions, depth, preemptions), jobs=0 if jobs == "auto" else jobs, **options
    )
    explorer = Explorer(chosen, compile_scenario(chosen, source=loaded.source), asked, source=loaded.source)
    return explorer.explore(runs, progress)

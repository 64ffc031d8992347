"""What `mprun golden` and `mprun accept` share: run each selected scenario some times, and do something with the recordings."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mprunner.cli.exitcodes import INTERRUPTED, INVALID, worst
from mprunner.cli.paths import default_paths, scenario_files
from mprunner.cli.request import RunRequest
from mprunner.cli.running import interruptible, start
from mprunner.cli.selection import parse_selection
from mprunner.errors import AuthoringError, UsageError
from mprunner.recording.events import Recording
from mprunner.report.progress import Progress
from mprunner.report.style import Style, style_for
from mprunner.worlds.real.supervisor import RealWorld

if TYPE_CHECKING:
    from mprunner.language.loading import Loaded
    from mprunner.language.models import Scenario

__all__ = ["Judge", "Subject", "run_for_goldens"]


class Subject:
    """A scenario whose golden is in question."""

    def __init__(self, scenario: Scenario, loaded: Loaded) -> None:
        self.name = scenario.name
        self.path = loaded.source.path
        self.file = Path(self.path)
        self.sha256 = hashlib.sha256(loaded.source.text.encode("utf-8", "surrogatepass")).hexdigest()


Judge = Callable[[Subject, Sequence[Recording], Style], int]
"""Takes the recordings of a scenario, tells what comes of them on standard output, and gives an exit code."""


def run_for_goldens(request: RunRequest, runs: int, judge: Judge) -> int:
    """Runs what `request` selects `runs` times each and lets `judge` look; the exit code is the worst of what it gives.

    Raises `UsageError` for what the command line has wrong, and `RunError` when nothing can be run here.
    """
    files = scenario_files(default_paths(request.paths))
    if "-" in files:
        raise UsageError("a scenario from standard input has no place for a golden")
    selection = parse_selection(request.keyword) if request.keyword is not None else None
    style = style_for(sys.stdout, request.color, os.environ)
    world = RealWorld()
    codes: list[int] = []
    try:
        start(world)
        from mprunner.cli.selected import selected

        with interruptible(world):
            for file in files:
                try:
                    loaded, scenarios = selected(file, request, selection)
                except AuthoringError as error:
                    from mprunner.language.rendering import render

                    click.echo(render(error.diagnostics), err=True)
                    codes.append(INVALID)
                    continue
                for scenario in scenarios:
                    code = _one(world, scenario, loaded, request, runs, judge, style)
                    if code is not None:
                        codes.append(code)
                    if code == INTERRUPTED:
                        return INTERRUPTED
    finally:
        world.close()
    return worst(codes)


def _one(
    world: RealWorld,
    scenario: Scenario,
    loaded: Loaded,
    request: RunRequest,
    runs: int,
    judge: Judge,
    style: Style,
) -> int | None:
    from mprunner.cli.scenario_run import ScenarioRun, reason_to_skip

    reason = reason_to_skip(scenario, request)
    if reason is not None:
        if request.verbosity >= 0:
            click.echo(f"{loaded.source.path}: skipped: {reason}")
        return None
    recordings: list[Recording] = []
    with Progress(sys.stderr, width=style.width) as progress:
        for recording in ScenarioRun(scenario, loaded, request, world).recordings(runs):
            recordings.append(recording)
            progress.show(f"{loaded.source.path}: run {len(recordings)} of {runs}")
    if any(recording.ending.how == "interrupted" for recording in recordings):
        return INTERRUPTED
    return judge(Subject(scenario, loaded), recordings, style)

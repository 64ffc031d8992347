"""A session of `mprun run`: file by file, scenario by scenario, each run judged and told as it comes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from mprunner.cli.exitcodes import INTERRUPTED, INVALID, KEPT, worst
from mprunner.cli.judging import RESULTS
from mprunner.cli.paths import scenario_files
from mprunner.cli.reporters import reporter_for
from mprunner.cli.request import RunRequest
from mprunner.cli.selection import Selection, parse_selection
from mprunner.errors import AuthoringError, RunError, UsageError
from mprunner.report.reporter import Reporter
from mprunner.worlds.real.supervisor import RealWorld

if TYPE_CHECKING:
    from mprunner.cli.saving import Saver
    from mprunner.language.loading import Loaded
    from mprunner.language.models import Scenario

__all__ = ["interruptible", "run_scenarios", "start", "why_nothing"]


def run_scenarios(request: RunRequest) -> int:
    """Runs all that `request` selects, tells it on the standard streams, and gives the exit code.

    Raises `UsageError` for what the command line has wrong and `RunError` when nothing can be run here.
    """
    files = scenario_files(request.paths)
    if request.record is not None and os.path.realpath(request.record) in map(os.path.realpath, files):
        raise UsageError(f"--record {request.record} would overwrite the scenario itself")
    selection = parse_selection(request.keyword) if request.keyword is not None else None
    world = RealWorld()
    try:
        start(world)  # it boots while pydantic and the scenario are loaded
        reporter = reporter_for(json=request.json, color=request.color, verbosity=request.verbosity)
        with interruptible(world):
            return _Session(request, world, reporter, selection).run(files)
    finally:
        world.close()


def start(world: RealWorld) -> None:
    """Starts `world`. Raises `RunError` when no process or directory can be had."""
    try:
        world.start()
    except OSError as error:
        raise RunError(f"nothing can be run here: {error}") from error


def _saver(request: RunRequest, reporter: Reporter) -> Saver | None:
    if request.record is None:
        return None
    from mprunner.cli.saving import Saver

    return Saver(
        request.record,
        saved=reporter.recorded,
        warn=lambda text: click.echo(f"mprun: warning: {text}", err=True),
    )


@contextmanager
def interruptible(world: RealWorld) -> Iterator[None]:
    """The first Ctrl-C ends the run that goes on, which is still reported; the second ends everything."""
    interrupts = 0

    def on_interrupt(_number: int, _frame: FrameType | None) -> None:
        nonlocal interrupts
        interrupts += 1
        world.interrupt()
        if interrupts > 1:
            raise KeyboardInterrupt

    try:
        before: Callable[..., Any] | int | None = signal.signal(signal.SIGINT, on_interrupt)
    except ValueError:  # not in the main thread: whoever embeds us has the signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class _Session:
    def __init__(
        self, request: RunRequest, world: RealWorld, reporter: Reporter, selection: Selection | None
    ) -> None:
        self._request = request
        self._world = world
        self._reporter = reporter
        self._selection = selection
        self._codes: list[int] = []
        self._counts = dict.fromkeys([*RESULTS.values(), "invalid", "skipped"], 0)
        self._failed: list[str] = []
        self._saver = _saver(request, reporter)

    def run(self, files: Sequence[str]) -> int:
        began = time.monotonic_ns()
        for file in files:
            if not self._file(file):
                break
        code = worst(self._codes)
        took = time.monotonic_ns() - began
        self._reporter.summary(self._counts, failed=self._failed, exit_code=code, nanoseconds=took)
        if not any(self._counts.values()):
            click.echo(f"mprun: nothing to run: {why_nothing(self._request, files)}", err=True)
        return code

    def _file(self, file: str) -> bool:
        """Runs what is selected of one file; False when the session is to stop."""
        from mprunner.cli.selected import selected

        try:
            loaded, scenarios = selected(file, self._request, self._selection)
        except AuthoringError as error:
            self._reporter.invalid(error.diagnostics)
            self._counts["invalid"] += 1
            self._failed.append(error.diagnostics[0].headline)
            self._codes.append(INVALID)
            return not self._request.fail_fast
        if scenarios and loaded.warnings:
            self._reporter.invalid(loaded.warnings)
        for scenario in scenarios:
            code = self._scenario(scenario, loaded)
            if code == INTERRUPTED or (self._request.fail_fast and code not in (None, KEPT)):
                return False
        return True

    def _scenario(self, scenario: Scenario, loaded: Loaded) -> int | None:
        """Runs and reports one scenario; its exit code, None when it was skipped."""
        from mprunner.cli.scenario_run import ScenarioRun, reason_to_skip

        path = loaded.source.path
        reason = reason_to_skip(scenario, self._request)
        if reason is not None:
            self._reporter.skipped(scenario.name, path, reason)
            self._counts["skipped"] += 1
            return None
        result = ScenarioRun(scenario, loaded, self._request, self._world).run(self._reporter, self._saver)
        self._reporter.done(result)
        self._codes.append(result.exit_code)
        self._counts[result.result] += 1
        if result.exit_code != KEPT:
            name = "" if len(loaded.scenarios) == 1 else f"{scenario.name}: "
            self._failed.append(f"{path}: {name}{result.result}")
        return result.exit_code


def why_nothing(request: RunRequest, files: Sequence[str]) -> str:
    """Why no scenario of `files` was selected."""
    if not files:
        return f"there is no scenario (*.yaml) in {', '.join(request.paths)}"
    asked = [] if request.keyword is None else [f"-k '{request.keyword}'"]
    asked += [f"--tag {tag}" for tag in request.tags]
    number = "the one file" if len(files) == 1 else f"{len(files)} files"
    return f"no scenario of {number} is selected by {' '.join(asked)}"

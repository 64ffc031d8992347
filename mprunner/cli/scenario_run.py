"""One scenario of a session: compiled, run as often as asked, each run judged, all of them summed up."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from mprunner.cli.request import RunRequest
from mprunner.program.compiler import compile_scenario
from mprunner.recording.events import Recording
from mprunner.report.reporter import Case, Reporter, ScenarioResult
from mprunner.worlds.base import RunOptions
from mprunner.worlds.real.supervisor import OnCalls, RealWorld

if TYPE_CHECKING:
    from mprunner.cli.saving import Saver
    from mprunner.cli.tally import Tally
    from mprunner.language.loading import Loaded
    from mprunner.language.models import Scenario

__all__ = ["ScenarioRun", "case_of", "reason_not_under", "reason_to_skip", "start_method_of"]

START_METHODS = ("fork", "spawn", "forkserver") if hasattr(os, "fork") else ("spawn",)
"""Those that this platform has; to ask `multiprocessing` for them is to import it."""

DEFAULT_TIMEOUT = 60.0
"""Seconds."""


def start_method_of(scenario: Scenario, request: RunRequest) -> str:
    """The start method that the scenario will run under: the command line's, its own, else fork where there is one."""
    method = request.start_method or scenario.start_method
    if method is not None:
        return str(method)
    return START_METHODS[0]


def reason_to_skip(scenario: Scenario, request: RunRequest) -> str | None:
    """Why the scenario can't run as asked, by its own word; None when it can."""
    method = start_method_of(scenario, request)
    under = "threads" if request.backend == "threads" else method
    reason = reason_not_under(scenario, under)
    if reason is not None:
        return reason
    if under != "threads" and method not in START_METHODS:
        return f"this platform has no {method}"
    return None


def reason_not_under(scenario: Scenario, under: str) -> str | None:
    """Why the scenario is not for a start method (or `threads`), by its own `not_under`; None when it is."""
    reason = scenario.not_under.get(under)
    return None if reason is None else f"not under {under}: {reason}"


class ScenarioRun:
    """Runs one scenario in `world` as `request` says."""

    def __init__(self, scenario: Scenario, loaded: Loaded, request: RunRequest, world: RealWorld) -> None:
        self._scenario = scenario
        self._request = request
        self._world = world
        self._sha256 = hashlib.sha256(loaded.source.text.encode("utf-8", "surrogatepass")).hexdigest()
        method = start_method_of(scenario, request)
        self._options = RunOptions(
            start_method=method,
            backend=request.backend,
            time_scale=request.time_scale,
            timeout=request.timeout or scenario.timeout or DEFAULT_TIMEOUT,
            seed=request.seed,
            max_processes=request.max_processes,
        )
        self._case = case_of(
            scenario,
            loaded,
            start_method=method,
            backend=request.backend,
            runs=request.runs or scenario.runs or 1,
            time_scale=request.time_scale,
        )

    def run(self, reporter: Reporter, saver: Saver | None = None) -> ScenarioResult:
        """All runs, judged and told, and saved where `saver` is given. Fewer than asked for when one is interrupted."""
        began = time.monotonic_ns()
        case = self._case
        reporter.begin(case)
        recordings = self.recordings(case.runs, saver) if case.runs > 1 else self._only(reporter, saver)
        for recording in recordings:
            saved = saver.last if saver is not None else None
            reporter.run_done(self._tally.add(recording, saved=saved), of=case.runs)
        return self._tally.result(
            nanoseconds=time.monotonic_ns() - began, require_sometimes=self._request.require_sometimes
        )

    @cached_property
    def _tally(self) -> Tally:
        # The checks are loaded while the first run goes on, not before it.
        from mprunner.cli.tally import Tally

        return Tally(self._scenario, self._case)

    def _get_ready(self) -> None:
        self._tally  # noqa: B018

    def recordings(self, runs: int, saver: Saver | None = None) -> Iterator[Recording]:
        """So many runs, one after the other."""
        on_run = None if saver is None else lambda seed, origin: self._saving(saver, seed, origin)
        for recording in self._world.runs(
            self._case.program, self._options, runs, on_run=on_run, meanwhile=self._get_ready
        ):
            if saver is not None:
                saver.finish(recording)
            yield recording

    def _only(self, reporter: Reporter, saver: Saver | None) -> Iterator[Recording]:
        """One run, its lines shown and its calls saved as they come."""
        recording = self._world.run(
            self._case.program,
            self._options,
            on_line=lambda line: reporter.line(line, origin=self._world.origin),
            on_calls=None if saver is None else self._saving(saver, self._options.seed, time.monotonic_ns()),
            meanwhile=self._get_ready,
        )
        if saver is not None:
            saver.finish(recording)
        yield recording

    def _saving(self, saver: Saver, seed: int, origin: int) -> OnCalls:
        """What takes the calls of a run with this seed; `origin` is before all that happens in it."""
        return saver.begin(
            self._case, sha256=self._sha256, time_scale=self._options.time_scale, seed=seed, origin=origin
        )


def case_of(
    scenario: Scenario, loaded: Loaded, *, start_method: str, backend: str, runs: int, time_scale: float = 1.0
) -> Case:
    """What a report has to know about a scenario; compiles it."""
    unusual = "threads" if backend == "threads" else start_method
    how = [unusual] if unusual not in ("fork", "") else []  # a recording need not say it
    if time_scale != 1:
        how.append(f"time × {time_scale:g}")
    return Case(
        name=scenario.name,
        path=loaded.source.path,
        program=compile_scenario(scenario, source=loaded.source),
        source=loaded.source.lines,
        start_method=start_method,
        backend=backend,
        runs=runs,
        alone=len(loaded.scenarios) == 1,
        how=tuple(how),
    )

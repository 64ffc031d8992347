"""One scenario of a session: compiled, run as often as asked, each run judged, all of them summed up."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mprunner.checking.check import check
from mprunner.checking.runs import OverRuns
from mprunner.checking.unspoken import unspoken
from mprunner.checking.verdict import Verdict
from mprunner.cli.exitcodes import KEPT
from mprunner.cli.judging import RESULTS, ending_code, exit_code, run_went_wrong
from mprunner.cli.request import RunRequest
from mprunner.program.compiler import compile_scenario
from mprunner.recording.events import Recording
from mprunner.report.narrative import narrative
from mprunner.report.reporter import Case, Reporter, RunResult, ScenarioResult
from mprunner.report.runs import Outcomes
from mprunner.report.standing import standing
from mprunner.worlds.base import RunOptions
from mprunner.worlds.real.supervisor import RealWorld

if TYPE_CHECKING:
    from mprunner.language.loading import Loaded
    from mprunner.language.models import Scenario

__all__ = ["ScenarioRun", "reason_to_skip", "start_method_of"]

DEFAULT_TIMEOUT = 60.0
"""Seconds."""


def start_method_of(scenario: Scenario, request: RunRequest) -> str:
    """The start method that the scenario will run under: the command line's, its own, else fork where there is one."""
    method = request.start_method or scenario.start_method
    if method is not None:
        return str(method)
    available = multiprocessing.get_all_start_methods()
    return "fork" if "fork" in available else available[0]


def reason_to_skip(scenario: Scenario, request: RunRequest) -> str | None:
    """Why the scenario can't run as asked, by its own word; None when it can."""
    method = start_method_of(scenario, request)
    under = "threads" if request.backend == "threads" else method
    reason = scenario.not_under.get(under)
    if reason is not None:
        return f"not under {under}: {reason}"
    if under != "threads" and method not in multiprocessing.get_all_start_methods():
        return f"this platform has no {method}"
    return None


class ScenarioRun:
    """Runs one scenario as `request` says and tells `reporter` on the way; `run` gives what came of it."""

    def __init__(
        self, scenario: Scenario, loaded: Loaded, request: RunRequest, world: RealWorld, reporter: Reporter
    ) -> None:
        self._scenario = scenario
        self._request = request
        self._world = world
        self._reporter = reporter
        self._program = compile_scenario(scenario, source=loaded.source)
        method = start_method_of(scenario, request)
        self._options = RunOptions(
            start_method=method,
            backend=request.backend,
            time_scale=request.time_scale,
            timeout=request.timeout or scenario.timeout or DEFAULT_TIMEOUT,
            seed=request.seed,
        )
        self._case = Case(
            name=scenario.name,
            path=loaded.source.path,
            program=self._program,
            source=loaded.source.lines,
            start_method=method,
            backend=request.backend,
            runs=request.runs or scenario.runs or 1,
            alone=len(loaded.scenarios) == 1,
            how=_how(method, request),
        )

    def run(self) -> ScenarioResult:
        """All runs. Fewer than asked for when one is interrupted."""
        began = time.monotonic_ns()
        case = self._case
        self._reporter.begin(case)
        outcomes, over = Outcomes(), OverRuns()
        codes: set[int] = set()
        origins: dict[int, int] = {}
        shown: RunResult | None = None
        shown_is_wrong = False
        for number, recording in enumerate(self._recordings(), start=1):
            verdicts = check(recording, self._scenario)
            run = self._judged(number, recording, verdicts)
            outcomes.add(recording, verdicts)
            over.add(verdicts)
            origins[number] = recording.origin
            ended = ending_code(recording, verdicts)
            codes.add(ended)
            if not shown_is_wrong:
                shown, shown_is_wrong = run, ended != KEPT or run_went_wrong(verdicts)
            self._reporter.run_done(run, of=case.runs)
        standings = [standing(each, over.runs) for each in over.promises()]
        code = exit_code(standings, codes, require_sometimes=self._request.require_sometimes)
        return ScenarioResult(
            case=case,
            result=RESULTS[code],
            exit_code=code,
            standings=standings,
            outcomes=outcomes,
            shown=shown,
            origins=origins,
            runs=over.runs,
            nanoseconds=time.monotonic_ns() - began,
        )

    def _recordings(self) -> Iterator[Recording]:
        if self._case.runs > 1:
            yield from self._world.runs(self._program, self._options, self._case.runs)
            return
        origin = time.monotonic_ns()
        yield self._world.run(
            self._program, self._options, on_line=lambda line: self._reporter.line(line, origin=origin)
        )

    def _judged(self, number: int, recording: Recording, verdicts: list[Verdict]) -> RunResult:
        return RunResult(
            number, recording, verdicts, narrative(recording), unspoken(recording, self._scenario)
        )


def _how(method: str, request: RunRequest) -> tuple[str, ...]:
    """What about a run is not as usual."""
    unusual = "threads" if request.backend == "threads" else method
    how = [unusual] if unusual != "fork" else []
    if request.time_scale != 1:
        how.append(f"time × {request.time_scale:g}")
    return tuple(how)

"""A schedule made to happen on real processes, so many times, each judged as a run."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import click

from mprunner.cli.exitcodes import INCONCLUSIVE, INTERRUPTED, worst
from mprunner.cli.judging import RESULTS
from mprunner.cli.paths import scenario_files
from mprunner.cli.reporters import reporter_for
from mprunner.cli.running import interruptible, start
from mprunner.cli.scenario_run import DEFAULT_TIMEOUT, START_METHODS, case_of
from mprunner.cli.sources import load_path
from mprunner.cli.tally import Tally
from mprunner.errors import UsageError
from mprunner.exploring.confirming import replay
from mprunner.exploring.fingerprint import fingerprint
from mprunner.exploring.schedule import Schedule
from mprunner.exploring.schedule_reading import schedule_in
from mprunner.exploring.unforceable import counted
from mprunner.language.source import Source
from mprunner.program.compiler import compile_scenario
from mprunner.records import record
from mprunner.report.style import ColourChoice, style_for
from mprunner.worlds.base import RunOptions
from mprunner.worlds.real.moves import Parting, Replayed
from mprunner.worlds.real.supervisor import RealWorld

if TYPE_CHECKING:
    from mprunner.language.loading import Loaded
    from mprunner.language.models import Scenario
    from mprunner.recording.events import Recording
    from mprunner.report.reporter import Case

__all__ = ["ReplayRequest", "replay_schedule"]


@record
class ReplayRequest:
    """`mprun replay`, parsed."""

    scenario: str
    schedule: str
    times: int = 3
    step: bool = False
    start_method: str | None = None
    timeout: float | None = None
    seed: int = 0
    verbosity: int = 0
    json: bool = False
    definitions: tuple[tuple[str, str], ...] = ()
    color: ColourChoice = "auto"


def replay_schedule(request: ReplayRequest) -> int:
    """Plays it, tells what came of it, and gives the exit code: that of the runs, or 6 where some parted from the schedule."""
    files = scenario_files([request.scenario])
    if len(files) != 1:
        raise UsageError(f"{request.scenario} holds {len(files)} scenarios; replay takes one file")
    loaded = load_path(files[0], definitions=dict(request.definitions))
    source = Source.read(request.schedule)
    chosen = _chosen(loaded, schedule_in(source), request.schedule)
    program = compile_scenario(chosen, source=loaded.source)
    schedule = schedule_in(source, program)
    method = request.start_method or schedule.start_method or chosen.start_method or START_METHODS[0]
    times = 1 if request.step else request.times
    case = case_of(chosen, loaded, start_method=method, backend="processes", runs=times, time_scale=1)
    world = RealWorld()
    try:
        start(world)
        with interruptible(world):
            return _Session(request, chosen, case, schedule, world).run()
    finally:
        world.close()


def _chosen(loaded: Loaded, schedule: Schedule, path: str) -> Scenario:
    by_name = {each.name: each for each in loaded.scenarios}
    if schedule.scenario is None:
        return loaded.scenarios[0]
    chosen = by_name.get(schedule.scenario)
    if chosen is None:
        names = ", ".join(by_name)
        raise UsageError(
            f"{path} is a schedule of {schedule.scenario!r}, but {loaded.source.path} has {names}"
        )
    return chosen


class _Session:
    def __init__(
        self, request: ReplayRequest, scenario: Scenario, case: Case, schedule: Schedule, world: RealWorld
    ) -> None:
        self._request = request
        self._case = case
        self._schedule = schedule
        self._world = world
        self._tally = Tally(scenario, case)
        self._options = RunOptions(
            start_method=case.start_method,
            timeout=None if request.step else request.timeout or scenario.timeout or DEFAULT_TIMEOUT,
            seed=request.seed,
        )
        self._reporter = reporter_for(json=request.json, color=request.color, verbosity=request.verbosity)
        self._went = 0
        self._played = 0
        self._partings: list[Parting] = []
        self._unexpected: list[str] = []
        self._unforced: dict[str, int] = {}

    def run(self) -> int:
        """All replays, told; the exit code."""
        began = time.monotonic_ns()
        if self._request.step:
            stepped = self._by_hand()
            if stepped is None:
                return INTERRUPTED
            self._reporter.begin(self._case)
            self._take(*stepped)
        else:
            self._reporter.begin(self._case)
            for _ in range(self._case.runs):
                replayed, recording = replay(
                    self._world, self._case.program, self._schedule.moves, self._options,
                    whole=self._schedule.whole, stop=self._stops,
                )  # fmt: skip
                self._take(replayed, recording)
                if recording.ending.how == "interrupted":
                    break
        result = self._tally.result(nanoseconds=time.monotonic_ns() - began)
        self._reporter.done(result)
        self._tell()
        counts = {**dict.fromkeys([*RESULTS.values(), "invalid", "skipped"], 0), result.result: 1}
        # Runs that went another way say nothing of the schedule, whatever they came to.
        went = self._went == self._played and not self._unexpected
        code = (
            result.exit_code
            if went
            else worst([INCONCLUSIVE, *([INTERRUPTED] * (result.exit_code == INTERRUPTED))])
        )
        self._reporter.summary(counts, failed=(), exit_code=code, nanoseconds=time.monotonic_ns() - began)
        return code

    @property
    def _stops(self) -> bool:
        return self._schedule.ending == "cut"

    def _take(self, replayed: Replayed, recording: Recording) -> None:
        self._played += 1
        self._unforced = counted(self._case.program, self._schedule.moves, replayed)
        if replayed.parting is None:
            self._went += 1
            expected = self._schedule.ending
            if expected is not None and recording.ending.how != expected:
                self._unexpected.append(f"it was to end as {expected}, and ended as {recording.ending.how}")
        else:
            self._partings.append(replayed.parting)
        self._reporter.run_done(self._tally.add(recording), of=self._case.runs)

    def _by_hand(self) -> tuple[Replayed, Recording] | None:
        """One replay, a key a step; None when it was quit."""
        from mprunner.cli.stepping import Stepper, one_key

        stepper = Stepper(
            self._case.program, self._schedule.moves, style_for(sys.stdout, self._request.color, os.environ)
        )
        with one_key():
            while True:
                replayed, recording = replay(
                    self._world, self._case.program, self._schedule.moves, self._options,
                    whole=self._schedule.whole, stop=self._stops, pace=stepper.pace, on_calls=stepper.calls,
                )  # fmt: skip
                if stepper.wanted == "again":
                    stepper.again()
                    continue
                if stepper.wanted == "quit":
                    return None
                stepper.finish(replayed.steps)
                return replayed, recording

    def _tell(self) -> None:
        """What became of the replays, among what the report says."""
        from mprunner.report.replays import Replays, replays_fields, replays_lines

        lines = self._schedule.lines
        told = Replays(
            self._request.schedule,
            len(self._schedule.moves),
            self._played,
            self._went,
            tuple((lines[each.at] if each.at < len(lines) else 1, each) for each in self._partings),
            tuple(self._unexpected),
            self._unforced,
            bool(self._partings) and self._schedule.program not in (None, fingerprint(self._case.program)),
        )
        if self._request.json:
            from mprunner.report.json_lines import JsonLines

            JsonLines(sys.stdout).write("replay", **replays_fields(told))
            return
        style = style_for(sys.stdout, self._request.color, os.environ)
        for line in replays_lines(told, style, quiet=self._request.verbosity < 0):
            click.echo(line)

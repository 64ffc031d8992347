"""A schedule played on real processes, so many times, each judged as a run."""

from __future__ import annotations

import time

import click

from mprunner.cli.exitcodes import INCONCLUSIVE
from mprunner.cli.judging import RESULTS
from mprunner.cli.paths import scenario_files
from mprunner.cli.reporters import reporter_for
from mprunner.cli.running import interruptible, start
from mprunner.cli.scenario_run import START_METHODS, case_of
from mprunner.cli.sources import load_path
from mprunner.cli.tally import Tally
from mprunner.errors import UsageError
from mprunner.exploring.schedule_file import parted, read
from mprunner.records import record
from mprunner.report.style import ColourChoice
from mprunner.worlds.base import RunOptions
from mprunner.worlds.real.replaying import replay
from mprunner.worlds.real.supervisor import RealWorld

__all__ = ["ReplayRequest", "replay_schedule"]

TIMEOUT = 60.0
"""Seconds of one replay."""


@record
class ReplayRequest:
    """`mprun replay`, parsed."""

    scenario: str
    schedule: str
    times: int = 3
    start_method: str | None = None
    verbosity: int = 0
    json: bool = False
    definitions: tuple[tuple[str, str], ...] = ()
    color: ColourChoice = "auto"


def replay_schedule(request: ReplayRequest) -> int:
    """Plays it, tells what came of it, and gives the exit code: that of the runs, or 6 where some parted from the schedule."""
    files = scenario_files([request.scenario])
    if len(files) != 1:
        raise UsageError(f"{request.scenario} holds {len(files)} scenarios; replay takes one file")
    stored = read(request.schedule)
    loaded = load_path(files[0], definitions=dict(request.definitions))
    by_name = {each.name: each for each in loaded.scenarios}
    chosen = by_name.get(stored.scenario)
    if chosen is None:
        names = ", ".join(by_name)
        raise UsageError(
            f"{request.schedule} is a schedule of {stored.scenario!r}, but {files[0]} has {names}"
        )
    method = request.start_method or chosen.start_method or START_METHODS[0]
    case = case_of(chosen, loaded, start_method=method, backend="processes", runs=request.times)
    changed = parted(stored, case.program)
    reporter = reporter_for(json=request.json, color=request.color, verbosity=request.verbosity)
    reporter.begin(case)
    tally = Tally(chosen, case)
    options = RunOptions(start_method=method, timeout=TIMEOUT)
    went, partings, began = 0, [], time.monotonic_ns()
    world = RealWorld()
    try:
        start(world)
        with interruptible(world):
            for _ in range(request.times):
                replayed = replay(world, case.program, options, stored.turns)
                went += replayed.parting is None
                if replayed.parting is not None:
                    partings.append(replayed.parting)
                reporter.run_done(tally.add(replayed.recording), of=request.times)
                if replayed.recording.ending.how == "interrupted":
                    break
    finally:
        world.close()
    result = tally.result(nanoseconds=time.monotonic_ns() - began)
    reporter.done(result)
    told = f"mprun: {went} of {request.times} replays went as the schedule says ({len(stored.turns)} steps)"
    click.echo(told, err=True)
    if partings:
        click.echo(f"mprun: parted: {partings[0]}", err=True)
        if changed is not None:
            click.echo(f"mprun: {changed}", err=True)
    counts = {**dict.fromkeys([*RESULTS.values(), "invalid", "skipped"], 0), result.result: 1}
    code = result.exit_code if went == request.times else INCONCLUSIVE
    reporter.summary(counts, failed=(), exit_code=code, nanoseconds=time.monotonic_ns() - began)
    return code

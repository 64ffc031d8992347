"""From what a run left behind to its Recording."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mprunner.recording import control
from mprunner.recording.events import Call, Diagnosis, Ending, ProcessRecord, Recording
from mprunner.recording.exits import place_exits
from mprunner.recording.order import in_order
from mprunner.worlds.real.blocking import stand
from mprunner.worlds.real.diagnosis import diagnose
from mprunner.worlds.real.lives import Facts, complete
from mprunner.worlds.real.needs import NOISE, method_of

if TYPE_CHECKING:
    from mprunner.worlds.real.endings import Cut
    from mprunner.worlds.real.orders import Killed
    from mprunner.worlds.real.supervisor import Underway

_MOST_NOISE_BYTES = 1 << 20


def finish(underway: Underway) -> Recording:
    """Make the recording of a run that is over. Everything of it has been read and nothing of it lives."""
    over, cut, program, options = underway.over, underway.cut, underway.program, underway.options
    threads = options.backend == "threads"
    merger = underway.merger
    calls = [*underway.calls, *merger.unfinished()]
    reaped = (over.stage, *over.reaped) if over is not None else ()
    killed = over.killed if over is not None else ()
    facts = Facts(tuple(underway.live.seen), reaped, killed, cut is not None, threads)
    processes = complete(merger.processes(), calls, program, facts)
    main = next((each for each in processes if each.role == "main"), None)
    if threads and over is not None and main is not None and over.stage.exitcode >= 0:
        main.exitcode, main.ended, main.ended_by = over.stage.exitcode, over.stage.time, "itself"
    for each in processes:
        each.stopped = cut is not None and each.name in cut.stopped
    ordered = in_order(place_exits(calls, processes))
    incomplete = _incomplete(underway)
    ending = _ending(underway, ordered, processes, bool(incomplete))
    return Recording(
        scenario=program.name,
        path=program.path,
        scenario_sha256=_digest(program.path),
        start_method=_method(underway),
        backend=options.backend,
        python=".".join(map(str, sys.version_info[:3])),
        origin=underway.origin,
        started_at=underway.started_at,
        time_scale=options.time_scale,
        seed=options.seed,
        calls=ordered,
        processes=processes,
        ending=ending,
        stderr_noise=_noise(underway.directory / NOISE),
        incomplete=incomplete,
        notes=(*underway.notes, *left_behind(killed, cut, processes)),
    )


def _ending(underway: Underway, calls: list[Call], processes: list[ProcessRecord], lost: bool) -> Ending:
    over, cut = underway.over, underway.cut
    latest = max((each.end or each.begin for each in calls), default=underway.origin)
    if underway.failed is not None:
        if cut is not None and underway.stage is None:  # ended before it began
            return Ending(cut.how, cut.time, None, underway.failed)
        return Ending("crashed", latest, None, underway.failed)
    assert over is not None
    if cut is None:
        how: Literal["finished", "lost", "crashed"] = "lost" if lost else "finished"
        note = None
        if over.stage.exitcode < 0:
            how, note = "crashed", f"main was killed by signal {-over.stage.exitcode}"
        elif over.stage.exitcode == 70:
            how, note = "crashed", "main's process failed outside the scenario"
        return Ending(how, max(latest, over.stage.time), None, note)
    return Ending(cut.how, cut.time, _diagnosis(underway, cut, calls, processes, lost))


def _diagnosis(
    underway: Underway, cut: Cut, calls: list[Call], processes: list[ProcessRecord], lost: bool
) -> Diagnosis | None:
    if cut.pattern == "initializer-fails":
        pool, failures, rate = cut.detail.split("\n")
        sentence = (
            f"The initializer of `{pool}` fails in every worker: {failures} workers were started, about {rate} a second, "
            "and none got through it. CPython goes on starting new ones for ever."
        )
        return Diagnosis(cut.pattern, sentence)
    if cut.pattern == "too-many-processes":
        sentence = (
            f"More than {cut.detail} processes were alive at once, which is the limit, so mprun ended the run "
            f"before it took all of the machine. `--max-processes {2 * int(cut.detail)}` lets twice as many live."
        )
        return Diagnosis(cut.pattern, sentence)
    if cut.how not in ("hang", "deadline", "interrupted"):
        return None
    if not cut.alive:
        return None
    if lost:
        return Diagnosis("unknown", "Not everything could be recorded, so nobody knows who waited for what.")
    standing = stand(calls, processes, cut.alive, underway.program, hung=cut.how == "hang")
    return diagnose(standing, cut.time, stopped=cut.stopped, timed_out=cut.how != "hang")


def _incomplete(underway: Underway) -> tuple[str, ...]:
    found = [f"the record of {each.process or each.name} is not whole" for each in underway.reader.lost]
    try:
        reasons = control.lost_reasons(str(underway.directory))
    except OSError:
        reasons = ()
    return (*found, *(f"a process could not record: {reason}" for reason in reasons))


def left_behind(killed: Iterable[Killed], cut: Cut | None, processes: Iterable[ProcessRecord]) -> list[str]:
    """Processes of the scenario that outlived main: nothing is left of a run, so they were killed.

    multiprocessing's own (the fork server and what it has not handed out yet, the resource tracker, a manager's server)
    end by themselves a little after main, which is none of the scenario's doing. All but the last leave no record.
    """
    if cut is not None:
        return []
    pids = {each.pid for each in killed}
    left = [each.name for each in processes if each.pid in pids and each.role in ("process", "worker")]
    were = "was" if len(left) == 1 else "were"
    return [f"{', '.join(left)} still ran when main had ended, and {were} killed"] if left else []


def _noise(path: Path) -> tuple[str, ...]:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_NOISE_BYTES)
    except OSError:
        return ()
    return tuple(content.decode(errors="backslashreplace").splitlines())


def _method(underway: Underway) -> str:
    if underway.options.backend == "threads":
        return underway.options.start_method or underway.program.start_method or "fork"
    return method_of(underway.program, underway.options)


def _digest(path: str) -> str:
    """The SHA-256 of the scenario's file; empty where there is none to read (standard input)."""
    import hashlib

    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""

"""How each process of a run went: exit codes from whoever saw them, who ended it, its times and its waits."""

from __future__ import annotations

import signal
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

from mprunner.operations import operation
from mprunner.program.declarations import Program
from mprunner.recording.events import Call, ProcessRecord, Waited
from mprunner.records import record
from mprunner.worlds.real.orders import Killed, Reaped
from mprunner.worlds.real.proc import Times, latest

_OWN_FAULTS = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL}
"""Signals that a process brings upon itself."""


@record
class Seen:
    """A process of the run that another one saw ended."""

    name: str
    pid: int
    exitcode: int
    time: int
    by: str
    times: Times | None = None


@record
class Facts:
    """What is known of ends beside the calls: seen by other processes, reaped and killed by the keeper."""

    seen: tuple[Seen, ...]
    reaped: tuple[Reaped, ...]
    killed: tuple[Killed, ...]
    cut: bool
    threads: bool


def complete(
    records: Sequence[ProcessRecord], calls: Sequence[Call], program: Program, facts: Facts
) -> list[ProcessRecord]:
    """The records with all that is known put in, and those added that died before they could say anything."""
    processes = [*records, *_silent(records, calls, program, facts)]
    by_pid = {each.pid: each for each in processes if not facts.threads}
    for seen in facts.seen:
        _end(by_pid.get(seen.pid), seen.exitcode, seen.time)
    for reaped in facts.reaped:
        _end(by_pid.get(reaped.pid), reaped.exitcode, reaped.time)
    killed = {each.pid: each for each in facts.killed}
    exits = {(each.pid, each.process): each for each in calls if each.operation == "exit"}
    stopping = _stopped_by_scenario(calls)
    for process in processes:
        own = exits.get((process.pid, process.name))
        if own is not None:
            _from_exit(process, own, facts)
        _who_ended(process, killed, stopping, facts)
    _spent(processes, calls, facts)
    _waits(processes, calls)
    return processes


def _silent(
    records: Collection[ProcessRecord], calls: Sequence[Call], program: Program, facts: Facts
) -> list[ProcessRecord]:
    """Processes that ended before their first record."""
    known = {each.pid for each in records}
    found: dict[int, ProcessRecord] = {}
    for call in calls:
        pid = call.values.get("pid") if call.operation == "start" and call.kind == "process" else None
        if isinstance(pid, int) and pid not in known and call.object is not None:
            declared = program.process(call.object.partition("[")[0])
            found[pid] = ProcessRecord(
                call.object, pid, "process", call.process, None, call.begin, None, None, None,
                declared.target if declared else None, bool(declared and declared.daemon),
            )  # fmt: skip
    for seen in facts.seen:
        if seen.pid not in known and seen.pid not in found:
            found[seen.pid] = ProcessRecord(
                seen.name, seen.pid, "worker", seen.by, None, None, None, None, None, None, True
            )
    return list(found.values())


def _end(process: ProcessRecord | None, exitcode: int, time: int) -> None:
    if process is not None and process.exitcode is None:
        process.exitcode, process.ended = exitcode, time


def _from_exit(process: ProcessRecord, own: Call, facts: Facts) -> None:
    """Take over what a process said of itself at its end; a thread's end is its own only."""
    values = dict(own.values)
    process.variables = values.pop("variables", None)
    process.running, process.ready = values.pop("running", None), values.pop("ready", None)
    own.values = values
    if facts.threads and own.end is not None and process.exitcode is None:
        process.exitcode, process.ended = values.get("exitcode", 0), own.end


def _stopped_by_scenario(calls: Iterable[Call]) -> dict[str, set[int]]:
    """Process or pool -> the signals that the scenario sent it."""
    found: dict[str, set[int]] = {}
    for call in calls:
        if call.object is None or call.outcome == "raised":
            continue
        if call.operation == "terminate":
            found.setdefault(call.object, set()).add(signal.SIGTERM)
        elif call.operation == "kill":
            found.setdefault(call.object, set()).add(signal.SIGKILL)
    return found


def _who_ended(
    process: ProcessRecord, killed: Mapping[int, Killed], stopping: Mapping[str, set[int]], facts: Facts
) -> None:
    ended: Literal["itself", "scenario", "mprun", "outside"] = "itself"
    if (process.pid in killed and not facts.threads) or (
        facts.threads and facts.cut and process.exitcode is None
    ):
        # Alive at the end of the record: that mprun killed it then is no exit of its own.
        process.ended_by, process.exitcode, process.ended = "mprun", None, None
        return
    if process.exitcode is None:
        return
    if process.exitcode < 0:
        number = -process.exitcode
        pool = process.name.rpartition("[")[0] if process.role == "worker" else process.name
        sent = stopping.get(process.name, set()) | stopping.get(pool, set())
        # At main's exit CPython terminates daemons and the workers of pools that are not closed.
        by_python = number == signal.SIGTERM and (process.daemon or process.role in ("worker", "manager"))
        if number in sent or by_python:
            ended = "scenario"
        elif number not in _OWN_FAULTS:
            ended = "outside"
    process.ended_by = ended


def _spent(processes: Iterable[ProcessRecord], calls: Iterable[Call], facts: Facts) -> None:
    """Running and ready times, as far as the operating system told them to anybody: to the process itself, else to
    those who stopped it, reaped it or killed it. Each of them knows the times up to then, so the latest knows best.
    """
    told = {
        call.object: call.values
        for call in calls
        if call.operation in ("terminate", "kill") and "running" in call.values
    }
    by_pid: dict[int, list[Times]] = {}
    for pid, times in [
        *((each.pid, each.times) for each in facts.seen),
        *((each.pid, each.times) for each in facts.reaped),
        *((each.pid, each.times) for each in facts.killed),
    ]:
        if times is not None and not facts.threads:
            by_pid.setdefault(pid, []).append(times)
    for process in processes:
        if process.running is not None:
            continue
        known = by_pid.get(process.pid, [])
        if process.name in told:
            known = [*known, Times(told[process.name]["running"], told[process.name]["ready"])]
        last = latest(known)
        if last is not None:
            process.running, process.ready = last.running, last.ready


def _waits(processes: Iterable[ProcessRecord], calls: Iterable[Call]) -> None:
    sums: dict[str, dict[tuple[str, str | None], int]] = {}
    for call in calls:
        spec = operation(call.operation, call.kind)  # type: ignore[arg-type]
        if call.end is None or spec is None or not (spec.blocks or call.operation == "sleep"):
            continue
        of_process = sums.setdefault(call.process, {})
        key = (call.operation, call.object)
        of_process[key] = of_process.get(key, 0) + call.end - call.begin
    for process in processes:
        waited = sums.get(process.name, {})
        process.waits = tuple(
            Waited(name, target, nanoseconds)
            for (name, target), nanoseconds in sorted(waited.items(), key=lambda item: -item[1])
        )
        running, ready, started, ended = process.running, process.ready, process.started, process.ended
        if running is not None and ready is not None and started is not None and ended is not None:
            process.waiting = max(0, ended - started - running - ready)

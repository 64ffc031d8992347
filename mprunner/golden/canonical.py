"""A recording in canonical form: the same text for every run that is the same in all that matters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from mprunner.golden.edges import edges
from mprunner.golden.lines import line
from mprunner.golden.placeholders import Names
from mprunner.golden.shape import Block, Lane, Line, Shape
from mprunner.recording.events import Call, Ending, ProcessRecord, Recording
from mprunner.recording.locks import gives_lock, lock_of, takes_lock

__all__ = ["canonical"]


def canonical(recording: Recording) -> Shape:
    """The shape of one run."""
    names = Names(recording.processes)
    lanes: dict[str, list[Line]] = {"main": []}
    workers = {process.name for process in recording.processes if process.role == "worker"}
    lanes.update((p.name, []) for p in recording.processes if p.role in ("main", "process"))
    of_workers: dict[str, list[Line]] = {worker: [] for worker in workers}
    for call in recording.calls:
        if call.actor in workers and call.operation == "start":
            continue  # a pool starting its own worker: how many and when is the pool's affair
        told = line(call, names)
        lane = of_workers if call.actor in workers else lanes
        kept = lane.setdefault(call.actor, [])
        if told is not None:
            kept.append(told)
    for process in recording.processes:
        if process.role == "process" and process.exitcode is not None and process.ended_by != "mprun":
            exit_line = f"exit {process.exitcode}"
            lanes[process.name].append(Line(exit_line, exit_line))
    return Shape(
        lanes={name: tuple(lane) for name, lane in lanes.items()},
        workers=_by_pool(of_workers),
        edges=edges(recording, names),
        blocks=_blocks(recording.calls),
        exitcodes=dict(_exitcodes(recording.processes)),
        ending=_ending(recording.ending),
        cut=_cut(recording),
    )


def _by_pool(of_workers: dict[str, list[Line]]) -> dict[str, tuple[Lane, ...]]:
    """The distinct lanes of each pool's workers: which worker is which, and how many there came to be, is not told."""
    pools: dict[str, set[Lane]] = defaultdict(set)
    for worker, lane in of_workers.items():
        pools[worker.partition("[")[0]].add(tuple(lane))
    return {
        pool: tuple(sorted(lanes, key=lambda lane: [told.text for told in lane]))
        for pool, lanes in pools.items()
    }


def _exitcodes(processes: Iterable[ProcessRecord]) -> Iterable[tuple[str, int | None]]:
    for process in processes:
        if process.role == "process" and process.ended_by != "mprun":
            yield process.name, process.exitcode


def _cut(recording: Recording) -> frozenset[str]:
    if recording.ending.how != "cut":
        return frozenset()
    processes = {process.name for process in recording.processes if process.ended_by in (None, "mprun")}
    return frozenset(processes | {call.actor for call in recording.calls if call.process in processes})


def _ending(ending: Ending) -> str:
    if ending.diagnosis is not None and ending.how == "hang":
        return f"hang: {ending.diagnosis.pattern}"
    return ending.how


def _blocks(calls: Iterable[Call]) -> dict[str, Block]:
    """For each lock, the prints made under it, and whether no holder printed between two prints of another's hold."""
    holding: dict[str, list[str]] = defaultdict(list)
    waiting: dict[int, int] = {}
    prints: dict[str, int] = defaultdict(int)
    mixed: set[str] = set()
    for _, at, call in sorted(_instants(calls), key=lambda instant: instant[0]):
        if at == "takes":
            holding[str(lock_of(call))] += [call.actor] * waiting.pop(call.number, 1)
        elif at == "gives":
            holders = holding[str(lock_of(call))]
            if call.operation == "wait":  # gives back an RLock whole, and has it so again
                waiting[call.number] = holders.count(call.actor)
                holding[str(lock_of(call))] = [each for each in holders if each != call.actor]
            elif holders:
                holders.remove(call.actor if call.actor in holders else holders[0])
        else:
            for lock, holders in holding.items():
                if call.actor in holders:
                    prints[lock] += 1
                    if len(set(holders)) > 1:
                        mixed.add(lock)
    return {lock: Block(lock, count, lock not in mixed) for lock, count in sorted(prints.items())}


def _instants(calls: Iterable[Call]) -> Iterable[tuple[int, str, Call]]:
    for call in calls:
        if call.kind == "semaphore":
            continue  # it lets several in, whose prints may mix
        if takes_lock(call) and call.end is not None:
            yield call.end, "takes", call
        if gives_lock(call) and call.outcome != "unfinished":
            yield call.begin, "gives", call
        elif call.operation == "print":
            yield call.begin, "print", call

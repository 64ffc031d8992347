"""What a stuck run looks like: who waits for what, and who could give it. Read from the calls on record alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mprunner.operations import operation
from mprunner.program.declarations import ObjectDeclaration, Program
from mprunner.recording.events import Call, ProcessRecord
from mprunner.recording.locks import lock_of
from mprunner.records import made, record
from mprunner.worlds.real.bringing import Bringing, bringing


@record(frozen=False)
class Standing:
    """The state of a run at its end, replayed from its calls."""

    alive: frozenset[str]
    processes: Mapping[str, ProcessRecord]
    holders: dict[str, list[str]] = made(factory=dict)
    """Lock or semaphore -> who holds it, as often as it does."""
    hung: bool = False
    """Whether it is certain that nothing can go on."""
    declared: Mapping[str, ObjectDeclaration] = made(factory=dict)
    free: dict[str, int] = made(factory=dict)
    """Semaphore -> permits that were released by who had not acquired any."""
    given_back: dict[int, int] = made(factory=dict)
    """Wait of a condition, by its number -> how often its process held the lock before."""
    sleeping: dict[str, list[int]] = made(factory=dict)
    """Condition -> the waits that have begun and not ended, by number."""
    woken: dict[str, int] = made(factory=dict)
    """Condition -> how many of these have been notified."""
    told: dict[str, Call] = made(factory=dict)
    """Condition or event -> the last call that notified or set it."""
    cleared: dict[str, Call] = made(factory=dict)
    """Event -> the last call that cleared it."""
    dead_waiters: dict[str, str] = made(factory=dict)
    """Condition, event or barrier -> who died while it waited there."""
    done: dict[str, int] = made(factory=dict)
    """Queue -> how many of its items were told to be done."""
    puts: dict[str, int] = made(factory=dict)
    gets: dict[str, int] = made(factory=dict)
    put_by: dict[str, set[str]] = made(factory=dict)
    """Process -> the queues it has put into."""
    dead_getters: dict[str, str] = made(factory=dict)
    """Queue -> who died in the middle of a `get` of it."""
    dead_putters: dict[str, str] = made(factory=dict)
    tasks: dict[str, str] = made(factory=dict)
    """Task that has started and not ended -> the worker that runs it, or died of it."""
    submitted: dict[str, str] = made(factory=dict)
    """Task -> its pool."""
    broken: dict[str, Call] = made(factory=dict)
    """Pool -> the first callback of it that raised."""
    called: dict[str, Call] = made(factory=dict)
    """Pool -> the callback of it that is going on."""
    waiting: dict[str, Call] = made(factory=dict)
    """Live process -> the innermost operation that it is in."""
    bringing: Bringing = made(factory=dict)
    """Process that waits -> others that do, and would end its wait after that. Only where it is `hung`."""


def stand(
    calls: Sequence[Call],
    processes: Collection[ProcessRecord],
    alive: frozenset[str],
    program: Program,
    *,
    hung: bool = False,
) -> Standing:
    """Replay the calls; `alive` are the processes that lived at the end, by name.

    `hung` says that it is certain that nothing can go on.
    """
    standing = Standing(alive, {each.name: each for each in processes}, hung=hung)
    standing.declared = {each.name: each for each in program.objects}
    moments = [(each.begin, 0, each) for each in calls]
    moments += [(each.end, 1, each) for each in calls if each.end is not None and each.end != each.begin]
    for _, end, call in sorted(moments, key=lambda moment: (moment[0], moment[1], moment[2].number)):
        if end or call.end == call.begin:
            _ended(standing, call)
        if not end:
            _begun(standing, call)
    for call in calls:
        if call.outcome == "unfinished":
            _unfinished(standing, call)
    if hung:
        standing.bringing = bringing(program, standing.waiting, calls)
    return standing


def _begun(standing: Standing, call: Call) -> None:
    name, what = call.object, call.operation
    if what == "task_start":
        standing.tasks[str(call.values.get("task"))] = call.process
    if name is None:
        return
    if what in ("put", "put_nowait"):
        standing.put_by.setdefault(call.process, set()).add(name)
    elif what in ("apply", "apply_async"):
        standing.submitted[str(call.values.get("task"))] = name
    elif call.outcome == "raised":
        return
    elif what == "release":
        _released(standing, name, call)
    elif what == "task_done":
        standing.done[name] = standing.done.get(name, 0) + 1
    elif call.kind == "condition":
        _begun_on_condition(standing, name, call)
    elif call.kind == "event" and what in ("set", "clear"):
        (standing.told if what == "set" else standing.cleared)[name] = call


def _released(standing: Standing, name: str, call: Call) -> None:
    held = standing.holders.get(name, [])
    if call.process in held:
        held.reverse()
        held.remove(call.process)
        held.reverse()
    elif held:
        held.pop()
    elif call.kind == "semaphore":
        standing.free[name] = standing.free.get(name, 0) + 1


def _acquired(standing: Standing, name: str, call: Call) -> None:
    if standing.free.get(name):
        standing.free[name] -= 1  # a permit that another has made, and that nobody has to give back
    else:
        standing.holders.setdefault(name, []).append(call.process)


def _begun_on_condition(standing: Standing, name: str, call: Call) -> None:
    sleeping = standing.sleeping.setdefault(name, [])
    if call.operation == "wait":
        lock = lock_of(call) or name
        held = standing.holders.get(lock, [])
        standing.given_back[call.number] = held.count(call.process)
        standing.holders[lock] = [each for each in held if each != call.process]
        sleeping.append(call.number)
    elif call.operation in ("notify", "notify_all"):
        asleep = len(sleeping) - standing.woken.get(name, 0)
        wanted: Any = call.values.get("n", 1) if call.operation == "notify" else asleep
        standing.woken[name] = standing.woken.get(name, 0) + max(0, min(wanted, asleep))
        standing.told[name] = call


def _waited_on_condition(standing: Standing, name: str, call: Call) -> None:
    sleeping = standing.sleeping.get(name, [])
    if call.number in sleeping:
        sleeping.remove(call.number)
        if call.outcome == "ok":
            standing.woken[name] = max(0, standing.woken.get(name, 0) - 1)
        held = standing.holders.setdefault(lock_of(call) or name, [])
        held.extend([call.process] * standing.given_back.pop(call.number, 1))


def _ended(standing: Standing, call: Call) -> None:
    name = call.object
    if call.operation == "callback" and call.outcome == "raised":
        standing.broken.setdefault(str(call.values.get("task")).partition(".")[0], call)
    if call.operation == "task_end":
        task = str(call.values.get("task"))
        if call.error is None or "Exception" in (call.error.type, *call.error.bases):
            standing.tasks.pop(task, None)
        # What is no Exception (SystemExit) ends the worker too, and its result is never sent.
    if name is not None and call.operation == "wait" and call.kind == "condition":
        _waited_on_condition(standing, name, call)
    if name is None or call.outcome != "ok":
        return
    if call.operation == "acquire":
        _acquired(standing, name, call)
    elif call.operation in ("put", "put_nowait"):
        standing.puts[name] = standing.puts.get(name, 0) + 1
    elif call.operation in ("get", "get_nowait") and call.kind == "queue":
        standing.gets[name] = standing.gets.get(name, 0) + 1


def _unfinished(standing: Standing, call: Call) -> None:
    if call.process in standing.alive:
        if call.operation == "callback" and call.object is not None:
            standing.called[call.object] = call
        before = standing.waiting.get(call.process)
        # `run` and `exit` enclose what goes on in them.
        if before is None or call.begin >= before.begin:
            standing.waiting[call.process] = call
        return
    if (
        call.operation == "wait"
        and call.kind in ("condition", "event", "barrier")
        and call.object is not None
    ):
        standing.dead_waiters[call.object] = call.process
    if call.kind == "queue" and call.object is not None:
        if call.operation == "get":
            standing.dead_getters[call.object] = call.process
        elif call.operation == "put":
            standing.dead_putters[call.object] = call.process


def is_wait(call: Call) -> bool:
    """Whether a call is a wait for another process."""
    if call.operation == "exit":
        return True
    spec = operation(call.operation, call.kind)  # type: ignore[arg-type]
    return spec is not None and spec.blocks


def ends_pool(call: Call) -> bool:
    """Whether a call ends a pool, which should need nobody else."""
    return call.kind == "pool" and call.operation == "terminate"


def lock_wanted(call: Call) -> str | None:
    """The name of the lock that a call takes or waits for, for itself or for a look at a cell of memory; None for none."""
    if call.operation == "acquire":
        return call.object
    if call.operation in ("read", "write") and "unlocked" not in call.values:
        return str(call.values.get("lock") or call.object)
    return None


def waits_for(standing: Standing, name: str, call: Call) -> tuple[str, ...]:
    """The processes, dead ones too, without which this wait of `name` does not end, as far as the record tells."""
    target = call.object
    lock = lock_wanted(call)
    if lock is not None:
        return tuple(dict.fromkeys(standing.holders.get(lock, ())))
    if call.operation == "wait" and call.kind == "condition" and was_woken(standing, call):
        return tuple(dict.fromkeys(standing.holders.get(lock_of(call) or "", ())))
    if call.operation == "join" and call.kind == "process" and target is not None:
        return (target,)
    if call.operation in ("apply", "get", "wait") and call.kind in ("pool", "result"):
        task = str(call.values.get("task") or target)
        return (standing.tasks[task],) if task in standing.tasks else ()
    if call.operation == "join" and call.kind == "pool":
        return tuple(
            dict.fromkeys(
                worker for task, worker in standing.tasks.items() if standing.submitted.get(task) == target
            )
        )
    if call.operation == "exit":
        return tuple(
            each.name
            for each in standing.processes.values()
            if each.parent == name
            and each.name in standing.alive
            and not each.daemon
            and each.role == "process"
        )
    if (
        call.operation == "get"
        and call.kind == "queue"
        and target in standing.dead_getters
        and left(standing, target)
    ):
        return (standing.dead_getters[target],)
    return ()


def was_woken(standing: Standing, call: Call) -> bool:
    """Whether this wait of a condition, which has not ended, was notified for certain, or its time is up: it only needs the
    lock again.
    """
    if call.timed:
        return standing.hung  # no run hangs as long as a timeout runs
    asleep = standing.sleeping.get(call.object or "", [])
    return call.number in asleep and standing.woken.get(call.object or "", 0) >= len(asleep)


def option(standing: Standing, name: str | None, key: str) -> Any:
    """What the declaration of an object, or of its family, says of it; None where nothing is known."""
    declared = standing.declared.get((name or "").partition("[")[0])
    return None if declared is None else declared.options.get(key)


def left(standing: Standing, queue: str | None) -> int:
    """How many items were put into a queue and not got out of it."""
    return 0 if queue is None else standing.puts.get(queue, 0) - standing.gets.get(queue, 0)

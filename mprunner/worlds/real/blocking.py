"""What a stuck run looks like: who waits for what, and who could give it. Read from the calls on record alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from mprunner.operations import operation
from mprunner.recording.events import Call, ProcessRecord
from mprunner.records import made, record


@record(frozen=False)
class Standing:
    """The state of a run at its end, replayed from its calls."""

    alive: frozenset[str]
    processes: Mapping[str, ProcessRecord]
    holders: dict[str, list[str]] = made(factory=dict)
    """Lock -> who holds it, as often as it does."""
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
    waiting: dict[str, Call] = made(factory=dict)
    """Live process -> the innermost operation that it is in."""


def stand(calls: Sequence[Call], processes: Collection[ProcessRecord], alive: frozenset[str]) -> Standing:
    """Replay the calls; `alive` are the processes that lived at the end, by name."""
    standing = Standing(alive, {each.name: each for each in processes})
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
    return standing


def _begun(standing: Standing, call: Call) -> None:
    name = call.object
    if call.operation == "release" and name is not None and call.outcome != "raised":
        held = standing.holders.get(name, [])
        if call.process in held:
            held.reverse()
            held.remove(call.process)
            held.reverse()
        elif held:
            held.pop()
    elif call.operation in ("put", "put_nowait") and name is not None:
        standing.put_by.setdefault(call.process, set()).add(name)
    elif call.operation in ("apply", "apply_async") and name is not None:
        standing.submitted[str(call.values.get("task"))] = name
    elif call.operation == "task_start":
        standing.tasks[str(call.values.get("task"))] = call.process


def _ended(standing: Standing, call: Call) -> None:
    name = call.object
    if call.operation == "task_end":
        task = str(call.values.get("task"))
        if call.error is None or "Exception" in (call.error.type, *call.error.bases):
            standing.tasks.pop(task, None)
        # What is no Exception (SystemExit) ends the worker too, and its result is never sent.
    if name is None or call.outcome != "ok":
        return
    if call.operation == "acquire":
        standing.holders.setdefault(name, []).append(call.process)
    elif call.operation in ("put", "put_nowait"):
        standing.puts[name] = standing.puts.get(name, 0) + 1
    elif call.operation in ("get", "get_nowait") and call.kind == "queue":
        standing.gets[name] = standing.gets.get(name, 0) + 1


def _unfinished(standing: Standing, call: Call) -> None:
    if call.process in standing.alive:
        before = standing.waiting.get(call.process)
        # `run` and `exit` enclose what goes on in them.
        if before is None or call.begin >= before.begin:
            standing.waiting[call.process] = call
        return
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


def left(standing: Standing, queue: str | None) -> int:
    """How many items were put into a queue and not got out of it."""
    return 0 if queue is None else standing.puts.get(queue, 0) - standing.gets.get(queue, 0)

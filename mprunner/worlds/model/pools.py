"""Pools of the model world: what their owner does with them, and the threads that CPython gives them.

A pool is one list of tasks, handed out in the order of their submission, and workers that take them (`working`). What a task gave
is known with its end. Beside the workers there are threads that nobody wrote: `main.sender(po)` fails what can't be sent to a
worker, `main.replacing(po)` starts a new worker where one is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mprunner.program.declarations import ObjectDeclaration
from mprunner.program.handles import Handle, Ref, members
from mprunner.program.handouts import Operation
from mprunner.program.instructions import Raise
from mprunner.records import record
from mprunner.worlds.conventions import by_timeout, for_good
from mprunner.worlds.model.ending import doom, signalled
from mprunner.worlds.model.freezing import freeze, thaw
from mprunner.worlds.model.images import WORK
from mprunner.worlds.model.life import ALIVE
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.performing import Act, carrying
from mprunner.worlds.model.pickling import not_to_be_sent, refusal
from mprunner.worlds.model.processes import values_of
from mprunner.worlds.model.results import BLOCKED, Call, Done, Next, Raised, Refused, Result
from mprunner.worlds.model.steps import GET, PUT, WRITE
from mprunner.worlds.model.turn import Turn
from mprunner.worlds.model.unfollowed import Unfollowed
from mprunner.worlds.model.working import (
    CLOSED,
    ENDED,
    NOT_MADE,
    RUNNING,
    Task,
    add_result,
    all_known,
    is_running,
    known,
    start_worker,
    work,
    workers,
)

__all__ = ["POOLS", "TaskHandle", "lay_out_pools", "make_pool"]

_SPARE = 12
"""Workers that may take the place of others, at most: a pool that needs more is not followed."""


@record
class TaskHandle(Handle):
    """What `apply_async` gave: the name of the task, and of the pool that it was given to."""

    pool: str = ""
    number: int = 0


def lay_out_pools(model: Model) -> None:
    """Cells for each pool's state, tasks and results; a thread for each worker that it may have."""
    for declared in model.program.objects:
        if declared.kind != "pool":
            continue
        for ref in members(declared.name, declared.count):
            _lay_out(model, declared, str(ref))
    if any(declared.kind == "pool" for declared in model.program.objects):
        model.leaving.append(_end_pools)
        model.making["pool"] = make_pool


def _lay_out(model: Model, declared: ObjectDeclaration, name: str) -> None:
    layout = model.layout
    layout.add(("pool", name), NOT_MADE)
    layout.add(("submitted", name), 0)
    layout.add(("waiting", name), ())
    layout.add(("results", name), ())
    layout.add(("started", name), 0)
    spare = _SPARE if _may_lose_workers(model, declared) else 0
    for number in range(size_of(declared) + spare):
        worker = f"{name}[{number}]"
        model.names.threads[worker] = model.add_process(worker)
        model.names.pid(worker)
        layout.add(("doom", worker), 0)
        model.add_internal(f"{worker}.signal", worker, signalled)
    model.add_internal(f"main.sender({name})", "main", _sender(name))
    if spare:
        model.forking.add("main")
        model.add_internal(f"main.replacing({name})", "main", _replacing(declared, Ref.of(name)))


def size_of(declared: ObjectDeclaration) -> int:
    """How many workers a pool has."""
    given = declared.options.get("processes")
    if given is not None:
        return int(given)
    import os

    return os.cpu_count() or 1


def _may_lose_workers(model: Model, declared: ObjectDeclaration) -> bool:
    if declared.options.get("maxtasksperchild") or declared.options.get("initializer"):
        return True
    codes = (target.code for target in model.program.targets.values())
    return any(
        isinstance(each, Raise) and each.type in ("SystemExit", "KeyboardInterrupt")
        for code in codes
        for each in code
    )


def make_pool(turn: Turn, handle: Handle) -> Result | None:
    """Make a pool in the acting process, with its workers; or what has to happen before."""
    model, name = turn.model, str(handle.ref)
    declared = model.names.objects[handle.ref.name]
    if turn.image.daemon:
        raise AssertionError("daemonic processes are not allowed to have children")
    routine = declared.options.get("routine")
    if routine is not None and turn.phase != ("initargs", name):
        return Call(routine, (), ("initargs", name))
    image = turn.image.copy()
    if routine is not None:
        if turn.escaped is not None:
            raise turn.escaped
        initargs = tuple(image.returned[0])
        image.phase = image.returned = None
    else:
        initargs = values_of(model, image, declared.options.get("initargs") or (), {})
    image.extra[f"initargs {name}"] = freeze(initargs)
    turn.remember(image)
    turn.set(turn.cell("pool", name), RUNNING)
    for number in range(size_of(declared)):
        image = turn.image.copy()
        start_worker(turn, image, declared, handle.ref, number)
        turn.remember(image)
    turn.set(turn.cell("started", name), size_of(declared))
    return None


# --- threads that nobody wrote ---


def _sender(name: str) -> Callable[[Turn], Result]:
    """Fails a task that can't be sent."""

    def send(turn: Turn) -> Result:
        waiting = turn.cell("waiting", name)
        tasks: tuple[Task, ...] = turn.look(waiting)
        turn.touch(waiting, GET)
        if not tasks or tasks[0].fails is None:
            return BLOCKED
        turn.alter(waiting, tasks[1:])
        add_result(turn, name, tasks[0].number, refusal(tasks[0].fails))
        return Done()

    return send


def _replacing(declared: ObjectDeclaration, ref: Ref) -> Callable[[Turn], Result]:
    """Starts a new worker in the place of one that is gone, as a copy of main as it is now."""
    name = str(ref)

    def replace(turn: Turn) -> Result:
        model = turn.model
        if turn.get(turn.cell("life", "main")) != ALIVE or not is_running(turn, name):
            return BLOCKED
        started = turn.get(turn.model.layout.cell("started", name))
        alive = sum(turn.get(turn.cell("life", worker)) == ALIVE for worker in workers(name, started))
        if alive >= size_of(declared):
            return BLOCKED
        if f"{name}[{started}]" not in model.names.threads:
            raise Unfollowed(f"{name} has lost more than {_SPARE} workers", model.program, declared.site)
        slot = model.slots[model.names.threads["main"]]
        turn.touch(model.layout.apart("memory", "main"), WRITE)
        local, phase, begun = model.standings[turn.look(slot)]
        image = model.images[local].copy()
        start_worker(turn, image, declared, ref, started)
        turn.alter(slot, model.stand(model.images.add(image), phase, begun=begun))
        turn.set(turn.cell("started", name), started + 1)
        return Done()

    return replace


# --- submitting ---


def _pool(turn: Turn, operation: Operation) -> str:
    """The pool's name. Only who made it has its threads."""
    assert operation.object is not None
    if turn.process != "main":
        raise Unfollowed("a pool in another process than main", turn.model.program, operation.site)
    turn.cell("pool", operation.object.ref)
    return str(operation.object.ref)


def _submit(turn: Turn, operation: Operation) -> TaskHandle:
    name = _pool(turn, operation)
    if turn.get(turn.cell("pool", name)) != RUNNING:
        raise ValueError("Pool not running")
    arguments = operation.arguments
    if arguments.get("callback") is not None or arguments.get("error_callback") is not None:
        raise Unfollowed("callbacks run in a thread of main", turn.model.program, operation.site)
    args = list(arguments.get("args") or ())
    kwds = dict(arguments.get("kwds") or {})
    fails = not_to_be_sent(turn.model, [args, kwds])
    counter = turn.cell("submitted", name)
    number = turn.get(counter)
    turn.set(counter, number + 1)
    waiting = turn.cell("waiting", name)
    task = Task(number, arguments["func"], freeze(args), freeze(kwds), fails)
    turn.alter(waiting, (*turn.look(waiting), task))
    turn.touch(waiting, PUT)
    return TaskHandle("result", Ref(f"{name}.{arguments['func']}", number), name, number)


def _apply_async(turn: Turn, operation: Operation) -> Result:
    return Done(_submit(turn, operation))


def _apply(turn: Turn, operation: Operation) -> Result:
    if turn.phase is None:
        return Next(("submitted", _submit(turn, operation).number))
    found = known(turn, _pool(turn, operation), turn.phase[1])
    return BLOCKED if found is None else _given(found)


def _submitted(turn: Turn, operation: Operation) -> dict[str, Any]:
    """What is on record of a submission: the name that the task has, and what it is given."""
    assert operation.object is not None
    name, arguments = str(operation.object.ref), operation.arguments
    number = turn.phase[1] if isinstance(turn.phase, tuple) else turn.before(turn.cell("submitted", name))
    return {
        "task": f"{name}.{arguments['func']}[{number}]",
        "args": arguments.get("args") or (),
        "kwds": arguments.get("kwds") or {},
    }


# --- results ---


def _result(turn: Turn, operation: Operation) -> Any:
    task = operation.object
    assert isinstance(task, TaskHandle)
    if turn.process != "main":
        raise Unfollowed("a result in another process than main", turn.model.program, operation.site)
    return known(turn, task.pool, task.number)


def _given(found: Any) -> Result:
    return Done(thaw(found.value)) if found.error is None else Raised(found.error.value)


def _get(turn: Turn, operation: Operation) -> Result:
    found = _result(turn, operation)
    if found is not None:
        return _given(found)
    timeout = operation.arguments.get("timeout")
    if timeout is not None and (timeout <= 0 or turn.is_out_of_time()):
        from multiprocessing import (
            TimeoutError as OutOfTime,  # most models have no use for it, and it is slow to import
        )

        return Raised(OutOfTime())
    return BLOCKED


def _wait(turn: Turn, operation: Operation) -> Result:
    if _result(turn, operation) is not None:
        return Done()
    timeout = operation.arguments.get("timeout")
    if timeout is not None and (timeout <= 0 or turn.is_out_of_time()):
        return Refused(None)
    return BLOCKED


def _ready(turn: Turn, operation: Operation) -> Result:
    return Done(_result(turn, operation) is not None)


def _successful(turn: Turn, operation: Operation) -> Result:
    found = _result(turn, operation)
    if found is None:
        raise ValueError("<multiprocessing.pool.ApplyResult object at 0x0> not ready")
    return Done(found.error is None)


# --- ends ---


def _close(turn: Turn, operation: Operation) -> Result:
    state = turn.cell("pool", _pool(turn, operation))
    if turn.get(state) == RUNNING:
        turn.set(state, CLOSED)
    return Done()


def _terminate(turn: Turn, operation: Operation) -> Result:
    name = _pool(turn, operation)
    if turn.phase is None:
        turn.set(turn.cell("pool", name), ENDED)
        return Next("stopping")
    if turn.phase == "stopping":
        _stop(turn, name)
        return Next("waiting")
    return BLOCKED if _any_alive(turn, name) else Done()


def _stop(turn: Turn, name: str) -> None:
    """No task is handed out any more, and workers are to end at once."""
    waiting = turn.model.layout.cell("waiting", name)
    if turn.get(waiting):
        turn.set(waiting, ())
    for worker in workers(name, turn.get(turn.model.layout.cell("started", name))):
        if turn.get(turn.cell("life", worker)) == ALIVE:
            doom(turn, worker, 15)


def _any_alive(turn: Turn, name: str) -> bool:
    started = turn.get(turn.model.layout.cell("started", name))
    return any(turn.get(turn.cell("life", worker)) == ALIVE for worker in workers(name, started))


def _join(turn: Turn, operation: Operation) -> Result:
    name = _pool(turn, operation)
    state = turn.get(turn.cell("pool", name))
    if state == RUNNING:
        raise ValueError("Pool is still running")
    if state == CLOSED and not all_known(turn, name):
        return BLOCKED
    return BLOCKED if _any_alive(turn, name) else Done()


def _end_pools(turn: Turn) -> bool:
    """What main does with pools at its end: they are terminated, whatever they still have to do."""
    if turn.process != "main":
        return True
    over = True
    for declared in turn.model.program.objects:
        if declared.kind != "pool":
            continue
        for ref in members(declared.name, declared.count):
            name = str(ref)
            if _any_alive(turn, name):
                over = False
                state = turn.model.layout.cell("pool", name)
                if turn.get(state) != ENDED:
                    turn.set(state, ENDED)
                _stop(turn, name)
    return over


POOLS: dict[tuple[str, str], Act] = {
    ("pool", WORK): Act(work, instant=True),
    ("pool", "apply"): Act(_apply, _submitted, "result", for_good),
    ("pool", "apply_async"): Act(_apply_async, _submitted),
    ("pool", "close"): Act(_close),
    ("pool", "terminate"): Act(_terminate),
    ("pool", "join"): Act(_join, timed=for_good),
    ("result", "get"): Act(_get, carrying("timeout"), "result", by_timeout),
    ("result", "wait"): Act(_wait, carrying("timeout"), timed=by_timeout),
    ("result", "ready"): Act(_ready, gave="result"),
    ("result", "successful"): Act(_successful, gave="result"),
}

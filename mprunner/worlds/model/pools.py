"""Pools of the model world: what processes do with them and with results.

A pool is one list of tasks, handed out in the order of their submission, and workers that take them (`working`). What a task gave
is known with its end, or, where callbacks are called, when the pool's thread has taken it (`pool_threads`). A pool belongs to the
process that made it; a fork of that has a copy of it, which nobody serves.
"""

from __future__ import annotations

from typing import Any

from mprunner.operations import OPERATIONS
from mprunner.program.expressions import Object
from mprunner.program.handles import Handle, Ref, members
from mprunner.program.handouts import Operation
from mprunner.records import record
from mprunner.worlds.conventions import by_timeout, for_good
from mprunner.worlds.model.ending import doom
from mprunner.worlds.model.freezing import freeze, thaw
from mprunner.worlds.model.images import RESULTS, WORK, Image
from mprunner.worlds.model.library_texts import lines_of_finalizers, text_of_a_forsaken_pool
from mprunner.worlds.model.life import ALIVE
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.performing import Act, carrying
from mprunner.worlds.model.pickling import check_names, not_to_be_sent
from mprunner.worlds.model.pool_threads import call_back, is_handling, lay_out_pool, make_pool, owner_of
from mprunner.worlds.model.reach import operates_in
from mprunner.worlds.model.results import BLOCKED, Done, Next, Raised, Refused, Result
from mprunner.worlds.model.seats import workers
from mprunner.worlds.model.steps import PUT
from mprunner.worlds.model.turn import Turn
from mprunner.worlds.model.working import (
    BUSY,
    CLOSED,
    DEAD,
    ENDED,
    ENDING,
    FORSAKEN,
    GONE,
    IDLE,
    LAST,
    NOT_MADE,
    RUNNING,
    Task,
    all_known,
    known,
    sender_is,
    work,
)

__all__ = ["POOLS", "TaskHandle", "lay_out_pools"]


@record
class TaskHandle(Handle):
    """What `apply_async` gave: the name of the task, and of the pool that it was given to."""

    pool: str = ""
    number: int = 0


def lay_out_pools(model: Model) -> None:
    """Cells for each pool's state, tasks and results; its threads, and one for each worker that it may have at a time."""
    pools = [declared for declared in model.program.objects if declared.kind == "pool"]
    for declared in pools:
        for ref in members(declared.name, declared.count):
            lay_out_pool(model, declared, ref)
    if pools:
        model.leaving.append(_end_pools)
        model.making["pool"] = make_pool
    owners = set(model.owners.values())
    if any(_may_use_pools(model, process) and owners - {process} for process in model.names.written):
        model.inheriting.append(_copied)


def _may_use_pools(model: Model, process: str) -> bool:
    """Whether a process may do something with a pool, or with a result."""
    for each in operates_in(model.program, process):
        known = each.object.kind if isinstance(each.object, Object) else None
        if known == "pool" or (known is None and each.operation in _ON_RESULTS):
            return True
    return False


_ON_RESULTS = frozenset(spec.name for spec in OPERATIONS if spec.kind in ("pool", "result"))


# --- submitting ---


def _pool(turn: Turn, operation: Operation) -> str:
    """The pool's name. Raises NameError where it is not there."""
    assert operation.object is not None
    turn.cell("pool", operation.object.ref)
    return str(operation.object.ref)


def _has_copy(turn: Turn, name: str) -> bool:
    """Whether what the process has is a copy that a fork made, which nobody serves."""
    return owner_of(turn.model, name) != turn.image.process


def _state(turn: Turn, name: str) -> str:
    """The state of a pool as the process has it."""
    if _has_copy(turn, name):
        return str(_copy_of(turn, name)[0])
    return str(turn.get(turn.model.layout.cell("pool", name)))


_NOTHING_COPIED: tuple[Any, ...] = (NOT_MADE, 0, ())


def _copy_of(turn: Turn, name: str) -> tuple[Any, ...]:
    """The state of a copied pool, how many tasks have been submitted to it, what was known of them when it was copied."""
    found: tuple[Any, ...] = turn.image.extra.get(f"copied {name}", _NOTHING_COPIED)
    return found


def _copied(turn: Turn, image: Image) -> dict[str, Any]:
    """Pools as a fork of this memory has them, see `_copy_of`."""
    layout, found = turn.model.layout, {}
    for name, owner in turn.model.owners.items():
        key = f"copied {name}"
        if layout.find("submitted", name) is not None and owner == image.process:
            found[key] = tuple(turn.get(layout.cell(kind, name)) for kind in ("pool", "submitted", "results"))
        elif key in image.extra:
            found[key] = image.extra[key]
    return found


def _change_copy(turn: Turn, name: str, state: str, submitted: int) -> None:
    image = turn.image.copy()
    image.extra[f"copied {name}"] = (state, submitted, _copy_of(turn, name)[2])
    turn.remember(image)


def _submit(turn: Turn, operation: Operation) -> TaskHandle:
    try:
        return _submit_to(turn, operation, _pool(turn, operation))
    except Exception:
        _skip_number(turn, str(operation.object.ref))  # type: ignore[union-attr]
        raise


def _skip_number(turn: Turn, name: str) -> None:
    """A submission that raises has taken the number that its task would have had."""
    if _has_copy(turn, name):
        state, number, _known = _copy_of(turn, name)
        _change_copy(turn, name, state, number + 1)
        return
    for kind in ("submitted", "refused"):
        cell = turn.model.layout.cell(kind, name)
        turn.set(cell, turn.get(cell) + 1)


def _submit_to(turn: Turn, operation: Operation, name: str) -> TaskHandle:
    layout = turn.model.layout
    if _state(turn, name) != RUNNING:
        raise ValueError("Pool not running")
    arguments = operation.arguments
    args = list(arguments.get("args") or ())
    kwds = dict(arguments.get("kwds") or {})
    check_names(turn, [args, kwds])
    if _has_copy(turn, name):
        state, number, _known = _copy_of(turn, name)
        _change_copy(turn, name, state, number + 1)
    else:
        fails = not_to_be_sent(turn, [args, kwds])
        counter = layout.cell("submitted", name)
        waiting = layout.cell("waiting" if fails is None else "failing", name)
        number = turn.get(counter)
        turn.set(counter, number + 1)
        calls = (arguments.get("callback"), arguments.get("error_callback"))
        task = Task(number, arguments["func"], freeze(args), freeze(kwds), fails, calls)
        turn.alter(waiting, (*turn.look(waiting), task))
        turn.touch(waiting, PUT)
    return TaskHandle("result", Ref(f"{name}.{arguments['func']}", number), name, number)


def _apply_async(turn: Turn, operation: Operation) -> Result:
    return Done(_submit(turn, operation))


def _apply(turn: Turn, operation: Operation) -> Result:
    if turn.phase is None:
        return Next(("submitted", _submit(turn, operation).number))
    found = _known(turn, _pool(turn, operation), turn.phase[1])
    return BLOCKED if found is None else _given(found)


def _submitted(turn: Turn, operation: Operation) -> dict[str, Any]:
    """What is on record of a submission: the name that the task has, and what it is given."""
    assert operation.object is not None
    name, arguments = str(operation.object.ref), operation.arguments
    if isinstance(turn.phase, tuple):
        number = turn.phase[1]
    elif _has_copy(turn, name):
        number = turn.memory_before.extra.get(f"copied {name}", _NOTHING_COPIED)[1]
    else:
        number = turn.before(turn.cell("submitted", name))
    return {
        "task": f"{name}.{arguments['func']}[{number}]",
        "args": arguments.get("args") or (),
        "kwds": arguments.get("kwds") or {},
    }


# --- results ---


def _result(turn: Turn, operation: Operation) -> Any:
    task = operation.object
    assert isinstance(task, TaskHandle)
    return _known(turn, task.pool, task.number)


def _known(turn: Turn, name: str, number: int) -> Any:
    """What came of a task, as far as the process can know; None for one that is not over."""
    if _has_copy(turn, name):
        return next((each for each in _copy_of(turn, name)[2] if each.number == number), None)
    return known(turn, name, number)


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
    name = _pool(turn, operation)
    if _state(turn, name) == RUNNING:
        if _has_copy(turn, name):
            _change_copy(turn, name, CLOSED, _copy_of(turn, name)[1])
        else:
            turn.set(turn.cell("pool", name), CLOSED)
    return Done()


def _terminate(turn: Turn, operation: Operation) -> Result:
    name = _pool(turn, operation)
    if _has_copy(turn, name):
        _change_copy(turn, name, ENDED, _copy_of(turn, name)[1])
        return Done()
    state = turn.cell("pool", name)
    if turn.phase is None:
        if turn.get(state) == FORSAKEN:
            return Done()
        turn.set(state, ENDED)
        return Next("stopping")
    if turn.phase == "stopping":
        if not _takes_lock(turn, name):
            return BLOCKED
        if _is_forsaken(turn, name):
            if _drain(turn, name):
                return Next("stopping")
            turn.set(state, FORSAKEN)
            raise AssertionError(text_of_a_forsaken_pool())
        _stop(turn, name)
        return Next("waiting")
    return BLOCKED if _any_alive(turn, name) or _is_calling(turn, name) else Done()


def _takes_lock(turn: Turn, name: str) -> bool:
    """Whether who ends a pool has, and keeps, the lock of the pipe that its tasks come through.

    A worker that waits for a task has it. The pool's sender tells such to go; but not in the midst of a callback, or when that
    has killed it.
    """
    if not sender_is(turn, name, BUSY, DEAD):
        return True
    lock = turn.model.layout.cell("lock", name)
    holder, own = turn.get(lock), turn.model.threads[turn.thread].name
    if holder is None:
        turn.set(lock, own)
    return holder in (None, own)


def _is_forsaken(turn: Turn, name: str) -> bool:
    """Whether the thread that takes results has died, with results to come."""
    handler = turn.model.layout.find("handler", name)
    return handler is not None and turn.get(handler) == DEAD and not all_known(turn, name)


def _is_calling(turn: Turn, name: str) -> bool:
    """Whether a thread of the pool, other than who asks, is in the midst of a callback."""
    cells = [turn.model.layout.find(each, name) for each in ("handler", "sender")]
    return any(
        cell is not None and turn.get(cell) in (BUSY, LAST) and not is_handling(turn, cell, name)
        for cell in cells
    )


def _drain(turn: Turn, name: str) -> bool:
    """Take away the tasks that nobody has taken; whether there were some."""
    cells = [turn.model.layout.cell(each, name) for each in ("waiting", "failing")]
    full = [cell for cell in cells if turn.get(cell)]
    for cell in full:
        turn.set(cell, ())
    return bool(full)


def _stop(turn: Turn, name: str) -> None:
    """No task is handed out any more, no result is taken, and workers are to end at once."""
    layout = turn.model.layout
    _drain(turn, name)
    for cell in (layout.find("handler", name), layout.find("sender", name)):
        if cell is not None and turn.get(cell) in (IDLE, BUSY):
            turn.set(cell, GONE if turn.get(cell) == IDLE else LAST)
    _doom_all(turn, name)


def _doom_all(turn: Turn, name: str) -> None:
    for worker in workers(turn.model, name):
        if turn.get(turn.model.layout.cell("life", worker)) == ALIVE:
            doom(turn, worker, 15)


def _any_alive(turn: Turn, name: str) -> bool:
    return any(
        turn.get(turn.model.layout.cell("life", worker)) == ALIVE for worker in workers(turn.model, name)
    )


def _join(turn: Turn, operation: Operation) -> Result:
    name = _pool(turn, operation)
    state = _state(turn, name)
    if state == RUNNING:
        raise ValueError("Pool is still running")
    if _has_copy(turn, name):
        raise AssertionError("can only join a child process")
    if state == CLOSED and not all_known(turn, name):
        return BLOCKED
    if turn.thread in turn.model.strands and is_handling(turn, None, name):
        raise RuntimeError("cannot join current thread")
    return BLOCKED if _any_alive(turn, name) or _is_calling(turn, name) else Done()


def _end_pools(turn: Turn) -> bool:
    """What a process does with its pools at its end: they are terminated, whatever they still have to do."""
    over = True
    for declared in turn.model.program.objects:
        if declared.kind != "pool":
            continue
        for ref in members(declared.name, declared.count):
            name = str(ref)
            if owner_of(turn.model, name) == turn.process and not _is_over(turn, name):
                over = False
    return over


def _is_over(turn: Turn, name: str) -> bool:
    """Whether nothing of a pool is left; else its end is brought about."""
    cell = turn.model.layout.cell("pool", name)
    state = turn.get(cell)
    if state in (RUNNING, CLOSED) and (_is_forsaken(turn, name) or sender_is(turn, name, BUSY, DEAD)):
        turn.set(cell, ENDING)  # its workers may notice that before it is ended
        return False
    if state == ENDING:
        if not _takes_lock(turn, name):
            return False
        if _is_forsaken(turn, name):
            if not _drain(turn, name):
                turn.set(cell, FORSAKEN)
                for line in lines_of_finalizers():
                    turn.emit("stderr", values={"text": line}, site=-1)
            return False
    if not _any_alive(turn, name) and not _is_calling(turn, name):
        return True
    if state == FORSAKEN:
        _doom_all(turn, name)  # they are daemons
        return False
    if state != ENDED:
        turn.set(cell, ENDED)
    _stop(turn, name)
    return False


POOLS: dict[tuple[str, str], Act] = {
    ("pool", WORK): Act(work, instant=True),
    ("pool", RESULTS): Act(call_back, instant=True),
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

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
from mprunner.worlds.model.freezing import freeze, thaw
from mprunner.worlds.model.images import RESULTS, WORK
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.performing import Act, carrying
from mprunner.worlds.model.pickling import check_names, not_to_be_sent
from mprunner.worlds.model.pool_copies import (
    NOTHING_COPIED,
    change_copy,
    copied,
    copy_of,
    has_copy,
    pool_of,
    state_of,
)
from mprunner.worlds.model.pool_ends import close, end_pools, join, terminate
from mprunner.worlds.model.pool_threads import call_back, lay_out_pool, make_pool
from mprunner.worlds.model.reach import operates_in
from mprunner.worlds.model.results import BLOCKED, Done, Next, Raised, Refused, Result
from mprunner.worlds.model.steps import PUT
from mprunner.worlds.model.turn import Turn
from mprunner.worlds.model.working import RUNNING, Task, known, work

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
        model.leaving.append(end_pools)
        model.making["pool"] = make_pool
    owners = set(model.owners.values())
    if any(_may_use_pools(model, process) and owners - {process} for process in model.names.written):
        model.inheriting.append(copied)


def _may_use_pools(model: Model, process: str) -> bool:
    """Whether a process may do something with a pool, or with a result."""
    for each in operates_in(model.program, process):
        known = each.object.kind if isinstance(each.object, Object) else None
        if known == "pool" or (known is None and each.operation in _ON_RESULTS):
            return True
    return False


_ON_RESULTS = frozenset(spec.name for spec in OPERATIONS if spec.kind in ("pool", "result"))


# --- submitting ---


def _submit(turn: Turn, operation: Operation) -> TaskHandle:
    try:
        return _submit_to(turn, operation, pool_of(turn, operation))
    except Exception:
        _skip_number(turn, str(operation.object.ref))  # type: ignore[union-attr]
        raise


def _skip_number(turn: Turn, name: str) -> None:
    """A submission that raises has taken the number that its task would have had."""
    if has_copy(turn, name):
        state, number, _known = copy_of(turn, name)
        change_copy(turn, name, state, number + 1)
        return
    for kind in ("submitted", "refused"):
        cell = turn.model.layout.cell(kind, name)
        turn.set(cell, turn.get(cell) + 1)


def _submit_to(turn: Turn, operation: Operation, name: str) -> TaskHandle:
    layout = turn.model.layout
    if state_of(turn, name) != RUNNING:
        raise ValueError("Pool not running")
    arguments = operation.arguments
    args = list(arguments.get("args") or ())
    kwds = dict(arguments.get("kwds") or {})
    check_names(turn, [args, kwds])
    if has_copy(turn, name):
        state, number, _known = copy_of(turn, name)
        change_copy(turn, name, state, number + 1)
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
    found = _known(turn, pool_of(turn, operation), turn.phase[1])
    return BLOCKED if found is None else _given(found)


def _submitted(turn: Turn, operation: Operation) -> dict[str, Any]:
    """What is on record of a submission: the name that the task has, and what it is given."""
    assert operation.object is not None
    name, arguments = str(operation.object.ref), operation.arguments
    if isinstance(turn.phase, tuple):
        number = turn.phase[1]
    elif has_copy(turn, name):
        number = turn.memory_before.extra.get(f"copied {name}", NOTHING_COPIED)[1]
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
    if has_copy(turn, name):
        return next((each for each in copy_of(turn, name)[2] if each.number == number), None)
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


POOLS: dict[tuple[str, str], Act] = {
    ("pool", WORK): Act(work, instant=True),
    ("pool", RESULTS): Act(call_back, instant=True),
    ("pool", "apply"): Act(_apply, _submitted, "result", for_good),
    ("pool", "apply_async"): Act(_apply_async, _submitted),
    ("pool", "close"): Act(close),
    ("pool", "terminate"): Act(terminate),
    ("pool", "join"): Act(join, timed=for_good),
    ("result", "get"): Act(_get, carrying("timeout"), "result", by_timeout),
    ("result", "wait"): Act(_wait, carrying("timeout"), timed=by_timeout),
    ("result", "ready"): Act(_ready, gave="result"),
    ("result", "successful"): Act(_successful, gave="result"),
}

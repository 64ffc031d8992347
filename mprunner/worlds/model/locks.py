"""Locks, recursive locks and semaphores of the model world.

A lock has no owner for CPython: whoever releases it, it is free; whoever dies, it stays taken. Who took it last is kept to tell
of it.
"""

from __future__ import annotations

import sys
from typing import Any

from mprunner.program.handles import Handle
from mprunner.program.handouts import Operation
from mprunner.worlds.conventions import by_block_or_timeout
from mprunner.worlds.model.copies import instances
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.performing import Act, carrying
from mprunner.worlds.model.results import BLOCKED, Done, Refused, Result
from mprunner.worlds.model.turn import Turn

__all__ = ["LOCKS", "acquire_lock", "holds", "lay_out_locks", "lock_cell", "release_lock"]

FREE = -1
_HAS_LOCKED: bool = tuple(sys.version_info) >= (3, 14)
_MOST = 0x7FFFFFFF
"""SEM_VALUE_MAX."""


def lay_out_locks(model: Model) -> None:
    """A cell for each lock (the thread that holds it, or FREE; of an RLock with its depth) and semaphore (its value)."""
    for declared in model.program.objects:
        for _ref, name, _maker in instances(model, declared):
            if declared.kind == "lock":
                add_lock(model, name, declared.options.get("type", "Lock") == "RLock")
            elif declared.kind == "semaphore":
                model.layout.add(("semaphore", name), declared.options["value"])


def add_lock(model: Model, name: str, recursive: bool) -> None:
    """A lock under this name."""
    model.layout.add(("lock", name), (FREE, 0) if recursive else FREE)


def lock_cell(turn: Turn, handle: Handle) -> int:
    """The cell of the lock that a handle stands for: its own, or that which the object was made with."""
    declared = turn.model.names.lock_of(handle.ref) if handle.kind != "lock" else None
    return turn.cell("lock", handle.ref if declared is None else declared)


def holds(turn: Turn, cell: int) -> bool:
    """Whether the acting process is on record as who holds the lock (READ)."""
    held = turn.get(cell)
    return bool((held[0] if isinstance(held, tuple) else held) == turn.thread)


def is_free(held: Any) -> bool:
    """Whether nobody has the lock."""
    return bool(held in (FREE, (FREE, 0)))


def holder(model: Model, held: Any) -> str | None:
    """Who has a lock, by what stands in its cell."""
    thread = held[0] if isinstance(held, tuple) else held
    return None if thread == FREE else model.threads[thread].name


def acquire_lock(turn: Turn, cell: int) -> bool:
    """Take a lock, if that can be had now."""
    held = turn.get(cell)
    if isinstance(held, tuple):
        if held[0] not in (FREE, turn.thread):
            return False
        turn.set(cell, (turn.thread, held[1] + 1))
        return True
    if held != FREE:
        return False
    turn.set(cell, turn.thread)
    return True


def release_lock(turn: Turn, cell: int) -> None:
    """Give a lock back. Raises what CPython raises: ValueError where nobody has it, AssertionError of an RLock of another's."""
    held = turn.get(cell)
    if isinstance(held, tuple):
        if held[0] != turn.thread:
            raise AssertionError("attempt to release recursive lock not owned by thread")
        turn.set(cell, (turn.thread, held[1] - 1) if held[1] > 1 else (FREE, 0))
        return
    if held == FREE:
        raise ValueError("semaphore or lock released too many times")
    turn.set(cell, FREE)


def _acquire(turn: Turn, operation: Operation) -> Result:
    assert operation.object is not None
    if acquire_lock(turn, lock_cell(turn, operation.object)):
        return Done(True)
    return not_to_be_had(turn, operation)


def not_to_be_had(turn: Turn, operation: Operation) -> Result:
    """What an acquire comes to that can't be made now: False, if it does not block or is out of time."""
    if not operation.arguments.get("block", True):
        return Refused(False)
    timeout = operation.arguments.get("timeout")
    if timeout is not None and (timeout <= 0 or turn.is_out_of_time()):
        return Refused(False)
    return BLOCKED


def _release(turn: Turn, operation: Operation) -> Result:
    assert operation.object is not None
    release_lock(turn, lock_cell(turn, operation.object))
    return Done()


def _locked(turn: Turn, operation: Operation) -> Result:
    if not _HAS_LOCKED:
        raise AttributeError(f"'{_type(turn, operation)}' object has no attribute 'locked'")
    assert operation.object is not None
    return Done(not is_free(turn.get(lock_cell(turn, operation.object))))


def _type(turn: Turn, operation: Operation) -> str:
    declared = turn.model.names.objects.get(operation.object.ref.name)  # type: ignore[union-attr]
    return "Lock" if declared is None else str(declared.options.get("type", "Lock"))


def _acquire_semaphore(turn: Turn, operation: Operation) -> Result:
    cell = turn.cell("semaphore", operation.object.ref)  # type: ignore[union-attr]
    value = turn.get(cell)
    if value > 0:
        turn.set(cell, value - 1)
        return Done(True)
    return not_to_be_had(turn, operation)


def _release_semaphore(turn: Turn, operation: Operation) -> Result:
    assert operation.object is not None
    cell = turn.cell("semaphore", operation.object.ref)
    declared = turn.model.names.objects[operation.object.ref.name]
    most = declared.options["value"] if declared.options.get("type") == "BoundedSemaphore" else _MOST
    value = turn.get(cell)
    if value >= most:
        raise ValueError("semaphore or lock released too many times")
    turn.set(cell, value + 1)
    return Done()


def _value(turn: Turn, operation: Operation) -> Result:
    return Done(turn.get(turn.cell("semaphore", operation.object.ref)))  # type: ignore[union-attr]


def _semaphore_locked(turn: Turn, operation: Operation) -> Result:
    if not _HAS_LOCKED:
        raise AttributeError(f"'{_type(turn, operation)}' object has no attribute 'locked'")
    return Done(turn.get(turn.cell("semaphore", operation.object.ref)) == 0)  # type: ignore[union-attr]


ACQUIRE = Act(_acquire, carrying("block", "timeout"), timed=by_block_or_timeout)
RELEASE = Act(_release)

LOCKS: dict[tuple[str, str], Act] = {
    ("lock", "acquire"): ACQUIRE,
    ("lock", "release"): RELEASE,
    ("lock", "locked"): Act(_locked, gave="result"),
    ("semaphore", "acquire"): Act(
        _acquire_semaphore, carrying("block", "timeout"), timed=by_block_or_timeout
    ),
    ("semaphore", "release"): Act(_release_semaphore),
    ("semaphore", "get_value"): Act(_value, gave="result"),
    ("semaphore", "locked"): Act(_semaphore_locked, gave="result"),
}

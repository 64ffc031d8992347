"""How pools end: they are closed, terminated, joined, or left behind by the process that made them."""

from __future__ import annotations

from mprunner.program.handles import members
from mprunner.program.handouts import Operation
from mprunner.worlds.model.ending import doom
from mprunner.worlds.model.library_texts import lines_of_finalizers, text_of_a_forsaken_pool
from mprunner.worlds.model.life import ALIVE
from mprunner.worlds.model.pool_copies import change_copy, copy_of, has_copy, pool_of, state_of
from mprunner.worlds.model.pool_threads import is_handling, owner_of
from mprunner.worlds.model.results import BLOCKED, Done, Next, Result
from mprunner.worlds.model.seats import workers
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
    RUNNING,
    all_known,
    sender_is,
)

__all__ = ["close", "end_pools", "join", "terminate"]


def close(turn: Turn, operation: Operation) -> Result:
    """No more tasks are taken."""
    name = pool_of(turn, operation)
    if state_of(turn, name) == RUNNING:
        if has_copy(turn, name):
            change_copy(turn, name, CLOSED, copy_of(turn, name)[1])
        else:
            turn.set(turn.cell("pool", name), CLOSED)
    return Done()


def terminate(turn: Turn, operation: Operation) -> Result:
    """No task is handed out any more, and the workers are ended. Raises AssertionError where CPython can't end them."""
    name = pool_of(turn, operation)
    if has_copy(turn, name):
        change_copy(turn, name, ENDED, copy_of(turn, name)[1])
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


def join(turn: Turn, operation: Operation) -> Result:
    """Wait until all workers have ended. Raises ValueError while the pool takes tasks."""
    name = pool_of(turn, operation)
    state = state_of(turn, name)
    if state == RUNNING:
        raise ValueError("Pool is still running")
    if has_copy(turn, name):
        raise AssertionError("can only join a child process")
    if state == CLOSED and not all_known(turn, name):
        return BLOCKED
    if turn.thread in turn.model.strands and is_handling(turn, None, name):
        raise RuntimeError("cannot join current thread")
    return BLOCKED if _any_alive(turn, name) or _is_calling(turn, name) else Done()


def end_pools(turn: Turn) -> bool:
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

"""Queues that a manager holds, in the model world: `queue.Queue` of its server, which has at once what was put."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, Full

from mprunner.program.handouts import Operation
from mprunner.worlds.model.freezing import freeze, thaw
from mprunner.worlds.model.pickling import check_names, not_to_be_sent, refusal
from mprunner.worlds.model.results import BLOCKED, Done, Next, Raised, Result
from mprunner.worlds.model.steps import GET, PUT, READ
from mprunner.worlds.model.turn import Turn

__all__ = ["MANAGED_QUEUES", "leaves_a_getter"]


def _name(turn: Turn, operation: Operation) -> str:
    assert operation.object is not None
    return turn.named(operation.object.ref)


def _put(turn: Turn, operation: Operation) -> Result:
    name, item = _name(turn, operation), operation.arguments["item"]
    check_names(turn, item)
    why = not_to_be_sent(turn, item)
    if why is not None:
        raise refusal(why)
    queue, places = turn.cell("queue", name), turn.model.layout.find("places", name)
    if places is not None:
        free = turn.look(places)
        block = operation.op == "put" and operation.arguments.get("block", True)
        timeout = operation.arguments.get("timeout")
        if free <= 0:
            turn.touch(places, GET if block and timeout is None else READ)
            if not block or (timeout is not None and (timeout <= 0 or turn.is_out_of_time())):
                return Raised(Full())
            return BLOCKED
        turn.alter(places, free - 1)
        turn.touch(places, GET)
    unfinished = turn.cell("unfinished", name)
    if turn.model.features.operations & {"task_done"}:
        turn.set(unfinished, turn.get(unfinished) + 1)
    if turn.model.features.kills:
        phantoms = turn.get(turn.cell("phantoms", name))
        if phantoms:  # it goes to somebody who is dead
            turn.set(turn.cell("phantoms", name), phantoms - 1)
            _give_place(turn, name)
            return Done()
    turn.alter(queue, (*turn.look(queue), freeze(item)))
    turn.touch(queue, PUT)
    return Done()


def _give_place(turn: Turn, name: str) -> None:
    places = turn.model.layout.find("places", name)
    if places is not None:
        turn.alter(places, turn.look(places) + 1)
        turn.touch(places, PUT)


def _get(turn: Turn, operation: Operation) -> Result:
    name = _name(turn, operation)
    queue = turn.cell("queue", name)
    items = turn.look(queue)
    block = operation.op == "get" and operation.arguments.get("block", True)
    timeout = operation.arguments.get("timeout") if block else None
    if items:
        turn.alter(queue, items[1:])
        turn.touch(queue, GET)
        _give_place(turn, name)
        return Done(thaw(items[0]))
    if not block or timeout is not None:
        turn.touch(queue, READ)
        if timeout is None or timeout <= 0 or turn.is_out_of_time():
            return Raised(Empty())
        return BLOCKED
    turn.touch(queue, GET)
    if turn.phase is None and turn.model.is_mortal(turn.process):
        return Next("asked")
    return BLOCKED


def leaves_a_getter(turn: Turn, process: str) -> None:
    """Who dies in a get has asked for an item, and the next one is lost to it."""
    model = turn.model
    at = turn.before(model.slots[model.names.threads[process]])
    if at < 0:
        return
    local, phase, _ = model.standings[at]
    operation = model.images[local].operation
    if phase != "asked" or operation is None or operation.object is None:
        return
    cell = model.layout.cell("phantoms", model.images[local].named(str(operation.object.ref)))
    turn.set(cell, turn.get(cell) + 1)


def _qsize(turn: Turn, operation: Operation) -> Result:
    return Done(len(turn.get(turn.cell("queue", _name(turn, operation)))))


def _empty(turn: Turn, operation: Operation) -> Result:
    return Done(not turn.get(turn.cell("queue", _name(turn, operation))))


def _full(turn: Turn, operation: Operation) -> Result:
    places = turn.model.layout.find("places", _name(turn, operation))
    return Done(places is not None and turn.get(places) <= 0)


def _task_done(turn: Turn, operation: Operation) -> Result:
    cell = turn.cell("unfinished", _name(turn, operation))
    left = turn.get(cell) - 1
    if left < 0:
        raise ValueError("task_done() called too many times")
    turn.set(cell, left)
    return Done()


def _join(turn: Turn, operation: Operation) -> Result:
    if not turn.model.features.operations & {"task_done"}:
        return BLOCKED if turn.get(turn.cell("queue", _name(turn, operation))) else Done()
    return BLOCKED if turn.get(turn.cell("unfinished", _name(turn, operation))) else Done()


MANAGED_QUEUES: dict[tuple[str, str], Callable[[Turn, Operation], Result]] = {
    ("queue", "put"): _put,
    ("queue", "put_nowait"): _put,
    ("queue", "get"): _get,
    ("queue", "get_nowait"): _get,
    ("queue", "qsize"): _qsize,
    ("queue", "empty"): _empty,
    ("queue", "full"): _full,
    ("queue", "task_done"): _task_done,
    ("queue", "join"): _join,
}
"""What each operation does in the server."""

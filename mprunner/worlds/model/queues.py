"""Queues of the model world, as weak as CPython's (multiprocessing/queues.py, 3.10-3.13).

A `Queue` is a semaphore for its size, a buffer and a feeder thread in each process that puts, and one pipe that holds 64 KiB.
What was put is not there yet: the feeder has to write it. Where nobody looks (no `get_nowait`, no kill), a get is one step;
else it takes the lock of readers, looks, reads and gives the lock back, each by itself.
"""

from __future__ import annotations

from queue import Empty, Full
from typing import Any, NamedTuple

from mprunner.program.declarations import ObjectDeclaration
from mprunner.program.handouts import Operation
from mprunner.worlds.conventions import by_block_or_timeout, for_good
from mprunner.worlds.model.copies import instances, is_made, is_within
from mprunner.worlds.model.feeding import (
    CAPACITY,
    Late,
    Packet,
    feeder,
    give_place,
    has_room,
    loses_buffers,
    marked,
    still_feeds,
)
from mprunner.worlds.model.freezing import freeze, thaw
from mprunner.worlds.model.locks import FREE
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.performing import Act, carrying
from mprunner.worlds.model.pickling import check_names, may_change, not_to_be_sent, refusal, size_of
from mprunner.worlds.model.reach import operates_in
from mprunner.worlds.model.results import BLOCKED, Choice, Done, Next, Raised, Result
from mprunner.worlds.model.steps import GET, PUT, READ, WRITE
from mprunner.worlds.model.turn import Turn

__all__ = ["QUEUES", "lay_out_queues"]

_PUTS = ("put", "put_nowait")


class Tasks(NamedTuple):
    """What a JoinableQueue counts: unfinished tasks, who sleeps in `join`, how many of them may wake."""

    unfinished: int = 0
    sleeping: int = 0
    wakes: int = 0


def lay_out_queues(model: Model) -> None:
    """Cells for each queue's pipe, places, locks and tasks; a buffer and a feeder in each process that may put into it."""
    queues = [
        each for each in model.program.objects if each.kind == "queue" and each.name not in model.managed
    ]
    putting = [name for name in model.names.threads if _puts(model, name)]
    for declared in queues:
        for ref, name, maker in instances(model, declared):
            model.layout.add(("queue", name), ())
            kind = declared.options.get("type", "Queue")
            if kind == "SimpleQueue":
                continue
            size = int(declared.options.get("maxsize") or 0)
            if size > 0:
                model.layout.add(("places", name), size, tokens=size)
            elif model.features.operations & {"qsize"}:
                model.layout.add(("items", name), 0)
            model.layout.add(("readers", name), FREE)
            if kind == "JoinableQueue":
                model.layout.add(("tasks", name), Tasks())
            for process in putting:
                if not is_within(model, process, maker) or not is_made(model, declared, maker):
                    continue
                buffer = model.layout.add(("buffer", name, process), ())
                called = f"{process}.feeder({ref})"
                if called in model.feeders:
                    called = f"{process}.feeder({name})"
                model.feeders[called] = name
                model.add_internal(called, process, feeder(name, buffer))
                model.feeding.add(process)
    if queues and putting:
        model.draining.append(still_feeds)
        model.dying.append(loses_buffers)


def _puts(model: Model, process: str) -> bool:
    """Whether the process may put anything anywhere: it, or what it calls, has such a step."""
    declared = model.names.objects.get(process.partition("[")[0])
    if declared is not None and declared.kind == "manager":
        return False
    return any(each.operation in _PUTS for each in operates_in(model.program, process))


# --- put ---


def _declared(turn: Turn, operation: Operation) -> ObjectDeclaration:
    assert operation.object is not None
    return turn.model.names.objects[operation.object.ref.name]


def _is_fine(turn: Turn) -> bool:
    """Whether somebody may look while another is in the middle of a get."""
    features = turn.model.features
    return features.kills or "get_nowait" in features.operations or "get" in features.nonblocking


def _put(turn: Turn, operation: Operation) -> Result:
    declared = _declared(turn, operation)
    check_names(turn, operation.arguments["item"])
    if declared.options.get("type") == "SimpleQueue":
        _check_handle(turn, operation)
        return _put_simple(turn, operation)
    _check_open(turn, operation)
    block = operation.op == "put" and operation.arguments.get("block", True)
    if not _take_place(turn, operation):
        timeout = operation.arguments.get("timeout")
        if not block or (timeout is not None and (timeout <= 0 or turn.is_out_of_time())):
            raise Full()
        return BLOCKED
    name = turn.named(operation.object.ref)  # type: ignore[union-attr]
    tasks = turn.model.layout.find("tasks", name)
    if tasks is not None:
        known: Tasks = turn.get(tasks)
        turn.set(tasks, known._replace(unfinished=known.unfinished + 1))
    if {"close", "empty"} <= turn.model.features.operations:
        _mark(turn, "fed", operation)
    buffer = turn.cell("buffer", name, turn.process)
    turn.alter(buffer, (*turn.look(buffer), _kept(turn, operation.arguments["item"])))
    turn.touch(buffer, PUT)
    return Done()


def _kept(turn: Turn, item: Any) -> Any:
    """What stands in the buffer for an item."""
    if not (may_change(item) and turn.model.features.mutates):
        return freeze(item)
    image = turn.image.copy()
    number = next(each for each in range(len(image.late) + 1) if each not in image.late)
    assert image.operation is not None
    image.late[number] = image.operation.arguments["item"]
    turn.remember(image)
    return Late(number)


def _take_place(turn: Turn, operation: Operation) -> bool:
    """Take a place in the queue, if there is one."""
    name = turn.named(operation.object.ref)  # type: ignore[union-attr]
    places = turn.model.layout.find("places", name)
    if places is not None:
        free = turn.look(places)
        if free <= 0:
            block = operation.op == "put" and operation.arguments.get("block", True)
            turn.touch(places, GET if block and operation.arguments.get("timeout") is None else READ)
            return False
        turn.alter(places, free - 1)
        turn.touch(places, GET)
        return True
    items = turn.model.layout.find("items", name)
    if items is not None:
        turn.set(items, turn.get(items) + 1)
    return True


def _put_simple(turn: Turn, operation: Operation) -> Result:
    name = turn.named(operation.object.ref)  # type: ignore[union-attr]
    pipe = turn.cell("queue", name)
    packets: tuple[Packet, ...] = turn.look(pipe)
    if turn.phase is not None:
        turn.touch(pipe, READ)
        return BLOCKED if any(each.writer == turn.thread for each in packets) else Done()
    item = operation.arguments["item"]
    why = not_to_be_sent(turn, item)
    if why is not None:
        raise refusal(why)
    frozen = freeze(item)
    size = size_of(frozen)
    if packets and packets[-1].writer >= 0:
        turn.touch(pipe, PUT)
        return BLOCKED
    fits = has_room(packets, size)
    if not fits and sum(each.size for each in packets) >= CAPACITY:
        turn.touch(pipe, READ)
        return BLOCKED
    turn.alter(pipe, (*packets, Packet(frozen, size, -1 if fits else turn.thread)))
    turn.touch(pipe, PUT if fits else WRITE)
    return Done() if fits else Next("writing")


# --- get ---


def _get(turn: Turn, operation: Operation) -> Result:
    name = turn.named(operation.object.ref)  # type: ignore[union-attr]
    pipe = turn.cell("queue", name)
    if _declared(turn, operation).options.get("type") == "SimpleQueue":
        _check_handle(turn, operation)
        return _take(turn, name, pipe)
    _check_open(turn, operation)
    block = operation.op == "get" and operation.arguments.get("block", True)
    timeout = operation.arguments.get("timeout") if block else None
    if not _is_fine(turn):
        return _take(turn, name, pipe)
    readers = turn.cell("readers", name)
    late = not block or (timeout is not None and (timeout <= 0 or turn.is_out_of_time()))
    if turn.phase is None:
        if turn.get(readers) != FREE:
            if late:
                raise Empty()
            return BLOCKED
        turn.set(readers, turn.thread)
        return Next("reading")
    if turn.phase == "reading":
        packets: tuple[Packet, ...] = turn.look(pipe)
        if not packets:
            turn.touch(pipe, READ if late else GET)
            if late:
                turn.set(readers, FREE)
                return Raised(Empty())
            return BLOCKED
        _pop(turn, pipe, packets)
        return Next(("got", packets[0].item))
    turn.set(readers, FREE)
    give_place(turn, name)
    return Done(thaw(turn.phase[1]))


def _take(turn: Turn, name: str, pipe: int) -> Result:
    """The first item, all in one step."""
    packets: tuple[Packet, ...] = turn.look(pipe)
    if not packets:
        turn.touch(pipe, GET)
        return BLOCKED
    _pop(turn, pipe, packets)
    give_place(turn, name)
    return Done(thaw(packets[0].item))


def _pop(turn: Turn, pipe: int, packets: tuple[Packet, ...]) -> None:
    turn.alter(pipe, packets[1:])
    crowded = packets[0].writer >= 0 or sum(each.size for each in packets) > CAPACITY - _LARGE
    turn.touch(pipe, WRITE if crowded else GET)  # who waits for room sees it


_LARGE = 32_768
"""A pipe with less room than that makes a difference to who writes: then a get and a write do not commute."""


def _empty(turn: Turn, operation: Operation) -> Result:
    name = turn.named(operation.object.ref)  # type: ignore[union-attr]
    empty = not turn.get(turn.cell("queue", name))
    if name not in marked(turn, "closed"):
        return Done(empty)
    if _declared(turn, operation).options.get("type") == "SimpleQueue":
        raise OSError("handle is closed")
    if name not in marked(turn, "fed") or turn.get(turn.cell("buffer", name, turn.process)):
        return Done(empty)
    return Choice((empty, Raised(OSError("handle is closed"))))  # the feeder closes it when it is done


def _qsize(turn: Turn, operation: Operation) -> Result:
    name = turn.named(operation.object.ref)  # type: ignore[union-attr]
    places = turn.model.layout.find("places", name)
    if places is None:
        return Done(turn.get(turn.cell("items", name)))
    return Done(int(_declared(turn, operation).options["maxsize"]) - turn.get(places))


def _full(turn: Turn, operation: Operation) -> Result:
    places = turn.model.layout.find("places", turn.named(operation.object.ref))  # type: ignore[union-attr]
    return Done(places is not None and turn.get(places) == 0)


# --- closing ---


def _check_open(turn: Turn, operation: Operation) -> None:
    if turn.named(operation.object.ref) in marked(turn, "closed"):  # type: ignore[union-attr]
        raise ValueError(f"Queue {operation.object.ref} is closed")  # type: ignore[union-attr]


def _check_handle(turn: Turn, operation: Operation) -> None:
    if turn.named(operation.object.ref) in marked(turn, "closed"):  # type: ignore[union-attr]
        raise OSError("handle is closed")


def _mark(turn: Turn, what: str, operation: Operation) -> None:
    name = turn.named(operation.object.ref)  # type: ignore[union-attr]
    if name not in marked(turn, what):
        image = turn.image.copy()
        image.extra[what] = tuple(sorted((*marked(turn, what), name)))
        turn.remember(image)


def _close(turn: Turn, operation: Operation) -> Result:
    _mark(turn, "closed", operation)
    return Done()


def _join_thread(turn: Turn, operation: Operation) -> Result:
    name = turn.named(operation.object.ref)  # type: ignore[union-attr]
    if name not in marked(turn, "closed"):
        raise AssertionError(f"Queue {name} not closed")
    buffer = turn.model.layout.find("buffer", name, turn.process)
    if buffer is not None and name not in marked(turn, "cancelled") and turn.get(buffer):
        return BLOCKED
    return Done()


def _cancel_join_thread(turn: Turn, operation: Operation) -> Result:
    _mark(turn, "cancelled", operation)
    return Done()


# --- tasks ---


def _task_done(turn: Turn, operation: Operation) -> Result:
    cell = turn.cell("tasks", operation.object.ref)  # type: ignore[union-attr]
    tasks: Tasks = turn.get(cell)
    if tasks.unfinished == 0:
        raise ValueError("task_done() called too many times")
    left = tasks.unfinished - 1
    if left == 0 and tasks.sleeping:
        tasks = tasks._replace(sleeping=0, wakes=tasks.wakes + tasks.sleeping)
    turn.set(cell, tasks._replace(unfinished=left))
    return Done()


def _join(turn: Turn, operation: Operation) -> Result:
    cell = turn.cell("tasks", operation.object.ref)  # type: ignore[union-attr]
    tasks: Tasks = turn.get(cell)
    if turn.phase is None:
        if tasks.unfinished == 0:
            return Done()
        turn.set(cell, tasks._replace(sleeping=tasks.sleeping + 1))
        return Next("asleep")
    if tasks.wakes == 0:
        return BLOCKED
    turn.set(cell, tasks._replace(wakes=tasks.wakes - 1))
    return Done()


QUEUES: dict[tuple[str, str], Act] = {
    ("queue", "put"): Act(_put, carrying("item", "block", "timeout"), timed=by_block_or_timeout),
    ("queue", "put_nowait"): Act(_put, carrying("item")),
    ("queue", "get"): Act(_get, carrying("block", "timeout"), "item", by_block_or_timeout),
    ("queue", "get_nowait"): Act(_get, gave="item"),
    ("queue", "qsize"): Act(_qsize, gave="result"),
    ("queue", "empty"): Act(_empty, gave="result"),
    ("queue", "full"): Act(_full, gave="result"),
    ("queue", "close"): Act(_close),
    ("queue", "join_thread"): Act(_join_thread, timed=for_good),
    ("queue", "cancel_join_thread"): Act(_cancel_join_thread),
    ("queue", "task_done"): Act(_task_done, timed=for_good),
    ("queue", "join"): Act(_join, timed=for_good),
}

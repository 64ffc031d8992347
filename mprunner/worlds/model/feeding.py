"""A queue's pipe, and the feeder threads that write into it what processes have put into their buffers."""

from __future__ import annotations

from typing import Any, NamedTuple

from mprunner.program.handles import Handle
from mprunner.worlds.model.copies import instances
from mprunner.worlds.model.freezing import freeze
from mprunner.worlds.model.images import LEAVE
from mprunner.worlds.model.library_texts import lines_of_a_feeder
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.pickling import culprit_in, is_ready, size_of
from mprunner.worlds.model.results import BLOCKED, Done, Result
from mprunner.worlds.model.steps import GET, PUT, READ, WRITE, State
from mprunner.worlds.model.turn import Turn

__all__ = [
    "CAPACITY",
    "Late",
    "Packet",
    "buffers",
    "feeder",
    "give_place",
    "has_room",
    "is_writing",
    "loses_buffers",
    "marked",
    "still_feeds",
]

CAPACITY = 65_536
"""Bytes that a pipe holds on Linux."""


class Packet(NamedTuple):
    """An item in a pipe, and its size in bytes; `writer` is who has not written all of it yet: a cell, -1 for nobody."""

    item: Any
    size: int
    writer: int = -1


class Late(NamedTuple):
    """An item that its process may still change: number so many of those that it keeps for its feeder."""

    number: int


def has_room(pipe: tuple[Packet, ...], size: int) -> bool:
    """Whether so many bytes more go into a pipe."""
    return sum(each.size for each in pipe) + size <= CAPACITY


def give_place(turn: Turn, name: str) -> None:
    """An item has left the queue: there is a place more."""
    places = turn.model.layout.find("places", name)
    if places is not None:
        turn.alter(places, turn.look(places) + 1)
        turn.touch(places, PUT)
    items = turn.model.layout.find("items", name)
    if items is not None:
        turn.set(items, turn.get(items) - 1)


def marked(turn: Turn, what: str) -> tuple[str, ...]:
    """The queues that the acting process has marked (`closed`, `cancelled`), by name."""
    found: tuple[str, ...] = turn.image.extra.get(what, ())
    return found


def feeder(name: str, buffer: int) -> Any:
    """The step of a feeder: it writes the first item of its buffer into the pipe, or what is left of a long one."""

    def feed(turn: Turn) -> Result:
        model = turn.model
        waiting = turn.look(buffer)
        if not waiting:
            turn.touch(buffer, GET)
            return BLOCKED
        pipe = turn.cell("queue", name)
        packets: tuple[Packet, ...] = turn.look(pipe)
        first = waiting[0]
        if first is _IN_HAND:
            return _write_on(turn, buffer, waiting, pipe, packets)
        if isinstance(first, Late):
            first = _pickled(turn, first)
        culprit = culprit_in(model, first)
        if culprit is not None:
            return _fail(turn, name, buffer, waiting, culprit)
        size = size_of(first)
        if packets and packets[-1].writer >= 0:
            turn.touch(pipe, READ)
            return BLOCKED  # another one is in the middle of writing
        if has_room(packets, size):
            turn.alter(pipe, (*packets, Packet(first, size)))
            turn.touch(pipe, PUT)
            turn.alter(buffer, waiting[1:])
            turn.touch(buffer, GET)
            return Done()
        if sum(each.size for each in packets) >= CAPACITY:
            turn.touch(pipe, READ)
            return BLOCKED
        turn.set(pipe, (*packets, Packet(first, size, buffer)))
        turn.set(buffer, (_IN_HAND, *waiting[1:]))
        return Done()

    return feed


def _fail(turn: Turn, name: str, buffer: int, waiting: tuple[Any, ...], culprit: Handle) -> Result:
    """An item that can't be pickled is dropped, and a traceback written; in a process that ends the feeder ends with it."""
    model = turn.model
    turn.touch(model.layout.apart("leaving", turn.process), READ)
    local, phase, _ = model.standings[turn.look(model.slots[model.names.threads[turn.process]])]
    image = model.images[local]
    if image.operation is not None and image.operation.op == LEAVE and phase is not None:
        turn.set(buffer, ())
        return Done()
    turn.alter(buffer, waiting[1:])
    turn.touch(buffer, GET)
    give_place(turn, name)
    ready = culprit.kind == "result" and is_ready(turn, culprit)
    for line in lines_of_a_feeder(culprit.kind, model.names.objects.get(culprit.ref.name), ready):
        turn.emit("stderr", values={"text": line}, site=-1, process=image.process)
    return Done()


_IN_HAND = "%in hand"
"""Stands in a buffer for an item of which a part is in the pipe already."""


def is_writing(model: Model, state: State, thread: str) -> bool:
    """Whether a feeder, `p.feeder(q)`, has written a part of an item in this state."""
    buffer = model.layout.find("buffer", model.feeders[thread], thread.partition(".feeder(")[0])
    return buffer is not None and state[buffer][:1] == (_IN_HAND,)


def _write_on(
    turn: Turn, buffer: int, waiting: tuple[Any, ...], pipe: int, packets: tuple[Packet, ...]
) -> Result:
    """The rest of a long item fits now, or has been read as it was written."""
    turn.touch(pipe, READ)
    mine = next((place for place, each in enumerate(packets) if each.writer == buffer), None)
    if mine is None:
        turn.set(buffer, waiting[1:])
        return Done()
    if sum(each.size for each in packets) > CAPACITY:
        return BLOCKED
    done = packets[mine]._replace(writer=-1)
    turn.set(pipe, (*packets[:mine], done, *packets[mine + 1 :]))
    turn.set(buffer, waiting[1:])
    return Done()


def _pickled(turn: Turn, late: Late) -> Any:
    """The item as it is now in its process's memory, which forgets it."""
    model = turn.model
    slot = model.slots[model.names.threads[turn.process]]
    local, phase, begun = model.standings[turn.look(slot)]
    image = model.images[local].copy()
    item = freeze(image.late.pop(late.number))
    turn.alter(slot, model.stand(model.images.add(image), phase, begun=begun))
    turn.touch(model.layout.apart("memory", turn.process), WRITE)
    return item


def still_feeds(turn: Turn) -> bool:
    """Whether a process that ends has to wait for a feeder."""
    cancelled = marked(turn, "cancelled")
    for name, buffer in buffers(turn.model, turn.process):
        if name in cancelled:
            continue
        if turn.get(buffer):
            return True
    return False


def buffers(model: Model, process: str) -> list[tuple[str, int]]:
    """The queues that a process may put into, each with the cell of its buffer."""
    found = []
    for declared in model.program.objects:
        if declared.kind == "queue":
            for _ref, name, _maker in instances(model, declared):
                buffer = model.layout.find("buffer", name, process)
                if buffer is not None:
                    found.append((name, buffer))
    return found


def loses_buffers(turn: Turn, process: str) -> None:
    """What a process that is gone had not written is lost; the places stay taken, the lock of readers stays where it is."""
    for _name, buffer in buffers(turn.model, process):
        if turn.get(buffer):
            turn.set(buffer, ())

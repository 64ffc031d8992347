"""What managers hold in the model world: the objects of Python's own threading and queue, a call of each at a time.

Unlike those of multiprocessing, their queues have what was put at once, their conditions wake sleepers in the order in which they
came, and nobody waits for a sleeper that died.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from mprunner.program.declarations import ObjectDeclaration
from mprunner.program.handles import Handle
from mprunner.program.handouts import Operation
from mprunner.worlds.model.copies import instances
from mprunner.worlds.model.freezing import freeze
from mprunner.worlds.model.locks import FREE, LOCKS, acquire_lock, add_lock, holds, lock_cell, not_to_be_had
from mprunner.worlds.model.managed_barriers import MANAGED_BARRIERS, lay_out_serving
from mprunner.worlds.model.managed_memory import MANAGED_MEMORY, initial
from mprunner.worlds.model.managed_queues import MANAGED_QUEUES, leaves_a_getter
from mprunner.worlds.model.managers import called
from mprunner.worlds.model.meetings import MEETINGS, Gate
from mprunner.worlds.model.memory import MEMORY
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.performing import Act
from mprunner.worlds.model.queues import QUEUES
from mprunner.worlds.model.results import BLOCKED, Done, Next, Refused, Result
from mprunner.worlds.model.turn import Turn
from mprunner.worlds.model.waiting import gave_up

__all__ = ["MANAGED", "lay_out_managed"]

_ALL = 1 << 60


class Sleepers(NamedTuple):
    """Who sleeps, in the order in which they came, and who of them may wake."""

    asleep: tuple[int, ...] = ()
    awake: frozenset[int] = frozenset()

    def without(self, thread: int) -> Sleepers:
        """One of them is up."""
        return Sleepers(tuple(each for each in self.asleep if each != thread), self.awake - {thread})

    def notified(self, most: int) -> Sleepers:
        """So many at most may wake."""
        return Sleepers(self.asleep[most:], self.awake | frozenset(self.asleep[:most]))


class Flag(NamedTuple):
    """An event: whether it is set, and its sleepers."""

    is_set: bool = False
    sleepers: Sleepers = Sleepers()


def lay_out_managed(model: Model) -> None:
    """Cells for each object that a manager holds."""
    queues = False
    for declared in model.program.objects:
        if declared.name not in model.managed:
            continue
        for ref, name, _maker in instances(model, declared):
            add = model.layout.add
            if declared.kind == "queue":
                queues = True
                add(("queue", name), ())
                size = int(declared.options.get("maxsize") or 0)
                if size > 0:
                    add(("places", name), size, tokens=size)
                add(("unfinished", name), 0)
                add(("phantoms", name), 0)
            elif declared.kind == "condition":
                add(("condition", name), Sleepers())
                if model.names.lock_of(ref) is None:
                    add_lock(model, name, recursive=True)
            elif declared.kind == "event":
                add(("event", name), Flag())
            elif declared.kind == "barrier":
                add(("barrier", name), Gate())
            elif declared.kind in ("value", "array"):
                add((declared.kind, name), freeze(initial(declared)))
    lay_out_serving(model)
    if queues and model.features.kills:
        model.dying.append(leaves_a_getter)


def _declared(turn: Turn, operation: Operation) -> ObjectDeclaration:
    assert operation.object is not None
    return turn.model.names.objects[operation.object.ref.name]


def _name(operation: Operation) -> str:
    assert operation.object is not None
    return str(operation.object.ref)


def _handle(operation: Operation) -> Handle:
    assert operation.object is not None
    return operation.object


def _has_not(turn: Turn, operation: Operation) -> Result:
    kind = {"queue": "AutoProxy[Queue]", "value": "ValueProxy", "array": "ArrayProxy"}
    name = kind.get(_handle(operation).kind, "AcquirerProxy")
    raise AttributeError(f"'{name}' object has no attribute '{operation.op}'")


# --- locks and semaphores ---


def _acquire(turn: Turn, operation: Operation) -> Result:
    if acquire_lock(turn, lock_cell(turn, _handle(operation))):
        return Done(True)
    return not_to_be_had(turn, operation)


def _release(turn: Turn, operation: Operation) -> Result:
    cell = lock_cell(turn, _handle(operation))
    held = turn.get(cell)
    if isinstance(held, tuple):
        if held[0] != turn.thread:
            raise RuntimeError("cannot release un-acquired lock")
        turn.set(cell, (turn.thread, held[1] - 1) if held[1] > 1 else (FREE, 0))
    elif held == FREE:
        raise RuntimeError("release unlocked lock")
    else:
        turn.set(cell, FREE)
    return Done()


def _acquire_semaphore(turn: Turn, operation: Operation) -> Result:
    cell = turn.cell("semaphore", _name(operation))
    value = turn.get(cell)
    if value > 0:
        turn.set(cell, value - 1)
        return Done(True)
    return not_to_be_had(turn, operation)


def _release_semaphore(turn: Turn, operation: Operation) -> Result:
    cell, options = turn.cell("semaphore", _name(operation)), _declared(turn, operation).options
    value = turn.get(cell)
    if options.get("type") == "BoundedSemaphore" and value >= options["value"]:
        raise ValueError("Semaphore released too many times")
    turn.set(cell, value + 1)
    return Done()


# --- conditions and events ---


def _wait(turn: Turn, operation: Operation) -> Result:
    lock, cell = lock_cell(turn, _handle(operation)), turn.cell("condition", _name(operation))
    if turn.phase is None:
        if not holds(turn, lock):
            raise RuntimeError("cannot wait on un-acquired lock")
        held, sleepers = turn.get(lock), turn.get(cell)
        turn.set(cell, sleepers._replace(asleep=(*sleepers.asleep, turn.thread)))
        turn.set(lock, (FREE, 0) if isinstance(held, tuple) else FREE)
        return Next(("asleep", held))
    what, held = turn.phase
    if what == "asleep":
        found = _woken(turn, operation, turn.get(cell))
        if found is None:
            return BLOCKED
        turn.set(cell, turn.get(cell).without(turn.thread))
        return Next(("woken" if found else "late", held))
    if turn.get(lock) not in (FREE, (FREE, 0)):
        return BLOCKED
    turn.set(lock, held)
    return Done(True) if what == "woken" else Refused(False)


def _woken(turn: Turn, operation: Operation, sleepers: Sleepers) -> bool | None:
    """Whether a sleeper was woken, or (False) is out of time; None where it sleeps on."""
    if turn.thread in sleepers.awake:
        return True
    timeout = operation.arguments.get("timeout")
    if timeout is None or not (timeout <= 0 or turn.is_out_of_time()):
        return None
    gave_up(turn, timeout)
    return False


def _notify(turn: Turn, operation: Operation) -> Result:
    most = operation.arguments.get("n", 1) if operation.op == "notify" else _ALL
    if not holds(turn, lock_cell(turn, _handle(operation))):
        raise RuntimeError("cannot notify on un-acquired lock")
    cell = turn.cell("condition", _name(operation))
    turn.set(cell, turn.get(cell).notified(max(most, 0)))
    return Done()


def _set(turn: Turn, operation: Operation) -> Result:
    cell = turn.cell("event", _name(operation))
    turn.set(cell, Flag(True, turn.get(cell).sleepers.notified(_ALL)))
    return Done()


def _clear(turn: Turn, operation: Operation) -> Result:
    cell = turn.cell("event", _name(operation))
    turn.set(cell, turn.get(cell)._replace(is_set=False))
    return Done()


def _is_set(turn: Turn, operation: Operation) -> Result:
    return Done(turn.get(turn.cell("event", _name(operation))).is_set)


def _wait_set(turn: Turn, operation: Operation) -> Result:
    cell = turn.cell("event", _name(operation))
    flag: Flag = turn.get(cell)
    sleepers = flag.sleepers
    if turn.phase is None:
        if flag.is_set:
            return Done(True)
        turn.set(cell, flag._replace(sleepers=sleepers._replace(asleep=(*sleepers.asleep, turn.thread))))
        return Next("asleep")
    found = _woken(turn, operation, sleepers)
    if found is None:
        return BLOCKED
    turn.set(cell, flag._replace(sleepers=sleepers.without(turn.thread)))
    return Done(True) if found else Refused(False)


_OWN: dict[tuple[str, str], Any] = {
    **MANAGED_QUEUES,
    **MANAGED_BARRIERS,
    ("queue", "close"): _has_not,
    ("queue", "join_thread"): _has_not,
    ("queue", "cancel_join_thread"): _has_not,
    ("lock", "locked"): _has_not,
    ("semaphore", "locked"): _has_not,
    ("semaphore", "get_value"): _has_not,
    ("lock", "acquire"): _acquire,
    ("lock", "release"): _release,
    ("semaphore", "acquire"): _acquire_semaphore,
    ("semaphore", "release"): _release_semaphore,
    ("condition", "acquire"): _acquire,
    ("condition", "release"): _release,
    ("condition", "wait"): _wait,
    ("condition", "notify"): _notify,
    ("condition", "notify_all"): _notify,
    ("event", "set"): _set,
    ("event", "clear"): _clear,
    ("event", "is_set"): _is_set,
    ("event", "wait"): _wait_set,
    **MANAGED_MEMORY,
    **{(kind, name): _has_not for kind in ("value", "array") for name in ("acquire", "release")},
}

_AS_OTHERS = {**QUEUES, **LOCKS, **MEETINGS, **MEMORY}


def _managed(key: tuple[str, str], act: Act) -> Act:
    own = _OWN.get(key, act.do)
    return act._replace(do=own if own is _has_not else called(own))


MANAGED: dict[tuple[str, str], Act] = {
    (f"managed {key[0]}", key[1]): _managed(key, act) for key, act in _AS_OTHERS.items()
}
"""Each operation on what a manager holds: on record it looks as it does on others of its kind."""

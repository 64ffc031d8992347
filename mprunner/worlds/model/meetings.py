"""Conditions, events and barriers of the model world, in the steps that CPython's take.

See multiprocessing/synchronize.py (3.10-3.13). Who notifies waits, with the lock, until all that it wakes have said that they
woke: a sleeper that died is waited for without end.
"""

from __future__ import annotations

from threading import BrokenBarrierError
from typing import Any, NamedTuple

from mprunner.program.handouts import Operation
from mprunner.worlds.conventions import by_timeout, for_good
from mprunner.worlds.model.copies import instances
from mprunner.worlds.model.locks import (
    ACQUIRE,
    FREE,
    RELEASE,
    acquire_lock,
    add_lock,
    holds,
    lock_cell,
)
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.performing import Act, carrying
from mprunner.worlds.model.results import BLOCKED, Call, Done, Next, Raised, Refused, Result
from mprunner.worlds.model.turn import Turn
from mprunner.worlds.model.waiting import gave_up

__all__ = ["BROKEN", "LETTING_OUT", "MEETINGS", "Gate", "arrive", "lay_out_meetings", "left", "meet"]

_ALL = 1 << 60


class Sleep(NamedTuple):
    """The semaphores of a condition: who sleeps, wake-ups that are there to be taken, sleepers that said that they woke."""

    sleeping: int = 0
    wakes: int = 0
    woken: int = 0

    def fallen_asleep(self) -> Sleep:
        """One more sleeps."""
        return self._replace(sleeping=self.sleeping + 1)

    def waking(self) -> Sleep | None:
        """One of the sleepers has taken a wake-up and said so; None when there is none."""
        return self._replace(wakes=self.wakes - 1, woken=self.woken + 1) if self.wakes else None

    def given_up(self) -> Sleep:
        """One of the sleepers woke by itself."""
        return self._replace(woken=self.woken + 1)

    def notified(self, most: int) -> tuple[Sleep, int]:
        """So many at most are given a wake-up; and how many were. Those that had given up before are struck off first."""
        late = min(self.woken, self.sleeping)
        sleeping = self.sleeping - late
        number = min(most, sleeping)
        return Sleep(sleeping - number, self.wakes + number, self.woken - late), number

    def seen_awake(self, number: int) -> Sleep | None:
        """The notifier has heard of so many; None while it has not."""
        return None if self.woken < number else self._replace(woken=self.woken - number, wakes=0)


class Flag(NamedTuple):
    """An event: whether it is set, who has its lock (a thread, or FREE), its sleepers."""

    is_set: bool = False
    holder: int = FREE
    sleep: Sleep = Sleep()


class Gate(NamedTuple):
    """A barrier: 0 filling, 1 letting out, -1 being reset, -2 broken; how many are in; who has its lock; sleepers that died."""

    state: int = 0
    inside: int = 0
    holder: int = FREE
    dead: int = 0


FILLING, LETTING_OUT, RESETTING, BROKEN = 0, 1, -1, -2


def lay_out_meetings(model: Model) -> None:
    """A cell for each condition, event and barrier; the lock of a condition that has one of its own."""
    for declared in model.program.objects:
        if declared.name in model.managed:
            continue
        for ref, name, _maker in instances(model, declared):
            if declared.kind == "condition":
                model.layout.add(("condition", name), Sleep())
                if model.names.lock_of(ref) is None:
                    add_lock(model, name, recursive=True)
            elif declared.kind == "event":
                model.layout.add(("event", name), Flag())
            elif declared.kind == "barrier":
                model.layout.add(("barrier", name), Gate())
    if any(each.kind == "barrier" for each in model.program.objects):
        model.dying.append(_dies_at_a_barrier)


# --- conditions ---


def _cell(turn: Turn, operation: Operation) -> int:
    assert operation.object is not None
    return turn.cell(operation.object.kind, operation.object.ref)


def _with_lock(*names: str) -> Any:
    """Record these arguments, and the declared lock that a condition was made with."""
    given = carrying(*names)

    def carries(turn: Turn, operation: Operation) -> dict[str, Any]:
        found = given(turn, operation)
        lock = turn.model.names.lock_of(operation.object.ref)  # type: ignore[union-attr]
        return found if lock is None else {**found, "lock": str(lock)}

    return carries


def _wait(turn: Turn, operation: Operation) -> Result:
    assert operation.object is not None
    lock, cell = lock_cell(turn, operation.object), _cell(turn, operation)
    if turn.phase is None:
        if not holds(turn, lock):
            raise AssertionError("must acquire() condition before using wait()")
        held = turn.get(lock)
        times = held[1] if isinstance(held, tuple) else 1
        turn.set(cell, turn.get(cell).fallen_asleep())
        turn.set(lock, (FREE, 0) if isinstance(held, tuple) else FREE)
        return Next(("asleep", times))
    what, times = turn.phase
    if what == "asleep":
        awake = turn.get(cell).waking()
        if awake is not None:
            turn.set(cell, awake)
            return Next(("woken", times))
        timeout = operation.arguments.get("timeout")
        if timeout is not None and (timeout <= 0 or turn.is_out_of_time()):
            turn.set(cell, turn.get(cell).given_up())
            gave_up(turn, timeout)
            return Next(("late", times))
        return BLOCKED
    if not acquire_lock(turn, lock):
        return BLOCKED
    if isinstance(turn.look(lock), tuple):
        turn.set(lock, (turn.thread, times))
    return Done(True) if what == "woken" else Refused(False)


def _notify(turn: Turn, operation: Operation) -> Result:
    return _notified(turn, operation, operation.arguments.get("n", 1))


def _notify_all(turn: Turn, operation: Operation) -> Result:
    return _notified(turn, operation, _ALL)


def _notified(turn: Turn, operation: Operation, most: int) -> Result:
    assert operation.object is not None
    lock, cell = lock_cell(turn, operation.object), _cell(turn, operation)
    if turn.phase is None:
        if not holds(turn, lock):
            raise AssertionError("lock is not owned")
        after, number = turn.get(cell).notified(most)
        turn.set(cell, after)
        return Done() if number == 0 else Next(("waking", number))
    after = turn.get(cell).seen_awake(turn.phase[1])
    if after is None:
        return BLOCKED
    turn.set(cell, after)
    return Done()


# --- events ---


def _set(turn: Turn, operation: Operation) -> Result:
    cell = _cell(turn, operation)
    flag: Flag = turn.get(cell)
    if turn.phase is None:
        if flag.holder != FREE:
            return BLOCKED
        sleep, number = flag.sleep.notified(_ALL)
        turn.set(cell, Flag(True, turn.thread if number else FREE, sleep))
        return Done() if number == 0 else Next(("waking", number))
    after = flag.sleep.seen_awake(turn.phase[1])
    if after is None:
        return BLOCKED
    turn.set(cell, Flag(flag.is_set, FREE, after))
    return Done()


def _clear(turn: Turn, operation: Operation) -> Result:
    cell = _cell(turn, operation)
    flag: Flag = turn.get(cell)
    if flag.holder != FREE:
        return BLOCKED
    turn.set(cell, flag._replace(is_set=False))
    return Done()


def _is_set(turn: Turn, operation: Operation) -> Result:
    flag: Flag = turn.get(_cell(turn, operation))
    return BLOCKED if flag.holder != FREE else Done(flag.is_set)


def _wait_set(turn: Turn, operation: Operation) -> Result:
    cell = _cell(turn, operation)
    flag: Flag = turn.get(cell)
    if turn.phase is None:
        if flag.holder != FREE:
            return BLOCKED
        if flag.is_set:
            return Done(True)
        turn.set(cell, flag._replace(sleep=flag.sleep.fallen_asleep()))
        return Next("asleep")
    if turn.phase == "asleep":
        awake = flag.sleep.waking()
        timeout = operation.arguments.get("timeout")
        if awake is None and timeout is not None and (timeout <= 0 or turn.is_out_of_time()):
            awake = flag.sleep.given_up()
            gave_up(turn, timeout)
        if awake is None:
            return BLOCKED
        turn.set(cell, flag._replace(sleep=awake))
        return Next("looking")
    if flag.holder != FREE:
        return BLOCKED
    return Done(True) if flag.is_set else Refused(False)


# --- barriers ---


def meet(turn: Turn, operation: Operation) -> Result:
    """A step of a party of a barrier."""
    assert operation.object is not None
    cell = _cell(turn, operation)
    gate: Gate = turn.get(cell)
    options = turn.model.names.objects[operation.object.ref.name].options
    phase = turn.phase
    if phase is None:
        return arrive(turn, cell, gate, options, managed=_is_managed(turn, operation))
    what, index = phase
    if what == "acted":
        if turn.escaped is not None:
            turn.set(cell, left(gate._replace(state=BROKEN, holder=FREE)))
            return Raised(turn.escaped)
        return _let_out(turn, cell, gate, index)
    if what == "letting":
        return BLOCKED  # it tells sleepers that are dead, without end
    if gate.holder != FREE:
        return BLOCKED
    if gate.state == FILLING:
        timeout = operation.arguments.get("timeout")
        if timeout is None:
            timeout = options["timeout"]
        if timeout is None or not (timeout <= 0 or turn.is_out_of_time()):
            return BLOCKED
        gate = gate._replace(state=BROKEN)
    turn.set(cell, left(gate, managed=_is_managed(turn, operation)))
    return Raised(BrokenBarrierError()) if gate.state < 0 else Done(index)


def _is_managed(turn: Turn, operation: Operation) -> bool:
    return operation.object is not None and operation.object.ref.name in turn.model.managed


def arrive(turn: Turn, cell: int, gate: Gate, options: dict[str, Any], *, managed: bool) -> Result:
    """A party comes; the last one of a barrier with an action has that called."""
    if gate.holder != FREE or gate.state in (LETTING_OUT, RESETTING):
        return BLOCKED
    if gate.state == BROKEN:
        raise BrokenBarrierError()
    index = gate.inside
    gate = gate._replace(inside=index + 1)
    if index + 1 < options["parties"]:
        turn.set(cell, gate)
        return Next(("inside", index))
    if options["action"] is not None:
        turn.set(cell, gate._replace(holder=turn.thread))
        return Call(options["action"], (), ("acted", index))
    return _let_out(turn, cell, gate, index, managed=managed)


def _let_out(turn: Turn, cell: int, gate: Gate, index: int, *, managed: bool = False) -> Result:
    """The last one has come: everybody may go."""
    if gate.dead and not managed:
        turn.set(cell, gate._replace(state=LETTING_OUT, holder=turn.thread))
        return Next(("letting", index))
    turn.set(cell, left(gate._replace(state=LETTING_OUT, holder=FREE), managed=managed))
    return Done(index)


def left(gate: Gate, number: int = 1, *, managed: bool = False) -> Gate:
    """So many leave; with the last one the barrier is as new, if it is not broken. In a manager's server those leave, too, who
    died while they waited: threads wait there for them.
    """
    inside = gate.inside - number - (gate.dead if managed else 0)
    again = inside == 0 and gate.state in (LETTING_OUT, RESETTING)
    return gate._replace(
        inside=inside, state=FILLING if again else gate.state, dead=0 if managed else gate.dead
    )


def _reset(turn: Turn, operation: Operation) -> Result:
    cell = _cell(turn, operation)
    gate: Gate = turn.get(cell)
    if gate.holder != FREE:
        return BLOCKED
    state = FILLING
    if gate.inside:
        state = RESETTING if gate.state in (FILLING, BROKEN) else gate.state
    turn.set(cell, left(gate._replace(state=state), 0, managed=_is_managed(turn, operation)))
    return Done()


def _abort(turn: Turn, operation: Operation) -> Result:
    cell = _cell(turn, operation)
    gate: Gate = turn.get(cell)
    if gate.holder != FREE:
        return BLOCKED
    turn.set(cell, left(gate._replace(state=BROKEN), 0, managed=_is_managed(turn, operation)))
    return Done()


def _parties(turn: Turn, operation: Operation) -> Result:
    assert operation.object is not None
    return Done(turn.model.names.objects[operation.object.ref.name].options["parties"])


def _n_waiting(turn: Turn, operation: Operation) -> Result:
    gate: Gate = turn.get(_cell(turn, operation))
    return Done(gate.inside if gate.state == FILLING else 0)


def _broken(turn: Turn, operation: Operation) -> Result:
    gate: Gate = turn.get(_cell(turn, operation))
    return Done(gate.state == BROKEN)


def _timeout_of(turn: Turn, operation: Operation) -> dict[str, Any]:
    """The timeout; the barrier's own one counts where none is given."""
    assert operation.object is not None
    timeout = operation.arguments.get("timeout")
    if timeout is None:
        timeout = turn.model.names.objects[operation.object.ref.name].options["timeout"]
    if timeout is not None:
        return {"timeout": timeout}
    return {"timeout": None} if "timeout" in operation.arguments else {}


def _dies_at_a_barrier(turn: Turn, process: str) -> None:
    """Who dies while it waits at a barrier stays counted, and is told for ever that it may go."""
    model = turn.model
    slot = model.slots[model.names.threads[process]]
    at = turn._state[slot]
    turn.looked[slot] = None
    if at < 0:
        return
    local, phase, _begun = model.standings[at]
    operation = model.images[local].operation
    if operation is None or operation.object is None or operation.object.kind != "barrier":
        return
    if isinstance(phase, tuple) and phase[0] == "inside":
        cell = model.layout.cell("barrier", model.images[local].named(str(operation.object.ref)))
        gate: Gate = turn.get(cell)
        gone = _is_managed(turn, operation) and gate.state != FILLING
        turn.set(cell, left(gate) if gone else gate._replace(dead=gate.dead + 1))


MEETINGS: dict[tuple[str, str], Act] = {
    ("condition", "acquire"): ACQUIRE,
    ("condition", "release"): RELEASE,
    ("condition", "wait"): Act(_wait, _with_lock("timeout"), timed=by_timeout),
    ("condition", "notify"): Act(_notify, _with_lock("n"), timed=for_good),
    ("condition", "notify_all"): Act(_notify_all, _with_lock(), timed=for_good),
    ("event", "set"): Act(_set, timed=for_good),
    ("event", "clear"): Act(_clear, timed=for_good),
    ("event", "is_set"): Act(_is_set, gave="result", timed=for_good),
    ("event", "wait"): Act(_wait_set, carrying("timeout"), timed=by_timeout),
    ("barrier", "wait"): Act(meet, _timeout_of, gave="result", timed=by_timeout),
    ("barrier", "reset"): Act(_reset, timed=for_good),
    ("barrier", "abort"): Act(_abort, timed=for_good),
    ("barrier", "parties"): Act(_parties, gave="result"),
    ("barrier", "n_waiting"): Act(_n_waiting, gave="result"),
    ("barrier", "broken"): Act(_broken, gave="result"),
}

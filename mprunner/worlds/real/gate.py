"""The side of a replay that is in the processes of a run: each asks for leave before each operation.

Sleeps take no time, and a wait is told whether its time is to be up. What CPython does in a thread of its own, to write what was
put into a queue, asks for leave as well.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from mprunner.program.handles import Handle
from mprunner.program.handouts import Operation
from mprunner.worlds.real import cpython
from mprunner.worlds.real.actor import Actor
from mprunner.worlds.real.deeds import DEEDS, Arguments, Deed
from mprunner.worlds.real.moves import FREE, HELD
from mprunner.worlds.real.wire import Channel

if TYPE_CHECKING:
    from mprunner.worlds.real.actor import Known
    from mprunner.worlds.real.run import Run

__all__ = ["Entrance", "GatedActor"]

_SECONDS = {"have": 300_000.0, "out": 0, "soon": 0.25}
"""How long a wait with a timeout waits: longer than any replay, not at all, or until others have seen that it waits."""

_SLEEPING = frozenset({"wait", "join"})
"""Operations that give a lock back while they sleep, of conditions or what is made with one."""

_IN_STEPS = frozenset({"get", "get_nowait"})
"""Operations that others can see in the midst of, of queues: each of their steps waits for its turn."""

_open: set[Gate] = set()


class Gate:
    """A thread's way to ask. Without anybody to ask, whatever it wants is granted."""

    def __init__(self, path: str) -> None:
        self._channel: Channel | None = None
        self.has_begun = False
        """Whether a new process has asked to begin, and has not come to its first step."""
        end = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            end.connect(path)
        except OSError:
            end.close()
            return
        self._channel = Channel(end)
        self._channel.send(("hello", os.getpid()))
        _open.add(self)

    def ask(self, thread: str, operation: str, target: str | None, site: int) -> Any:
        """Wait for leave; how it is to be done: `free`, `have`, `out`, `soon`, or the number of a choice."""
        return self._answer(("ask", thread, operation, target, site))

    def ask_again(self, *, within: bool = False) -> Any:
        """Wait for leave to do what was begun and held, or, `within` it, its next step; how it is to be done."""
        return self._answer(("held", within))

    def _answer(self, question: tuple[Any, ...]) -> Any:
        channel = self._channel
        if channel is None or not channel.send(question):
            return FREE
        answer = channel.receive(None)
        if answer is None:
            self._channel = None
            return FREE
        mode, tell = answer
        if tell:
            channel.send(("going",))
        return mode

    def signal(self, process: str, pid: int, number: int) -> bool:
        """Leave it to who gives leave to send a signal; False where there is nobody."""
        return self._channel is not None and self._channel.send(("signal", process, pid, number))

    def done(self) -> None:
        """The last thing that leave was given for is done."""
        self.has_begun = False
        if self._channel is not None:
            self._channel.send(("done",))

    def close(self) -> None:
        _open.discard(self)
        if self._channel is not None:
            self._channel.close()
            self._channel = None


def _forget_inherited() -> None:
    # The end of a process shows by the end of its sockets: nobody else may keep them open.
    for gate in list(_open):
        gate.close()
    _first.clear()


os.register_at_fork(after_in_child=_forget_inherited)


# --- processes that inherit nothing ---

_first: list[Gate] = []
"""The gate at which this process asked to begin, until its actor takes it over."""


class Entrance:
    """Goes ahead of all that a spawned process unpickles: there it asks to begin, as it may not find what it needs."""

    def __init__(self, path: str, process: str) -> None:
        self._path = path
        self._process = process

    def __reduce__(self) -> tuple[Any, ...]:
        return _enter, (self._path, self._process)


def _enter(path: str, process: str) -> None:
    gate = Gate(path)
    gate.ask(process, "begin", None, 0)
    gate.has_begun = True
    _first.append(gate)


def _taken_over() -> Gate | None:
    return _first.pop() if _first else None


class GatedActor(Actor):
    """An actor that asks for leave before each operation that goes on record, and before its end."""

    def __init__(self, run: Run, name: str, *, pool: Handle | None = None, **hello: Any) -> None:
        super().__init__(run, name, pool=pool, **hello)
        assert run.options.gate is not None
        self._path = run.options.gate
        self._gate = _taken_over() or Gate(self._path)
        self._thread = name
        self._modes: list[Any] = []
        self._arriving = False

    def act_as(self, name: str | None) -> None:
        super().act_as(name)
        self._thread = self.name if name is None else name

    def perform(self, operation: Operation) -> Any:
        handle = operation.object
        if DEEDS[handle.kind if handle is not None else "none", operation.op].silent:
            return super().perform(operation)
        if operation.op in ("put", "put_nowait") and handle is not None:
            self._gate_feeder(handle)
        target = self._acted_on(handle, operation.op)
        self._modes.append(self._gate.ask(self._thread, operation.op, target, operation.site))
        try:
            return super().perform(operation)
        finally:
            self._modes.pop()
            self._gate.done()

    def signals(self, process: str, pid: int, number: int) -> bool:
        return self._gate.signal(process, pid, number)

    def arrive(self, event: str, handle: Handle | None = None) -> None:
        if not (event == "begin" and self._gate.has_begun):  # else it asked before its objects were made
            self._gate.ask(self._thread, event, None if handle is None else str(handle.ref), 0)
        self._arriving = True

    def note(
        self, operation: str, payload: dict[str, Any] | None = None, handle: Handle | None = None
    ) -> None:
        super().note(operation, payload, handle)
        self._arrived()

    def failed(self, operation: str, payload: dict[str, Any], handle: Handle | None) -> None:
        super().failed(operation, payload, handle)
        self._arrived()

    def exiting(self, payload: dict[str, Any]) -> None:
        super().exiting(payload)
        self._arrived()

    def _arrived(self) -> None:
        """What the thread has come to is on record, and with that done."""
        if self._arriving:
            self._arriving = False
            self._gate.done()

    def sleep(self, seconds: float) -> None:
        if seconds < 0:
            super().sleep(seconds)  # raises

    def _look_up(self, handle: Handle | None, name: str) -> Known:
        known = super()._look_up(handle, name)
        fitted = known[1]._replace(do=_fitted(name, known[1]))
        known = (known[0], fitted, *known[2:])
        if (id(handle), name) in self._known:
            self._known[id(handle), name] = known
        return known

    @property
    def mode(self) -> Any:
        """The leave that was given last. What is on record and held waits here for another one."""
        if not self._modes:
            return FREE
        while self._modes[-1] == HELD:
            self._modes[-1] = self._gate.ask_again()
        return self._modes[-1]

    def asking_within(self, name: str, handle: Handle) -> AbstractContextManager[None]:
        """In here the thread asks again when it has woken from a wait, before it takes the lock that the wait gave back, and
        between the steps of getting an item.
        """
        try:
            real = self.run.objects.real(handle)
        except NameError:
            return contextlib.nullcontext()  # what is not there is told by the operation
        if name in _IN_STEPS:
            return cpython.stepping_gets(real, lambda: self._gate.ask_again(within=True))
        return cpython.holding_sleepers(real, self._gate.ask_again)

    def _acted_on(self, handle: Handle | None, name: str) -> str | None:
        if handle is None:
            return None
        lock = self.run.lock_of(handle.ref) if name in ("acquire", "release") else None
        return str(handle.ref if lock is None else lock)

    # --- feeders ---

    def _gate_feeder(self, handle: Handle) -> None:
        with contextlib.suppress(NameError):
            queue = self.run.objects.real(handle)
            cpython.gate_feeder(queue, lambda: _Feeder(self, str(handle.ref)))


class _Feeder:
    """Asks for a feeder, which is a thread of its own: made by the process that puts first, used in the thread."""

    def __init__(self, actor: GatedActor, queue: str) -> None:
        self._path = actor.run.options.gate
        self._thread = f"{actor.name}.feeder({queue})"
        self._gate: Gate | None = None

    def before(self) -> None:
        if self._gate is None:
            self._gate = Gate(self._path or "")
        self._gate.ask(self._thread, "writes", None, 0)

    def after(self) -> None:
        if self._gate is not None:
            self._gate.done()


def _fitted(name: str, deed: Deed) -> Callable[[Any, Any, Arguments], Any]:
    """What performs a deed as the leave says."""
    do = deed.do

    def fitted(actor: GatedActor, handle: Handle | None, arguments: Arguments) -> Any:
        mode = actor.mode
        if mode == FREE:
            return do(actor, handle, arguments)
        if name == "choose" and isinstance(mode, int):
            return list(arguments["from"])[mode]
        if arguments.get("timeout") is not None:
            arguments = {**arguments, "timeout": _SECONDS[mode]}
        if handle is None or (name not in _SLEEPING and name not in _IN_STEPS):
            return do(actor, handle, arguments)
        with actor.asking_within(name, handle):
            return do(actor, handle, arguments)

    return fitted

"""One thread of execution of a run: it plays a machine, performing and recording each operation that it hands out."""

from __future__ import annotations

import functools
import os
import random
import threading
import time
from typing import TYPE_CHECKING, Any, Union

from mprunner.operations import OPERATION_IDS
from mprunner.program.handles import Handle
from mprunner.program.handouts import Finished, Operation
from mprunner.recording.log import NO_SITE, OK, RAISED, REFUSED, Log, current
from mprunner.recording.values import shown_error
from mprunner.worlds.real.deeds import DEEDS, Deed

if TYPE_CHECKING:
    from mprunner.program.machine import Machine
    from mprunner.worlds.real.run import Run


Known = tuple[Union[Handle, None], Deed, int, int, bool, Union[str, None]]
"""What need not be looked up again: a handle, a deed on it, the number of what is on record as acted on, the operation's id,
whether the end is plain, and through what it is acted on."""


_LOCKING = frozenset({"acquire", "release"})


class _Here(threading.local):
    actor: Actor | None = None


_here = _Here()
_principal: Actor | None = None


def here() -> Actor | None:
    """The actor of the calling thread; None in a thread, or a freshly forked process, that has none yet."""
    actor = _here.actor
    return actor if actor is not None and actor.pid == os.getpid() else None


def principal() -> Actor | None:
    """The actor of this process's main thread; None in a process that is none of the run's own."""
    return _principal if _principal is not None and _principal.pid == os.getpid() else None


def log_here() -> Log | None:
    """The calling thread's log. A thread of the library's own (a feeder, a pool's handler) gets one for its process."""
    log = current()
    if log is None and _principal is not None and _principal.pid == os.getpid():
        log = Log.open(_principal.run.directory, process=_principal.name, **_principal.hello)
    return log


class Actor:
    """Who plays: the main process, a declared process or thread, a pool's worker. `name` is the declared name.

    `deeds` performs the operations (see `operations.DEEDS`); `site` is where the last one stands in the program.
    """

    def __init__(self, run: Run, name: str, *, pool: Handle | None = None, **hello: Any) -> None:
        global _principal
        self.run = run
        self.pool = pool
        self.hello = hello
        self.name = name
        self.pid = os.getpid()
        self.machine: Machine | None = None
        self._known: dict[tuple[int, str], Known] = {}
        self.alone = run.method != "threads"
        self.is_main = hello.get("role") == "main"
        self.site = NO_SITE
        self.log = Log.open(run.directory, process=name, **hello)
        _here.actor = self
        if threading.current_thread() is threading.main_thread():
            _principal = self

    @functools.cached_property
    def random(self) -> random.Random:
        """The process's own generator: the same seed and name give the same numbers. Made when it is first needed."""
        return random.Random(f"{self.run.options.seed}:{self.name}")

    def act_as(self, name: str | None) -> None:
        """From here on this thread acts under another name, a task's; None: under its own again."""
        self.log.actor(name)

    def arrive(self, event: str, handle: Handle | None = None) -> None:
        """The thread comes to something that is no operation: a task's start or end, its own end. Here nobody waits for that."""

    def signals(self, process: str, pid: int, number: int) -> bool:
        """Whether a signal to a child is sent by somebody else, at a time of its own."""
        return False

    # --- what takes time ---

    def scaled(self, seconds: float | None) -> float | None:
        """A timeout of the scenario as it is waited for: at scale 0 it keeps its length."""
        scale = self.run.options.time_scale
        return seconds if seconds is None or scale == 0 else seconds * scale

    def sleep(self, seconds: float) -> None:
        """Sleep the scaled time; at scale 0 only let others run. Raises ValueError for a negative time, as Python does."""
        time.sleep(seconds * self.run.options.time_scale)

    # --- playing ---

    def play(self, machine: Machine) -> Any:
        """Run a machine to its end and give what its target returned. Raises what left the target uncaught."""
        step = machine.advance()
        while not isinstance(step, Finished):
            try:
                value = self.perform(step)
            except BaseException as error:
                machine.throw(error)
            else:
                machine.resume(value)
            step = machine.advance()
        return step.value

    def play_within(self, machine: Machine) -> Any:
        """As `play`, in the midst of another step: what follows is at that step again."""
        site = self.site
        value = self.play(machine)
        self.site = site
        return value

    def perform(self, operation: Operation) -> Any:
        """Do one operation on the real object, recorded around it. Raises what it raises."""
        handle, arguments, site = operation.object, operation.arguments, operation.site
        # Keyed by identity: a program's handles are made once, and hashing them costs as much as recording.
        known = self._known.get((id(handle), operation.op))
        if known is None or known[0] is not handle:
            known = self._look_up(handle, operation.op)
        _, deed, number, code, plain, via = known
        self.site = site
        if deed.silent:
            return deed.do(self, handle, arguments)
        payload = deed.carries(self, handle, arguments)
        if handle is not None and not number:
            payload = {**(payload or {}), "object": str(handle.ref), "kind": handle.kind}
        if via is not None:
            payload = {**(payload or {}), "via": via}
        if deed.instant:
            self.log.instant(code, number, site, payload)
            return deed.do(self, handle, arguments)
        token = self.log.begin(code, number, site, payload, deed.timed(arguments))
        try:
            value = deed.do(self, handle, arguments)
        except BaseException as error:
            self.log.end(RAISED, {"error": error_of(error)}, token)
            raise
        if plain:
            self.log.end(OK, None, token)
            return value
        if deed.refused(self, handle, value):
            self.log.end(REFUSED, None, token)
        else:
            self.log.end(OK, deed.gave(self, handle, value), token)
        return value

    def _look_up(self, handle: Handle | None, name: str) -> Known:
        deed = DEEDS[handle.kind if handle is not None else "none", name]
        # Whoever takes or gives the lock of something acts on that lock.
        lock = self.run.lock_of(handle.ref) if handle is not None and name in _LOCKING else None
        via = None if handle is None or lock is None else str(handle.ref)
        acted_on = handle if lock is None else Handle("lock", lock)
        number = 0 if acted_on is None else self.run.number(acted_on)
        known = (handle, deed, number, OPERATION_IDS[name], deed.plain, via)
        if number or handle is None:
            self._known[id(handle), name] = known
        return known

    # --- what is in the record beside operations ---

    def note(
        self, operation: str, payload: dict[str, Any] | None = None, handle: Handle | None = None
    ) -> None:
        """Record something that happened in one instant."""
        number = 0 if handle is None else self.run.number(handle)
        self.log.instant(OPERATION_IDS[operation], number, NO_SITE, payload)

    def failed(self, operation: str, payload: dict[str, Any], handle: Handle | None) -> None:
        """Record something that ended by an exception."""
        number = 0 if handle is None else self.run.number(handle)
        token = self.log.begin(OPERATION_IDS[operation], number, NO_SITE, None, True)
        self.log.end(RAISED, payload, token)

    def exiting(self, payload: dict[str, Any]) -> None:
        """Record the last instant. Whoever sees the process dead records the other one; a thread is dead with it."""
        token = self.log.begin(OPERATION_IDS["exit"], 0, NO_SITE, payload)
        if not (self.alone or self.is_main):
            self.log.end(OK, None, token)

    def uncaught(self, error: BaseException) -> None:
        """Record the exception that leaves a target, with the step it came from."""
        site = (
            self.site if self.machine is None else self.machine.site
        )  # the last operation may be another step's
        self.log.instant(OPERATION_IDS["exception"], 0, site, {"error": error_of(error)})


def error_of(error: BaseException) -> tuple[str, tuple[str, ...], str]:
    """An exception as a log carries it: type, bases, text."""
    shown = shown_error(error)
    return shown.type, shown.bases, shown.text


def acting(run: Run, name: str, *, pool: Handle | None = None, **hello: Any) -> Actor:
    """The actor of the calling thread, made now: one that asks for leave where a replay decides what comes when."""
    if run.options.gate is None:
        return Actor(run, name, pool=pool, **hello)
    from mprunner.worlds.real.gate import GatedActor  # no other run needs it

    return GatedActor(run, name, pool=pool, **hello)

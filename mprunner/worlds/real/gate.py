"""The gate of a replay: each operation asks for leave, and gets it in the order of a schedule.

The gatekeeper is a thread of mprun's process; each actor of the run has a connection to it. A line a message, fields parted by
tabs: `ask actor operation object pid`, `go late choice`, `on` (it begins), `done`.
"""

from __future__ import annotations

import os
import selectors
import socket
import threading
import time
from collections.abc import Sequence
from typing import Literal, NamedTuple

from mprunner.records import record
from mprunner.worlds.real import proc

__all__ = ["Gate", "Gatekeeper", "Leave", "Turn"]

PATIENCE = 10.0
"""Seconds after which an operation that was let go and does not end is taken to be blocked."""
_TICK = 0.005


@record
class Turn:
    """One place of a schedule: the actor whose turn it is, and what it does then.

    `at`: it does it `whole`, or only begins (and then waits inside) or ends what it began. `late`: it is out of time. `choice`:
    which of the values it takes; -1 where there is nothing to choose.
    """

    actor: str
    operation: str
    object: str | None
    at: Literal["whole", "begin", "end"] = "whole"
    late: bool = False
    choice: int = -1

    def __str__(self) -> str:
        words = self.operation if self.object is None else f"{self.operation} {self.object}"
        return f"{self.actor}: {words}"


class Leave(NamedTuple):
    """What an operation is let go with: whether its time is up, and what it is to choose."""

    late: bool
    choice: int


class Gate:
    """An actor's side."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)
        self._lines = self._socket.makefile("r", encoding="utf-8")
        self.leave = Leave(False, -1)

    def ask(self, actor: str, operation: str, target: str | None) -> None:
        """Wait for leave; `leave` says with what. A gate that is gone lets everything pass."""
        try:
            self._send("ask", actor, operation, target or "", str(os.getpid()))
            answer = self._lines.readline().rstrip("\n").split("\t")
            if len(answer) == 3:
                self.leave = Leave(answer[1] == "1", int(answer[2]))
                self._send("on")
            else:
                self.leave = Leave(False, -1)
        except OSError:
            self.leave = Leave(False, -1)

    def done(self) -> None:
        """The operation is over."""
        try:
            self._send("done")
        except OSError:
            return

    def _send(self, *fields: str) -> None:
        self._socket.sendall(("\t".join(fields) + "\n").encode())


class _Asking(NamedTuple):
    connection: socket.socket
    operation: str
    object: str | None
    pid: int


class Gatekeeper:
    """Lets the turns of a schedule through, one after the other; after the last, or where the run parts from it, everything.

    `passed` counts turns; `parting` says why not all came.
    """

    def __init__(self, path: str, turns: Sequence[Turn], *, patience: float = PATIENCE) -> None:
        self._turns = turns
        self._patience = patience
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen(64)
        self._path = path
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._waker, self._wake = socket.socketpair()
        self._selector.register(self._waker, selectors.EVENT_READ)
        self._asking: dict[str, _Asking] = {}
        self._inside: dict[str, _Asking] = {}
        self._begun: set[str] = set()
        self._names: dict[socket.socket, str] = {}
        self._partial: dict[socket.socket, bytes] = {}
        self._ending = False
        self.passed = 0
        self.parting: str | None = None
        self._since = time.monotonic()
        self._thread = threading.Thread(target=self._keep, name="gatekeeper", daemon=True)

    def __enter__(self) -> Gatekeeper:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending = True
        self._wake.send(b".")
        self._thread.join()
        for connection in [*self._names, self._listener, self._waker, self._wake]:
            connection.close()
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self._selector.close()
        os.unlink(self._path)

    @property
    def is_open(self) -> bool:
        """Whether everything may pass."""
        return self.parting is not None or self.passed >= len(self._turns)

    def ended(self) -> None:
        """The run is over: what has not come will not come."""
        if not self.is_open:
            self.parting = f"the run ended before `{self._turns[self.passed]}`"

    # --- the thread ---

    def _keep(self) -> None:
        while not self._ending:
            for key, _events in self._selector.select(_TICK if self._is_settling() else 0.2):
                if key.fileobj is self._listener:
                    connection, _address = self._listener.accept()
                    self._selector.register(connection, selectors.EVENT_READ)
                    self._partial[connection] = b""
                elif isinstance(key.fileobj, socket.socket) and key.fileobj is not self._waker:
                    self._receive(key.fileobj)
            self._let_through()

    def _is_settling(self) -> bool:
        return not self.is_open and self._turns[self.passed].actor in self._inside

    def _receive(self, connection: socket.socket) -> None:
        try:
            data = connection.recv(65_536)
        except OSError:
            data = b""
        if not data:
            self._lose(connection)
            return
        *lines, rest = (self._partial[connection] + data).split(b"\n")
        self._partial[connection] = rest
        for line in lines:
            self._hear(connection, line.decode().split("\t"))

    def _lose(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        connection.close()
        name = self._names.pop(connection, None)
        if name is not None:
            for table in (self._asking, self._inside):
                known = table.get(name)
                if known is not None and known.connection is connection:
                    del table[name]

    def _hear(self, connection: socket.socket, fields: list[str]) -> None:
        if fields[0] == "ask":
            _ask, actor, operation, target, pid = fields
            self._names[connection] = actor
            self._asking[actor] = _Asking(connection, operation, target or None, int(pid))
            if self.is_open:
                self._go(actor, Leave(False, -1))
        elif fields[0] == "on":
            self._begun.add(self._names.get(connection, ""))
        else:
            self._inside.pop(self._names.get(connection, ""), None)

    def _go(self, actor: str, leave: Leave) -> None:
        asking = self._asking.pop(actor)
        self._inside[actor] = asking
        self._begun.discard(actor)
        try:
            asking.connection.sendall(f"go\t{int(leave.late)}\t{leave.choice}\n".encode())
        except OSError:
            self._inside.pop(actor, None)

    def _let_through(self) -> None:
        while not self.is_open:
            turn = self._turns[self.passed]
            if not self._passes(turn):
                if time.monotonic() - self._since > self._patience and not self.is_open:
                    self._part(self._why_not(turn))
                break
            self.passed += 1
            self._since = time.monotonic()
        if self.is_open:
            for actor in list(self._asking):
                self._go(actor, Leave(False, -1))

    def _passes(self, turn: Turn) -> bool:
        """Whether the turn is over; it is begun where it can be."""
        actor = turn.actor
        inside = self._inside.get(actor)
        if turn.at == "end":
            return inside is None
        if inside is not None:
            if turn.at == "begin" and self._is_current(turn, inside):
                return actor in self._begun and _is_asleep(inside.pid)
            return False
        if self._granted == self.passed:
            self._granted = -1
            return True
        asking = self._asking.get(actor)
        if asking is None:
            return False
        if (asking.operation, asking.object) != (turn.operation, turn.object):
            does = asking.operation if asking.object is None else f"{asking.operation} {asking.object}"
            self._part(f"step {self.passed + 1} is `{turn}`, but {actor} is at `{does}`")
            return False
        self._granted = self.passed
        self._go(actor, Leave(turn.late, turn.choice))
        return False

    _granted = -1

    def _is_current(self, turn: Turn, inside: _Asking) -> bool:
        return self._granted == self.passed and (inside.operation, inside.object) == (
            turn.operation,
            turn.object,
        )

    def _part(self, why: str) -> None:
        self.parting = why

    def _why_not(self, turn: Turn) -> str:
        if turn.actor in self._inside:
            return f"step {self.passed + 1}, `{turn}`, was let go and did not end"
        return f"step {self.passed + 1} is `{turn}`, but {turn.actor} never comes to it"


def _is_asleep(pid: int) -> bool:
    """Whether a process waits inside the kernel, so that what it does has begun."""
    activity = proc.activity(pid)
    return activity is None or activity.asleep

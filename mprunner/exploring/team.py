"""Processes that explore together: started, asked, heard, and seen to be gone when it is over, however it is over."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import TYPE_CHECKING, Any

from mprunner.exploring.executions import Kind
from mprunner.exploring.member import work
from mprunner.exploring.orders import Answer, GiveBack, Order, Progress, Stop

if TYPE_CHECKING:
    from mprunner.exploring.explore import Explorer

__all__ = ["Member", "Team", "cores"]

_TO_END = 2.0
"""Seconds that all members together have to answer and to end, before they are killed."""


def cores() -> int:
    """How many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


class Member:
    """One of the processes: the order that it is at, and since when; what it said of how far it is; the kinds that it has met."""

    def __init__(self, process: BaseProcess, connection: Connection) -> None:
        self.process = process
        self.connection = connection
        self.order: int | None = None
        self.since = 0.0
        self.asked_back = False
        self.executions = 0
        self.part = 0.0
        self.kinds: list[Kind] = []


class Team:
    """`with Team(explorer, 4) as team:` has four of them. `start_method` is how they are started, None for the usual way.

    `lost` tells how those ended that ended unasked; each is replaced.
    """

    def __init__(self, explorer: Explorer, size: int, *, start_method: str | None = None) -> None:
        self._explorer = explorer
        self._size = size
        self._context: Any = multiprocessing.get_context(start_method)
        self._numbers = 0
        self.members: list[Member] = []
        self.lost: list[str] = []

    def __enter__(self) -> Team:
        try:
            for _ in range(self._size):
                self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _start(self) -> None:
        ours, theirs = self._context.Pipe()
        others = [member.connection for member in self.members] + [ours]
        forked = self._context.get_start_method() == "fork"
        process = self._context.Process(
            target=work, args=(theirs, others if forked else [], self._explorer), daemon=True
        )
        process.start()
        theirs.close()
        self.members.append(Member(process, ours))

    @property
    def idle(self) -> list[Member]:
        """Those who have nothing to do."""
        return [member for member in self.members if member.order is None]

    def next_number(self) -> int:
        """A number for an order."""
        self._numbers += 1
        return self._numbers

    def give(self, member: Member, order: Any) -> None:
        """Let a member do something that takes a while."""
        member.order, member.since, member.asked_back = order.number, time.monotonic(), False
        member.executions, member.part = 0, 0.0
        self._send(member, order)

    def ask_back(self, member: Member) -> None:
        """Ask a member to answer at once, with what is left to do."""
        if member.order is not None and not member.asked_back:
            member.asked_back = True
            self._send(member, GiveBack(member.order))

    def _send(self, member: Member, order: Order) -> None:
        with contextlib.suppress(OSError):  # it is gone: that is heard soon
            member.connection.send(order)

    def heard(self, seconds: float) -> Iterator[tuple[Member, Answer | int]]:
        """What members have answered, waiting so long for the first; the number of its order for one who is gone and did not."""
        connections = {member.connection: member for member in self.members}
        for ready in wait(list(connections), seconds):
            member = connections[ready]  # type: ignore[index]
            try:
                said = member.connection.recv()
            except (EOFError, OSError):
                yield from self._replace(member)
                continue
            if isinstance(said, Progress):
                if said.number == member.order:
                    member.executions, member.part = said.executions, said.part
            else:
                member.order = None
                member.kinds.extend(said.gathered.new)
                yield member, said

    def _replace(self, member: Member) -> Iterator[tuple[Member, int]]:
        member.process.join(_TO_END)
        self.lost.append(_how_it_ended(member.process))
        self.members.remove(member)
        member.connection.close()
        self._start()
        if member.order is not None:
            yield member, member.order

    def last_words(self) -> Iterator[tuple[Member, Answer]]:
        """Stop all, and hear what they have done by now."""
        for member in self.members:
            self._send(member, Stop())
        until = time.monotonic() + _TO_END
        waiting = {member.connection: member for member in self.members if member.order is not None}
        while waiting and time.monotonic() < until:
            for ready in wait(list(waiting), max(0.0, until - time.monotonic())):
                member = waiting[ready]  # type: ignore[index]
                try:
                    said = member.connection.recv()
                except (EOFError, OSError):
                    del waiting[member.connection]
                    continue
                if isinstance(said, Answer):
                    del waiting[member.connection]
                    member.order = None
                    member.kinds.extend(said.gathered.new)
                    yield member, said

    def _end(self) -> None:
        members, self.members = self.members, []
        for member in members:
            self._send(member, Stop())
        until = time.monotonic() + (_TO_END if all(member.order is None for member in members) else 0.0)
        for member in members:
            member.process.join(max(0.0, until - time.monotonic()))
            if member.process.is_alive():
                member.process.terminate()
        for member in members:
            member.process.join(_TO_END)
            if member.process.is_alive():
                member.process.kill()
                member.process.join()
            member.connection.close()
            member.process.close()


def _how_it_ended(process: BaseProcess) -> str:
    code = process.exitcode
    if code is None:
        return "does not answer"
    return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"

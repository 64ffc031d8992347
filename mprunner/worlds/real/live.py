"""A run as its logs tell it while it goes on: who lives, what each is in the middle of, what was printed."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from typing import Any

from mprunner.operations import OPERATION_IDS, OPERATION_NAMES, operation
from mprunner.recording.layout import ACTOR, BEGIN, END, HELLO, INSTANT
from mprunner.recording.naming import NameTable
from mprunner.recording.reading import LogInfo, Raw
from mprunner.records import made, record
from mprunner.worlds.base import LiveLine
from mprunner.worlds.real.lives import Seen
from mprunner.worlds.real.proc import Times

WATERMARK_NS = 30_000_000
"""How long a line waits for an earlier one from another process (a writer may lose the CPU between stamp and commit)."""

_IDLE_NS = 500_000_000

_LATE_NS = 1_000_000_000
"""How much longer than its timeout a call may last before that counts as another wait."""

_CALLBACK = OPERATION_IDS["callback"]
_EXIT = OPERATION_IDS["exit"]
_PRINT = OPERATION_IDS["print"]
_STDERR = OPERATION_IDS["stderr"]
_START = OPERATION_IDS["start"]
_BEGIN = OPERATION_IDS["begin"]
_EXCEPTION = OPERATION_IDS["exception"]
_TASK_START = OPERATION_IDS["task_start"]
_TASK_END = OPERATION_IDS["task_end"]


@record(frozen=False)
class Open:
    """An operation that has begun and not ended."""

    place: int
    operation: str
    kind: str
    object: str | None
    timed: bool
    time: int
    over: int | None = None
    """When its time is up, if it has a timeout (ns): what lasts longer waits for something else, for good perhaps."""


@record(frozen=False)
class LiveActor:
    """A thread of execution of the run, by its log."""

    log: LogInfo
    process: str
    pid: int
    role: str
    opens: list[Open] = made(factory=list)
    task: str | None = None
    began: bool = False
    exiting: bool = False
    ended: bool = False
    last: int = 0

    def idle(self, now: int) -> bool:
        """Whether this worker has recorded nothing for a while, and is in the middle of nothing."""
        return self.began and not self.opens and now - self.last > _IDLE_NS

    def blocked(self, now: int) -> bool:
        """Whether, by the record, only another can make it go on: it waits without a limit, or has nothing to do.

        A timeout limits nothing any more once its time is up: a condition's wait then waits for the lock.
        """
        if self.exiting or self.role == "manager":
            return True
        if self.opens:
            innermost = self.opens[-1]
            spec = operation(innermost.operation, innermost.kind)  # type: ignore[arg-type]
            limited = innermost.timed and (innermost.over is None or now < innermost.over + _LATE_NS)
            return spec is not None and spec.blocks and not limited
        return self.role == "worker" and self.began and self.task is None


class LiveRun:
    """Fed with raw records as they come; `lines` gives what was printed, in order and a little late."""

    def __init__(self, names: NameTable, *, threads: bool, time_scale: float = 1.0) -> None:
        self.names = names
        self._second = (time_scale or 1.0) * 1_000_000_000
        self.threads = threads
        self.actors: dict[int, LiveActor] = {}
        self.seen: list[Seen] = []
        self.worker_starts: dict[str, int] = {}
        self.worker_failures: dict[str, int] = {}
        self.tasks_started: set[str] = set()
        self.first_failure: dict[str, int] = {}
        self.latest = 0
        self._lines: list[tuple[int, int, LiveLine]] = []
        self._count = 0
        self._dead: set[int] = set()
        self._without_results: dict[int, int] = {}
        """By process, how many of its pools have no thread any more that takes results."""
        self._by_pid: dict[int, LiveActor] = {}

    def feed(self, raws: Iterable[Raw]) -> int:
        """Take in new records; how many there were."""
        number = 0
        for raw in raws:
            number += 1
            if raw.phase == HELLO:
                self._hello(raw)
                continue
            actor = self.actors.get(raw.log.order)
            if actor is None:
                continue
            actor.last = max(actor.last, raw.time)
            self.latest = max(self.latest, raw.time)
            if raw.phase == BEGIN:
                self._begin(actor, raw)
            elif raw.phase == END:
                self._end(actor, raw)
            elif raw.phase == INSTANT:
                self._instant(actor, raw)
            elif raw.phase == ACTOR:
                actor.task = raw.payload
        return number

    def _hello(self, raw: Raw) -> None:
        hello = raw.log.hello
        actor = LiveActor(raw.log, raw.log.process, raw.log.pid, hello.get("role", "process"))
        actor.last = raw.time
        first = self._by_pid.get(actor.pid)
        if first is not None and not self.threads:
            # A further thread of a process whose first one is known: only its lines matter.
            actor.ended = True
        self._by_pid.setdefault(actor.pid, actor)
        self.actors[raw.log.order] = actor

    def _begin(self, actor: LiveActor, raw: Raw) -> None:
        name = OPERATION_NAMES[raw.operation]
        if raw.operation == _CALLBACK:
            actor.ended = False  # for once a further thread does something of the scenario's
        if raw.operation == _EXIT:
            actor.exiting = True
        known = self.names.entries[raw.number] if raw.number else None
        values = raw.payload if isinstance(raw.payload, dict) else {}
        actor.opens.append(
            Open(
                raw.place,
                name,
                known.kind if known else str(values.get("kind", "none")),
                known.name if known else values.get("object"),
                bool(raw.flags & 1),
                raw.time,
                self._over(raw.time, values.get("timeout")),
            )
        )

    def _over(self, begin: int, timeout: Any) -> int | None:
        return begin + int(max(timeout, 0) * self._second) if isinstance(timeout, (int, float)) else None

    def _end(self, actor: LiveActor, raw: Raw) -> None:
        ended: Open | None = None
        while actor.opens:
            ended = actor.opens.pop()
            if not raw.token or (ended.place & 0xFFFF_FFFF) == raw.token:
                break
        called = ended is not None and ended.operation == "callback"
        if called and _ends_thread(raw):
            self._without_results[actor.pid] = self._without_results.get(actor.pid, 0) + 1
        if not actor.opens and (actor.exiting or called):
            actor.ended = True

    def _instant(self, actor: LiveActor, raw: Raw) -> None:
        kind = raw.operation
        values: dict[str, Any] = raw.payload if isinstance(raw.payload, dict) else {}
        if kind in (_PRINT, _STDERR):
            self._line(actor, raw, str(values.get("text", "")), "stdout" if kind == _PRINT else "stderr")
        elif kind == _BEGIN:
            actor.began = True
        elif kind == _EXIT:
            if is_sighting(raw):
                name = str(values.get("process"))
                seen = Seen(
                    name, values["pid"], int(values["exitcode"]), raw.time, actor.process,
                    Times(values["running"], values["ready"]) if "running" in values else None,
                )  # fmt: skip
                self.seen.append(seen)
                self._dead.add(seen.pid)
        elif actor.role == "worker":
            pool = actor.process.rpartition("[")[0]
            if kind == _START:
                self.worker_starts[pool] = self.worker_starts.get(pool, 0) + 1
            elif kind == _EXCEPTION and actor.task is None:
                self.worker_failures[pool] = self.worker_failures.get(pool, 0) + 1
                self.first_failure.setdefault(pool, raw.time)
            elif kind == _TASK_START:
                self.tasks_started.add(pool)

    def _line(self, actor: LiveActor, raw: Raw, text: str, stream: Any) -> None:
        for line in text.split("\n"):
            self._count += 1
            shown = LiveLine(raw.time, actor.process, actor.task or actor.process, stream, line)
            heapq.heappush(self._lines, (raw.time, self._count, shown))

    def lines(self, until: int | None) -> Iterator[LiveLine]:
        """The lines up to this time in order; all that are left with None."""
        while self._lines and (until is None or self._lines[0][0] <= until):
            yield heapq.heappop(self._lines)[2]

    def got_through(self, pool: str, now: int) -> bool:
        """Whether a worker of the pool has got through its initializer: it has a task, or has nothing to do."""
        return pool in self.tasks_started or any(
            each.role == "worker" and each.process.rpartition("[")[0] == pool and each.idle(now)
            for each in self.alive()
        )

    def unread_pools(self, pid: int) -> int:
        """How many pools of a process take no results now: a callback is going on there, or has ended the thread that takes them.

        CPython watches such a pool's results without a pause once there is one.
        """
        going = sum(
            each.operation == "callback"
            for actor in self.actors.values()
            if actor.pid == pid
            for each in actor.opens
        )
        return going + self._without_results.get(pid, 0)

    def alive(self) -> list[LiveActor]:
        """Those that have not told or been seen to have ended. The operating system may know better."""
        return [each for each in self.actors.values() if not each.ended and each.pid not in self._dead]


def _ends_thread(raw: Raw) -> bool:
    """Whether the end of a callback is that of its thread, too: a KeyError the pool takes for a sign of its own."""
    error = raw.payload.get("error") if isinstance(raw.payload, dict) else None
    return error is not None and error[0] != "KeyError"


def is_sighting(raw: Raw) -> bool:
    """Whether a record says that another process was seen to have ended. It is no event of who wrote it."""
    return (
        raw.phase == INSTANT
        and raw.operation == _EXIT
        and isinstance(raw.payload, dict)
        and isinstance(raw.payload.get("pid"), int)
    )

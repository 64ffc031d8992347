"""Processes: a start and what it started, a kill and the death by it, all that a process did and who saw it dead."""

from __future__ import annotations

import signal
from collections import defaultdict

from mprunner.checking.happens_before.clocks import Moment
from mprunner.checking.happens_before.knowledge import EdgeKind
from mprunner.checking.happens_before.things import Setting
from mprunner.recording.events import Call
from mprunner.recording.shapes import Lane

__all__ = ["Lives"]


class Lives:
    """The processes of a run, and which objects were made more than once."""

    __slots__ = (
        "_blurred", "_creators", "_exited", "_first", "_knowledge", "_lives", "_one_worker", "_signals", "_starts", "_unrecorded",
        "_workers",
    )  # fmt: skip

    def __init__(self, setting: Setting) -> None:
        self._knowledge = setting.knowledge
        self._blurred = setting.blurred
        self._one_worker = setting.declared.one_worker
        self.begin_again()

    def begin_again(self) -> None:
        """Be as at the start of a run."""
        self._unrecorded: set[int] = set()
        self._lives: dict[str, list[int]] = defaultdict(list)
        self._first: dict[tuple[str, int], Moment] = {}
        self._exited: set[str] = set()
        self._workers: dict[str, list[str]] = defaultdict(list)
        self._starts: dict[str | None, list[Moment]] = defaultdict(list)
        self._signals: dict[tuple[str | None, int], list[Moment]] = defaultdict(list)
        self._creators: dict[str, set[int]] = defaultdict(set)

    def new_lane(self, key: Lane, lane: int) -> None:
        """The first instant of a lane."""
        name, pid, thread = key
        knowledge = self._knowledge
        if not thread:
            self._unrecorded.add(lane)
        first = self._first.get((name, pid))
        if first is not None:
            knowledge.learn(lane, first, "thread")
        else:
            starts = self._starts.get(name)
            if starts and name not in self._blurred and len({start[0] for start in starts}) == 1:
                knowledge.learn(lane, starts[0], "start")
            self._first[name, pid] = knowledge.now(lane)
        if name not in self._lives:
            pool = name.rpartition("[")[0]
            if pool in self._one_worker and pool not in self._blurred:
                # The pool joins the one before it starts the next; with several nobody can tell who takes whose place.
                for before in self._workers[pool][-1:]:
                    self._learn_lives(lane, before, "worker")
            self._workers[pool].append(name)
        self._lives[name].append(lane)

    def started(self, call: Call, lane: int, number: int) -> None:
        """A start begins."""
        self._starts[call.object].append(self._knowledge.now(lane))

    def exits(self, call: Call, lane: int, number: int) -> None:
        """A process ends."""
        if lane in self._unrecorded:
            # Nobody recorded this: the exit of a process that was killed comes after all that it did.
            self._learn_lives(lane, call.process)
            code = call.values.get("exitcode")
            signals = self._signals.get((call.process, code)) if isinstance(code, int) else None
            if signals:
                self._knowledge.learn_one_of(lane, signals, "signal")
        self._exited.add(call.process)

    def sees_death(self, call: Call, lane: int, number: int) -> None:
        """A join, an `is_alive` or a look at the exit code ends."""
        if call.object is None or call.object in self._blurred:
            return
        if call.kind == "pool" and call.operation == "join":
            for worker in self._workers.get(call.object, ()):
                self._learn_lives(lane, worker)
        elif call.kind == "process" and call.object in self._exited:
            result = call.values.get("result")
            alive = (call.operation == "is_alive" and result is not False) or (
                call.operation == "exitcode" and result is None
            )
            if not alive:
                self._learn_lives(lane, call.object)

    def signals(self, call: Call, lane: int, number: int) -> None:
        """A `terminate` or a `kill` begins."""
        code = -signal.SIGTERM if call.operation == "terminate" else -signal.SIGKILL
        self._signals[call.object, code].append(self._knowledge.now(lane))

    def created(self, call: Call, lane: int, number: int) -> None:
        """An object is made in the middle of a run."""
        name = call.object or call.values.get("name")
        if not isinstance(name, str):
            return
        creators = self._creators[name]
        if name in self._lives or name in self._starts:
            # The next of its name is another process. Who has the handle is the one that made it.
            self._starts.pop(name, None)
            self._lives.pop(name, None)
            self._exited.discard(name)
            if creators - {lane}:
                self._blurred.add(name)
        elif creators:
            # Others may still use the one before, under the same name.
            self._blurred.add(name)
        creators.add(lane)

    def _learn_lives(self, lane: int, name: str, kind: EdgeKind = "death") -> None:
        """All that a process did, which is dead: what of it stands so far."""
        knowledge = self._knowledge
        for other in self._lives.get(name, ()):
            knowledge.learn(lane, (other, knowledge.position, knowledge.current[other]), kind)

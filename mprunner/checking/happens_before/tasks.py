"""The tasks of pools: a submission and the task's start, the task's end and who had its result."""

from __future__ import annotations

from typing import Any

from mprunner.checking.forms import family
from mprunner.checking.happens_before.clocks import Moment
from mprunner.checking.happens_before.things import Setting
from mprunner.recording.events import Call

__all__ = ["Tasks"]


class Tasks:
    """The tasks of a run, by their names."""

    __slots__ = ("_blurred", "_knowledge", "_tasks")

    def __init__(self, setting: Setting) -> None:
        self._knowledge = setting.knowledge
        self._blurred = setting.blurred
        self.begin_again()

    def begin_again(self) -> None:
        """Be as at the start of a run."""
        self._tasks: dict[tuple[str, str], Moment] = {}

    def submits(self, call: Call, lane: int, number: int) -> None:
        self._note("submitted", call.values.get("task"), lane)

    def starts(self, call: Call, lane: int, number: int) -> None:
        self._knowledge.learn(lane, self._tasks.get(("submitted", _task(call))), "task")

    def ends(self, call: Call, lane: int, number: int) -> None:
        self._note("ended", _task(call), lane)

    def callback_begins(self, call: Call, lane: int, number: int) -> None:
        self._knowledge.learn(lane, self._tasks.get(("ended", _task(call))), "callback")

    def callback_ends(self, call: Call, lane: int, number: int) -> None:
        self._note("called", _task(call), lane)

    def has_result(self, call: Call, lane: int, number: int) -> None:
        """Something that tells of a task's result ends, perhaps without one."""
        task = call.values.get("task") if call.kind == "pool" else call.object
        if not isinstance(task, str) or family(task.partition(".")[0]) in self._blurred:
            return
        timed_out = call.timed and call.error is not None and call.error.type == "TimeoutError"
        not_ready = call.operation == "ready" and call.values.get("result") is not True
        failed = call.operation in ("ready", "successful", "wait") and call.outcome != "ok"
        if call.outcome in ("ok", "raised") and not (timed_out or not_ready or failed):
            self._knowledge.learn(lane, self._tasks.get(("ended", task)), "result")
            self._knowledge.learn(lane, self._tasks.get(("called", task)), "called")

    def _note(self, what: str, task: Any, lane: int) -> None:
        """The first of its name: a second pool of one name would make it unclear which."""
        if isinstance(task, str):
            self._tasks.setdefault((what, task), self._knowledge.now(lane))


def _task(call: Call) -> str:
    named = call.values.get("task")
    return named if isinstance(named, str) else call.actor

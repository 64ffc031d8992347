"""From a schedule to the record of it: the same as that of a run, with made-up times."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mprunner.program.handles import members
from mprunner.recording.events import Call, Diagnosis, Ending, ProcessRecord, Recording
from mprunner.worlds.model.images import Image
from mprunner.worlds.model.memory import contents
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.playing import FIRST
from mprunner.worlds.model.steps import State

__all__ = ["STEP", "Recorder", "recording"]

STEP = 1000
"""Nanoseconds of a step: there is no time in a model, but records have one."""
_APART = 100_000
"""Numbers of threads of one process are so far apart."""


def recording(
    model: Model, schedule: Iterable[tuple[int, int]], *, diagnosis: Diagnosis | None = None
) -> Recording:
    """The record of the execution with this schedule: the thread of each step, and its alternative.

    Where the schedule ends before all processes have, it is a hang if nobody has a step, else cut.
    """
    recorder = Recorder(model)
    for thread, alternative in schedule:
        recorder.step(thread, alternative)
    return recorder.finish(diagnosis)


class Recorder:
    """Plays a schedule step by step; `state` is where it is."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.state: State = model.initial
        self.steps = 0
        self._calls: list[Call] = []
        self._open: dict[tuple[str, int], list[Call]] = {}
        self._sequences: dict[tuple[str, int], int] = {}
        self._time = 0
        self._called: dict[str, tuple[str, bool]] = {}
        self._occupants: dict[int, str] = {}
        self._acts = 0
        self._main: Image | None = None

    def step(self, thread: int, alternative: int = 0) -> None:
        """Make one step. Raises IndexError where the thread has none."""
        step = self._model.step(self.state, thread, alternative)
        self.state = step.state
        self._acts = thread
        self.steps += 1
        self._time = max(self.steps * STEP, self._time + 1)
        self._meet()
        self._put_all(step.events)

    def _meet(self) -> None:
        """Note who has come to be, and what it is called."""
        model = self._model
        for thread, info in enumerate(model.threads):
            if info.internal or self.state[model.slots[thread]] < 0:
                continue
            image = model.images[model.standings[self.state[model.slots[thread]]][0]]
            if image.process == "main":
                self._main = image
            before = self._occupants.get(thread)
            if before != image.process:
                self._occupants[thread] = image.process
                self._called[image.process] = image.mp_name, image.daemon

    def _put_all(self, events: Iterable[int]) -> None:
        for number in events:
            instant = self._model.instants[number]
            self._put(instant.call, instant.at)
            self._time += 1

    def _put(self, call: Call, at: str) -> None:
        lane = self._lane(call)
        if at == "end":
            begun = self._begun(call)
            if begun is not None:
                begun.end, begun.end_sequence = self._time, self._sequence(lane)
                begun.outcome, begun.error = call.outcome, call.error
                begun.values = call.values
                return
        made = self._copy(call)
        self._calls.append(made)
        if at == "begin":
            made.end, made.end_sequence, made.outcome = None, None, "unfinished"
            self._open.setdefault(lane, []).append(made)
        elif at == "instant":
            made.end, made.end_sequence = made.begin, made.sequence
        else:
            self._time += 1
            made.end, made.end_sequence = self._time, self._sequence(lane)

    def _begun(self, call: Call) -> Call | None:
        """The call that ends here, if it has begun before."""
        waiting = self._open.get(self._lane(call), [])
        for place in range(len(waiting) - 1, -1, -1):
            if waiting[place].operation == call.operation and waiting[place].object == call.object:
                return waiting.pop(place)
        return None

    def _lane(self, call: Call) -> tuple[str, int]:
        """Whose record it is on: of which process, and which of its threads (0: its own)."""
        model, thread = self._model, self._acts
        apart = model.threads[thread].internal and (thread in model.strands or call.operation == "stderr")
        return call.process, thread if apart else 0

    def _copy(self, call: Call) -> Call:
        pid, lane = self._model.names.pid(call.process), self._lane(call)
        return Call(
            len(self._calls), call.process, call.actor, pid, pid + _APART * lane[1], self._sequence(lane), call.operation,
            call.object, call.kind, self._time, None, call.outcome, call.values, call.error, call.site, call.label, call.timed,
        )  # fmt: skip

    def _sequence(self, lane: tuple[str, int]) -> int:
        number = self._sequences[lane] = self._sequences.get(lane, 0) + 1
        return number

    def finish(self, diagnosis: Diagnosis | None = None) -> Recording:
        """The record of what was played so far."""
        model = self._model
        stuck = not model.enabled(self.state)
        for thread in range(len(model.threads)):
            self.state, events = model.settled(self.state, thread)
            self._acts = thread
            self._put_all(events)
        running = [info.name for info in self._alive()]
        over = not running
        self._wait(running)
        how: Any = "finished" if over else "hang" if stuck else "cut"
        calls = sorted(self._calls, key=lambda call: (call.begin, call.number))
        for number, call in enumerate(calls):
            call.number = number
        program = model.program
        return Recording(
            scenario=program.name,
            path=program.path,
            scenario_sha256=_digest(program.path),
            start_method=model.method,
            backend="processes",
            python=".".join(map(str, sys.version_info[:3])),
            origin=0,
            started_at=0.0,
            time_scale=1.0,
            seed=model.options.seed,
            calls=calls,
            processes=list(self._processes(calls)),
            ending=Ending(how, self._time + 1, diagnosis),
        )

    def _alive(self) -> list[Any]:
        slots = self._model.slots
        return [
            info
            for thread, info in enumerate(self._model.threads)
            if not info.internal and self.state[slots[thread]] >= 0
        ]

    def _wait(self, running: list[str]) -> None:
        """What threads wait for at the end has begun, and did not end."""
        model = self._model
        for thread, info in enumerate(model.threads):
            if info.process not in running or (info.internal and thread not in model.strands):
                continue
            standing = model.standing(self.state, thread)
            if standing is None or standing[2] or standing[1] not in (None, FIRST):
                continue
            begun = model.begin_of(self.state, thread)
            if begun is not None:
                self._time, self._acts = self._time + 1, thread
                self._put(begun, "begin")

    def _processes(self, calls: list[Call]) -> Iterable[ProcessRecord]:
        model = self._model
        workers = (name for name in self._called if name not in model.names.threads)
        for name in (*model.names.threads, *workers):
            life = self._life(name, calls)
            if name == "main" or life != 0 or any(call.process == name for call in calls):
                yield self._process(name, calls, life)

    def _life(self, name: str, calls: list[Call]) -> Any:
        """What stands in the life of a process, or of one whose place another has taken."""
        model = self._model
        thread = next((each for each, called in self._occupants.items() if called == name), None)
        if thread is None and name in self._called:
            exitcodes = [
                call.values.get("exitcode")
                for call in calls
                if call.operation == "exit" and call.process == name
            ]
            return (exitcodes[-1],) if exitcodes else 0
        return self.state[model.layout.cell("life", name if thread is None else model.threads[thread].name)]

    def _process(self, name: str, calls: list[Call], life: Any) -> ProcessRecord:
        model = self._model
        own = [call for call in calls if call.process == name]
        start = next((call for call in calls if call.operation == "start" and call.object == name), None)
        exit_ = next((call for call in own if call.operation == "exit"), None)
        declared = model.names.processes.get(name.partition("[")[0])
        ended = isinstance(life, tuple)
        mp_name, daemon = self._called.get(name, (None, bool(declared is not None and declared.daemon)))
        variables = None if exit_ is None else exit_.values.get("variables")
        if exit_ is not None:
            exit_.values = {key: value for key, value in exit_.values.items() if key != "variables"}
        if name == "main" and variables is not None:
            variables = {**self._held(), **variables}
        return ProcessRecord(
            name=name,
            pid=model.names.pid(name),
            role="main" if name == "main" else "process" if declared is not None else "worker",
            parent=model.owners.get(name.rpartition("[")[0]) if start is None else start.process,
            mp_name=mp_name,
            started=own[0].begin if own else start.begin if start is not None else 0,
            ended=None if not ended else (exit_.end or exit_.begin) if exit_ is not None else self._time,
            exitcode=life[0] if ended else None,
            ended_by=None if not ended else "scenario" if life[0] < 0 else "itself",
            target="main" if name == "main" else declared.target if declared is not None else None,
            daemon=daemon,
            variables=variables,
        )

    def _own(self, name: str) -> str:
        """The name of the cells of what main knew by this name at last."""
        return name if self._main is None else self._main.named(name)

    def _held(self) -> dict[str, Any]:
        """What values and arrays hold at the end, as the real world keeps it."""
        found: dict[str, Any] = {}
        for declared in self._model.program.objects:
            if declared.kind not in ("value", "array") or declared.options.get("manager") is not None:
                continue
            held = [
                contents(self._model, self.state, declared, self._own(str(ref)))
                for ref in members(declared.name, declared.count)
            ]
            found[declared.name] = held[0] if declared.count is None else held
        return found


def _digest(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""

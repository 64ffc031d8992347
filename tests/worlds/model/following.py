"""Whether a model can do what a real run did: each process the same, call for call, in whatever order among them."""

from __future__ import annotations

import re
from collections.abc import Container, Hashable, Mapping
from typing import Any

from mprunner.program.values import plain
from mprunner.recording.events import Call, Recording, Shown
from mprunner.worlds.model.instants import Instant
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.pool_threads import TOLD_APART
from mprunner.worlds.model.seats import size_of

Lanes = dict[str, list[tuple[Any, ...]]]

_ADDRESS = re.compile(r"(Queue) .* ((?:not|is) closed)")
_OBJECT = re.compile(r"at 0x[0-9a-f]+|(?<=sending result: ').*(?='\. Reason)")
_NOT_COMPARED = {"pid", "running", "ready", "started", "process"}
"""Values that are another in each run."""


def told(call: Call, pids: Mapping[int, str]) -> tuple[Any, ...]:
    """What of a call is compared. `pids` says whose number is whose."""
    values = {name: value for name, value in call.values.items() if name not in _NOT_COMPARED}
    if call.operation in ("pid", "ident", "sentinel", "authkey"):
        values.pop("result", None)
    if call.kind == "condition" and isinstance(values.get("timeout"), float):
        values["timeout"] = round(values["timeout"], 1)  # what is left of that of a `wait_for`
    if "parts" in values:
        values["parts"] = [
            part.text if part.kind in ("text", "value") else part.kind for part in values["parts"]
        ]
        values.pop("text")
    error = (
        None
        if call.error is None
        else (call.error.type, _OBJECT.sub("at ...", _ADDRESS.sub(r"\1 \2", call.error.text)))
    )
    shown = tuple(sorted((name, _shown(value, pids)) for name, value in values.items()))
    return (
        call.operation, call.actor, call.object, call.kind, call.outcome, shown, error, call.site, call.label, call.timed,
    )  # fmt: skip


def _begin(call: Call) -> tuple[Any, ...]:
    return ("begin", call.operation, call.actor, call.object, call.site)


def instants(call: Call, at: str, pids: Mapping[int, str]) -> tuple[tuple[Any, ...], ...]:
    """The instants of a call, as they are compared. When a process was seen dead is nobody's own affair."""
    if call.operation == "exit":
        variables = call.values.get("variables") or {}
        return (
            (("exit", call.values.get("exitcode"), _shown(variables, pids)),)
            if at in ("begin", "whole")
            else ()
        )
    if at == "whole":
        return (_begin(call), told(call, pids))
    return (_begin(call) if at == "begin" else told(call, pids),)


def _killed_at_its_end(real: tuple[Any, ...], instant: tuple[Any, ...]) -> bool:
    """A process that had begun to leave by itself when a signal came: its exit code is the signal's."""
    return real[0] == instant[0] == "exit" and isinstance(real[1], int) and real[1] < 0


def _shown(value: Any, pids: Mapping[int, str]) -> str:
    if isinstance(value, dict):
        inside = (f"{_shown(name, pids)}: {_shown(value[name], pids)}" for name in value)
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, (list, tuple)):
        return type(value).__name__ + "(" + ", ".join(_shown(each, pids) for each in value) + ")"
    if isinstance(value, Shown):
        return "<object>"
    if isinstance(value, int) and not isinstance(value, bool) and value in pids:
        return f"<pid of {pids[value]}>"
    return repr(plain(value))


def lanes(recording: Recording, held: Container[str]) -> Lanes:
    """What each thread did, in its own order, as instants. `held` are names that main's variables have from objects."""
    pids = {each.pid: each.name for each in recording.processes}
    found: dict[str, list[tuple[int, tuple[Any, ...]]]] = {each.name: [] for each in recording.processes}
    apart = _apart(recording)
    for call in recording.calls:
        if call.operation == "exit" and call.thread == 0:
            continue  # made for one that could not tell of it
        lane = found.setdefault(apart.get((call.process, call.thread), call.process), [])
        if call.operation == "exit":
            variables = next(each.variables for each in recording.processes if each.name == call.process)
            own = {
                name: each
                for name, each in (variables or {}).items()
                if call.process != "main" or name not in held
            }
            lane.append((call.sequence, ("exit", call.values.get("exitcode"), _shown(own, pids))))
        elif call.end_sequence == call.sequence:
            lane.append((call.sequence, told(call, pids)))
        else:
            lane.append((call.sequence, _begin(call)))
            if call.end_sequence is not None:
                lane.append((call.end_sequence, told(call, pids)))
    return {
        name: [instant for _, instant in sorted(lane, key=lambda each: each[0])]
        for name, lane in found.items()
    }


def _apart(recording: Recording) -> dict[tuple[str, int], str]:
    """The lanes of threads that are not a process's own: of a pool's by the pool, of others by their process."""
    found: dict[tuple[str, int], str] = {}
    own = {each.name: each.pid for each in recording.processes}
    for call in recording.calls:
        key = (call.process, call.thread)
        if call.thread in (0, own[call.process]):
            continue
        if call.operation == "callback":
            found[key] = f"{call.process}.results({call.object})"
        else:
            found.setdefault(key, f"{call.process}.{'feeder' if call.operation == 'stderr' else 'serving'}")
    return found


def _leave_out_endless_replacements(lanes: Lanes, model: Model) -> None:
    """The model tells so many replaced workers apart; those that come after have the last one's number, and are not compared."""
    for declared in model.program.objects:
        if declared.kind == "pool" and not declared.options.get("maxtasksperchild"):
            most = size_of(declared) + TOLD_APART
            for name in [name for name in lanes if name.startswith(f"{declared.name}[")]:
                if _number(name) >= most:
                    del lanes[name]


def _number(worker: str) -> int:
    return int(worker.partition("[")[2].rstrip("]"))


class Followed:
    """The search for an execution of `model` that does in each process what `recording` has of it.

    `found` says whether there is one; `furthest` is how far the best one came, by process, and `expected` what was next there.
    """

    def __init__(self, model: Model, recording: Recording, most: int = 200_000) -> None:
        self._model = model
        self._lanes = lanes(recording, {each.name for each in model.program.objects})
        _leave_out_endless_replacements(self._lanes, model)
        self._names = sorted(self._lanes)
        diagnosis = recording.ending.diagnosis
        replaced_for_ever = diagnosis is not None and diagnosis.pattern == "initializer-fails"
        self._whole = recording.ending.how in ("finished", "hang") and not replaced_for_ever
        self._killed = {each.name for each in recording.processes if (each.exitcode or 0) < 0}
        self._seen: set[Hashable] = set()
        self._most = most
        self._pids = {model.names.pid(name): name for name in (*model.names.threads, *self._lanes)}
        self._apart = {thread: _lane_of(model, thread) for thread in range(len(model.threads))}
        self.furthest: dict[str, int] = dict.fromkeys(self._names, 0)
        self.found = self._search()

    @property
    def expected(self) -> dict[str, Any]:
        return {
            name: self._lanes[name][place]
            for name, place in self.furthest.items()
            if place < len(self._lanes[name])
        }

    def offered(self) -> list[Any]:
        """What the model would do next, where the best one came to."""
        state = self._furthest_state
        found = []
        for thread in self._model.enabled(state):
            for alternative in range(self._model.alternatives(state, thread)):
                events = self._model.step(state, thread, alternative).events
                found.append(
                    [
                        (instant.at, told(instant.call, self._pids))
                        for instant in map(self._model.instants.__getitem__, events)
                    ]
                )
        return found

    def _search(self) -> bool:
        start = (self._model.initial, tuple(0 for _ in self._names))
        self._furthest_state = self._model.initial
        waiting = [start]
        self._seen.add(start)
        best = -1
        while waiting:
            state, places = waiting.pop()
            if sum(places) > best:
                best, self._furthest_state = sum(places), state
                self.furthest = dict(zip(self._names, places, strict=True))
            enabled = self._model.enabled(state)
            if self._is_over(places, bool(enabled)):
                return True
            assert len(self._seen) < self._most, "too many states"
            for thread in reversed(enabled):
                for alternative in range(self._model.alternatives(state, thread)):
                    step = self._model.step(state, thread, alternative)
                    made = [self._model.instants[number] for number in step.events]
                    after = self._moved(places, made, self._apart[thread])
                    if after is not None and (step.state, after) not in self._seen:
                        self._seen.add((step.state, after))
                        waiting.append((step.state, after))
        return False

    def _moved(
        self, places: tuple[int, ...], events: list[Instant], apart: str | None
    ) -> tuple[int, ...] | None:
        now = dict(zip(self._names, places, strict=True))
        for call, at in events:
            name = call.process if apart is None else apart
            lane = self._lanes.get(name)
            if lane is None:
                return None
            for instant in instants(call, at, self._pids):
                place = now[name]
                if place >= len(lane):
                    killed = call.process in self._killed and (
                        places[self._names.index(name)] < place or lane[-1:] == [_begin(call)]
                    )
                    cut = killed or not self._whole
                    if instant[0] == "begin" or cut:
                        continue  # was killed, or cut, just before
                    return None
                if lane[place] != instant and not _killed_at_its_end(lane[place], instant):
                    return None
                now[name] += 1
        return tuple(now[name] for name in self._names)

    def _is_over(self, places: tuple[int, ...], goes_on: bool) -> bool:
        if goes_on and self._whole:
            return False
        left = [self._lanes[name][place:] for name, place in zip(self._names, places, strict=True)]
        return all(
            not rest or (len(rest) == 1 and (rest[0][0] == "begin" or _killed_at_its_end(rest[0], ("exit",))))
            for rest in left
        )


def _lane_of(model: Model, thread: int) -> str | None:
    """The lane of what a thread puts on record, where that is not its process's own."""
    info = model.threads[thread]
    if ".feeder(" in info.name:
        return f"{info.process}.feeder"
    if thread not in model.strands:
        return None
    what, _, of = model.strands[thread].partition(" ")
    return f"{info.process}.results({of})" if what in ("results", "sender") else f"{info.process}.serving"

"""Schedules of a model as steps that a run can be led through, and the way back.

A step of a model may be several of a scenario, that nobody can tell apart in time; here each stands by itself, in their order.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence

from mprunner.exploring.system import Schedule
from mprunner.recording.events import Call
from mprunner.records import record, replaced
from mprunner.worlds.model.feeding import is_writing
from mprunner.worlds.model.images import BEGIN
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.steps import State
from mprunner.worlds.real.moves import GOES_ON, Move, Part, Parting, step_name

__all__ = ["Resolved", "resolve", "schedule_of"]

_NOT_LED = frozenset({"exception", "stderr", "callback", "mark"})
"""What happens by itself."""

_LOOKS = frozenset({"monotonic", "remaining"})
"""What may come late, and leaves no trace on record."""

_PARTS: dict[str, Part] = {"called": "called", "begin": "begins", "begun": "begins", "end": "ends"}
"""Of the instants of a step. `called`: only the begin is on record. `begun`, `done`: what was called begins, is done."""

_ENDS = frozenset({"whole", "instant", "end", "done"})

_OUT_OF_TIME = frozenset({"Empty", "Full", "TimeoutError", "BrokenBarrierError"})


@record
class Resolved:
    """A schedule of the model that is one of steps by name, as far as it goes: to `parting` if there is one."""

    schedule: Schedule
    parting: Parting | None


def schedule_of(model: Model, schedule: Schedule) -> tuple[Move, ...]:
    """The steps of a model's schedule by name. Raises IndexError where a thread has no such step."""
    namer = _Namer(model)
    state = model.initial
    moves: list[Move] = []
    for thread, alternative in schedule:
        made = namer.named(state, thread, alternative)
        namer.take(made)
        moves += made
        state = model.step(state, thread, alternative).state
    return _with_timeouts(moves)


def _with_timeouts(moves: Sequence[Move]) -> tuple[Move, ...]:
    """Whether the time of a wait is up shows at its end; it is told from its begin."""
    out = {move.key for move in moves if move.out}
    told = ("whole", "begins")
    return tuple(replaced(move, out=move.key in out and move.part in told) for move in moves)


class _Namer:
    """Names a model's steps; counts those of one name."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._counts: Counter[tuple[str, str]] = Counter()
        self._declared = {
            info.name for info in model.threads if model.program.process(info.name.partition("[")[0])
        }

    def take(self, moves: Sequence[Move]) -> None:
        """These have been made."""
        for move in moves:
            if move.part != "ends":  # which of them it is was settled where it was called
                self._counts[move.thread, move.name] = move.number

    def named(self, state: State, thread: int, alternative: int = 0) -> list[Move]:
        """What a step in this state does."""
        model = self._model
        info = model.threads[thread]
        calls_back = thread in model.strands
        if info.internal and not calls_back:
            what = GOES_ON
            if info.name.endswith(".signal"):
                what = "dies"
            elif ".feeder(" in info.name and not is_writing(model, state, info.name):
                what = "writes"
            return [Move(info.name, what, self._counts[info.name, what] + 1)]
        found: list[Move] = []
        fresh: Counter[tuple[str, str]] = Counter()
        step = model.step(state, thread, alternative)
        called = not calls_back and self._is_called(state, thread)
        for number in step.events:
            instant = model.instants[number]
            at: str = instant.at
            if at == "begin" and not calls_back and self._is_called(step.state, thread):
                at = "called"
            elif at == "end" and called:
                at, called = "done", False
            move = self._move(instant.call, at, fresh)
            if move is not None:
                found.append(move)
        operation = None if calls_back else model.operation_of(state, thread)
        if not step.events and operation is not None and operation.op == BEGIN:
            return [Move(info.name, "begin")]  # it does not find what it needs
        if called and not found:
            # It was on record, and now begins to be done.
            move = self._move(model.begin_of(state, thread), "begun", fresh)
            return [] if move is None else [move]
        if model.alternatives(state, thread) > 1 and operation is not None and operation.op in _LOOKS:
            looks = Move(info.name, GOES_ON, self._counts[info.name, GOES_ON] + 1, choice=alternative)
            return [looks, *found]
        if found and not any(move.name.startswith("task_start") for move in found):
            return found
        # Which worker takes a task is part of the model's schedule, too.
        return [Move(info.name, GOES_ON, self._counts[info.name, GOES_ON] + 1), *found]

    def _is_called(self, state: State, thread: int) -> bool:
        """Whether the thread has an operation on record of which nothing is done."""
        standing = self._model.standing(state, thread)
        if standing is None:
            return False
        local, phase, begun = standing
        return begun and phase is None and self._model.images[local].phase is None

    def _move(self, call: Call, at: str, fresh: Counter[tuple[str, str]]) -> Move | None:
        if call.operation in _NOT_LED or (call.operation == "exit" and at == "end"):
            return None
        if call.operation == "start" and call.kind == "pool":
            return None  # of a worker: its pool starts it
        if call.operation in ("begin", "exit") and call.process not in self._declared:
            return None  # of a worker: when it comes and goes is its pool's affair
        name = step_name(self._model.program, call.operation, call.object, call.site)
        lane = (call.actor, name)
        if at not in ("end", "done", "begun"):
            fresh[lane] += 1
        site = call.site
        known = site is not None and 0 < site < len(self._model.program.sites)
        return Move(
            call.actor,
            name,
            self._counts[lane] + fresh[lane],
            "whole" if call.operation == "exit" else _PARTS.get(at, "whole"),
            at in _ENDS and _is_out_of_time(call),
            _choice(call),
            self._model.program.sites[site].line if known and site is not None else None,
        )


def _is_out_of_time(call: Call) -> bool:
    if call.values.get("timeout") is None:
        return False
    return call.outcome == "refused" or (call.error is not None and call.error.type in _OUT_OF_TIME)


def _choice(call: Call) -> int | None:
    if call.operation != "choose" or "result" not in call.values:
        return None
    values = list(call.values["from"])
    return values.index(call.values["result"]) if call.values["result"] in values else None


# --- the way back ---


def resolve(model: Model, moves: Sequence[Move], *, whole: bool = True) -> Resolved:
    """The model's schedule that makes these steps in this order.

    Where they are not `whole`, steps that are not named are made as soon as they are needed. Steps that the model makes at one go
    may stand among others here: only the order within each thread, and that of the steps as wholes, counts.
    """
    return _Resolver(model, moves, whole).run()


_MOST_STEPS = 100_000


class _Resolver:
    def __init__(self, model: Model, moves: Sequence[Move], whole: bool) -> None:
        self._model = model
        self._whole = whole
        self._namer = _Namer(model)
        self._moves = list(moves)
        self._keys = {(move.key, move.part) for move in moves}
        self._lanes: dict[str, deque[int]] = {}
        for number, move in enumerate(moves):
            self._lanes.setdefault(move.thread, deque()).append(number)
        self._made = [False] * len(self._moves)
        self._state = model.initial
        self._schedule: list[tuple[int, int]] = []

    def run(self) -> Resolved:
        at = 0
        seen: set[tuple[int, State]] = set()
        while at < len(self._moves) and len(self._schedule) < _MOST_STEPS:
            if self._made[at]:
                at += 1
                continue
            chosen = self._choose(at)
            if chosen is None or (at, self._state) in seen:
                return Resolved(tuple(self._schedule), self._parting(at))
            seen.add((at, self._state))
            self._take(*chosen)
        return Resolved(tuple(self._schedule), None)

    def _take(self, thread: int, alternative: int, moves: Sequence[Move]) -> None:
        for move in moves:
            lane = self._lanes.get(move.thread)
            if lane and self._is(self._moves[lane[0]], move):
                self._made[lane.popleft()] = True
        self._namer.take(moves)
        self._schedule.append((thread, alternative))
        self._state = self._model.step(self._state, thread, alternative).state

    def _choose(self, at: int) -> tuple[int, int, list[Move]] | None:
        """The step to make so that this move comes next."""
        head = self._moves[at]
        ranked: list[tuple[int, int, int, list[Move]]] = []
        for thread, alternative, moves in self._steps():
            fits = self._fits(moves)
            if fits and any(self._is(head, move) for move in moves):
                return thread, alternative, moves
            info = self._model.threads[thread]
            if fits and not self._whole:
                near = not info.internal and self._serves(head, thread)
                later = any((move.key, move.part) in self._keys for move in moves)
                rank = 4 if later else 1 if near else 2 if info.internal else 3
                ranked.append((rank, thread, alternative, moves))
        return min(ranked, key=lambda each: each[:3])[1:] if ranked else None

    def _serves(self, head: Move, thread: int) -> bool:
        """Whether a step of this thread may be needed before that one."""
        info = self._model.threads[thread]
        return info.name == head.thread or (info.process == head.thread.partition(".")[0] and info.internal)

    def _steps(self) -> Iterator[tuple[int, int, list[Move]]]:
        model = self._model
        for thread in model.enabled(self._state):
            for alternative in range(model.alternatives(self._state, thread)):
                yield thread, alternative, self._namer.named(self._state, thread, alternative)

    def _fits(self, moves: Sequence[Move]) -> bool:
        """Whether all these are next in their lanes, or are not named at all."""
        places: Counter[str] = Counter()
        for move in moves:
            lane = self._lanes.get(move.thread, deque())
            place = places[move.thread]
            if place < len(lane) and self._is(self._moves[lane[place]], move):
                places[move.thread] += 1
            elif self._whole or (move.key, move.part) in self._keys:
                return False
        return True

    def _is(self, wanted: Move, move: Move) -> bool:
        if wanted.key != move.key or (wanted.choice is not None and wanted.choice != move.choice):
            return False
        if wanted.part == move.part:
            return wanted.part == "begins" or wanted.out == move.out or wanted.part == "ends"
        # What a hand-written schedule takes for one step may be two here: it is made when it has begun, and ends by itself.
        return wanted.part == "whole" and move.part == "begins" and not self._whole

    def _parting(self, at: int) -> Parting:
        head = self._moves[at]
        for _, _, moves in self._steps():
            found = next((move for move in moves if move.thread == head.thread), None)
            if found is not None and not self._is(head, found):
                words = found.name if found.number == 1 else f"{found.name}, number {found.number}"
                listed = (found.key, found.part) in self._keys
                return Parting(at, head, "other" if listed else "unlisted", words)
        model = self._model
        threads = {info.name: thread for thread, info in enumerate(model.threads)}
        thread = threads.get(head.thread)
        if thread is None:
            return Parting(at, head, "absent")
        operation = None if model.threads[thread].internal else model.operation_of(self._state, thread)
        if operation is None or operation.op.startswith("%"):
            return Parting(at, head, "ended" if any(t == thread for t, _ in self._schedule) else "absent")
        target = None if operation.object is None else str(operation.object.ref)
        words = step_name(model.program, operation.op, target, operation.site)
        return Parting(at, head, "blocked" if words == head.name else "other", words)

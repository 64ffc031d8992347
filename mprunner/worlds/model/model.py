"""The model of a program: every state that it can be in, and the steps between them.

A process's own memory is looked up as a local state (`images`), a step as the change it makes to the slots that it looked at, so
that what was done once in one state costs a few look-ups in every other state that looks alike to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from mprunner.operations import BY_KIND
from mprunner.program.declarations import Program
from mprunner.program.handles import Handle, Ref
from mprunner.program.handouts import Operation
from mprunner.recording.shown import Part
from mprunner.recording.values import plain, restore, shown_error
from mprunner.records import record
from mprunner.worlds.model.features import Features, features_of
from mprunner.worlds.model.images import BEGIN, LEAVE, Images
from mprunner.worlds.model.instants import Instants, Watcher, example
from mprunner.worlds.model.layout import Layout
from mprunner.worlds.model.names import Names
from mprunner.worlds.model.performing import Act, Moves
from mprunner.worlds.model.results import BLOCKED, Blocked, Call, Choice, Done, Ended, Next, Raised, Refused
from mprunner.worlds.model.steps import Change, Footprint, LocalSteps, Memory, State, Step, ThreadInfo
from mprunner.worlds.model.turn import Turn

__all__ = ["Model", "ModelOptions", "Waiting"]

_MOST_AT_ONCE = 10_000
"""Operations that nobody else notices, one after the other: a process that does nothing else for so long never will."""
NOT_RUNNING = -1


@record
class ModelOptions:
    """How the scenario is modelled: see `mprun explore --help`. `start_method` None takes the program's own, else fork."""

    start_method: str | None = None
    memory: Memory = "sc"
    no_timeouts: bool = False
    respect_sleep: bool = False
    seed: int = 0


@record
class Waiting:
    """What a thread that has no step waits for: `holders` could give it, as far as is known."""

    process: str
    operation: str
    object: str | None
    kind: str
    site: int | None
    holders: tuple[str, ...] = ()


class _Known:
    """The steps of a thread at one point: by what stands in the cells that were ever looked at there."""

    __slots__ = ("cells", "get", "steps", "touched")

    def __init__(self) -> None:
        self.cells: tuple[int, ...] = ()
        self.get: Callable[[State], Any] = _nothing
        self.steps: dict[Any, tuple[Change, ...]] = {}
        self.touched: dict[Any, Footprint] = {}
        """What a step that can't be made would touch."""


def _nothing(state: State) -> None:
    return None


class Model:
    """A program, as exploration sees it. `instants` are what steps put on record.

    Raises Unfollowed for what can't be modelled, when it is made or when a step comes to it.
    """

    def __init__(
        self, program: Program, options: ModelOptions | None = None, watcher: Watcher | None = None
    ) -> None:
        from mprunner.worlds.model.table import ACTS, SILENT, lay_out

        self.program = program
        self.options = ModelOptions() if options is None else options
        self.method = self.options.start_method or program.start_method or "fork"
        self.features: Features = features_of(program)
        self.layout = Layout()
        self.threads: list[ThreadInfo] = []
        self.instants = Instants(watcher)
        self.names = Names(program)
        self.images = Images(program, {key: act(self) for key, act in SILENT.items()})
        self.internal: dict[int, Callable[[Turn], Any]] = {}
        """What threads that nobody wrote do."""
        self.feeding: set[str] = set()
        """Processes that have feeders: they do not end before these are done."""
        self.leaving: list[Callable[[Turn], bool]] = []
        """What kinds of objects have to do before a process that ends waits for its children; False: not yet."""
        self.draining: list[Callable[[Turn], bool]] = []
        """Whether a process that ends has to wait for something of theirs."""
        self.dying: list[Callable[[Turn, str], None]] = []
        """What becomes of what a process had in them, when it is gone."""
        self._acts: dict[tuple[str, str], Act] = ACTS
        self._standings: list[tuple[int, Any, bool]] = []
        self._numbers: dict[tuple[int, Any, bool], int] = {}
        self._slots: list[int] = []
        lay_out(self)
        self._known: list[dict[int, _Known]] = [{} for _ in self.threads]
        self._last_resort: list[dict[int, _Known]] = [{} for _ in self.threads]
        self.initial: State = self.layout.initial

    # --- building ---

    def add_process(self, name: str) -> int:
        """A thread of a process; its slot says where it is, `NOT_RUNNING` before and after its life."""
        thread = len(self.threads)
        self.threads.append(ThreadInfo(name, name, False))
        self._slots.append(self.layout.add(("thread", name), NOT_RUNNING))
        self.layout.add(("life", name), 0)
        return thread

    def add_internal(self, name: str, process: str, act: Callable[[Turn], Any]) -> int:
        """A thread that nobody wrote; `act` makes its step, or says BLOCKED."""
        thread = len(self.threads)
        self.threads.append(ThreadInfo(name, process, True))
        self._slots.append(-1)
        self.internal[thread] = act
        return thread

    # --- as exploration sees it ---

    def enabled(self, state: State) -> tuple[int, ...]:
        """The threads that have a step in this state, in ascending order."""
        found = tuple([thread for thread in range(len(self.threads)) if self._changes(state, thread)])
        if found or not self.options.no_timeouts:
            return found
        return tuple([thread for thread in range(len(self.threads)) if self._at_last(state, thread)])

    def alternatives(self, state: State, thread: int) -> int:
        """How many ways the thread's step has; more than one only where it chooses."""
        return len(self._changes(state, thread) or self._at_last(state, thread))

    def step(self, state: State, thread: int, alternative: int = 0) -> Step:
        """The step of an enabled thread."""
        changes = self._changes(state, thread) or self._at_last(state, thread)
        writes, footprint, events = changes[alternative]
        slots = list(state)
        for cell, value in writes:
            slots[cell] = value
        return Step(tuple(slots), footprint, events)

    def pending(self, state: State, thread: int) -> Footprint | None:
        """What the step of a thread that is not enabled would touch; None where it has none, or is not there."""
        slot = self._slots[thread]
        at = 0 if slot < 0 else state[slot]
        if at < 0 or self._changes(state, thread):
            return None
        known = self._known[thread][at]
        return known.touched.get(known.get(state)) or None

    def initial_tokens(self, cell: int) -> int:
        """How many tokens can be taken from a cell at first."""
        return self.layout.tokens(cell)

    def place(self, thread: int) -> int | None:
        """The cell that says where a thread stands; None for one whose steps have no place."""
        slot = self._slots[thread]
        return slot if slot >= 0 else None

    def local_steps(self, state: State, thread: int) -> LocalSteps:
        """What a thread can do unless time has to pass for it, and the cells that decide it in all states with that `place`."""
        changes = self._changes(state, thread)
        slot = self._slots[thread]
        known = self._known[thread].get(state[slot] if slot >= 0 else 0)
        return LocalSteps(() if known is None else known.cells, changes)

    # --- what is known of a state ---

    def operation_of(self, state: State, thread: int) -> Operation | None:
        """What a process hands out in this state; None for one that is not there, or at its end."""
        slot = self._slots[thread]
        if slot < 0 or state[slot] < 0:
            return None
        return self.images[self._standings[state[slot]][0]].operation

    def begin_of(self, state: State, thread: int) -> Any:
        """The begin of the operation that a process hands out, as a call; None where that is not on record."""
        operation = self.operation_of(state, thread)
        standing = self.standing(state, thread)
        if operation is None or standing is None or operation.op in (BEGIN, LEAVE):
            return None
        turn = Turn(self, state, thread)
        turn.local, turn.image = standing[0], self.images[standing[0]]
        values = self._act(operation).carries(turn, operation)
        return self._call(turn, operation.op, operation.object, values, operation.site)

    def standing(self, state: State, thread: int) -> tuple[int, Any, bool] | None:
        """Local state, phase, and whether the operation has begun, of a process's thread; None when it is not there."""
        slot = self._slots[thread]
        return None if slot < 0 or state[slot] < 0 else self._standings[state[slot]]

    def holding(self, ref: Ref) -> bool:
        """Whether anybody may keep the lock of this value or array for longer than a look."""
        if self.names.lock_of(ref) is not None:
            return True
        return "acquire" in self.features.operations

    def thread_of(self, process: str) -> int:
        """The thread of a process. Raises KeyError."""
        return self.names.threads[process]

    # --- steps ---

    def stand(self, local: int, phase: Any = None, *, begun: bool = False) -> int:
        """The slot of a thread that is in this local state and phase."""
        key = (local, phase, begun)
        number = self._numbers.setdefault(key, len(self._standings))
        if number == len(self._standings):
            self._standings.append(key)
        return number

    def _changes(self, state: State, thread: int) -> tuple[Change, ...]:
        slot = self._slots[thread]
        at = state[slot] if slot >= 0 else 0
        if at < 0:
            return ()
        known = self._known[thread].get(at)
        if known is not None:
            found = known.steps.get(known.get(state))
            if found is not None:
                return found
        return self._learn(self._known[thread], state, thread, at, desperate=False)

    def _at_last(self, state: State, thread: int) -> tuple[Change, ...]:
        """As `_changes`, when nobody has a step unless time passes."""
        if not self.options.no_timeouts:
            return ()
        slot = self._slots[thread]
        at = state[slot] if slot >= 0 else 0
        return () if at < 0 else self._learn(self._last_resort[thread], state, thread, at, desperate=True)

    def _learn(
        self, table: dict[int, _Known], state: State, thread: int, at: int, *, desperate: bool
    ) -> tuple[Change, ...]:
        known = table.setdefault(at, _Known())
        found = known.steps.get(known.get(state))
        if found is not None:
            return found
        changes: list[Change] = []
        looked: dict[int, None] = {}
        number, count = 0, 1
        blocked: set[tuple[int, int]] = set()
        while number < count:
            turn = Turn(self, state, thread)
            turn.alternative, turn.desperate = number, desperate
            count = self._attempt(turn)
            looked |= turn.looked
            if count == 0:
                blocked = turn.touched()
                break
            footprint = sorted({*turn.touched(), *self.instants.footprint(turn.events, self.layout.apart)})
            writes = tuple((cell, value) for cell, value in sorted(turn.writes.items(), key=_first))
            changes.append(Change(writes, tuple(footprint), tuple(turn.events)))
            number += 1
        if not looked.keys() <= set(known.cells):
            known.cells = tuple(sorted({*known.cells, *looked}))
            known.get = itemgetter(*known.cells)
            known.steps.clear()
            known.touched.clear()
        key = known.get(state)
        known.steps[key] = tuple(changes)
        if blocked:
            known.touched[key] = tuple(sorted(blocked))
        return known.steps[key]

    def _attempt(self, turn: Turn) -> int:
        """Makes one step on the draft; how many alternatives it has, 0 when it can't be made."""
        act = self.internal.get(turn.thread)
        if act is not None:
            return 0 if act(turn) is BLOCKED else 1
        slot = self._slots[turn.thread]
        local, phase, begun = self._standings[turn._state[slot]]
        if self.features.kills and turn.process != "main":
            life = turn.cell("life", turn.process)
            if turn.get(life) != 1:
                return 0
        waits = self._moves(local) == "waits"
        count = self._operate(turn, local, phase, begun=begun)
        if count == 0 or not self._go_along(turn, slot, waits=waits):
            return 0
        return count

    def _go_along(self, turn: Turn, slot: int, *, waits: bool) -> bool:
        """What the process does next and nobody notices belongs to the same step; where that `waits`, so does what waits alike.

        False when one of these can't be made yet.
        """
        met = {turn.writes[slot]}
        for _ in range(_MOST_AT_ONCE):
            at = turn.writes[slot]
            if at < 0:
                return True
            local, phase, begun = self._standings[at]
            moves = self._moves(local)
            if begun or moves == "never" or (moves == "waits" and not waits):
                return True
            mark = turn.mark()
            made = self._operate(turn, local, phase, begun=False) == 1
            if not made and moves == "waits":
                return False
            watched = any(self.instants.is_watched(number) for number in turn.events[mark[2] :])
            if not made or watched or turn.writes[slot] in met:
                turn.back(mark)
                return True
            met.add(turn.writes[slot])
        return True

    def _moves(self, local: int) -> Moves:
        """Whether what a process hands out in this local state can be part of the step before."""
        if self.features.kills or self.features.looks:
            return "never"
        image = self.images[local]
        operation = image.operation
        assert operation is not None
        if operation.op == LEAVE:
            alone = not any(child.maker == image.process for child in image.children.values())
            return "always" if alone and image.process not in self.feeding else "waits"
        return self._act(operation).moves

    def _act(self, operation: Operation) -> Act:
        kind = operation.object.kind if operation.object is not None else "none"
        return self._acts[kind, operation.op]

    def _operate(self, turn: Turn, local: int, phase: Any, *, begun: bool) -> int:
        """One micro-step of what a process hands out; how many alternatives it has, 0 when it can't be made."""
        image = self.images[local]
        operation = image.operation
        assert operation is not None
        act = self._act(operation)
        slot = self._slots[turn.thread]
        turn.local, turn.image = local, image
        turn.phase = image.phase if phase is None else phase
        turn.returned, turn.escaped = image.returned, image.escaped
        on_record = operation.op not in (BEGIN, LEAVE)
        if on_record and not begun and not act.instant and self._begin_is_watched(turn, operation, act):
            turn.emit(operation.op, "begin", operation.object, values=act.carries(turn, operation))
            turn.set(slot, self.stand(local, phase, begun=True))
            turn._modes.discard((slot, 1))
            return 1
        try:
            result = act.do(turn, operation)
        except Exception as error:
            result = Raised(error)
        if result is BLOCKED or isinstance(result, Blocked):
            return 0
        count = 1
        if isinstance(result, Choice):
            count = len(result.values)
            result = Done(result.values[turn.alternative])
        image = turn.image
        if isinstance(result, Next):
            if on_record and not begun:
                turn.emit(operation.op, "begin", operation.object, values=act.carries(turn, operation))
            turn.writes[slot] = self.stand(turn.local, result.phase, begun=True)
            return count
        if isinstance(result, Call):
            if on_record and not begun:
                turn.emit(operation.op, "begin", operation.object, values=act.carries(turn, operation))
            called = self.images.call(turn.local, result.target, result.arguments, result.phase)
            turn.writes[slot] = self.stand(called)
            return count
        if isinstance(result, Ended):
            turn.writes[slot] = NOT_RUNNING
            return count
        if on_record:
            self._record(turn, operation, act, result, begun=begun or turn.phase is not None)
        if turn.afterwards:
            turn.events += turn.afterwards
            turn.afterwards.clear()
        if isinstance(result, Raised):
            following = self.images.after_error(turn.local, result.error)
        else:
            following = self.images.after(turn.local, result.value)
        turn.writes[slot] = self.stand(following)
        return count

    # --- the record ---

    def _begin_is_watched(self, turn: Turn, operation: Operation, act: Act) -> bool:
        kind = operation.object.kind if operation.object is not None else "none"
        spec = BY_KIND.get((kind, operation.op))  # type: ignore[arg-type]
        if spec is None or not spec.blocks:
            return False
        call = self._call(turn, operation.op, operation.object, act.carries(turn, operation), operation.site)
        return self.instants.begin_is_watched(call)

    def _record(
        self, turn: Turn, operation: Operation, act: Act, result: Done | Refused | Raised, *, begun: bool
    ) -> None:
        values = act.carries(turn, operation)
        error = None
        outcome = "ok"
        if isinstance(result, Raised):
            outcome, error = "raised", shown_error(result.error)
        elif isinstance(result, Refused):
            outcome = "refused"
        elif callable(act.gave):
            values = {**values, **act.gave(turn, operation, result.value)}
        elif act.gave is not None:
            values = {**values, act.gave: result.value}
        at = "instant" if act.instant else "end" if begun else "whole"
        turn.emit(operation.op, at, operation.object, values=values, outcome=outcome, error=error)

    def instant(
        self,
        turn: Turn,
        operation: str,
        at: Any,
        handle: Handle | None,
        *,
        values: dict[str, Any] | None = None,
        outcome: Any = "ok",
        error: Any = None,
        process: str | None = None,
        actor: str | None = None,
        site: int | None = None,
    ) -> int:
        """The number of an instant of this turn, see `Turn.emit`."""
        if site is None and turn.image is not None and turn.image.operation is not None:
            site = turn.image.operation.site
        call = self._call(turn, operation, handle, values or {}, site)
        call.outcome, call.error = outcome, error
        if process is not None:
            call.process = call.actor = process
        if actor is not None:
            call.actor = actor
        return self.instants.number(call, at)

    def _call(
        self, turn: Turn, operation: str, handle: Handle | None, values: dict[str, Any], site: int | None
    ) -> Any:
        act = self._acts.get((handle.kind if handle is not None else "none", operation))
        timed = False
        if (
            act is not None
            and turn.image is not None
            and turn.image.operation is not None
            and not act.instant
        ):
            timed = act.timed(turn.image.operation.arguments)
        acted_on, via = self.names.acted_on(handle, operation)
        if via is not None:
            values = {**values, "via": via}
        known = site is not None and 0 <= site < len(self.program.sites)
        return example(
            turn.process,
            turn.image.actor if turn.image is not None else turn.process,
            operation,
            object=None if acted_on is None else str(acted_on.ref),
            kind="none" if acted_on is None else acted_on.kind,
            values={name: _shown(name, value) for name, value in values.items()},
            site=site if known else None,
            label=self.program.sites[site].label if known and site is not None else None,
            timed=timed,
        )


def _first(pair: tuple[int, Any]) -> int:
    return pair[0]


def _shown(name: str, value: Any) -> Any:
    """A value as a record has it."""
    if name == "parts":
        return tuple(Part(kind, text) for kind, text in value)
    return restore(plain(value))


def ref_of(name: str) -> Ref:
    """`fork[2]` as a Ref."""
    base, bracket, index = name.partition("[")
    return Ref(base, int(index[:-1])) if bracket else Ref(name)


Threads = Sequence[ThreadInfo]

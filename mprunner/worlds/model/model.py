"""The model of a program: every state that it can be in, and the steps between them.

A process's own memory is looked up as a local state (`images`), a step as a change (`stepping`); what an operation does to
simulated objects is in the tables of the kinds of objects, and `playing` makes steps of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mprunner.operations import OPERATIONS
from mprunner.program.declarations import Program
from mprunner.program.handles import Handle, Ref
from mprunner.program.handouts import Operation
from mprunner.program.instructions import Operate
from mprunner.recording.shown import Part
from mprunner.recording.values import plain, restore
from mprunner.records import record
from mprunner.worlds.model.clock_values import knowing_times
from mprunner.worlds.model.features import Features, features_of
from mprunner.worlds.model.images import Image, Images
from mprunner.worlds.model.instants import Instants, Watcher, example
from mprunner.worlds.model.layout import Layout
from mprunner.worlds.model.names import Names
from mprunner.worlds.model.performing import Act
from mprunner.worlds.model.playing import act_of, begin_of, play
from mprunner.worlds.model.stepping import Attempt, Stepping
from mprunner.worlds.model.steps import READ, Change, Footprint, Memory, State, ThreadInfo
from mprunner.worlds.model.strands import OWN, Place
from mprunner.worlds.model.turn import Turn
from mprunner.worlds.model.waiting import left

__all__ = ["Model", "ModelOptions", "Standing"]

NOT_RUNNING = -1
"""What stands for a thread that is not there yet; less for one that is gone, so that what it leaves behind counts."""

Standing = tuple[int, Any, bool]
"""A local state, the phase of the operation that it hands out, and whether that has begun."""


@record
class ModelOptions:
    """How the scenario is modelled: see `mprun explore --help`. `start_method` None takes the program's own, else fork.

    `keep_variables`: states in which processes have left other variables behind are others. Where nobody asks for these, it may
    be off; then there are fewer.
    """

    start_method: str | None = None
    memory: Memory = "sc"
    no_timeouts: bool = False
    respect_sleep: bool = False
    seed: int = 0
    keep_variables: bool = True


class Model(Stepping):
    """A program, as exploration sees it. `instants` are what steps put on record.

    Raises Unfollowed for what can't be modelled, when it is made or when a step comes to it.
    """

    def __init__(
        self, program: Program, options: ModelOptions | None = None, watcher: Watcher | None = None
    ) -> None:
        from mprunner.worlds.model.table import ACTS, SILENT, lay_out

        super().__init__()
        self.program = program
        self.options = ModelOptions() if options is None else options
        self.method = self.options.start_method or program.start_method or "fork"
        self.features: Features = features_of(program)
        self.layout = Layout()
        self.instants = Instants(watcher)
        self.names = Names(program)
        self.images = Images(
            program,
            {key: act(self) for key, act in SILENT.items() if key not in self._choosing},
            draws=self.features.random or self.options.respect_sleep,
        )
        self.acts: dict[tuple[str, str], Act] = ACTS
        self.internal: dict[int, Callable[[Turn], Any]] = {}
        """What threads that nobody wrote do."""
        self.strands: dict[int, str] = {}
        """Threads that share the memory of their process, and what they are called in it (see `strands`)."""
        self.owners: dict[str, str] = {}
        """The process that makes each pool."""
        self.made: dict[str, dict[str, int]] = {}
        """How often each process may make an object of each name, beside what main makes at first."""
        self.inheriting: list[Callable[[Turn, Image], dict[str, Any]]] = []
        """What a fork keeps of things that belong to the process that it is a copy of."""
        self.feeders: dict[str, str] = {}
        """The queue of each feeder, as its cells have it, by the name of the thread."""
        self.feeding: set[str] = set()
        """Processes that have feeders: they do not end before these are done."""
        self.leaving: list[Callable[[Turn], bool]] = []
        """What kinds of objects have to do before a process that ends waits for its children; False: not yet."""
        self.draining: list[Callable[[Turn], bool]] = []
        """Whether a process that ends has to wait for something of theirs."""
        self.dying: list[Callable[[Turn, str], None]] = []
        """What becomes of what a process had in them, when it is gone."""
        self.making: dict[str, Callable[[Turn, Handle], Any]] = {}
        """How objects come to be that are more than cells, by kind: None, or what has to happen before."""
        self.serving: list[Callable[[Model, Image], None]] = []
        """What a manager's server has in its memory."""
        self.served: set[str] = set()
        """Managers whose server plays targets."""
        self.managed: set[str] = set()
        """Names of what managers hold."""
        self.forking: set[str] = set()
        """Processes whose memory a thread that nobody wrote may copy."""
        self.standings: list[Standing] = []
        self._numbers: dict[Standing, int] = {}
        self._left: dict[Any, int] = {}
        self._mortal: dict[str, bool] = {}
        lay_out(self)
        self.ready(self.layout.initial, time_can_pass=self.time_can_pass)

    @property
    def _choosing(self) -> frozenset[tuple[str, str]]:
        """What looks at the clock and may find it late."""
        if self.time_can_pass:
            return frozenset()
        looks = {("none", "remaining"), *([("none", "monotonic")] if self.features.looks.number else [])}
        return frozenset(looks)

    @property
    def time_can_pass(self) -> bool:
        """Whether some steps are possible only when nobody can do anything else."""
        return self.options.no_timeouts or self.options.respect_sleep

    # --- building ---

    def add_process(self, name: str) -> int:
        """A thread of a process; its slot says where it is, `NOT_RUNNING` before its life."""
        thread = len(self.threads)
        self.threads.append(ThreadInfo(name, name, False))
        self.slots.append(self.layout.add(("thread", name), NOT_RUNNING))
        self.layout.add(("life", name), 0)
        return thread

    def add_internal(self, name: str, process: str, act: Callable[[Turn], Any]) -> int:
        """A thread that nobody wrote; `act` makes its step, or says BLOCKED."""
        thread = len(self.threads)
        self.threads.append(ThreadInfo(name, process, True))
        self.slots.append(-1)
        self.internal[thread] = act
        return thread

    def add_strand(self, name: str, process: str, strand: str) -> int:
        """A thread that nobody wrote, which plays targets in the memory of its process under the name `strand`."""
        thread = len(self.threads)
        self.threads.append(ThreadInfo(name, process, True))
        self.slots.append(self.slots[self.names.threads[process]])
        self.strands[thread] = strand
        return thread

    def initial_tokens(self, cell: int) -> int:
        """How many tokens can be taken from a cell at first."""
        return self.layout.tokens(cell)

    # --- what is known of a state ---

    def standing(self, state: State, thread: int) -> Standing | None:
        """Where a thread that plays targets stands; None when it is not there."""
        slot = self.slots[thread]
        if slot < 0 or state[slot] < 0:
            return None
        return self.standing_of(thread, state[slot])

    def standing_of(self, thread: int, at: int) -> Standing | None:
        """Where a thread stands when this is in its slot: that of its process, of which it may be one of several."""
        local, phase, begun = self.standings[at]
        strand = self.strands.get(thread)
        if strand is None:
            return local, phase, begun
        turned = self.images.turned(local, Place(phase, begun), strand)
        return None if turned is None else (turned[0], *turned[1])

    def stand_behind(self, at: int) -> int:
        """The slot of a process whose own thread is to be in front again."""
        local, phase, begun = self.standings[at]
        turned = self.images.turned(local, Place(phase, begun), OWN)
        assert turned is not None, "a process has its own thread until it ends"
        return self.stand(turned[0], turned[1].phase, begun=turned[1].begun)

    def settled(self, state: State, thread: int) -> tuple[State, tuple[int, ...]]:
        """The state in which a thread that waits has come as far as it does by itself, and the instants of that.

        Joins that follow each other are one step, so that none is made as long as one of them has to wait.
        """
        events: tuple[int, ...] = ()
        if self.threads[thread].internal or self._changes(state, thread):
            return state, events
        for _ in self.threads:
            change = self.alone(state, thread)
            if change is None:
                break
            slots = list(state)
            for cell, value in change.writes:
                slots[cell] = value
            state, events = tuple(slots), events + change.events
        return state, events

    def operation_of(self, state: State, thread: int) -> Operation | None:
        """What a process hands out in this state; None for one that is not there."""
        standing = self.standing(state, thread)
        return None if standing is None else self.images[standing[0]].operation

    def begin_of(self, state: State, thread: int) -> Any:
        """The begin of the operation that a process hands out, as a call; None where that is not on record."""
        standing = self.standing(state, thread)
        return None if standing is None else begin_of(Turn(self, state, thread), standing[0])

    def is_on_record(self, instruction: Operate) -> bool:
        """Whether this step would leave a trace on record."""
        return not any(spec.silent for spec in OPERATIONS if spec.name == instruction.operation)

    def is_mortal(self, process: str) -> bool:
        """Whether a process may be ended from outside."""
        found = self._mortal.get(process)
        if found is None:
            declared = process == "main" or process.partition("[")[0] in self.names.processes
            killable = process.partition("[")[0] in self.features.killable
            found = self._mortal[process] = killable if declared else self.features.kills
        return found

    @property
    def has_bare_memory(self) -> bool:
        """Whether some memory can be looked at without a lock."""
        memory = [each for each in self.program.objects if each.kind in ("value", "array")]
        bare = any(str(each.options["type"]).startswith("Raw") or not each.options["lock"] for each in memory)
        return bare or "get_obj" in self.features.operations

    def holding(self, ref: Ref) -> bool:
        """Whether anybody may keep the lock of this value or array for longer than a look."""
        if self.names.lock_of(ref) is not None:
            return True
        return "acquire" in self.features.operations

    # --- steps ---

    def pending(self, state: State, thread: int) -> Footprint | None:
        """As others have it; a thread whose process was ended, or that is gone with it, could have done more before that."""
        slot = self.slots[thread]
        if slot >= 0 and state[slot] < NOT_RUNNING:
            life = self.layout.cell("life", self.threads[thread].process)
            left = state[life]
            if thread in self.strands or (isinstance(left, tuple) and left[0] < 0):
                return ((life, READ),)
        return super().pending(state, thread)

    def stand(self, local: int, phase: Any = None, *, begun: bool = False) -> int:
        """The slot of a thread that is in this local state and phase."""
        key = (local, phase, begun)
        number = self._numbers.setdefault(key, len(self.standings))
        if number == len(self.standings):
            self.standings.append(key)
        return number

    def gone(self, variables: Any = None) -> int:
        """The slot of a thread that is gone, and left these variables (frozen)."""
        if not self.options.keep_variables:
            return NOT_RUNNING - 1
        return NOT_RUNNING - 1 - self._left.setdefault(variables, len(self._left))

    def attempt(self, state: State, thread: int, *, late: bool) -> Attempt:
        changes: list[Change] = []
        looked: set[int] = set()
        count = 1
        while len(changes) < count:
            turn = Turn(self, state, thread, alternative=len(changes), late=late)
            count = play(turn)
            looked.update(turn.looked)
            if count == 0:
                return Attempt((), frozenset(looked), tuple(sorted(turn.touched())))
            changes.append(self._change(turn))
        return Attempt(tuple(changes), frozenset(looked), ())

    def soonest(self, state: State, threads: list[int]) -> list[int]:
        """Of the threads that time would let go on, those that it lets go on first."""
        if not self.options.respect_sleep or not threads:
            return threads
        rest = [left(self, state, self.threads[thread].name) for thread in threads]
        return [thread for thread, each in zip(threads, rest, strict=True) if each == min(rest)]

    def alone(self, state: State, thread: int) -> Change | None:
        """The step of a thread without what goes along with it; None where it can't be made."""
        slot = self.slots[thread]
        if slot < 0 or state[slot] < 0:
            return None
        turn = Turn(self, state, thread)
        return self._change(turn) if play(turn, alone=True) else None

    def _change(self, turn: Turn) -> Change:
        seen = self.instants.footprint(turn.events, self.layout.apart)
        writes = tuple((cell, turn.writes[cell]) for cell in sorted(turn.writes))
        return Change(writes, tuple(sorted({*turn.touched(), *seen})), tuple(turn.events))

    # --- the record ---

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
        timed: bool = False,
    ) -> int:
        """The number of an instant of this turn, see `Turn.emit`."""
        if site is None and turn.image is not None and turn.image.operation is not None:
            site = turn.image.operation.site
        call = self.call(turn, operation, handle, values or {}, site)
        call.outcome, call.error = outcome, error
        call.timed = call.timed or timed
        if process is not None:
            call.process = call.actor = process
        if actor is not None:
            call.actor = actor
        return self.instants.number(call, at)

    def call(
        self, turn: Turn, operation: str, handle: Handle | None, values: dict[str, Any], site: int | None
    ) -> Any:
        """What stands on record of an operation of this turn, as a call without times."""
        timed = False
        acting = None if turn.image is None else turn.image.operation
        if acting is not None and acting.op == operation:
            act = act_of(self, acting)
            timed = not act.instant and act.timed({**acting.arguments, **values})
        acted_on, via = self.names.acted_on(handle, operation)
        if via is not None:
            values = {**values, "via": via}
        known = site is not None and 0 <= site < len(self.program.sites)
        shown = {name: _shown(name, value) for name, value in values.items()}
        return example(
            turn.image.process if turn.image is not None else turn.process,
            turn.image.actor if turn.image is not None else turn.process,
            operation,
            object=None if acted_on is None else str(acted_on.ref),
            kind="none" if acted_on is None else acted_on.kind,
            values=knowing_times(values, shown) if self.features.clock else shown,
            site=site if known else None,
            label=self.program.sites[site].label if known and site is not None else None,
            timed=timed,
        )


def _shown(name: str, value: Any) -> Any:
    """A value as a record has it."""
    if name == "parts":
        return tuple(Part(kind, text) for kind, text in value)
    return restore(plain(value))

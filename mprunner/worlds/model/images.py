"""A process's own memory, and the table in which equal memories are one small number: its *local states*.

What a process does between two operations depends on nothing but its memory and what the operation gave. So it is played once for
each local state and result, and looked up from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mprunner.program.declarations import Program
from mprunner.program.handouts import Finished, Operation
from mprunner.program.machine import EndlessLoopError, Machine
from mprunner.program.plain_data import canonical, copied
from mprunner.worlds.conventions import exitcode_of
from mprunner.worlds.model.freezing import freeze, thaw
from mprunner.worlds.model.pauses import PAUSE, Pauses
from mprunner.worlds.model.strands import (
    OWN,
    Place,
    Strand,
    bring_to_front,
    canonical_calls,
    canonical_operation,
    copied_calls,
    copied_operation,
)
from mprunner.worlds.model.unfollowed import Unfollowed

if TYPE_CHECKING:
    from random import Random

__all__ = ["ANSWER", "BEGIN", "LEAVE", "RESULTS", "SERVE", "WORK", "Child", "Image", "Images"]

BEGIN = "%begin"
"""The first operation of every process: it comes to be."""
LEAVE = "%leave"
"""The operation that a process hands out when its target is over: all that CPython does until it is gone."""

SERVE = "%serve"
"""The operation that a manager's server hands out all its life."""
WORK = "%work"
"""The operation that a pool's worker hands out between tasks."""
ANSWER = "%answer"
"""The operation that a thread of a manager's server hands out which serves one process."""
RESULTS = "%results"
"""The operation that the thread of a pool hands out which takes results, and calls callbacks with them."""

Silent = Callable[["Image", Operation], Any]
"""Does an operation that concerns nobody else, and leaves no trace on record."""

_BUDGET = range(1_000_000)
"""Instructions that are played from one operation to the next before a process is taken to go round for ever."""
_MOST_SILENT = 100_000


class Child:
    """A process object in the memory of who made it, or of a fork of that: what it will be called with."""

    __slots__ = ("args", "authkey", "closed", "daemon", "exitcode", "kwargs", "maker", "mp_name", "started")

    def __init__(
        self, maker: str, args: tuple[Any, ...], kwargs: dict[str, Any], mp_name: str, daemon: bool
    ) -> None:
        self.maker = maker
        self.args = args
        self.kwargs = kwargs
        self.mp_name = mp_name
        self.daemon = daemon
        self.closed = False
        self.started = False
        self.authkey: bytes | None = None
        self.exitcode: int | None = None
        """As far as its maker has noticed."""

    def copy(self, memo: dict[int, Any]) -> Child:
        twin = Child(
            self.maker, copied(self.args, memo), copied(self.kwargs, memo), self.mp_name, self.daemon
        )
        twin.closed, twin.started, twin.authkey = self.closed, self.started, self.authkey
        twin.exitcode = self.exitcode
        return twin

    def canonical(self, numbers: dict[int, tuple[int, Any]]) -> Hashable:
        given = canonical(self.args, numbers), canonical(self.kwargs, numbers)
        return (
            self.maker,
            given,
            self.mp_name,
            self.daemon,
            self.closed,
            self.started,
            self.authkey,
            self.exitcode,
        )


class Image:
    """The memory of one process. Those in the table are never changed: who goes on takes a copy.

    `machines` are in each other, the innermost last; `suspended` has for all but that the operation that called the next one, and
    the phase in which it goes on. `operation` is what it hands out, in `phase`; `returned` and `escaped` are what the target gave
    that the operation has called. `extra` is what kinds of objects keep in a process, by a key of theirs: hashable.
    """

    __slots__ = (
        "actor", "children", "clock", "daemon", "draws", "error", "escaped", "exitcode", "extra", "forgotten", "front", "globals",
        "late", "machines", "made", "mp_name", "operation", "parent", "phase", "process", "returned", "site", "strands",
        "suspended", "variables",
    )  # fmt: skip

    def __init__(self, process: str, variables: dict[str, Any], *, parent: str | None, mp_name: str) -> None:
        self.process = process
        self.actor = process
        self.parent = parent
        self.mp_name = mp_name
        self.daemon = False
        self.globals = variables
        self.machines: list[Machine] = []
        self.suspended: list[tuple[Operation, Any]] = []
        self.operation: Operation | None = None
        self.phase: Any = None
        self.returned: Any = None
        self.escaped: BaseException | None = None
        self.children: dict[str, Child] = {}
        self.made = 0
        """Process objects that were made here: their default names are numbered."""
        self.forgotten: frozenset[str] = frozenset()
        self.draws: tuple[int, ...] = ()
        """What was drawn: 0 for a number, else of how many one was chosen."""
        self.clock = 0.0
        self.late: dict[int, Any] = {}
        self.extra: dict[str, Any] = {}
        self.error: BaseException | None = None
        self.exitcode = 0
        self.site = -1
        self.variables: dict[str, Any] | None = None
        self.front = OWN
        self.strands: dict[str, Strand] = {}
        """Other threads of the process, see `strands`."""

    def copy(self) -> Image:
        memo: dict[int, Any] = {}
        twin = Image.__new__(Image)
        for name in self.__slots__:
            setattr(twin, name, getattr(self, name))
        twin.globals = copied(self.globals, memo)
        twin.machines = [machine.copy(memo) for machine in self.machines]
        twin.suspended = copied_calls(self.suspended, memo)
        twin.children = {name: child.copy(memo) for name, child in self.children.items()}
        twin.late = copied(self.late, memo)
        twin.returned = copied(self.returned, memo)
        twin.extra = dict(self.extra)
        operation = self.operation
        if operation is not None and operation.op not in (BEGIN, LEAVE):
            operation = copied_operation(operation, twin.machines, memo)
        twin.operation = operation
        if self.strands:
            twin.strands = {name: strand.copy(memo) for name, strand in self.strands.items()}
        return twin

    def alone(self) -> None:
        """What is left of the threads in a fork of this memory: the one that forked."""
        self.front, self.strands = OWN, {}

    def named(self, name: str) -> str:
        """The name of an object, as the cells have it of the one that is known by it here."""
        base = name.partition("[")[0]
        return name + next((suffix for known, suffix in self.extra.get("own", ()) if known == base), "")

    def inherit(self, *, forked: bool) -> None:
        """Keep what a process has from the one that started it."""
        kept = ("own", "threads") if forked else ("own",)
        self.extra = {key: each for key, each in self.extra.items() if key in kept}

    def numbered(self, made: int) -> str:
        """The number in the name of a process that is the so many-th that this one makes."""
        own = self.mp_name.partition("-")[2]
        return f"{own}:{made}" if own else str(made)

    def canonical(self, *, draws: bool) -> Hashable:
        """Equal for memories that behave alike; `draws`: what was drawn makes a difference."""
        numbers: dict[int, tuple[int, Any]] = {}
        machines = tuple(machine.canonical(numbers) for machine in self.machines)
        suspended = canonical_calls(self.suspended, numbers)
        pending = canonical_operation(self.operation, numbers)
        children = tuple((name, child.canonical(numbers)) for name, child in sorted(self.children.items()))
        return (
            self.process, self.actor, self.parent, self.mp_name, self.daemon, machines, suspended, pending, self.phase,
            canonical(self.returned, numbers), canonical(self.escaped, numbers), canonical(self.globals, numbers), children,
            self.made, self.forgotten, self.draws if draws else (), self.clock, canonical(self.late, numbers),
            tuple(sorted(self.extra.items())),
            canonical(self.error, numbers), self.exitcode, canonical(self.variables, numbers), self.front,
            tuple((name, self.strands[name].canonical(numbers)) for name in sorted(self.strands)),
        )  # fmt: skip

    def random(self, seed: int) -> Random:
        """The process's own generator after what it has drawn, as each actor of the real world has one."""
        from random import Random

        generator = Random(f"{seed}:{self.process}")
        for each in self.draws:
            if each:
                generator.choice(range(each))
            else:
                generator.random()
        return generator


class Images:
    """All local states that were met, by number."""

    def __init__(
        self, program: Program, silent: Mapping[tuple[str, str], Silent], *, draws: bool = True
    ) -> None:
        self._program = program
        self._draws = draws
        self._silent = silent
        self._images: list[Image] = []
        self._numbers: dict[Hashable, int] = {}
        self._after: dict[Hashable, int] = {}
        self._turned: dict[Hashable, tuple[int, Place] | None] = {}
        self._pauses = Pauses(program)

    def __getitem__(self, number: int) -> Image:
        return self._images[number]

    def __len__(self) -> int:
        return len(self._images)

    def add(self, image: Image) -> int:
        """The number of this memory; from now on it is not to be changed."""
        key = image.canonical(draws=self._draws)
        number = self._numbers.setdefault(key, len(self._images))
        if number == len(self._images):
            self._images.append(image)
        return number

    def turned(self, local: int, place: Place, name: str) -> tuple[int, Place] | None:
        """The local state with another of its threads in front, and where that stands; None where there is none of this name.

        `place` is where the one stands that is in front.
        """
        key = (local, place, name)
        if key not in self._turned:
            image = self._images[local]
            if name == image.front:
                self._turned[key] = local, place
            elif name not in image.strands:
                self._turned[key] = None
            else:
                image = image.copy()
                there = bring_to_front(image, name, place)
                self._turned[key] = self.add(image), there
        return self._turned[key]

    def begin(self, image: Image, target: str | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> int:
        """The local state of a new process that will play `target`, or nothing."""
        if target is not None:
            image.machines = [Machine(self._program, target, args, kwargs, image.globals)]
        image.operation = Operation(BEGIN, None, {"args": args, "kwargs": kwargs}, -1)
        return self.add(image)

    def after(self, local: int, value: Any) -> int:
        """The local state after the operation that it handed out gave `value`."""
        key = (local, freeze(value))
        found = self._after.get(key)
        if found is None:
            image = self._images[local].copy()
            found = self._after[key] = self.go_on(image, thaw(value))
        return found

    def go_on(self, image: Image, value: Any) -> int:
        """As `after`, for a copy that has been changed."""
        image.phase = image.returned = image.escaped = None
        if not image.machines:
            self._leave(image, None)
            return self.add(image)
        pause = image.operation if image.operation is not None and image.operation.op == PAUSE else None
        if pause is not None:
            self._advance(image, self._pauses.ended(image.machines[-1], pause))
        else:
            image.machines[-1].resume(value)
            self._advance(image)
        return self.add(image)

    def after_error(self, local: int, error: BaseException) -> int:
        """The local state after its operation has raised."""
        key = (local, type(error), canonical(error, {}), str(error))
        found = self._after.get(key)
        if found is None:
            image = self._images[local].copy()
            found = self._after[key] = self.throw(image, error)
        return found

    def throw(self, image: Image, error: BaseException) -> int:
        """As `after_error`, for a copy that has been changed."""
        image.phase = image.returned = image.escaped = None
        if image.operation is not None and image.operation.op == BEGIN:
            image.machines, image.site = [], -1  # it never came to its target
            self._leave(image, error)
            return self.add(image)
        image.machines[-1].throw(error)
        self._advance(image)
        return self.add(image)

    def call(
        self,
        local: int,
        target: str,
        arguments: tuple[Any, ...],
        phase: Hashable,
        keywords: tuple[tuple[str, Any], ...] = (),
    ) -> int:
        """The local state in which its operation has called a target."""
        given = freeze((arguments, dict(keywords)))
        key = (local, "call", target, given, phase)
        found = self._after.get(key)
        if found is None:
            image = self._images[local].copy()
            assert image.operation is not None
            image.suspended.append((image.operation, phase))
            image.phase = image.returned = image.escaped = None
            args, kwargs = thaw(given)
            image.machines.append(Machine(self._program, target, args, kwargs, image.globals))
            self._advance(image)
            found = self._after[key] = self.add(image)
        return found

    def play(
        self, image: Image, target: str, args: Sequence[Any], kwargs: Mapping[str, Any], phase: Any
    ) -> int:
        """As `call`, for a copy that has been changed, and with arguments as a process gets them."""
        assert image.operation is not None
        image.suspended.append((image.operation, phase))
        image.phase = image.returned = image.escaped = None
        image.machines.append(Machine(self._program, target, args, kwargs, image.globals))
        self._advance(image)
        return self.add(image)

    def _advance(self, image: Image, paused: Operation | bool = False) -> None:
        """Plays the innermost machine up to an operation that others can notice, and what called it after its end.

        Where other threads share the memory, up to an instruction that touches it; `paused`: it has waited before that (or is
        to wait in the midst of it, for this).
        """
        for _ in range(_MOST_SILENT):
            machine = image.machines[-1]
            machine.budget = _BUDGET
            try:
                if image.strands:
                    step = paused if isinstance(paused, Operation) else self._pauses.advance(machine, paused)
                    paused = False
                else:
                    step = machine.advance()
            except EndlessLoopError as loop:
                raise Unfollowed(
                    "it goes round and round and touches nothing", self._program, loop.site
                ) from None
            except BaseException as error:
                image.site = machine.site
                if not image.suspended:
                    self._leave(image, error)
                    return
                self._return(image, None, error)
                return
            if isinstance(step, Finished):
                if not image.suspended:
                    self._leave(image, None)
                    return
                self._return(image, step.value, None)
                return
            image.operation, image.site = step, step.site
            silent = self._silent.get((step.object.kind if step.object is not None else "none", step.op))
            if silent is None:
                return
            try:
                value = silent(image, step)
            except Exception as error:
                machine.throw(error)
            else:
                machine.resume(value)
        raise Unfollowed("it looks at nothing but itself, without end", self._program, image.site)

    def _return(self, image: Image, value: Any, error: BaseException | None) -> None:
        """The target that an operation has called is over: the operation goes on."""
        image.machines.pop()
        image.operation, image.phase = image.suspended.pop()
        image.returned, image.escaped = value, error

    def _leave(self, image: Image, error: BaseException | None) -> None:
        """The process's own target is over."""
        if image.machines:
            image.variables = image.machines[0].variables()
        image.operation, image.phase = Operation(LEAVE, None, {}, -1), None
        image.error = error
        image.exitcode = 0 if error is None else exitcode_of(error) if isinstance(error, SystemExit) else 1
        image.machines, image.suspended = [], []

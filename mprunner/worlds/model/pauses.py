"""Where a thread that shares its memory with others can be interrupted: before each instruction that looks at what they share.

That is globals, and lists and mappings, which both may have. An assignment to a global that looks at others is two steps, as it
is in Python: what is computed may be old when it is stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from mprunner.program import instructions as program
from mprunner.program.declarations import Program
from mprunner.program.evaluate import Evaluate, build
from mprunner.program.expressions import Global, Local, Subscript
from mprunner.program.frames import Frame
from mprunner.program.handouts import Finished, Operation
from mprunner.program.iteration import Iteration
from mprunner.program.machine import EndlessLoopError, Machine
from mprunner.records import records_in
from mprunner.worlds.model.steps import READ, WRITE

__all__ = ["PAUSE", "Pauses"]

PAUSE = "%pause"
"""The operation that a thread hands out before an instruction that touches what it shares: `mode` says how."""

_ONE = range(1)
_MOST = 1_000_000
_SHARED = (list, dict, set, Iteration)


class _Touch(NamedTuple):
    """What an instruction touches: globals, and what these locals hold. `returns`: and the caller's place for the result."""

    mode: int | None = None
    names: tuple[str, ...] = ()
    returns: bool = False


class Pauses:
    """Looks at the instructions of one program."""

    def __init__(self, whole: Program) -> None:
        self._program = whole
        self._counts: dict[str, int | None] = {each.name: each.count for each in whole.objects}
        self._counts.update((each.name, each.replicas) for each in whole.processes)
        self._touches: dict[tuple[str, int], _Touch] = {}
        self._values: dict[tuple[str, int], Evaluate | None] = {}

    def advance(self, machine: Machine, paused: bool) -> Operation | Finished:
        """As `Machine.advance`, but up to the next pause. `paused`: it comes from one. Raises EndlessLoopError."""
        machine.budget = _ONE
        for _ in range(_MOST):
            pause = None if paused else self._pause(machine)
            if pause is not None:
                return pause
            paused = False
            try:
                return machine.advance()
            except EndlessLoopError:
                continue
        raise EndlessLoopError(machine.site)

    def ended(self, machine: Machine, pause: Operation) -> Operation | bool:
        """Whether the instruction is still to be made; in the midst of an assignment another pause."""
        frame = machine.running
        assert frame is not None, "nothing can happen to a thread that pauses"
        if "kept" in pause.arguments:
            instruction = self._instruction(frame)
            assert isinstance(instruction, program.Assign)
            assert isinstance(instruction.place, Global)
            machine.globals[instruction.place.name] = pause.arguments["kept"]
            frame.pc += 1
            return False
        value = self._assigned(frame)
        if value is None:
            return True
        try:
            kept = value(frame.variables, machine.globals)
        except Exception:
            return True  # the instruction raises it
        return Operation(PAUSE, None, {"mode": WRITE, "kept": kept}, pause.site)

    def _pause(self, machine: Machine) -> Operation | None:
        frame = machine.running
        if frame is None:
            return None
        key = (frame.target, frame.pc)
        touch = self._touches.get(key)
        if touch is None:
            touch = self._touches[key] = _touched(self._instruction(frame))
        mode = touch.mode
        names = tuple(frame.variables) if touch.returns else touch.names
        if mode is None and any(isinstance(frame.variables.get(name), _SHARED) for name in names):
            mode = READ
        if touch.returns and isinstance(frame.into, Global):
            mode = WRITE
        if mode is None:
            return None
        if mode == WRITE and self._assigned(frame) is not None:
            mode = READ  # to begin with
        return Operation(PAUSE, None, {"mode": mode}, getattr(self._instruction(frame), "site", machine.site))

    def _instruction(self, frame: Frame) -> program.Instruction | None:
        """What comes next; None at the end of the target."""
        whole = self._program
        target = whole.main if frame.target == whole.main.name else whole.targets[frame.target]
        return target.code[frame.pc] if frame.pc < len(target.code) else None

    def _assigned(self, frame: Frame) -> Evaluate | None:
        """What computes the value of an assignment that is two steps; None for anything else."""
        key = (frame.target, frame.pc)
        if key not in self._values:
            it = self._instruction(frame)
            split = isinstance(it, program.Assign) and isinstance(it.place, Global) and any(_looks(it.value))
            value = build(it.value, self._counts) if split and isinstance(it, program.Assign) else None
            self._values[key] = value
        return self._values[key]


def _touched(instruction: program.Instruction | None) -> _Touch:
    if instruction is None or isinstance(instruction, (program.Return, program.EndFinally)):
        value = instruction.value if isinstance(instruction, program.Return) else None
        return _Touch(READ if any(isinstance(each, Global) for each in _looks(value)) else None, (), True)
    into: tuple[Any, ...] = ()
    looked: Any = instruction
    if isinstance(instruction, program.Mutate):
        return _Touch(WRITE)
    if isinstance(instruction, program.Assign):
        into, looked = (instruction.place,), instruction.value
    elif isinstance(instruction, program.Forget):
        into, looked = (instruction.place,), None
    elif isinstance(instruction, program.Iterate):
        into, looked = instruction.into, Local(instruction.state)
    elif isinstance(instruction, program.BeginIteration):
        looked = instruction.sequence
    elif isinstance(instruction, program.Operate):
        looked = (instruction.object, instruction.arguments)  # what it gives is stored when it is done
    elif isinstance(instruction, program.Call):
        looked = (instruction.arguments, instruction.keywords)
    if any(isinstance(each, (Global, Subscript)) for each in into):
        return _Touch(WRITE)
    found = list(_looks(looked))
    names = tuple(each.name for each in found if isinstance(each, Local))
    return _Touch(READ if any(isinstance(each, Global) for each in found) else None, names)


def _looks(node: Any) -> Iterator[Global | Local]:
    """The variables that an expression looks at."""
    return (each for each in records_in(node) if isinstance(each, (Global, Local)))

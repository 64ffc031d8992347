"""What a program does at all, as far as it decides how fine the model must be."""

from __future__ import annotations

from collections.abc import Iterator

from mprunner.program.declarations import Program
from mprunner.program.expressions import Constant, Subscript
from mprunner.program.instructions import Assign, Instruction, Mutate, Operate
from mprunner.records import record

__all__ = ["Features", "features_of"]


@record
class Features:
    """`kills`: a process may be ended from outside, at any point. `looks`: somebody may see that a process has not ended yet.
    `clock`: somebody looks at the time. `mutates`: a list or mapping is changed in place. `operations` are the names of all
    operations that occur, `nonblocking` those of them that occur with `block: false` or a timeout.
    """

    operations: frozenset[str]
    nonblocking: frozenset[str]
    kills: bool
    looks: bool
    clock: bool
    mutates: bool


_ENDS = frozenset({"terminate", "kill"})
_LOOKS = frozenset({"is_alive", "exitcode", "sentinel"})
_CLOCK = frozenset({"monotonic", "deadline", "remaining"})


def features_of(program: Program) -> Features:
    """What the program does, from its instructions alone."""
    operations = set()
    nonblocking = set()
    timed_join = False
    for instruction in _instructions(program):
        if not isinstance(instruction, Operate):
            continue
        operations.add(instruction.operation)
        given = dict(instruction.arguments)
        timeout, block = given.get("timeout"), given.get("block")
        timed = timeout is not None and timeout != Constant(None)
        if timed or (block is not None and block != Constant(True)):
            nonblocking.add(instruction.operation)
            timed_join = timed_join or instruction.operation == "join"
    daemons = any(process.daemon for process in program.processes)
    daemons = daemons or any(
        isinstance(each, Operate) and each.operation == "set_attribute" for each in _instructions(program)
    )
    pools = any(declared.kind == "pool" for declared in program.objects)
    return Features(
        frozenset(operations),
        frozenset(nonblocking),
        bool(operations & _ENDS) or daemons or pools,
        bool(operations & _LOOKS) or timed_join,
        bool(operations & _CLOCK),
        any(_mutates(instruction) for instruction in _instructions(program)),
    )


def _mutates(instruction: Instruction) -> bool:
    return isinstance(instruction, Mutate) or (
        isinstance(instruction, Assign) and isinstance(instruction.place, Subscript)
    )


def _instructions(program: Program) -> Iterator[Instruction]:
    yield from program.main.code
    for target in program.targets.values():
        yield from target.code

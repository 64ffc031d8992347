"""What a program does at all, as far as it decides how fine the model must be."""

from __future__ import annotations

from collections.abc import Iterator

from mprunner.program.declarations import Program
from mprunner.program.expressions import Constant, Object, Subscript
from mprunner.program.instructions import Assign, Instruction, Mutate, Operate
from mprunner.records import record
from mprunner.worlds.model.looks import Looks, looks_in

__all__ = ["Features", "callbacks_in", "features_of"]


@record
class Features:
    """`operations` are the names of all that occur, `nonblocking` those of them that occur with `block: false` or a timeout.

    `killable` are the declared processes that may be ended from outside, at any point, and `kills` says whether anybody may be,
    workers of pools too. `watched` are those of which somebody may see that they have not ended yet. `clock`: somebody looks at
    the time, `hours`: at what it is, not only at what is left of a timeout; `looks`: where that may decide
    anything. `random`: what is drawn makes a difference.
    `mutates`: a list or mapping is changed in place. `calls_back`: some task has a callback.
    """

    operations: frozenset[str]
    nonblocking: frozenset[str]
    kills: bool
    killable: frozenset[str]
    watched: frozenset[str]
    clock: bool
    hours: bool
    looks: Looks
    random: bool
    mutates: bool
    calls_back: bool
    asks_for_exitcodes: bool
    """In a target: so perhaps a process that is not the one's parent."""


_ENDS = frozenset({"terminate", "kill"})
_LOOKS = frozenset({"is_alive", "exitcode", "sentinel"})
_CLOCK = frozenset({"monotonic", "deadline", "remaining"})


def features_of(program: Program) -> Features:
    """What the program does, from its instructions alone."""
    every = frozenset(process.name for process in program.processes)
    operates = [each for each in _instructions(program) if isinstance(each, Operate)]
    operations = frozenset(each.operation for each in operates)
    killable = {process.name for process in program.processes if process.daemon}
    watched: set[str] = set()
    for each in operates:
        if each.operation in _ENDS or (each.operation == "set_attribute" and _may_be_daemon(each)):
            killable |= _meant(each, every)
        if each.operation in _LOOKS or (each.operation == "join" and _ends_by_itself(each)):
            watched |= _meant(each, every)
    pools = any(declared.kind == "pool" for declared in program.objects)
    return Features(
        operations=operations,
        nonblocking=frozenset(each.operation for each in operates if _ends_by_itself(each)),
        kills=bool(killable) or pools,
        killable=frozenset(killable),
        watched=frozenset(watched),
        clock=bool(operations & _CLOCK),
        hours="monotonic" in operations,
        looks=looks_in(program),
        random="random" in operations or any(_draws(each) for each in operates),
        mutates=any(_mutates(instruction) for instruction in _instructions(program)),
        calls_back=any(True for each in operates for _ in callbacks_in(each)),
        asks_for_exitcodes=any(
            isinstance(each, Operate) and each.operation == "exitcode"
            for target in program.targets.values()
            for each in target.code
        ),
    )


def callbacks_in(operate: Operate) -> Iterator[str]:
    """The targets that a submission has called when its task is over."""
    for name, value in operate.arguments:
        if name in ("callback", "error_callback") and isinstance(value, Constant) and value.value is not None:
            yield str(value.value)


def _mutates(instruction: Instruction) -> bool:
    return isinstance(instruction, Mutate) or (
        isinstance(instruction, Assign) and isinstance(instruction.place, Subscript)
    )


def _meant(operate: Operate, every: frozenset[str]) -> frozenset[str]:
    """The processes that an operation may be on; none for one on something else."""
    if isinstance(operate.object, Object):
        return frozenset({operate.object.name}) & every
    return every


def _ends_by_itself(operate: Operate) -> bool:
    given = dict(operate.arguments)
    timeout, block = given.get("timeout"), given.get("block")
    timed = timeout is not None and timeout != Constant(None)
    return timed or (block is not None and block != Constant(True))


def _may_be_daemon(operate: Operate) -> bool:
    return dict(operate.arguments).get("attribute") in (None, Constant("daemon"))


def _draws(operate: Operate) -> bool:
    """Whether what is drawn for a sleep is kept."""
    return operate.operation == "sleep" and operate.into is not None


def _instructions(program: Program) -> Iterator[Instruction]:
    yield from program.main.code
    for target in program.targets.values():
        yield from target.code

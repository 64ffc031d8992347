"""Whether what the clock says decides anything in a program: where it is only printed, it can come as late as it likes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from mprunner.program.declarations import Program
from mprunner.program.expressions import (
    Binary,
    Compare,
    Constant,
    FormatField,
    Global,
    Local,
    Logical,
    Template,
    Unary,
)
from mprunner.program.instructions import Assign, Instruction, JumpUnless, Operate
from mprunner.records import records_in

__all__ = ["Looks", "looks_in"]

_PLAIN = (Assign, Operate, Constant, Local, Global, Unary, Binary, FormatField, Template)
"""What a time can be in that only computes with it, or shows it."""
_RELATING = (*_PLAIN, Compare, Logical, JumpUnless)
"""And what only compares times with each other, if there are two of them."""


class Looks(NamedTuple):
    """`number` of the steps that look at the clock, if what comes of that may decide anything; else 0.

    `related`: only main looks, and what decides is always how much lies between two looks: then the first may come when it likes.
    """

    number: int
    related: bool


class _Seen(NamedTuple):
    """An instruction: the variables in what it looks at, and where it puts what comes of that (None: elsewhere, or nowhere)."""

    instruction: Instruction
    looked: Any
    used: tuple[str, ...]
    place: str | None

    @property
    def is_look(self) -> bool:
        return isinstance(self.instruction, Operate) and self.instruction.operation == "monotonic"


def looks_in(program: Program) -> Looks:
    """How a program looks at the clock."""
    of_main = list(_seen(program.main.code))
    code = [*of_main, *(each for target in program.targets.values() for each in _seen(target.code))]
    looks = [each for each in code if each.is_look]
    times = {each.place for each in looks}
    while True:
        more = {each.place for each in code if _computes(each, times)}
        if more <= times:
            break
        times |= more
    deciding = [each for each in code if _decides(each, times)]
    if None not in times and not deciding:
        return Looks(0, True)
    related = all(each in of_main for each in looks) and all(_relates(each, times) for each in deciding)
    return Looks(len(looks), related and None not in times)


def _seen(code: tuple[Instruction, ...]) -> Iterator[_Seen]:
    """The instructions of a target. The names of temporaries are used again and again: in each step they are others."""
    made: dict[str, set[Any]] = {}
    for each in code:
        place = _place(each)
        if isinstance(place, Local) and place.name.startswith("%"):
            made.setdefault(place.name, set()).add(getattr(each, "site", None))

    def named(variable: Local | Global, site: Any) -> Iterator[str]:
        sites = made.get(variable.name)
        if sites is None:
            yield variable.name
        else:
            yield from (f"{variable.name} {each}" for each in ({site} if site in sites else sites))

    for each in code:
        site = getattr(each, "site", None)
        looked: Any = each.value if isinstance(each, Assign) else each
        if isinstance(each, Operate):
            looked = (each.object, each.arguments)
        variables = [part for part in records_in(looked) if isinstance(part, (Local, Global))]
        place = _place(each)
        put = next(named(place, site), None) if isinstance(place, (Local, Global)) else None
        yield _Seen(each, looked, tuple(name for part in variables for name in named(part, site)), put)


def _place(instruction: Instruction) -> Any:
    """Where it puts what it computes, or is given."""
    if isinstance(instruction, Assign):
        return instruction.place
    return instruction.into if isinstance(instruction, Operate) else None


def _uses(seen: _Seen, times: set[str | None]) -> int:
    """How often a time occurs in what it looks at."""
    return sum(name in times for name in seen.used)


def _computes(seen: _Seen, times: set[str | None]) -> bool:
    """Whether it makes another time of times."""
    return isinstance(seen.instruction, Assign) and _uses(seen, times) > 0 and not _decides(seen, times)


def _decides(seen: _Seen, times: set[str | None]) -> bool:
    """Whether it does more with a time than to compute another one, or to print it."""
    if not _uses(seen, times):
        return False
    instruction = seen.instruction
    if not isinstance(instruction, _PLAIN):
        return True
    if isinstance(instruction, Operate) and instruction.operation != "print":
        return True
    return any(
        not isinstance(each, _PLAIN) or (isinstance(each, Unary) and each.operator == "not")
        for each in records_in(seen.looked)
    )


def _relates(seen: _Seen, times: set[str | None]) -> bool:
    """Whether it only compares times with each other."""
    return _uses(seen, times) > 1 and all(isinstance(each, _RELATING) for each in records_in(seen.looked))

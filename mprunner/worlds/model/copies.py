"""Objects that a process makes for itself: its own, though they have the name of a declaration that others may have made, too.

Each has cells of its own, under the object's name with a suffix that says who made it: `q@p`, and `q@p#1` for the second one.
Who made it, and what is started by that, has it in the place of main's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mprunner.program.declarations import ObjectDeclaration
from mprunner.program.expressions import Constant
from mprunner.program.handles import Ref, members
from mprunner.worlds.model.images import Image
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.reach import operates_in, operates_in_tasks
from mprunner.worlds.model.seats import workers
from mprunner.worlds.model.turn import Turn

__all__ = [
    "UNSHARED",
    "inherited",
    "instances",
    "is_made",
    "is_within",
    "lay_out_copies",
    "suffix_of",
    "unsent",
]

UNSHARED = ("pool", "manager")
"""Kinds of which there is only one of a name: they have processes, which have names."""


def lay_out_copies(model: Model) -> None:
    """Find out who makes what, and how often at most where it is not in a loop."""
    for process in (*model.names.written, *_workers(model)):
        written = process in model.names.written
        operates = operates_in(model.program, process) if written else operates_in_tasks(model.program)
        for each in operates:
            name = dict(each.arguments).get("name")
            if each.operation == "create" and isinstance(name, Constant):
                made = model.made.setdefault(str(name.value), {})
                made[process] = made.get(process, 0) + 1


def _workers(model: Model) -> Iterator[str]:
    for declared in model.program.objects:
        if declared.kind == "pool":
            for ref in members(declared.name, declared.count):
                yield from workers(model, str(ref))


def suffix_of(declared: ObjectDeclaration, process: str, number: int) -> str:
    """What the so many-th object that a process makes has behind its name; nothing, where it is the first of all."""
    if process == "main" and declared.later:
        number -= 1
    if process == "main" and number < 0:
        return ""
    return f"@{process}" if number == 0 else f"@{process}#{number}"


def instances(model: Model, declared: ObjectDeclaration) -> Iterator[tuple[Ref, str, str]]:
    """All objects that there may be of a declaration: the reference, the name that its cells have, who made it."""
    for ref in members(declared.name, declared.count):
        yield ref, str(ref), "main"
        for process, times in model.made.get(declared.name, {}).items():
            for number in range(times):
                suffix = suffix_of(declared, process, number)
                if suffix:
                    yield ref, f"{ref}{suffix}", process


def is_made(model: Model, declared: ObjectDeclaration, maker: str) -> bool:
    """Whether this process makes such an object at all."""
    return (maker == "main" and not declared.later) or maker in model.made.get(declared.name, {})


def inherited(turn: Turn, image: Image) -> dict[str, Any]:
    """What a fork of this memory keeps of things that belong to its process, by keys of `Image.extra`."""
    return {key: each for inherits in turn.model.inheriting for key, each in inherits(turn, image).items()}


def unsent(model: Model) -> frozenset[str]:
    """What a spawned process is never given."""
    declared = (each for each in model.program.objects if each.kind in UNSHARED)
    return frozenset(str(ref) for each in declared for ref in members(each.name, each.count))


def is_within(model: Model, process: str, maker: str) -> bool:
    """Whether a process can have what this one made: it, and what it has started, and so on."""
    name: str | None = process
    while name is not None:
        if name.partition("[")[0] == maker.partition("[")[0]:
            return True
        declared = model.names.processes.get(name.partition("[")[0])
        name = declared.parent if declared is not None else model.owners.get(name.rpartition("[")[0])
    return maker == "main"

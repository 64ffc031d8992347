"""What a name means inside a target: decided once, when the program is compiled."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from mprunner.program.expressions import Constant, Expr, Global, Local, Object
from mprunner.records import made, record

__all__ = ["Declared", "Scope", "World"]


@record
class Declared:
    """A declared object or process: its kind, and the size of its family if it is one."""

    kind: str
    count: int | None


@record
class World:
    """The names that all targets see."""

    declared: Mapping[str, Declared]
    globals: Set[str]
    params: Mapping[str, Any]
    targets: Set[str] = frozenset()

    @property
    def has_arrays(self) -> bool:
        """Whether a value may be an array, so that an index is a look at the world."""
        return any(declared.kind == "array" for declared in self.declared.values())


@record
class Scope:
    """Names seen from one target: its own, then globals, declared things, params.

    `own` are its parameters, `assigned` the variables that its steps assign, of which those that are globals stay globals.
    """

    world: World
    own: Set[str] = made(factory=frozenset)
    assigned: Set[str] = made(factory=frozenset)

    def place(self, name: str) -> Local | Global:
        """Where an assignment to `name` goes: the innermost existing binding, a global included."""
        return Global(name) if name in self.world.globals and name not in self.own else Local(name)

    def resolve(self, name: str) -> Expr:
        """What `name` reads. An unknown name is looked for among the globals, and not found, when it is reached."""
        if name in self.own or (name == "error" and name in self.assigned):
            return Local(name)
        if name in self.world.globals:
            return Global(name)
        if name in self.assigned:
            return Local(name)
        declared = self.world.declared.get(name)
        if declared is not None:
            return Object(declared.kind, name, None, declared.count is not None)
        if name in self.world.params:
            return Constant(self.world.params[name])
        return Global(name)

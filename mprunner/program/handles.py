"""How a program names objects: by symbols, never by the objects themselves."""

from __future__ import annotations

from collections.abc import Iterator

from mprunner.records import record

__all__ = ["Handle", "Ref", "members"]


@record
class Ref:
    """The declared name of an object or process, and its index within a family (`fork[2]`)."""

    name: str
    index: int | None = None

    @classmethod
    def of(cls, written: str) -> Ref:
        """What `fork` or `fork[2]` stands for."""
        name, bracket, index = written.partition("[")
        return cls(name, int(index[:-1]) if bracket else None)

    def __str__(self) -> str:
        return self.name if self.index is None else f"{self.name}[{self.index}]"


@record
class Handle:
    """What a variable holds for an object: a symbol, never the object itself.

    A world may hand out a subclass that carries more (a pool's result); the machine never looks inside.
    """

    kind: str
    ref: Ref

    def __str__(self) -> str:
        return f"<{self.kind} {self.ref}>"


def members(name: str, count: int | None) -> Iterator[Ref]:
    """The names of a declaration: one, or one for each member."""
    if count is None:
        yield Ref(name)
    else:
        yield from (Ref(name, index) for index in range(count))

"""Numbers for the declared names: a log holds a small number for an object, and both sides know which name it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from mprunner.records import record

__all__ = ["NameTable", "Named", "family", "name_table", "object_names"]


class _Object(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def count(self) -> int | None: ...


class _Process(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def replicas(self) -> int | None: ...


class Declarations(Protocol):
    """What of a `Program` the names are made from."""

    @property
    def objects(self) -> Sequence[_Object]: ...
    @property
    def processes(self) -> Sequence[_Process]: ...


@record
class Named:
    """A declared object or process, single or one of a family, and its kind (`queue`, `lock`, `pool`, `manager`, `process`)."""

    name: str
    kind: str


@record
class NameTable:
    """`entries[number]` is what a number in a log stands for; `numbers` is the way back. Number 0 is no object."""

    entries: tuple[Named, ...]
    numbers: Mapping[str, int]

    def number(self, name: str) -> int:
        """The number of a declared name; 0 for any other (write it into the payload, under `object`)."""
        return self.numbers.get(name, 0)


def family(name: str, count: int | None) -> tuple[str, ...]:
    """The names of a declaration: itself, or `name[0]` ... `name[count-1]` for a family of `count`."""
    return (name,) if count is None else tuple(f"{name}[{index}]" for index in range(count))


def name_table(program: Declarations) -> NameTable:
    """The table of a program. The same program gives the same table in every process, so it need not travel."""
    entries = [Named("", "none")]
    for declared in program.objects:
        entries.extend(Named(name, declared.kind) for name in family(declared.name, declared.count))
    for process in program.processes:
        entries.extend(Named(name, "process") for name in family(process.name, process.replicas))
    return NameTable(tuple(entries), {entry.name: number for number, entry in enumerate(entries) if number})


def object_names(program: Declarations) -> tuple[str, ...]:
    """The names alone, by number; the first is empty and stands for no object."""
    return tuple(entry.name for entry in name_table(program).entries)

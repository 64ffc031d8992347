"""A program: its targets, and what it declares.

All of it is plain, frozen and picklable: a spawned child receives it as it is. Nothing here knows which world runs it.
"""

from __future__ import annotations

from typing import Any, Literal

from mprunner.operations import Kind
from mprunner.program.expressions import Expr
from mprunner.program.instructions import Instruction
from mprunner.records import made, record

__all__ = ["Ends", "ObjectDeclaration", "Parameter", "ProcessDeclaration", "Program", "Site", "Target"]


@record
class Site:
    """Where an instruction comes from: the step in the YAML file (1-based), its text and label."""

    line: int
    column: int
    text: str
    target: str
    label: str | None = None


@record
class Parameter:
    name: str
    form: Literal["plain", "args", "kwargs"] = "plain"
    required: bool = True
    default: Any = None


@record
class Target:
    """A function of the scenario. `needs` are the declared objects it, or what it calls or starts, refers to."""

    name: str
    parameters: tuple[Parameter, ...]
    code: tuple[Instruction, ...]
    locals: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()


@record
class ObjectDeclaration:
    """A declared object. `options` hold what its constructor takes, under its own names.

    queue: maxsize (int), type (Queue | JoinableQueue | SimpleQueue), manager (name or None) · lock: type (Lock | RLock),
    manager · semaphore: value (int), type (Semaphore | BoundedSemaphore), manager · condition: lock (the name of a lock or of
    a family of them, or None), manager · event: manager · barrier: parties (int), action (target name or None), timeout,
    manager · pool: processes, initializer (target name or None), initargs (tuple of Expr), maxtasksperchild,
    context (start method or None), routine (as that of a process, for initargs) ·
    value: type (Value | RawValue), cell (typecode or name in ctypes), args (what it holds at first, or nothing),
    lock (True | False | the name of a lock), manager · array: type (Array | RawArray), cell, of (how many, or a list or
    bytes or text), size (how many), lock, manager.
    `count` is None for a single object, else the size of the family. `later` objects are made by a `create` step.
    """

    kind: Kind
    name: str
    options: dict[str, Any]
    count: int | None
    later: bool
    site: int


@record
class ProcessDeclaration:
    """A declared process. `mp_name` is the author's `name:`; `parent` names the process that creates it, or `main`.

    args and kwargs are evaluated where it is created, with `index` (the replica's number) as a Local. Where one of them,
    or the name, looks at the world, they are empty, and `routine` names the target that gives (args, kwargs, name); it
    takes `index`.
    """

    name: str
    target: str | None
    arguments: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...]
    replicas: int | None
    mp_name: Expr | None
    daemon: bool | None
    parent: str
    site: int
    routine: str | None = None
    given: int | None = None
    """The site of what it is given."""


@record
class Ends:
    """How an endless scenario ends: `after` seconds (never scaled), or `when` an event fits (a plain matcher mapping)."""

    after: float | None
    when: dict[str, Any] | None


@record
class Program:
    """All that a world needs to run a scenario."""

    name: str
    path: str
    start_method: str | None
    objects: tuple[ObjectDeclaration, ...]
    processes: tuple[ProcessDeclaration, ...]
    globals: dict[str, Any]
    targets: dict[str, Target]
    main: Target
    sites: tuple[Site, ...]
    ends: Ends | None = None
    hang_promised: bool = False
    lines: dict[int, str] = made(factory=dict)
    """The source lines that sites stand on, for reports made from a recording alone."""

    def object(self, name: str) -> ObjectDeclaration | None:
        return next((declared for declared in self.objects if declared.name == name), None)

    def process(self, name: str) -> ProcessDeclaration | None:
        return next((declared for declared in self.processes if declared.name == name), None)

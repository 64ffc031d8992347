"""The state of a run in one process: its program, the objects as they are here, its globals, the processes it made."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from mprunner.program.declarations import ObjectDeclaration, ProcessDeclaration, Program
from mprunner.program.evaluate import build
from mprunner.program.expressions import Expr, Spread
from mprunner.program.handles import Handle, Ref, members
from mprunner.program.machine import Machine
from mprunner.recording.naming import NameTable, name_table
from mprunner.worlds.base import RunOptions
from mprunner.worlds.conventions import lock_of
from mprunner.worlds.real.actor import here
from mprunner.worlds.real.objects import Objects
from mprunner.worlds.tracebacks import standing_at

if TYPE_CHECKING:
    from mprunner.worlds.real.actor import Actor
    from mprunner.worlds.real.proc import Times


class Kit(Protocol):
    """How a backend makes what a scenario declares."""

    def make(self, run: Run, declared: ObjectDeclaration, handle: Handle) -> Any: ...

    def process(
        self,
        run: Run,
        declared: ProcessDeclaration,
        handle: Handle,
        name: str | None,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any: ...

    def started(self, run: Run, handle: Handle, process: Any) -> None: ...


class Boot(NamedTuple):
    """What a spawned process is given to make its `Run` from: by pickle, so with exactly the objects it needs."""

    directory: str
    program: str
    options: RunOptions
    method: str
    objects: dict[Ref, tuple[str, Any]]
    tokens: dict[Any, Handle]


class Run:
    """What a run is in this process.

    `name` is the process that this state belongs to; `method` the start method, or `threads` for that backend.
    `workers` are a thread pool's, `spent` the times of processes that this one has killed.
    """

    def __init__(
        self, program: Program, path: str, directory: str, options: RunOptions, method: str, kit: Kit
    ) -> None:
        self.program = program
        self.program_path = path
        self.directory = directory
        self.options = options
        self.method = method
        self.kit = kit
        self.name = "main"
        self.objects = Objects()
        self.globals: dict[str, Any] = copy.deepcopy(program.globals)
        self.processes: dict[tuple[str, Ref], Any] = {}
        """Process objects by who made them and name. Only threads, which share this, have several makers."""
        self.parents: dict[str, str] = {}
        """Who made each thread that stands for a process."""
        self.workers: list[Actor] = []
        self.spent: dict[str, Times] = {}
        self._names, self._counts = tables(program)
        self._tasks: dict[Ref, itertools.count[int]] = {}
        self._locks: dict[Ref, Ref | None] = {}

    # --- values ---

    def value(self, expression: Expr, variables: dict[str, Any]) -> Any:
        """An expression of a declaration, evaluated here and now. Raises what Python would raise."""
        return build(expression, self._counts)(variables, self.globals)

    def values(self, expressions: Iterable[Expr], variables: dict[str, Any]) -> tuple[Any, ...]:
        """Positional arguments, with what a `*list` among them gives."""
        found: list[Any] = []
        for each in expressions:
            if isinstance(each, Spread):
                found.extend(self.value(each.value, variables))
            else:
                found.append(self.value(each, variables))
        return tuple(found)

    def initargs(self, declared: ObjectDeclaration) -> tuple[Any, ...]:
        """The arguments of a pool's initializer, evaluated here and now."""
        routine = declared.options.get("routine")
        if routine is not None:
            return self._evaluated(routine, {})[0]
        return self.values(declared.options.get("initargs") or (), {})

    def _evaluated(self, routine: str, names: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any], Any]:
        """The (args, kwargs, name) of a declaration that looks at the world: the calling process looks, on record."""
        actor = here()
        assert actor is not None, "whoever creates something has a place on record"
        args, kwargs, name = actor.play_within(Machine(self.program, routine, (), names, self.globals))
        return tuple(args), kwargs, name

    # --- names ---

    def number(self, handle: Handle) -> int:
        """The number of a declared object in logs; 0 for one that has none (a result)."""
        return self._names.number(str(handle.ref))

    def lock_of(self, ref: Ref) -> Ref | None:
        """The declared lock that an object was made with, see `conventions.lock_of`."""
        if ref not in self._locks:
            self._locks[ref] = lock_of(self.program, ref)
        return self._locks[ref]

    def size(self, array: Handle) -> int:
        """How many cells a declared array has."""
        declared = self.program.object(array.ref.name)
        return 0 if declared is None else int(declared.options.get("size", 0))

    def next_task(self, pool: Handle, target: str) -> Ref:
        """The name of the next task that is submitted to a pool: `po.work[4]`."""
        count = self._tasks.setdefault(pool.ref, itertools.count())
        return Ref(f"{pool.ref}.{target}", next(count))

    # --- objects ---

    def create(self, name: str) -> None:
        """Make a declared object, or all of its family. Raises what its constructor raises."""
        declared = self.program.object(name)
        if declared is None:
            raise NameError(f"name '{name}' is not defined")
        for ref in members(declared.name, declared.count):
            handle = Handle(declared.kind, ref)
            self.objects.add(handle, self.kit.make(self, declared, handle))

    def forget(self, name: str) -> None:
        """Drop this process's references to a declared object."""
        declared = self.program.object(name)
        if declared is not None:
            for ref in members(declared.name, declared.count):
                self.objects.remove(ref)

    def boot(self, names: Iterable[str]) -> Boot:
        """What a new process needs in order to have these objects."""
        chosen = {
            ref: (kind, thing)
            for ref, (kind, thing) in self.objects.chosen(names).items()
            if kind not in ("pool", "manager")
        }
        return Boot(self.directory, self.program_path, self.options, self.method, chosen, self.objects.tokens)

    # --- processes ---

    @property
    def acting(self) -> str:
        """Who runs this: the process, or the thread."""
        actor = here()
        return self.name if actor is None else actor.name

    def process(self, handle: Handle) -> Any:
        """The process object of a declared process. Raises NameError where there is none in this process."""
        process = next(
            filter(None, (self.processes.get((maker, handle.ref)) for maker in self._makers())), None
        )
        if process is None:
            declared = self.program.process(handle.ref.name)
            if declared is None or declared.parent != self.acting.partition("[")[0]:
                raise NameError(f"name '{handle.ref}' is not defined")
            process = self.create_process(declared, handle.ref)
        return process

    def become(self, name: str) -> None:
        """From here this is the state of the process `name`: a fork of its parent's, or its own from the start.

        A fork has its parent's process objects, save those that each process of this name makes for itself.
        """
        self.name = name
        own = {each.name for each in self.program.processes if each.parent == name.partition("[")[0]}
        self.processes = {key: each for key, each in self.processes.items() if key[1].name not in own}

    def _makers(self) -> Iterator[str]:
        """Whose process objects the caller has: its own, and those of who started it, as forks have them."""
        if self.method != "threads":
            yield ""
            return
        maker: str | None = self.acting
        while maker is not None:
            yield maker
            maker = self.parents.get(maker)

    def create_process(self, declared: ProcessDeclaration, ref: Ref) -> Any:
        """Make one declared process (one replica of it), with its arguments evaluated here and now."""
        names: dict[str, Any] = {} if ref.index is None else {"index": ref.index}
        try:
            args, kwargs, name = self._given(declared, names)
        except Exception as error:
            standing_at(error, declared.given)
            raise
        process = self.kit.process(self, declared, Handle("process", ref), name, args, kwargs)
        maker = next(self._makers())
        self.processes[maker, ref] = process
        if maker:
            self.parents[str(ref)] = maker
        return process

    def _given(
        self, declared: ProcessDeclaration, names: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any], Any]:
        """The (args, kwargs, name) of a declared process, evaluated here and now. Raises what that raises."""
        if declared.routine is not None:
            return self._evaluated(declared.routine, names)
        args = self.values(declared.arguments, names)
        kwargs = {key: self.value(each, names) for key, each in declared.keywords}
        return args, kwargs, None if declared.mp_name is None else self.value(declared.mp_name, names)

    def start(self, handle: Handle) -> None:
        """Start a declared process. Raises what `start` raises."""
        process = self.process(handle)
        process.start()
        self.kit.started(self, handle, process)


_tables: tuple[Program, NameTable, dict[str, int | None]] | None = None


def tables(program: Program) -> tuple[NameTable, dict[str, int | None]]:
    """The numbers of a program's names, and the sizes of its families. Kept, so that a fork need not make them again."""
    global _tables
    if _tables is None or _tables[0] is not program:
        counts = {each.name: each.count for each in program.objects}
        counts.update({each.name: each.replicas for each in program.processes})
        _tables = (program, name_table(program), counts)
    return _tables[1], _tables[2]

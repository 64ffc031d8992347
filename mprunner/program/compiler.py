"""A scenario to a program: declarations, targets as flat lists of instructions, who needs what, who starts whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mprunner.operations import SECTIONS
from mprunner.program.blocks import Blocks, assigned_in
from mprunner.program.code import Code
from mprunner.program.declarations import (
    Ends,
    ObjectDeclaration,
    Parameter,
    ProcessDeclaration,
    Program,
    Target,
)
from mprunner.program.declared import Given, evaluation
from mprunner.program.evaluate import build
from mprunner.program.expressions import Constant, Object
from mprunner.program.instructions import Operate
from mprunner.program.lowering import Lowering
from mprunner.program.needs import parents, with_needs
from mprunner.program.scopes import Declared, Scope, World
from mprunner.program.sites import Sites
from mprunner.records import replaced

if TYPE_CHECKING:
    from mprunner.language.models import Scenario
    from mprunner.language.source import Source

__all__ = ["compile_scenario"]

_TURNS = {"manager": 0, "pool": 3}
_HANGING = ("deadlock", "hangs")


def compile_scenario(scenario: Scenario, *, source: Source) -> Program:
    """The program of a checked scenario. `source` is the file that its spans are of."""
    return _Compiler(scenario, source).program()


class _Compiler:
    def __init__(self, scenario: Any, source: Source) -> None:
        self._scenario = scenario
        self._source = source
        self._sites = Sites(source)
        self._routines: list[Target] = []
        declared = {
            name: Declared(kind, self._count(getattr(entry, "count", None)))
            for section, kind in SECTIONS.items()
            for name, entry in (getattr(scenario, section, None) or {}).items()
        }
        for name, process in scenario.processes.items():
            declared[name] = Declared("process", self._count(process.replicas))
        self._world = World(
            declared, frozenset(scenario.globals), dict(scenario.params), frozenset(scenario.targets)
        )

    def program(self) -> Program:
        scenario = self._scenario
        objects = self._objects()
        processes = [self._process(name, entry) for name, entry in scenario.processes.items()]
        targets = [self._target(name, entry) for name, entry in scenario.targets.items()]
        by_name = {target.name: target for target in targets}
        main = self._written_main() if scenario.main is not None else self._empty_main()
        started_by = parents(main, by_name, processes)
        processes = [
            replaced(process, parent=scenario.processes[process.name].parent or started_by[process.name])
            for process in processes
        ]
        if scenario.main is None:
            main = self._default_main(process for process in processes if process.parent == "main")
        finished = with_needs([*targets, *self._routines, main], processes, objects)
        main = finished.pop(main.name)
        return Program(
            name=scenario.name,
            path=self._source.path,
            start_method=scenario.start_method,
            objects=objects,
            processes=tuple(processes),
            globals=dict(scenario.globals),
            targets=finished,
            main=main,
            sites=self._sites.all,
            ends=self._ends(),
            hang_promised=any(_promises_hang(promise) for promise in scenario.expect),
            lines=self._sites.lines,
        )

    def _count(self, field: Any) -> int | None:
        """A count is a whole number, or an expression over params."""
        if field is None or isinstance(field, int):
            return field
        world = World({}, frozenset(), dict(self._scenario.params))
        value = build(Lowering(Scope(world), Code()).value(field.tree), {})({}, {})
        return int(value)

    def _objects(self) -> tuple[ObjectDeclaration, ...]:
        """In the order of the file, but managers first, for what they hold, then locks, for what has them, and pools last."""
        found = []
        for section, kind in SECTIONS.items():
            for name, entry in (getattr(self._scenario, section, None) or {}).items():
                span = getattr(entry, "key_span", None) or entry.span
                later = bool(getattr(entry, "later", False))
                options: dict[str, Any] = _OPTIONS[kind](self, entry)
                count = self._world.declared[name].count
                site = self._sites.add(span, "main")
                options |= self._given(name, entry, site) if kind == "pool" else {}
                # What is made with a declared lock comes after the locks.
                turn = 2 if isinstance(options.get("lock"), str) else _TURNS.get(kind, 1)
                found.append((turn, span, ObjectDeclaration(kind, name, options, count, later, site)))
        return tuple(declaration for _turn, _span, declaration in sorted(found, key=lambda entry: entry[:2]))

    def _manager(self, entry: Any) -> dict[str, Any]:
        return {}

    def _lock(self, entry: Any) -> dict[str, Any]:
        return {"type": entry.kind, "manager": entry.manager}

    def _semaphore(self, entry: Any) -> dict[str, Any]:
        return {"value": self._count(entry.value), "type": entry.kind, "manager": entry.manager}

    def _condition(self, entry: Any) -> dict[str, Any]:
        return {"lock": entry.lock, "manager": entry.manager}

    def _event(self, entry: Any) -> dict[str, Any]:
        return {"manager": entry.manager}

    def _barrier(self, entry: Any) -> dict[str, Any]:
        return {
            "parties": self._count(entry.parties),
            "action": entry.action,
            "timeout": entry.timeout,
            "manager": entry.manager,
        }

    def _queue(self, entry: Any) -> dict[str, Any]:
        return {"maxsize": self._count(entry.maxsize) or 0, "type": entry.kind, "manager": entry.manager}

    def _value(self, entry: Any) -> dict[str, Any]:
        data = () if entry.value is None else (as_memory(entry.type, entry.value),)
        return {**_memory(entry), "args": data}

    def _array(self, entry: Any) -> dict[str, Any]:
        of = (
            as_memory(entry.type, entry.initial)
            if entry.initial is not None
            else self._count(entry.size) or 0
        )
        return {**_memory(entry), "of": of, "size": of if isinstance(of, int) else len(of)}

    def _pool(self, entry: Any) -> dict[str, Any]:
        return {
            "processes": self._count(entry.processes),
            "initializer": entry.initializer,
            "maxtasksperchild": self._count(entry.maxtasksperchild),
            "context": entry.context,
        }

    def _given(self, pool: str, entry: Any, site: int) -> dict[str, Any]:
        given = self._evaluation(pool, Scope(self._world), site, entry.initargs, (), None)
        return {"initargs": given.arguments, "routine": given.routine}

    def _process(self, name: str, entry: Any) -> ProcessDeclaration:
        scope = Scope(self._world, frozenset(("index",)) if entry.replicas is not None else frozenset())
        span = getattr(entry, "key_span", None) or entry.span
        site = self._sites.add(span, "main")
        given = self._evaluation(name, scope, site, entry.args, entry.kwargs or (), entry.name)
        written = [
            each for each in (entry.args, *(value for _, value in entry.kwargs or ()), entry.name) if each
        ]
        return ProcessDeclaration(
            name=name,
            target=entry.target,
            arguments=given.arguments,
            keywords=given.keywords,
            replicas=self._world.declared[name].count,
            mp_name=given.name,
            daemon=entry.daemon,
            parent="main",
            site=site,
            routine=given.routine,
            given=self._sites.add(written[0].span, "main") if written else None,
        )

    def _evaluation(self, owner: str, scope: Scope, site: int, args: Any, kwargs: Any, name: Any) -> Given:
        """The arguments of the declaration `owner`; one that looks at the world gets a routine that evaluates them."""
        given, routine = evaluation(f"<arguments of {owner}>", scope, site, args, kwargs, name)
        if routine is not None:
            self._routines.append(routine)
        return given

    def _target(self, name: str, entry: Any) -> Target:
        parameters = tuple(
            Parameter(parameter.name, parameter.form, parameter.required, parameter.default)
            for parameter in entry.params
        )
        return self._compiled(name, parameters, entry.steps)

    def _compiled(self, name: str, parameters: tuple[Parameter, ...], steps: Any) -> Target:
        own = frozenset(parameter.name for parameter in parameters)
        assigned = frozenset(assigned_in(steps))
        blocks = Blocks(name, Scope(self._world, own, assigned), self._sites)
        blocks.steps(steps)
        names = tuple(sorted(own | (assigned - self._world.globals)))
        return Target(name, parameters, tuple(blocks.code.instructions), names)

    @property
    def _main_name(self) -> str:
        return "main" if "main" not in self._scenario.targets else "<main>"

    def _written_main(self) -> Target:
        return self._compiled(self._main_name, (), self._scenario.main)

    def _empty_main(self) -> Target:
        return Target(self._main_name, (), ())

    def _default_main(self, processes: Iterable[ProcessDeclaration]) -> Target:
        """Starts the processes in declared order, then joins them in it."""
        listed = list(processes)
        code = [
            Operate(verb, member, (), None, process.site)
            for verb in ("start", "join")
            for process in listed
            for member in _members(process)
        ]
        return Target(self._main_name, (), tuple(code))

    def _ends(self) -> Ends | None:
        ends = self._scenario.ends
        if ends is None:
            return None
        return Ends(ends.after, None if ends.when is None else ends.when.plain())


_OPTIONS = {
    "manager": _Compiler._manager,
    "lock": _Compiler._lock,
    "semaphore": _Compiler._semaphore,
    "condition": _Compiler._condition,
    "event": _Compiler._event,
    "barrier": _Compiler._barrier,
    "queue": _Compiler._queue,
    "value": _Compiler._value,
    "array": _Compiler._array,
    "pool": _Compiler._pool,
}


def _memory(entry: Any) -> dict[str, Any]:
    lock = True if entry.lock is None else entry.lock
    if entry.kind.startswith("Raw") or entry.manager is not None:
        lock = False
    return {"type": entry.kind, "cell": entry.type, "lock": lock, "manager": entry.manager}


def as_memory(cell: str, data: Any) -> Any:
    """What a declaration says of memory, as its type wants it: characters of C are bytes, which YAML has none of."""
    if cell in ("c", "c_char"):
        if isinstance(data, str):
            return data.encode()
        if isinstance(data, list):
            return [item.encode() if isinstance(item, str) else item for item in data]
    return data


def _members(process: ProcessDeclaration) -> list[Object]:
    if process.replicas is None:
        return [Object("process", process.name)]
    return [Object("process", process.name, Constant(index)) for index in range(process.replicas)]


def _promises_hang(promise: Any) -> bool:
    return getattr(promise, "form", None) in _HANGING and getattr(promise, "holds", "always") != "never"

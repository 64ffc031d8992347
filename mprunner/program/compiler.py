"""A scenario to a program: declarations, targets as flat lists of instructions, who needs what, who starts whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mprunner.program.actions import key_text
from mprunner.program.blocks import Blocks, assigned_in
from mprunner.program.code import Code
from mprunner.program.evaluate import build
from mprunner.program.instructions import (
    Collection,
    Constant,
    Ends,
    Expr,
    Object,
    ObjectDeclaration,
    ObjectKind,
    Operate,
    Parameter,
    ProcessDeclaration,
    Program,
    Spread,
    Target,
)
from mprunner.program.lowering import Lowering
from mprunner.program.needs import parents, with_needs
from mprunner.program.scopes import Declared, Scope, World
from mprunner.program.sites import Sites
from mprunner.records import replaced

if TYPE_CHECKING:
    from mprunner.language.models import Scenario
    from mprunner.language.source import Source

__all__ = ["compile_scenario"]

_OBJECT_KINDS: tuple[tuple[str, ObjectKind], ...] = (
    ("managers", "manager"),
    ("locks", "lock"),
    ("queues", "queue"),
    ("pools", "pool"),
)
_TURNS = {"manager": 0, "pool": 2}
_HANGING = ("deadlock", "hangs")


def compile_scenario(scenario: Scenario, *, source: Source) -> Program:
    """The program of a checked scenario. `source` is the file that its spans are of."""
    return _Compiler(scenario, source).program()


class _Compiler:
    def __init__(self, scenario: Any, source: Source) -> None:
        self._scenario = scenario
        self._source = source
        self._sites = Sites(source)
        declared = {
            name: Declared(kind, self._count(getattr(entry, "count", None)))
            for section, kind in _OBJECT_KINDS
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
        finished = with_needs([*targets, main], processes)
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
        """In the order of the file, but managers first, for what they hold, and pools last."""
        found = []
        for section, kind in _OBJECT_KINDS:
            for name, entry in (getattr(self._scenario, section, None) or {}).items():
                span = getattr(entry, "key_span", None) or entry.span
                later = bool(getattr(entry, "later", False))
                options = _OPTIONS[kind](self, entry)
                count = self._world.declared[name].count
                site = self._sites.add(span, "main")
                found.append(
                    (_TURNS.get(kind, 1), span, ObjectDeclaration(kind, name, options, count, later, site))
                )
        return tuple(declaration for _turn, _span, declaration in sorted(found, key=lambda entry: entry[:2]))

    def _manager(self, entry: Any) -> dict[str, Any]:
        return {}

    def _lock(self, entry: Any) -> dict[str, Any]:
        return {"type": entry.kind, "manager": entry.manager}

    def _queue(self, entry: Any) -> dict[str, Any]:
        return {"maxsize": self._count(entry.maxsize) or 0, "type": entry.kind, "manager": entry.manager}

    def _pool(self, entry: Any) -> dict[str, Any]:
        return {
            "processes": self._count(entry.processes),
            "initializer": entry.initializer,
            "initargs": self._arguments(entry.initargs, Scope(self._world)),
            "maxtasksperchild": self._count(entry.maxtasksperchild),
            "context": entry.context,
        }

    def _arguments(self, field: Any, scope: Scope) -> tuple[Expr, ...]:
        """Positional arguments of a declaration; a field that gives a whole list is spread."""
        if field is None:
            return ()
        value = Lowering(scope, Code()).value(field.tree)
        return value.items if isinstance(value, Collection) and value.kind != "set" else (Spread(value),)

    def _process(self, name: str, entry: Any) -> ProcessDeclaration:
        scope = Scope(self._world, frozenset(("index",)) if entry.replicas is not None else frozenset())
        lowering = Lowering(scope, Code())
        span = getattr(entry, "key_span", None) or entry.span
        return ProcessDeclaration(
            name=name,
            target=entry.target,
            arguments=self._arguments(entry.args, scope),
            keywords=tuple((key_text(key), lowering.value(value.tree)) for key, value in entry.kwargs or ()),
            replicas=self._world.declared[name].count,
            mp_name=None if entry.name is None else lowering.value(entry.name.tree),
            daemon=entry.daemon,
            parent="main",
            site=self._sites.add(span, "main"),
        )

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
    "queue": _Compiler._queue,
    "pool": _Compiler._pool,
}


def _members(process: ProcessDeclaration) -> list[Object]:
    if process.replicas is None:
        return [Object("process", process.name)]
    return [Object("process", process.name, Constant(index)) for index in range(process.replicas)]


def _promises_hang(promise: Any) -> bool:
    return getattr(promise, "form", None) in _HANGING and getattr(promise, "holds", "always") != "never"

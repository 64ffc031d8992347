"""Which declared objects a target refers to, and who starts whom: followed through calls, tasks and processes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mprunner.program import expressions
from mprunner.program import instructions as program
from mprunner.program.declarations import ObjectDeclaration, ProcessDeclaration, Program, Target
from mprunner.program.expressions import Object
from mprunner.program.handles import Handle, Ref
from mprunner.records import records_in, replaced

__all__ = ["handles_in", "objects_in", "parents", "refers_to_pool", "with_needs"]


def objects_in(node: Any) -> Iterator[Object]:
    """The declared things that an instruction or expression names."""
    return (each for each in records_in(node) if isinstance(each, Object))


def handles_in(value: Any) -> Iterator[Handle]:
    """Every handle in a value, deep."""
    if isinstance(value, Handle):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from handles_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from handles_in(item)


def refers_to_pool(program: Program, process: ProcessDeclaration) -> bool:
    """Whether what a process is given refers to a pool, so that it is made after the pools."""
    looking = () if process.routine is None else program.targets[process.routine].code
    given = (process.arguments, process.keywords, looking)
    return any(found.kind == "pool" for found in objects_in(given))


def with_needs(
    targets: Iterable[Target], processes: Iterable[ProcessDeclaration], objects: Sequence[ObjectDeclaration]
) -> dict[str, Target]:
    """The targets, by name, with their `needs` filled in.

    A process needs what its target and its arguments refer to; whoever starts it needs that too, or hands it on as an argument.
    Each party of a barrier may be the one that calls its action. Whoever creates something needs what that is made of.
    """
    known = {target.name: target for target in targets}
    started = {process.name: process for process in processes}
    made = {each.name: each for each in objects}
    direct = {name: _direct(target, started, made) for name, target in known.items()}
    needs = {name: set(objects) for name, (objects, _targets) in direct.items()}
    changed = True
    while changed:
        changed = False
        for name, (_objects, others) in direct.items():
            before = len(needs[name])
            for other in others:
                needs[name] |= needs.get(other, set())
            changed = changed or len(needs[name]) != before
    return {name: replaced(target, needs=frozenset(needs[name])) for name, target in known.items()}


def _direct(
    target: Target, processes: Mapping[str, ProcessDeclaration], declared: Mapping[str, ObjectDeclaration]
) -> tuple[set[str], set[str]]:
    """The objects that a target itself names, and the other targets whose needs it has."""
    objects: set[str] = set()
    targets: set[str] = set()
    started: set[str] = set()
    created: set[str] = set()
    for it in target.code:
        if isinstance(it, program.Call):
            targets.add(it.target)
        for found in objects_in(it):
            if found.kind != "process":
                objects.add(found.name)
            elif not _only_looks(it, found):
                started.add(found.name)
        if isinstance(it, program.Operate):
            arguments = dict(it.arguments)
            named = arguments.get("func") or arguments.get("name")
            if isinstance(named, expressions.Constant) and it.operation in ("apply", "apply_async"):
                targets.add(named.value)
                called = (arguments.get(name) for name in ("callback", "error_callback"))
                targets |= {one.value for one in called if isinstance(one, expressions.Constant)}
            elif isinstance(named, expressions.Constant):
                objects.add(named.value)
                created |= {named.value} if it.operation == "create" else set()
    for name in started:
        process = processes[name]
        targets |= {each for each in (process.target, process.routine) if each is not None}
        given = (process.arguments, process.keywords, process.mp_name)
        objects |= {found.name for found in objects_in(given) if found.kind != "process"}
    for name in created & declared.keys():
        options = declared[name].options
        objects |= {found.name for found in objects_in(options.get("initargs") or ())}
        objects |= {Ref.of(each).name for each in (options.get("lock"),) if isinstance(each, str)}
        targets |= {each for each in (options.get("initializer"), options.get("routine")) if each is not None}
    actions = (declared[name].options.get("action") for name in objects if name in declared)
    return objects, targets | {action for action in actions if action is not None}


def _only_looks(it: program.Instruction, found: Object) -> bool:
    """Whether an instruction names a process without starting it or giving it away."""
    return isinstance(it, program.Operate) and it.object is found and it.operation not in ("start", "run")


def parents(
    main: Target, targets: Mapping[str, Target], processes: Iterable[ProcessDeclaration]
) -> dict[str, str]:
    """Process -> the process that starts it, or `main`: whose steps, and those it calls, have the `start`.

    A process that nobody is seen to start belongs to `main`.
    """
    listed = list(processes)
    starters = {"main": _starts(main, targets)}
    for process in listed:
        target = None if process.target is None else targets.get(process.target)
        starters[process.name] = set() if target is None else _starts(target, targets)
    return {
        process.name: next((name for name, started in starters.items() if process.name in started), "main")
        for process in listed
    }


def _starts(target: Target, targets: Mapping[str, Target]) -> set[str]:
    seen: set[str] = set()
    waiting = [target]
    started: set[str] = set()
    while waiting:
        here = waiting.pop()
        if here.name in seen:
            continue
        seen.add(here.name)
        for it in here.code:
            if isinstance(it, program.Call) and it.target in targets:
                waiting.append(targets[it.target])
            elif (
                isinstance(it, program.Operate) and it.operation == "start" and isinstance(it.object, Object)
            ):
                started.add(it.object.name)
    return started

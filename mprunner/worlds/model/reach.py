"""What a process may come to do: the targets that it, or what it calls, may play."""

from __future__ import annotations

from collections.abc import Iterator

from mprunner.program.declarations import Program, Target
from mprunner.program.expressions import Constant
from mprunner.program.instructions import Call, Operate
from mprunner.worlds.model.features import callbacks_in

__all__ = ["operates_in", "operates_in_tasks"]


def operates_in(program: Program, process: str) -> Iterator[Operate]:
    """The operations that the code of a process may hand out; of what is no declared process (a worker), all."""
    for target in _reached(program, process):
        for instruction in target.code:
            if isinstance(instruction, Operate):
                yield instruction


def operates_in_tasks(program: Program) -> Iterator[Operate]:
    """The operations that the workers of pools may hand out: tasks, and initializers."""
    names = {str(each.options["initializer"]) for each in program.objects if each.options.get("initializer")}
    for target in (program.main, *program.targets.values()):
        for instruction in target.code:
            if isinstance(instruction, Operate):
                func = dict(instruction.arguments).get("func")
                names |= {str(func.value)} if isinstance(func, Constant) else set()
    for target in _called([program.targets[name] for name in sorted(names)], program):
        for instruction in target.code:
            if isinstance(instruction, Operate):
                yield instruction


def _reached(program: Program, process: str) -> Iterator[Target]:
    declared = program.process(process.partition("[")[0])
    if process == "main":
        waiting = [program.main]
    elif declared is None:
        yield from program.targets.values()
        return
    else:
        names = (declared.target, declared.routine)
        waiting = [program.targets[name] for name in names if name is not None]
    if process == "main" or any(each.parent == process.partition("[")[0] for each in program.processes):
        made = [each for each in program.processes if each.parent == process.partition("[")[0]]
        waiting += [program.targets[each.routine] for each in made if each.routine is not None]
    yield from _called(waiting, program)


def _called(waiting: list[Target], program: Program) -> Iterator[Target]:
    """These targets, and what they may call."""
    seen = {target.name for target in waiting}
    while waiting:
        target = waiting.pop()
        yield target
        called: list[str] = []
        for instruction in target.code:
            if isinstance(instruction, Call):
                called.append(instruction.target)
            elif isinstance(instruction, Operate):
                called += callbacks_in(instruction)
                if instruction.operation in (
                    "run",
                    "wait",
                ):  # what another would run, or the action of a barrier
                    called += program.targets
        for name in called:
            if name not in seen:
                seen.add(name)
                waiting.append(program.targets[name])

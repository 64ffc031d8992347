"""What a process may come to do: the targets that it, or what it calls, may play."""

from __future__ import annotations

from collections.abc import Iterator

from mprunner.program.declarations import Program, Target
from mprunner.program.expressions import Constant
from mprunner.program.instructions import Call, Operate
from mprunner.worlds.model.features import callbacks_in

__all__ = ["creators", "operates_in"]


def operates_in(program: Program, process: str) -> Iterator[Operate]:
    """The operations that the code of a process may hand out; of what is no declared process (a worker), all."""
    for target in _reached(program, process):
        for instruction in target.code:
            if isinstance(instruction, Operate):
                yield instruction


def creators(program: Program, processes: list[str], name: str) -> list[str]:
    """Those of these processes whose code has a `create` of this name."""
    return [
        process
        for process in processes
        if any(
            each.operation == "create" and dict(each.arguments).get("name") == Constant(name)
            for each in operates_in(program, process)
        )
    ]


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

"""Steps mean what the same statements mean in Python: random programs are run by a machine and as Python source."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
from hypothesis import given, note, settings

from mprunner.program.declarations import Program
from mprunner.program.handouts import Finished, Operation
from mprunner.program.machine import Machine
from tests.program.python_programs import Steps, as_python, as_yaml, programs
from tests.program.scripts import program_of, told

LIMIT = 400
"""Operations after which both are stopped: a `continue` may go round for ever."""


class Stopped(BaseException):
    """Ends an endless program. No `except` of a scenario catches it."""


class World:
    """Answers that depend only on how many operations there were."""

    def __init__(self) -> None:
        self.trace: list[str] = []

    def write(self, what: str) -> None:
        self.trace.append(what)
        if len(self.trace) >= LIMIT:
            raise Stopped

    def empty(self) -> bool:
        self.write("empty q")
        return len(self.trace) % 3 == 0

    def acquire(self) -> None:
        self.write("acquire lock")

    def release(self) -> None:
        self.write("release lock")
        if len(self.trace) % 5 == 0:
            raise ValueError("not held")

    def answer(self, operation: Operation) -> Any:
        if operation.op == "print":
            return self.write(told(operation))
        return getattr(self, operation.op)()


class PythonLock:
    def __init__(self, world: World) -> None:
        self.release = world.release
        self._world = world

    def __enter__(self) -> None:
        self._world.acquire()

    def __exit__(self, *_error: object) -> None:
        self.release()


class PythonQueue:
    def __init__(self, world: World) -> None:
        self.empty = world.empty


class Trace:
    def __init__(self, world: World) -> None:
        self.append = world.write


def by_python(steps: Steps) -> list[str]:
    """The trace of the program as Python source; what it returned or raised stands at the end."""
    world = World()
    names: dict[str, Any] = {"lock": PythonLock(world), "q": PythonQueue(world), "trace": Trace(world)}
    exec("def work(i, j):\n" + textwrap.indent(as_python(steps), "    "), names)
    try:
        world.trace.append(f"returned {names['work'](0, 5)}")
    except (Exception, Stopped) as error:
        world.trace.append(f"raised {type(error).__name__} {error}")
    return world.trace


def compiled(steps: Steps) -> Program:
    return program_of(
        "name: random\nlocks: {lock: }\nqueues: {q: }\ntargets:\n  work:\n    params: [i, j]\n    steps:\n"
        + textwrap.indent(as_yaml(steps), "      ")
        + "\nprocesses: {p: {target: work, args: [0, 5]}}\n"
    )


def by_machine(steps: Steps, *, copying: bool = False) -> list[str]:
    """The trace of the compiled program."""
    world = World()
    machine = Machine(compiled(steps), "work", (0, 5))
    try:
        while not isinstance(step := machine.advance(), Finished):
            if copying:
                before = machine.canonical()
                machine = machine.copy()
                assert before == machine.canonical()
            try:
                value = world.answer(step)
            except (Exception, Stopped) as error:
                machine.throw(error)
            else:
                machine.resume(value)
        world.trace.append(f"returned {step.value}")
    except (Exception, Stopped) as error:
        world.trace.append(f"raised {type(error).__name__} {error}")
    return world.trace


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(programs())
def test_a_program_does_what_the_same_python_does(steps: Steps) -> None:
    note(as_yaml(steps))
    assert by_python(steps) == by_machine(steps)


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(programs())
def test_a_copy_of_a_machine_at_any_operation_goes_on_as_the_original_would(steps: Steps) -> None:
    assert by_machine(steps) == by_machine(steps, copying=True)

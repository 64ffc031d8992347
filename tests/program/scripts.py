"""Scenarios for tests: from YAML to a machine, and a world that answers by a table and writes down what it was asked."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

from mprunner.language.loading import load_source
from mprunner.language.source import Source
from mprunner.program.compiler import compile_scenario
from mprunner.program.declarations import Program
from mprunner.program.handouts import Finished, Operation
from mprunner.program.machine import Machine, fresh_globals


def program_of(text: str, **overrides: str) -> Program:
    """The program of a scenario that is written out."""
    source = Source("test.yaml", textwrap.dedent(text))
    return compile_scenario(load_source(source, overrides=overrides).scenarios[0], source=source)


def steps_of(steps: str, *, head: str = "") -> Program:
    """The program of a scenario whose `main` has these steps."""
    body = textwrap.indent(textwrap.dedent(steps).strip(), "  ")
    return program_of(f"name: test\n{textwrap.dedent(head)}\nmain:\n{body}\n")


def told(operation: Operation) -> str:
    """An operation in short: `print a`, `put q item=1`."""
    if operation.op == "print":
        return f"print {operation.arguments['text']}"
    owner = "" if operation.object is None else f" {operation.object.ref}"
    given = "".join(f" {name}={value!r}" for name, value in operation.arguments.items())
    return f"{operation.op}{owner}{given}"


def breaking(operation: Operation) -> Any:
    """Answers nothing, and breaks assertions as a world does."""
    if operation.op == "assert":
        raise AssertionError(operation.arguments["text"])
    return None


def run(
    program: Program,
    answer: Callable[[Operation], Any] = breaking,
    *,
    target: str = "main",
    arguments: tuple[Any, ...] = (),
) -> tuple[list[str], Any, Machine]:
    """Runs a target to its end: what it asked for, what it returned or raised, and the machine."""
    machine = Machine(program, target, arguments, {}, fresh_globals(program))
    trace: list[str] = []
    while True:
        try:
            step = machine.advance()
        except BaseException as error:
            return trace, error, machine
        if isinstance(step, Finished):
            return trace, step.value, machine
        trace.append(told(step))
        try:
            value = answer(step)
        except BaseException as error:
            machine.throw(error)
        else:
            machine.resume(value)


def traced(steps: str, *, head: str = "", answer: Callable[[Operation], Any] = breaking) -> list[str]:
    """What the steps of a `main` ask for; an exception that leaves it stands at the end."""
    trace, outcome, _machine = run(steps_of(steps, head=head), answer)
    if isinstance(outcome, BaseException):
        trace.append(f"{type(outcome).__name__}: {outcome}")
    return trace


def answers(table: dict[str, Any]) -> Callable[[Operation], Any]:
    """A world that answers an operation by its name; a list is used up item by item, an exception is raised."""

    def answer(operation: Operation) -> Any:
        found = table.get(operation.op)
        if isinstance(found, list):
            found = found.pop(0)
        if isinstance(found, BaseException):
            raise found
        return breaking(operation) if found is None else found

    return answer

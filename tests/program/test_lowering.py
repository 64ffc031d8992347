"""Looks at the world in an expression happen in Python's order, and only where Python would look."""

from __future__ import annotations

from typing import Any

import pytest

from mprunner.program.handouts import Operation
from tests.program.scripts import program_of, run, steps_of

HEAD = "queues: {q: , full: }\nlocks: {lock: }\nglobals: {items: [1, 2], zero: 0, n: 5}"


class Queue:
    """A queue that writes down who looks at it."""

    def __init__(self, name: str, trace: list[str]) -> None:
        self._name = name
        self._trace = trace

    def _look(self, what: str) -> int:
        self._trace.append(f"{what} {self._name}")
        return len(self._trace)

    def qsize(self) -> int:
        return self._look("qsize")

    def empty(self) -> bool:
        return self._look("empty") % 2 == 0

    def full(self) -> bool:
        return self._look("full") % 3 == 0


EXPRESSIONS = [
    "q.qsize() + full.qsize() * q.qsize()",
    "q.empty() and full.empty() and q.qsize()",
    "q.empty() or full.empty() or q.qsize()",
    "not (q.empty() or n > 3 or full.empty())",
    "q.qsize() if full.empty() else full.qsize()",
    "(q.qsize() if n > 3 else full.qsize()) + q.qsize()",
    "q.qsize() < full.qsize() < q.qsize()",
    "q.qsize() > full.qsize() > q.qsize()",
    "0 < q.qsize() <= 1 < full.qsize() < n",
    "[q.qsize(), full.qsize(), n, q.qsize()]",
    "{q.qsize(): full.qsize(), 'a': q.qsize()}",
    "items[q.qsize() - 1] + full.qsize()",
    "items[full.qsize() - 1:q.qsize()]",
    "max(q.qsize(), full.qsize(), n)",
    "'ab'.replace('a', str(q.qsize())).count(str(full.qsize()))",
    "f'{q.qsize()} {n:{full.qsize()}} {q.empty()!r}'",
    "1 / zero + q.qsize()",
    "q.qsize() + 1 / zero + full.qsize()",
    "items[9] or q.qsize()",
    "[1 / zero, q.qsize()]",
    "n and (q.empty() or full.full()) and q.qsize() == 3",
    "(q.full() and q.full()) or (q.full() and q.full())",
    "-q.qsize() ** full.qsize()",
    "{q.qsize(), full.qsize()}",
    "unknown + q.qsize()",
    "q.qsize() and unknown",
]


def by_python(text: str) -> tuple[list[str], Any]:
    trace: list[str] = []
    names = {"q": Queue("q", trace), "full": Queue("full", trace), "items": [1, 2], "zero": 0, "n": 5}
    try:
        return trace, eval(text, {}, names)
    except Exception as error:
        return trace, type(error)


def by_machine(text: str) -> tuple[list[str], Any]:
    trace: list[str] = []
    queues = {"q": Queue("q", trace), "full": Queue("full", trace)}

    def answer(operation: Operation) -> Any:
        assert operation.object is not None
        return getattr(queues[operation.object.ref.name], operation.op)()

    quoted = text.replace('"', '\\"')
    steps = f'[{{set: {{unknown: 1}}}}, {{del: unknown}}, {{return: "{{({quoted})}}"}}]'
    program = program_of(
        f"name: test\n{HEAD}\ntargets: {{f: {{steps: {steps}}}}}\nprocesses: {{p: {{target: f}}}}"
    )
    _trace, outcome, _machine = run(program, answer, target="f")
    return trace, type(outcome) if isinstance(outcome, Exception) else outcome


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_the_world_is_looked_at_as_python_would(text: str) -> None:
    expected = by_python(text)
    found = by_machine(text)
    if expected[1] is NameError:
        expected = (expected[0], UnboundLocalError)
    assert expected == found


def test_a_get_is_an_operation_for_a_result_and_none_for_a_mapping() -> None:
    program = steps_of(
        """
        - set: {d: {a: 1}}
        - print: "{d.get('a')}"
        - apply_async: {pool: po, func: f}
          into: r
        - print: "{r.get(2)} {r.get()}"
        """,
        head="pools: {po: }\ntargets: {f: {steps: [pass]}}",
    )
    from mprunner.program.handles import Handle, Ref

    def answer(operation: Operation) -> Any:
        return Handle("result", Ref("po.f", 0)) if operation.op == "apply_async" else "got"

    trace, _outcome, _machine = run(program, answer)
    assert [
        "print 1",
        "apply_async po func='f' args=() kwds={}",
        "get po.f[0] timeout=2",
        "get po.f[0]",
        "print got got",
    ] == trace


def test_the_condition_of_a_while_is_looked_at_in_every_round() -> None:
    sizes = iter([2, 1, 0])
    program = steps_of("- while: q.qsize() > 0\n  steps: [{print: x}]", head=HEAD)
    trace, _outcome, _machine = run(
        program, lambda operation: next(sizes) if operation.op == "qsize" else None
    )
    assert ["qsize q", "print x", "qsize q", "print x", "qsize q"] == trace

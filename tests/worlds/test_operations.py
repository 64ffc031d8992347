"""Every operation on its real object: what it returns, what it raises, what it puts on record."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from mprunner.recording.events import Call, Recording

from .conftest import Run

PREAMBLE = """
managers: {m: {}}
queues: {q: {}, one: {maxsize: 1}, mq: {manager: m}}
locks: {lock: {}, again: {kind: RLock}, ml: {manager: m}}
pools: {po: {processes: 1}}
targets:
  nothing: {steps: [pass]}
  double: {params: [x], steps: [{return: "{2 * x}"}]}
  fails: {steps: [{raise: {ValueError: no}}]}
  lasts: {steps: [{sleep: 60}]}
processes: {p: {target: nothing, name: worker, args: []}, other: {target: lasts, daemon: true}}
main:
"""


class Row(NamedTuple):
    """Steps of main; the last operation named `op` on `object` is looked at."""

    steps: str
    op: str
    object: str | None
    outcome: str = "ok"
    values: dict[str, Any] = {}  # noqa: RUF012 - never changed
    error: str | None = None
    timed: bool = False


QUEUES = [
    Row("- put: {queue: q, item: 1}", "put", "q", values={"item": 1}),
    Row("- put: {queue: q, item: a, timeout: 1}", "put", "q", values={"item": "a", "timeout": 1}, timed=True),
    Row(
        "- put: {queue: one, item: 1}\n- put: {queue: one, item: 2, block: false}\n  allow: Full",
        "put",
        "one",
        "raised",
        error="Full",
        timed=True,
    ),
    Row(
        "- put: {queue: one, item: 1}\n- put: {queue: one, item: 2, timeout: 0.01}\n  allow: Full",
        "put",
        "one",
        "raised",
        error="Full",
        timed=True,
    ),
    Row("- put_nowait: {queue: q, item: [1, {a: 2}]}", "put_nowait", "q", values={"item": [1, {"a": 2}]}),
    Row("- put: {queue: q, item: 7}\n- get: q\n  into: x", "get", "q", values={"item": 7}),
    Row("- get: {queue: q, block: false}\n  allow: Empty", "get", "q", "raised", error="Empty", timed=True),
    Row("- get: {queue: q, timeout: 0.01}\n  allow: Empty", "get", "q", "raised", error="Empty", timed=True),
    Row("- get_nowait: q\n  allow: Empty", "get_nowait", "q", "raised", error="Empty"),
    Row("- put: {queue: mq, item: 7}\n- get_nowait: mq\n  into: x", "get_nowait", "mq", values={"item": 7}),
    Row("- print: '{q.qsize()}'", "qsize", "q", values={"result": 0}),
    Row("- print: '{q.empty()}'", "empty", "q", values={"result": True}),
    Row(
        "- put: {queue: one, item: 1}\n- print: '{one.full()}'\n- get: one",
        "full",
        "one",
        values={"result": True},
    ),
    Row("- close: q", "close", "q"),
    Row("- close: q\n- join_thread: q", "join_thread", "q"),
    Row("- cancel_join_thread: q", "cancel_join_thread", "q"),
    Row(
        "- close: q\n- put: {queue: q, item: 1}\n  allow: ValueError",
        "put",
        "q",
        "raised",
        error="ValueError",
    ),
]

LOCKS = [
    Row("- acquire: lock", "acquire", "lock"),
    Row(
        "- acquire: lock\n- acquire: {lock: lock, block: false}\n  into: ok",
        "acquire",
        "lock",
        "refused",
        timed=True,
    ),
    Row(
        "- acquire: lock\n- acquire: {lock: lock, timeout: 0.01}\n  into: ok",
        "acquire",
        "lock",
        "refused",
        timed=True,
    ),
    Row("- acquire: again\n- acquire: again", "acquire", "again"),
    Row("- acquire: {lock: ml, timeout: 1}", "acquire", "ml", timed=True),
    Row("- acquire: lock\n- release: lock", "release", "lock"),
    Row("- release: lock\n  allow: ValueError", "release", "lock", "raised", error="ValueError"),
    Row("- release: again\n  allow: AssertionError", "release", "again", "raised", error="AssertionError"),
    Row("- release: ml\n  allow: RuntimeError", "release", "ml", "raised", error="RuntimeError"),
]

PROCESSES = [
    Row("- start: p\n- join: p", "join", "p", values={"exitcode": 0}),
    Row("- start: other\n- join: {process: other, timeout: 0.01}", "join", "other", "refused", timed=True),
    Row("- join: p\n  allow: AssertionError", "join", "p", "raised", error="AssertionError"),
    Row(
        "- start: p\n- start: p\n  allow: AssertionError\n- join: p",
        "start",
        "p",
        "raised",
        error="AssertionError",
    ),
    Row("- run: p", "run", "p"),
    Row("- start: other\n- terminate: other\n- join: other", "join", "other", values={"exitcode": -15}),
    Row("- start: other\n- kill: other\n- join: other", "join", "other", values={"exitcode": -9}),
    Row("- terminate: p\n  allow: AttributeError", "terminate", "p", "raised", error="AttributeError"),
    Row("- start: p\n- join: p\n- close: p", "close", "p"),
    Row(
        "- start: other\n- close: other\n  allow: ValueError", "close", "other", "raised", error="ValueError"
    ),
    Row("- print: '{p.is_alive()}'", "is_alive", "p", values={"result": False}),
    Row("- print: '{p.name}'", "name", "p", values={"result": "worker"}),
    Row("- print: '{p.pid}'", "pid", "p", values={"result": None}),
    Row("- print: '{p.exitcode}'", "exitcode", "p", values={"result": None}),
    Row("- print: '{other.daemon}'", "daemon", "other", values={"result": True}),
    Row("- print: '{p.sentinel}'\n  allow: ValueError", "sentinel", "p", "raised", error="ValueError"),
    Row("- set: {p.name: renamed}\n- print: '{p.name}'", "name", "p", values={"result": "renamed"}),
    Row("- set: {p.name: renamed}", "set_attribute", "p", values={"attribute": "name", "value": "renamed"}),
]

POOLS = [
    Row(
        "- apply: {pool: po, func: double, args: [4]}\n  into: x",
        "apply",
        "po",
        values={"result": 8, "task": "po.double[0]"},
    ),
    Row("- apply: {pool: po, func: fails}\n  allow: ValueError", "apply", "po", "raised", error="ValueError"),
    Row(
        "- apply_async: {pool: po, func: double, args: [4]}\n  into: r\n- wait: r",
        "apply_async",
        "po",
        values={"task": "po.double[0]"},
    ),
    Row(
        "- apply_async: {pool: po, func: double, args: [4]}\n  into: r\n- get: {result: r}",
        "get",
        "po.double[0]",
        values={"result": 8},
    ),
    Row("- apply_async: {pool: po, func: double, args: [4]}\n  into: r\n- wait: r", "wait", "po.double[0]"),
    Row(
        "- apply_async: {pool: po, func: lasts}\n  into: r\n- wait: {result: r, timeout: 0.01}",
        "wait",
        "po.lasts[0]",
        "refused",
        timed=True,
    ),
    Row(
        "- apply_async: {pool: po, func: lasts}\n  into: r\n- get: {result: r, timeout: 0.01}\n  allow: TimeoutError",
        "get",
        "po.lasts[0]",
        "raised",
        error="TimeoutError",
        timed=True,
    ),
    Row(
        "- apply_async: {pool: po, func: double, args: [4]}\n  into: r\n- wait: r\n- print: '{r.ready()}'",
        "ready",
        "po.double[0]",
        values={"result": True},
    ),
    Row(
        "- apply_async: {pool: po, func: fails}\n  into: r\n- wait: r\n- print: '{r.successful()}'",
        "successful",
        "po.fails[0]",
        values={"result": False},
    ),
    Row("- close: po\n- join: po", "join", "po"),
    Row("- join: po\n  allow: ValueError", "join", "po", "raised", error="ValueError"),
    Row("- terminate: po\n- join: po", "terminate", "po"),
    Row(
        "- close: po\n- apply: {pool: po, func: double, args: [4]}\n  allow: ValueError",
        "apply",
        "po",
        "raised",
        error="ValueError",
    ),
    Row(
        "- apply: {pool: po, func: double, args: ['{q}']}\n  allow: RuntimeError",
        "apply",
        "po",
        "raised",
        error="RuntimeError",
    ),
]

OTHERS = [
    Row("- shutdown: m", "shutdown", "m"),
    Row("- sleep: 0.001", "sleep", None, values={"seconds": 0.001}, timed=True),
    Row("- choose: {from: [1]}\n  into: x", "choose", None, values={"from": [1], "result": 1}),
    Row("- print: 'n={1 + 1}'", "print", None, values={"text": "n=2"}),
    Row(
        "- try: [{assert: 1 == 2}]\n  except: {AssertionError: [pass]}",
        "assert",
        None,
        "raised",
        error="AssertionError",
    ),
]


def last(recording: Recording, op: str, target: str | None) -> Call:
    found = [call for call in recording.calls if call.operation == op and call.object == target]
    assert found, [(call.operation, call.object) for call in recording.calls]
    return found[-1]


@pytest.mark.parametrize(
    "row", [*QUEUES, *LOCKS, *PROCESSES, *POOLS, *OTHERS], ids=lambda row: f"{row.op}-{row.outcome}"
)
def test_an_operation_returns_raises_and_records_what_the_real_one_does(run: Run, row: Row) -> None:
    steps = "\n".join(f"  {line}" for line in row.steps.split("\n"))
    recording = run(PREAMBLE + steps)
    call = last(recording, row.op, row.object)
    assert (row.outcome, row.error) == (call.outcome, call.error.type if call.error else None), (
        recording.calls
    )
    assert row.values == {key: call.values[key] for key in row.values}
    assert call.end is not None
    assert call.end >= call.begin
    if row.timed:
        assert call.timed

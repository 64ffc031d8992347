"""Arguments of declarations that look at the world: evaluated at creation, by the process that creates."""

from __future__ import annotations

import pytest

from .conftest import METHODS, Run

ALL = """
queues: {q: {}}
pools: {po: {processes: 1, initializer: setup, initargs: ["{q.qsize()}", "{getpid()}"]}}
targets:
  setup: {params: [a, b], steps: [{print: "setup {a} {b}"}]}
  work: {steps: [pass]}
  outer: {params: [a], steps: [{print: "outer {a}"}, {start: inner}, {join: inner}, {print: "me {getpid()}"}]}
  shown: {params: [a, b], steps: [{print: "{a} {b}"}]}
processes:
  p: {target: outer, args: ["{getpid()}"], name: "named-{q.qsize()}"}
  inner: {target: shown, args: ["{getpid()}"], kwargs: {b: "{q.empty()}"}}
main: [{apply: {pool: po, func: work}}, {start: p}, {join: p}]
"""


def test_a_pool_may_stand_beside_what_is_looked_at(run: Run) -> None:
    recording = run(
        "pools: {po: {processes: 1}}\n"
        "targets: {t: {params: [pool, a], steps: [{print: '{pool} {a == getpid()}'}]}}\n"
        "processes: {p: {target: t, args: ['{po}', '{getpid()}']}}\n"
        "main: [{run: p}]\n"
    )
    assert ["<pool po> True"] == [
        each.values["text"] for each in recording.calls if each.operation == "print"
    ]


@pytest.mark.parametrize("start_method", METHODS)
def test_what_a_declaration_looks_at_is_seen_by_the_process_that_creates(run: Run, start_method: str) -> None:
    recording = run(ALL, start_method=start_method)
    pids = {each.name: each.pid for each in recording.processes}
    printed = {call.values["text"] for call in recording.calls if call.operation == "print"}
    assert {
        f"setup 0 {pids['main']}", f"outer {pids['main']}", f"{pids['p']} True", f"me {pids['p']}",
    } == printed  # fmt: skip
    looked = [(call.process, call.operation) for call in recording.calls if call.object == "q"]
    assert [("main", "qsize"), ("main", "qsize"), ("p", "empty")] == looked
    assert ["named-0"] == [each.mp_name for each in recording.processes if each.name == "p"]


def test_an_argument_that_fails_ends_main_as_in_python(run: Run) -> None:
    recording = run(
        "targets: {t: {params: [a], steps: [pass]}}\n"
        "processes: {p: {target: t, args: ['{1 // (getpid() - getpid())}']}}\n"
    )
    (raised,) = [call for call in recording.calls if call.operation == "exception"]
    assert raised.error is not None
    assert ("main", "ZeroDivisionError") == (raised.process, raised.error.type)


@pytest.mark.parametrize("given", ["{1 // n}", "{1 // n} {getpid()}"])
def test_the_traceback_of_an_argument_that_fails_has_the_line_of_the_argument(run: Run, given: str) -> None:
    recording = run(
        "globals: {n: 0}\n"
        "targets:\n"
        "  t: {params: [a], steps: [pass]}\n"
        "  outer: {steps: [{start: inner}]}\n"
        "processes:\n"
        "  p: {target: outer}\n"
        "  inner:\n"
        "    target: t\n"
        f"    args: ['{given}']\n"
    )
    shown = [call.values["text"] for call in recording.calls if call.operation == "stderr"]
    assert ['  File "test.yaml", line 5, in outer', "    start: inner"] == shown[2:4]
    assert ['  File "test.yaml", line 10, in main', f"    ['{given}']"] == shown[4:6]


@pytest.mark.parametrize("start_method", METHODS)
def test_who_creates_a_pool_has_what_its_initargs_name(run: Run, start_method: str) -> None:
    recording = run(
        """
        queues: {q: {}}
        locks: {lock: {}}
        pools: {po: {processes: 1, initializer: init, initargs: ["{q}"], create: later}}
        targets:
          init: {params: [queue], steps: [{with: lock, steps: [{put: {queue: queue, item: ready}}]}]}
          task: {steps: [{return: 3}]}
          makes: {steps: [{create: po}, {apply: {pool: po, func: task}}, {close: po}, {join: po}]}
        processes: {p: {target: makes}}
        main: [{start: p}, {get: q, into: y}, {join: p}, {print: "{y}"}]
        """,
        start_method=start_method,
    )
    assert {"p": 0, "main": 0}.items() <= {each.name: each.exitcode for each in recording.processes}.items()
    assert ["ready"] == [call.values["text"] for call in recording.calls if call.operation == "print"]

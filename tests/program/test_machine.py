"""The machine as plain data: stopped, copied, compared, pickled, and gone on with."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from mprunner.program.handouts import Finished, Operation
from mprunner.program.machine import Machine, fresh_globals
from tests.program.scripts import program_of, run, steps_of

SHARED = """
name: test
globals: {items: [0]}
targets:
  work:
    params: [n]
    steps:
      - set: {mine: "{items}"}
      - try:
          - for: i
            in: range(n)
            steps:
              - append: {list: mine, item: "{i}"}
              - print: "{i} {items}"
        finally:
          - print: done
      - return: "{mine}"
processes: {p: {target: work, args: [3]}}
"""


def advanced(machine: Machine, count: int) -> Machine:
    """The machine behind its first operations."""
    for _ in range(count):
        assert isinstance(machine.advance(), Operation)
        machine.resume()
    return machine


def rest(machine: Machine) -> list[Any]:
    """What a machine still asks for, and what it returns."""
    found: list[Any] = []
    while not isinstance(step := machine.advance(), Finished):
        found.append(str(step.arguments["text"]))
        machine.resume()
    return [*found, step.value]


def test_a_pickled_machine_goes_on_where_it_was() -> None:
    machine = advanced(Machine(program_of(SHARED), "work", (3,)), 2)
    again = pickle.loads(pickle.dumps(machine))
    assert ["2 [0, 0, 1, 2]", "done", [0, 0, 1, 2]] == rest(again)
    assert machine.canonical() != again.canonical()


def test_a_copy_has_lists_of_its_own_that_are_shared_as_in_the_original() -> None:
    machine = advanced(Machine(program_of(SHARED), "work", (3,)), 1)
    twin = machine.copy()
    assert machine.canonical() == twin.canonical()
    assert ["1 [0, 0, 1]", "2 [0, 0, 1, 2]", "done", [0, 0, 1, 2]] == rest(twin)
    assert [0, 0] == machine.globals["items"]


def test_the_canonical_form_tells_shared_lists_from_equal_ones() -> None:
    program = program_of(SHARED)
    shared = advanced(Machine(program, "work", (1,)), 1)
    apart = advanced(Machine(program, "work", (1,)), 1)
    apart.globals["items"] = list(apart.globals["items"])
    assert shared.canonical() != apart.canonical()
    assert hash(shared.canonical()) == hash(shared.copy().canonical())


def test_temporaries_that_are_done_with_are_no_part_of_the_state() -> None:
    program = steps_of("- print: '{q.qsize() > 0}'\n- print: x", head="queues: {q: }")
    states = set()
    for size in (1, 2):
        machine = Machine(program, "main")
        machine.advance()
        machine.resume(size)
        machine.advance()
        machine.resume()
        machine.advance()
        states.add(machine.canonical())
    assert 1 == len(states)


def test_the_same_answers_lead_to_the_same_course() -> None:
    program = program_of(SHARED)
    assert run(program, target="work", arguments=(2,))[:2] == run(program, target="work", arguments=(2,))[:2]


def test_machines_of_one_process_share_its_globals() -> None:
    program = program_of(SHARED)
    shared = fresh_globals(program)
    first, second = (Machine(program, "work", (1,), {}, shared) for _ in range(2))
    rest(first)
    assert ["0 [0, 0, 0]", "done", [0, 0, 0]] == rest(second)
    assert {"items": [0]} == program.globals


def test_the_variables_are_those_of_the_outermost_target_without_marks() -> None:
    program = program_of(
        """
        name: test
        locks: {lock: }
        targets:
          inner: {steps: [{set: {hidden: 1}}, {return: "{hidden}"}]}
          work:
            params: [n]
            steps:
              - call: inner
                into: x
              - set: {l: "{lock}", pid: "{[getpid() + n]}"}
        processes: {p: {target: work, args: [1]}}
        """
    )
    _trace, _outcome, machine = run(program, lambda operation: 41, target="work", arguments=(1,))
    assert {"n": 1, "x": 1, "l": "<lock lock>", "pid": [42]} == machine.variables()
    assert type(machine.variables()["pid"][0]) is int


def test_calls_without_end_are_a_recursion_error() -> None:
    program = program_of("name: test\ntargets: {f: {steps: [{call: f}]}}\nmain: [{call: f}]")
    _trace, outcome, _machine = run(program)
    assert isinstance(outcome, RecursionError)


def test_arguments_that_do_not_fit_raise_at_the_first_advance() -> None:
    _trace, outcome, _machine = run(program_of(SHARED), target="work")
    assert "work() missing 1 required positional argument: 'n'" == str(outcome)


def test_an_exception_thrown_in_runs_the_finally_block_first() -> None:
    machine = advanced(Machine(program_of(SHARED), "work", (3,)), 1)
    machine.advance()
    machine.throw(KeyboardInterrupt())
    step = machine.advance()
    assert isinstance(step, Operation)
    assert "done" == step.arguments["text"]
    machine.resume()
    with pytest.raises(KeyboardInterrupt):
        machine.advance()


def test_a_mapping_that_grows_in_its_loop_is_a_runtime_error() -> None:
    steps = "- set: {d: {a: 1}}\n- for: k\n  in: d\n  steps: [{update: {mapping: d, items: {b: 1}}}]"
    _trace, outcome, _machine = run(steps_of(steps))
    assert "RuntimeError('dictionary changed size during iteration')" == repr(outcome)


def test_a_list_that_grows_in_its_loop_is_seen_growing() -> None:
    steps = """
    - set: {items: [1]}
    - for: i
      in: items
      steps:
        - if: i < 3
          then: [{append: {list: items, item: "{i + 1}"}}]
        - print: "{i}"
    """
    trace, _outcome, _machine = run(steps_of(steps))
    assert ["print 1", "print 2", "print 3"] == trace


def test_tuples_that_hold_each_other_twice_are_copied_compared_and_shown_at_once() -> None:
    steps = "- set: {x: [1]}\n- repeat: 60\n  steps: [{set: {x: '{(x, x)}'}}]\n- print: y"
    machine = advanced(Machine(steps_of(steps), "main"), 1)
    assert machine.canonical() == machine.copy().canonical()
    assert {"x": "<tuple with a huge number of parts>"} == machine.variables()


def test_a_value_nested_very_deep_is_shown_as_far_as_a_record_can_follow_it() -> None:
    steps = '- set: {x: [1]}\n- repeat: 5000\n  steps: [{set: {x: ["{x}"]}}]\n- print: y'
    shown = advanced(Machine(steps_of(steps), "main"), 1).variables()["x"]
    for _ in range(64):
        [shown] = shown
    assert "<list, nested deeper than 64>" == shown

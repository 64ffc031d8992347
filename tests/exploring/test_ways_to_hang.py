"""Deadlocks as an exploration tells them: one for each circle, by its name, and whether every execution comes to it."""

from __future__ import annotations

from pathlib import Path

import pytest

import mprunner
from mprunner.exploring.results import Exploration

HEAD = """\
name: hangs
locks: {a: {}, b: {}}
"""
ORDER = """\
targets:
  take:
    params: [first, second]
    steps: [{acquire: first}, {acquire: second}, {release: second}, {release: first}]
  twice: {steps: [{acquire: a}, {acquire: a}]}
  once: {steps: [{with: a, steps: [pass]}]}
"""
SELF = (
    ORDER
    + """\
processes: {p: {target: twice}, q: {target: once}, r: {target: once}}
expect: [{existence: {op: begin, process: main}}]
"""
)
CIRCLE = (
    ORDER
    + """\
processes: {p: {target: take, args: ["{a}", "{b}"]}, q: {target: take, args: ["{b}", "{a}"]}}
expect: [{existence: {op: begin, process: main}}]
"""
)
EITHER = """\
semaphores: {s: {value: 0}, t: {value: 0}}
targets:
  wait: {steps: [{choose: {from: [1, 2]}, into: x}, {if: x == 1, then: [{acquire: s}], else: [{acquire: t}]}]}
processes: {p: {target: wait}}
expect: [{existence: {op: begin, process: main}}]
"""


@pytest.fixture
def explored(tmp_path: Path, request: pytest.FixtureRequest) -> Exploration:
    path = tmp_path / "hangs.yaml"
    path.write_text(HEAD + request.param)
    return mprunner.explore(path, method="auto")


@pytest.mark.parametrize("explored", [SELF], indirect=True)
def test_who_waits_behind_a_circle_makes_no_other_deadlock(explored: Exploration) -> None:
    assert len(explored.outcomes) == 1 < explored.accounting.executions
    assert [("self-lock", ("p",))] == [
        (each.diagnosis.pattern, each.diagnosis.cycle) for each in explored.deadlocks
    ]


@pytest.mark.parametrize("explored", [SELF], indirect=True)
def test_a_deadlock_in_which_every_execution_ends_is_always_there(explored: Exploration) -> None:
    assert [True] == [each.always for each in explored.deadlocks]
    assert explored.always_stuck


@pytest.mark.parametrize("explored", [CIRCLE], indirect=True)
def test_a_deadlock_that_some_executions_miss_is_possible(explored: Exploration) -> None:
    assert [False] == [each.always for each in explored.deadlocks]
    assert not explored.always_stuck


@pytest.mark.parametrize("explored", [EITHER], indirect=True)
def test_every_execution_may_be_stuck_though_none_of_the_deadlocks_is_in_all(explored: Exploration) -> None:
    assert [False, False] == [each.always for each in explored.deadlocks]
    assert explored.always_stuck


@pytest.mark.parametrize("explored", [EITHER], indirect=True)
def test_a_step_in_which_somebody_is_stuck_was_reached(explored: Exploration) -> None:
    assert () == explored.unreached


def test_the_same_is_told_where_states_are_searched(tmp_path: Path) -> None:
    path = tmp_path / "hangs.yaml"
    for text, always in ((SELF, True), (CIRCLE, False), (EITHER, True)):
        path.write_text(HEAD + text)
        assert always == mprunner.explore(path, method="states").always_stuck


def test_an_assertion_that_holds_is_no_step_that_was_never_reached(tmp_path: Path) -> None:
    path = tmp_path / "asserts.yaml"
    path.write_text(
        "name: asserts\ntargets:\n  t: {steps: [{assert: 1 < 2}, {print: done}]}\n"
        "processes: {p: {target: t}}\nexpect: [{existence: done}]\n"
    )
    assert () == mprunner.explore(path).unreached

"""The model of a program: its steps, its states, the record of an execution."""

from __future__ import annotations

from typing import Any

import pytest

from mprunner.recording.events import ProcessRecord
from mprunner.recording.printed import printed_lines
from mprunner.worlds.model.unfollowed import Unfollowed
from tests.worlds.conftest import Run
from tests.worlds.model.conftest import Modelled, finals, played

LOCKED = """
locks: {lock: {}}
targets:
  add:
    params: [num, value]
    steps:
      - with: lock
        steps:
          - print: "add{value}:num={num}"
          - set: {num: "{num + value}"}
          - print: "add{value}:num={num}"
processes:
  p1: {target: add, args: [0, 1]}
  p2: {target: add, args: [0, 2]}
"""
COUNTER = """
values: {x: {type: i, lock: false}}
targets:
  add:
    steps:
      - set: {x.value: "{x.value + 1}"}
processes:
  p: {target: add, replicas: 2}
"""


def test_one_process_after_the_other_prints_what_a_real_run_prints(modelled: Modelled, run: Run) -> None:
    model = modelled(LOCKED)
    seen = {printed_lines(played(model, seed)) for seed in range(20)}
    assert len(seen) == 2
    assert printed_lines(run(LOCKED)) in seen


def test_an_unlocked_increment_is_lost_in_some_schedule_and_in_some_not(modelled: Modelled) -> None:
    model = modelled(COUNTER)
    cell = model.layout.cell("value", "x", 0)
    assert {state[cell] for state in finals(model)} == {1, 2}


def test_an_increment_under_the_value_s_own_lock_is_never_lost(modelled: Modelled) -> None:
    model = modelled(
        """
        values: {x: {type: i}}
        targets:
          add:
            steps:
              - with: x
                steps:
                  - set: {x.value: "{x.value + 1}"}
        processes:
          p: {target: add, replicas: 3}
        """
    )
    cell = model.layout.cell("value", "x", 0)
    assert {state[cell] for state in finals(model)} == {3}


def test_two_locks_in_opposite_order_end_in_a_state_that_nobody_leaves(modelled: Modelled) -> None:
    model = modelled(
        """
        locks: {a: {}, b: {}}
        targets:
          one: {steps: [{with: a, steps: [{with: b, steps: [pass]}]}]}
          other: {steps: [{with: b, steps: [{with: a, steps: [pass]}]}]}
        processes:
          p: {target: one}
          q: {target: other}
        """
    )
    stuck = [state for state in finals(model) if state[0] >= 0]
    assert len(stuck) == 1
    assert {str(model.operation_of(stuck[0], thread).object) for thread in (1, 2)} == {"<lock a>", "<lock b>"}


def test_a_choice_has_an_alternative_for_each_value(modelled: Modelled) -> None:
    model = modelled(
        """
        targets:
          pick:
            steps:
              - choose: {from: [1, 2, 3]}
                into: n
              - print: "{n}"
        processes:
          p: {target: pick}
        """
    )
    seen = {printed_lines(played(model, seed)) for seed in range(30)}
    assert seen == {(("p", "1"),), (("p", "2"),), (("p", "3"),)}


def test_a_step_that_is_equal_twice_is_played_once(modelled: Modelled) -> None:
    model = modelled(COUNTER)
    finals(model)
    known = len(model.images)
    finals(model)
    assert known == len(model.images)


def test_what_has_no_model_is_refused_with_its_place(modelled: Modelled) -> None:
    with pytest.raises(Unfollowed, match=r"test\.yaml:\d+:\d+: the model can't follow"):
        modelled(
            """
            targets: {t: {steps: [start: q]}, u: {steps: [pass]}}
            processes: {p: {target: t, replicas: 2}, q: {target: u, parent: p}}
            """
        )


@pytest.mark.parametrize(
    "loop",
    [
        '{while: "True", steps: [{set: {x: "{x + 1}"}}]}',
        '{while: "True", steps: [{call: nothing}]}',
        '{while: "True", steps: [{set: {x: "{getpid()}"}}]}',
    ],
)
def test_a_loop_that_touches_nothing_is_refused_with_its_place(modelled: Modelled, loop: str) -> None:
    model = modelled(
        f"""
        targets: {{nothing: {{steps: [pass]}}, t: {{steps: [{{set: {{x: 0}}}}, {loop}]}}}}
        processes: {{p: {{target: t}}}}
        """
    )
    with pytest.raises(Unfollowed, match=r"test\.yaml:\d+:\d+: .*(round and round|nothing but itself)"):
        finals(model)


def test_who_has_been_waited_for_is_not_waited_for_any_more(modelled: Modelled) -> None:
    model = modelled(
        """
        locks: {lock: {}}
        targets:
          quick: {steps: [pass]}
          stuck: {steps: [{acquire: lock}, {acquire: lock}]}
        processes: {p: {target: quick}, q: {target: stuck}}
        """
    )
    record = played(model)
    joins = [(call.object, call.outcome) for call in record.calls if call.operation == "join"]
    assert joins == [("p", "ok"), ("q", "unfinished")]
    assert record.ending.how == "hang"


def test_the_record_tells_of_processes_as_that_of_a_run_does(modelled: Modelled, run: Run) -> None:
    text = """
        targets: {t: {params: [n], steps: [set: {x: "{n}"}]}}
        processes: {p: {target: t, replicas: 2, args: ["{index}"]}, q: {target: t, name: other, args: [5], daemon: true}}
        """
    real, model = run(text), played(modelled(text))
    assert [_told(each) for each in model.processes] == sorted(
        (_told(each) for each in real.processes),
        key=lambda told: ("main", "p[0]", "p[1]", "q").index(told[0]),
    )


def _told(process: ProcessRecord) -> tuple[Any, ...]:
    return (
        process.name, process.role, process.parent, process.mp_name, process.exitcode, process.ended_by, process.target,
        process.daemon, process.variables,
    )  # fmt: skip

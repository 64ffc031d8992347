"""Pools of the model world: who may take which task, what is lost with a worker, how a pool ends."""

from __future__ import annotations

from mprunner.recording.events import Recording
from mprunner.worlds.model.recorder import recording
from tests.worlds.model.conftest import Modelled
from tests.worlds.model.searching import endings

TWO = """
pools: {po: {processes: 2}}
targets: {work: {params: [x], steps: [return: "{x}"]}}
main:
  - apply_async: {pool: po, func: work, args: [1]}
    into: a
  - apply_async: {pool: po, func: work, args: [2]}
    into: b
"""
JOINED = TWO + "  - close: po\n  - join: po\n"
LOST = """
pools: {po: {processes: 1}}
targets: {leave: {steps: [raise: {SystemExit: 3}]}}
main:
  - apply_async: {pool: po, func: leave}
    into: result
  - get: {result: result}
"""


def records(modelled: Modelled, text: str) -> list[Recording]:
    """The record of one execution for each end that there is."""
    model = modelled(text)
    return [recording(model, schedule) for schedule in endings(model).values()]


def tasks(record: Recording, operation: str) -> list[str]:
    return [call.values["task"] for call in record.calls if call.operation == operation]


def test_tasks_are_taken_in_the_order_of_their_submission_by_whoever_is_idle(modelled: Modelled) -> None:
    found = records(modelled, JOINED)
    assert {tuple(tasks(record, "task_start")) for record in found} == {("po.work[0]", "po.work[1]")}
    takers = {
        tuple(call.process for call in record.calls if call.operation == "task_start") for record in found
    }
    assert takers <= {(first, second) for first in ("po[0]", "po[1]") for second in ("po[0]", "po[1]")}
    assert all(record.ending.how == "finished" for record in found)


def test_a_pool_that_is_closed_and_joined_has_done_all_its_tasks(modelled: Modelled) -> None:
    assert all(len(tasks(record, "task_end")) == 2 for record in records(modelled, JOINED))


def test_a_main_that_ends_terminates_its_pool_and_tasks_may_be_lost(modelled: Modelled) -> None:
    done = {len(tasks(record, "task_end")) for record in records(modelled, TWO)}
    assert done == {0, 1, 2}


def test_a_task_that_leaves_by_system_exit_is_lost_and_its_get_never_ends(modelled: Modelled) -> None:
    found = records(modelled, LOST)
    assert {record.ending.how for record in found} == {"hang"}
    assert {process.exitcode for record in found for process in record.processes} >= {3}


def test_a_pool_whose_workers_all_fail_goes_on_without_end_in_few_states(modelled: Modelled) -> None:
    text = """
    pools: {po: {processes: 1, initializer: fail}}
    targets: {fail: {steps: [raise: {ValueError: no}]}, work: {steps: [pass]}}
    main: [apply: {pool: po, func: work}]
    """
    assert not endings(modelled(text), most=200)


def test_a_worker_that_takes_the_place_of_another_has_a_number_of_its_own(modelled: Modelled) -> None:
    steps = "  - apply: {pool: po, func: work, args: [1]}\n" * 20
    text = f"pools: {{po: {{processes: 1, maxtasksperchild: 1}}}}\n{TWO.split(chr(10), 2)[2].partition('main:')[0]}main:\n{steps}"
    (record, *_) = records(modelled, text)
    assert [f"po[{number}]" for number in range(20)] == [
        call.process for call in record.calls if call.operation == "task_end"
    ]
    workers = [process for process in record.processes if process.role == "worker"]
    assert {process.exitcode for process in workers if process.name != "po[20]"} == {0}

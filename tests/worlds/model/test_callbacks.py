"""Callbacks in the model: a thread of the pool calls them, which shares the memory of the process that submitted the tasks."""

from __future__ import annotations

import pytest

from mprunner.exploring.optimal import Traces
from mprunner.exploring.playing import played
from mprunner.recording.events import Recording
from mprunner.worlds.model.recorder import recording
from tests.worlds.model.conftest import Modelled

COUNTING = """
pools: {po: {processes: 1}}
globals: {n: 0}
targets:
  work: {params: [], steps: [pass]}
  count: {params: [x], steps: [set: {n: "{n + 1}"}]}
main:
  - apply_async: {pool: po, func: work, callback: count}
    into: r
  - set: {n: "{n + 10}"}
  - get: r
  - print: "{n}"
"""
TWO_POOLS = """
pools: {po: {processes: 1}, other: {processes: 1}}
locks: {a: {}, b: {}}
targets:
  work: {params: [], steps: [pass]}
  first: {params: [x], steps: [acquire: a, acquire: b, release: b, release: a]}
  second: {params: [x], steps: [acquire: b, acquire: a, release: a, release: b]}
main:
  - apply_async: {pool: po, func: work, callback: first}
    into: r
  - apply_async: {pool: other, func: work, callback: %s}
    into: s
  - get: r
  - get: s
"""


def records(modelled: Modelled, text: str) -> list[Recording]:
    """The record of each execution."""
    model = modelled(text)
    return [recording(model, execution.schedule) for execution in Traces(model)]


def printed(record: Recording) -> tuple[str, ...]:
    return tuple(str(call.values["text"]) for call in record.calls if call.operation == "print")


def test_a_callback_and_its_process_may_lose_each_others_change_of_a_global(modelled: Modelled) -> None:
    assert {printed(record) for record in records(modelled, COUNTING)} == {("11",), ("1",), ("10",)}


def test_what_a_callback_does_is_on_record_in_a_thread_of_its_own(modelled: Modelled) -> None:
    for record in records(modelled, COUNTING):
        threads = {call.operation: call.thread for call in record.calls if call.process == "main"}
        assert threads["callback"] != threads["print"]


def test_a_result_is_to_be_had_after_its_callback(modelled: Modelled) -> None:
    for record in records(modelled, COUNTING):
        ends = {call.operation: call.end or 0 for call in record.calls}
        assert ends["callback"] < ends["get"]


def test_callbacks_of_two_pools_may_wait_for_each_other(modelled: Modelled) -> None:
    assert {record.ending.how for record in records(modelled, TWO_POOLS % "second")} == {"finished", "hang"}
    assert {record.ending.how for record in records(modelled, TWO_POOLS % "first")} == {"finished"}


def test_callbacks_of_one_pool_come_one_at_a_time(modelled: Modelled) -> None:
    text = (TWO_POOLS % "second").replace("pool: other", "pool: po")
    assert {record.ending.how for record in records(modelled, text)} == {"finished"}


def test_a_pool_whose_callback_raised_never_ends_when_it_is_closed_and_joined(modelled: Modelled) -> None:
    text = COUNTING.replace('set: {n: "{n + 1}"}', "raise: {ValueError: no}").replace("get: r", "close: po")
    assert {record.ending.how for record in records(modelled, text + "  - join: po\n")} == {"hang"}


def test_a_process_that_ends_waits_for_the_callback_that_is_on_its_way(modelled: Modelled) -> None:
    text = COUNTING.replace('set: {n: "{n + 1}"}', "sleep: 1, print: there").replace("get: r", "pass")
    found = records(modelled, text)
    assert {len(printed(record)) for record in found} == {1, 2}
    for record in found:
        assert all(call.end is not None for call in record.calls if call.operation == "callback")


DYING = """
pools: {po: {processes: %s}}
locks: {l: {}}
targets:
  work: {params: [x], steps: [return: "{x}"]}
  fails: {params: [x], steps: [raise: {ValueError: no}]}
main:
  - apply_async: {pool: po, func: work, args: [%s], %s: fails}
  - apply_async: {pool: po, func: work, args: [1]}
%s
"""
TERMINATED = """
  - try: [terminate: po]
    except: {AssertionError: [print: refused]}
    else: [print: ended]
"""


def test_a_pool_whose_callback_raised_can_not_be_terminated_after_that(modelled: Modelled) -> None:
    found = records(modelled, DYING % (1, 1, "callback", TERMINATED))
    assert {printed(record) for record in found} == {("refused",), ("ended",)}
    assert {record.ending.how for record in found} == {"finished"}


def test_a_worker_of_a_pool_that_could_not_be_terminated_waits_in_vain(modelled: Modelled) -> None:
    text = DYING % (1, 1, "callback", TERMINATED.replace("print: refused", "{join: po}, print: joined"))
    found = [record for record in records(modelled, text) if ("ended",) != printed(record)]
    assert {record.ending.how for record in found} == {"hang", "finished"}
    for record in found:
        (left,) = [process.exitcode for process in record.processes if process.role == "worker"]
        assert (printed(record) == ("joined",)) == (left == 0)


def test_a_callback_that_ends_well_leaves_its_pool_to_be_terminated(modelled: Modelled) -> None:
    text = (DYING % (1, 1, "callback", TERMINATED)).replace("raise: {ValueError: no}", "print: called")
    assert {printed(record)[-1] for record in records(modelled, text)} == {"ended"}


def test_a_pool_whose_sender_died_of_a_callback_ends_only_if_no_worker_waits(modelled: Modelled) -> None:
    """An idle worker keeps the lock of the pipe that tasks come through, and nobody tells it to go."""
    for ending in ("  - terminate: po", ""):
        found = records(modelled, DYING % (1, '"{l}"', "error_callback", ending))
        assert {record.ending.how for record in found} == {"hang", "finished"}


def test_a_task_that_can_not_be_sent_fails_while_those_before_it_wait(modelled: Modelled) -> None:
    text = """
    pools: {po: {processes: 1}}
    flags: {e: {}}
    locks: {l: {}}
    targets: {wait: {steps: [wait: e]}, work: {params: [x], steps: [return: "{x}"]}}
    main:
      - apply_async: {pool: po, func: wait}
      - apply_async: {pool: po, func: work, args: [1]}
        into: a
      - apply_async: {pool: po, func: work, args: ["{l}"]}
        into: b
      - try: [get: b]
        except: {RuntimeError: [set: e]}
      - get: a
    """
    assert {record.ending.how for record in records(modelled, text)} == {"finished"}


@pytest.mark.parametrize("ending", ["  - terminate: po", ""], ids=["terminate", "the end of main"])
def test_it_is_told_which_callback_keeps_a_pool_from_ending(modelled: Modelled, ending: str) -> None:
    model = modelled(DYING % (1, '"{l}"', "error_callback", ending))
    found = [played(model, each.schedule).ending for each in Traces(model)]
    diagnoses = [each.diagnosis for each in found if each.how == "hang" and each.diagnosis is not None]
    assert {each.pattern for each in diagnoses} == {"callback-raised"}
    assert all("ValueError in the callback of po.work[0]" in each.sentence for each in diagnoses)

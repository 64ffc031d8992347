"""Optimal partial-order reduction and plain enumeration come to the same traces, over programs that hypothesis makes.

`MPRUN_PROGRAMS=20000` makes so many of each kind.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given, settings

from mprunner.exploring.optimal import Traces
from tests.exploring.brute_traces import form, states_of_traces
from tests.exploring.programs import KINDS, mixed
from tests.exploring.toy import Toy

PROGRAMS = int(os.environ.get("MPRUN_PROGRAMS", "60"))
MANY = settings(max_examples=PROGRAMS, suppress_health_check=list(HealthCheck))


def check(toy: Toy) -> None:
    """Each trace once, with its end; nobody blocked, nobody asleep where a wakeup tree ends, no circle."""
    expected = states_of_traces(toy)
    if expected is None:
        return
    traces = Traces(toy)
    found = {}
    for execution in traces:
        assert (False, False, False) == execution[2:]
        trace, state = form(toy, execution.schedule)
        assert trace not in found, "a trace was executed twice"
        assert state == execution.state
        found[trace] = state
    assert expected == found
    assert (0, True) == (traces.blocked, traces.sleepless)


@MANY
@given(mixed(KINDS["memory"], threads=4))
def test_memory_with_branches_on_what_was_read(toy: Toy) -> None:
    check(toy)


@MANY
@given(mixed(KINDS["locks"], threads=4))
def test_locks_and_semaphores_taken_in_time_or_not(toy: Toy) -> None:
    check(toy)


@MANY
@given(mixed(KINDS["queues"], threads=4))
def test_queues_with_and_without_a_bound(toy: Toy) -> None:
    check(toy)


@MANY
@given(mixed(KINDS["choices"], threads=4))
def test_choices_that_touch_different_things(toy: Toy) -> None:
    check(toy)


@MANY
@given(mixed(KINDS["waits"], threads=4))
def test_waits_for_several_things_and_threads_that_are_stopped(toy: Toy) -> None:
    check(toy)


@MANY
@given(mixed(KINDS["ends"], threads=4))
def test_joins_of_threads_that_end_or_are_stopped(toy: Toy) -> None:
    check(toy)


@MANY
@given(mixed(tuple(sorted({op for ops in KINDS.values() for op in ops})), threads=4))
def test_everything_together(toy: Toy) -> None:
    check(toy)


def test_a_thread_that_is_blocked_for_good_by_four_others() -> None:
    taken = ("l", "m", "n", "o")
    check(Toy([*[(("acquire", lock),) for lock in taken], (("both", *taken), ("write", "x", 1))]))

"""Deadlocks: who never goes on, where, how often, and whether in every execution."""

from __future__ import annotations

from hypothesis import assume, given, settings

from mprunner.exploring.deadlocks import deadlocks
from mprunner.exploring.hashed import search
from mprunner.exploring.standing import Standing
from tests.exploring.brute import reachable, still_steps
from tests.exploring.classics import dining, opposite_locks
from tests.exploring.programs import toys
from tests.exploring.toy import Toy


@settings(max_examples=80)
@given(toys())
def test_stuck_is_who_is_there_and_goes_on_in_no_continuation(toy: Toy) -> None:
    states = reachable(toy, most=300)
    assume(states is not None)
    assert states is not None
    graph = search(toy)
    standing = Standing(graph)
    for number in range(len(graph)):
        state = graph.state(number)
        there = {thread for thread in range(len(toy.threads)) if state[thread][0] != -1}
        expected = there - still_steps(states, state)
        assert expected == {thread for thread in there if standing.stuck(number) >> thread & 1}


@settings(max_examples=80)
@given(toys(loops=False))
def test_every_end_in_which_somebody_waits_is_told_of_once(toy: Toy) -> None:
    graph = search(toy)
    found = deadlocks(graph)
    ends = {
        end: tuple(thread for thread in range(len(toy.threads)) if graph.state(end)[thread][0] != -1)
        for end in graph.ends()
    }
    assert {stuck for stuck in ends.values() if stuck} == {each.stuck for each in found.found}
    assert sum(bool(stuck) for stuck in ends.values()) == found.states
    assert all(ends.values()) == found.always
    for each in found.found:
        assert each.state == graph.follow(each.schedule)
        assert each.always == (set(ends.values()) == {each.stuck})


def test_dining_philosophers_have_one_deadlock_in_one_state() -> None:
    for philosophers in (2, 3, 4, 5, 6):
        found = deadlocks(search(dining(philosophers)))
        (each,) = found.found
        assert (philosophers, 1, 1) == (len(each.schedule), each.states, each.ends)
        assert tuple(range(philosophers)) == each.stuck
        assert not each.partial
        assert not found.always
        assert () == deadlocks(search(dining(philosophers, reversed_one=True))).found


def test_a_deadlock_is_partial_while_others_go_on() -> None:
    found = deadlocks(search(opposite_locks()))
    (each,) = found.found
    assert (0, 1) == each.stuck
    assert each.partial
    assert (2, 3, 1) == (len(each.schedule), each.states, each.ends)


def test_one_that_waits_while_another_runs_for_ever_is_a_deadlock_too() -> None:
    toy = Toy([(("get", "q"),), (("tick",), ("goto", 0))])
    found = deadlocks(search(toy))
    (each,) = found.found
    assert ((0,), True, 0, True) == (each.stuck, each.partial, each.ends, each.always)


def test_one_that_must_wait_in_every_execution_waits_always() -> None:
    found = deadlocks(search(Toy([(("acquire", "l"), ("acquire", "l")), (("tick",),)])))
    assert found.always
    assert [True] == [each.always for each in found.found]


def test_deadlocks_are_told_apart_by_what_is_waited_for() -> None:
    toy = Toy([(("choose", 2), ("if", 0, 3), ("acquire", "l"), ("get", "q"), ("get", "r"))])
    assert 1 == len(deadlocks(search(toy)).found)
    toy = Toy([(("choose", 2), ("if", 0, 3), ("get", "q"), ("get", "r"))])
    assert 1 == len(deadlocks(search(toy)).found)
    assert 2 == len(deadlocks(search(toy), where=lambda state, thread: state[thread][0]).found)

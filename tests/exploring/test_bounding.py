"""Schedules with few preemptions first: what each bound adds."""

from __future__ import annotations

from hypothesis import assume, given, settings

from mprunner.exploring.bounding import by_preemptions
from mprunner.exploring.hashed import search
from mprunner.exploring.limits import Limits
from mprunner.exploring.minimal import costs_of, fewest_preemptions
from mprunner.exploring.system import State
from tests.exploring.classics import lost_update
from tests.exploring.programs import toys
from tests.exploring.toy import Toy


def _end(toy: Toy, schedule: tuple[tuple[int, int], ...]) -> State:
    state = toy.initial
    for thread, alternative in schedule:
        state = toy.step(state, thread, alternative).state
    return state


@settings(max_examples=80)
@given(toys())
def test_each_end_comes_with_the_bound_that_it_needs(toy: Toy) -> None:
    graph = search(toy, limits=Limits(states=500))
    assume(graph.complete)
    expected = {graph.state(end): fewest_preemptions(graph, [end]) for end in graph.ends()}
    found = {}
    *_, last = bounds = list(by_preemptions(toy))
    for bound in bounds:
        for schedule in bound.ends:
            end = _end(toy, schedule)
            assert end not in found
            found[end] = bound.preemptions
            assert bound.preemptions == costs_of(graph, schedule)[1]
    assert expected == found
    assert last.everything
    assert not any(bound.everything for bound in bounds[:-1])


def test_one_preemption_loses_two_updates_and_two_lose_one() -> None:
    toy = lost_update(2, 2)
    values = [
        sorted({_end(toy, each)[toy.things["x"]] for each in bound.ends}) for bound in by_preemptions(toy)
    ]
    assert [4] == values[0]
    assert [2, 4] == values[1]
    assert 3 in values[2]


def test_most_bounds_are_far_from_all_states() -> None:
    bounds = list(by_preemptions(lost_update(2, 10)))
    assert 10 * bounds[1].states < bounds[-1].states


def test_a_limit_ends_it_in_the_middle_of_a_bound() -> None:
    *_, last = by_preemptions(lost_update(2, 10), limits=Limits(states=300))
    assert "300 states" == last.reason
    assert not last.everything

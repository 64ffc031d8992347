"""The least schedule is the least of all of them."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mprunner.exploring.hashed import search
from mprunner.exploring.minimal import costs_of, fewest_preemptions, least_schedule
from mprunner.exploring.system import State
from tests.exploring.brute import schedules
from tests.exploring.classics import dining, lost_update, spinning
from tests.exploring.programs import toys
from tests.exploring.toy import Toy


def _costs(toy: Toy, schedule: list[tuple[int, int]]) -> tuple[int, int]:
    """Switches and preemptions, counted along the states."""
    switches = preemptions = 0
    state, last = toy.initial, None
    for thread, alternative in schedule:
        if last is not None and last != thread:
            switches += 1
            preemptions += last in toy.enabled(state)
        state, last = toy.step(state, thread, alternative).state, thread
    return switches, preemptions


@settings(max_examples=60)
@given(toys(longest=3, loops=False), st.integers(0, 10_000))
def test_no_schedule_has_fewer_switches_nor_with_these_fewer_steps(toy: Toy, pick: int) -> None:
    graph = search(toy)
    assume(len(graph) < 250)
    goal = pick % len(graph)
    wanted: State = graph.state(goal)
    ways = [way for way, end in schedules(toy, until=lambda state: state == wanted) if end == wanted]
    costs = [(*_costs(toy, way), len(way)) for way in ways]
    found = least_schedule(graph, [goal])
    assert found is not None
    assert goal == found.goal == graph.follow(found.schedule)
    assert min((switches, steps) for switches, _, steps in costs) == (found.switches, len(found.schedule))
    assert (found.switches, found.preemptions) == _costs(toy, list(found.schedule))
    assert min(preemptions for _, preemptions, _ in costs) == found.bound


def test_a_lost_update_needs_one_preemption_and_two_switches() -> None:
    toy = lost_update(2)
    graph = search(toy)
    lost = [end for end in graph.ends() if graph.state(end)[toy.things["x"]] == 1]
    found = least_schedule(graph, lost)
    assert found is not None
    assert (2, 1, 1) == (found.switches, found.preemptions, found.bound)
    assert 4 == len(found.schedule)


def test_what_can_be_had_without_preempting_anybody_has_bound_0() -> None:
    toy = lost_update(2)
    graph = search(toy)
    right = [end for end in graph.ends() if graph.state(end)[toy.things["x"]] == 2]
    assert 0 == fewest_preemptions(graph, right)


def test_philosophers_hang_after_one_preemption_as_the_others_run_into_each_other() -> None:
    toy = dining(4)
    graph = search(toy)
    stuck = [end for end in graph.ends() if toy.pending(graph.state(end), 0)]
    found = least_schedule(graph, stuck)
    assert found is not None
    assert (3, 1, 4) == (found.switches, found.bound, len(found.schedule))


def test_what_is_not_reached_has_no_schedule() -> None:
    graph = search(spinning())
    assert least_schedule(graph, []) is None


def test_the_initial_state_needs_no_steps() -> None:
    found = least_schedule(search(spinning()), [0])
    assert found is not None
    assert () == found.schedule
    assert (0, 0) == costs_of(search(spinning()), ())

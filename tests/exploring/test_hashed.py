"""Search over states finds what plain enumeration finds, and the shortest ways."""

from __future__ import annotations

from hypothesis import assume, given, settings

from mprunner.exploring.hashed import INTERRUPTED, search
from mprunner.exploring.limits import Limits, Progress
from tests.exploring.brute import reachable
from tests.exploring.classics import bounded_buffer, dining, lost_update, peterson
from tests.exploring.programs import toys
from tests.exploring.toy import Toy


class Plain:
    """A toy that does not say what its steps depend on."""

    def __init__(self, toy: Toy) -> None:
        self.initial, self.threads = toy.initial, toy.threads
        self.enabled, self.alternatives, self.step = toy.enabled, toy.alternatives, toy.step
        self.pending, self.initial_tokens = toy.pending, toy.initial_tokens


@settings(max_examples=150)
@given(toys())
def test_the_graph_has_the_states_and_the_steps_that_there_are(toy: Toy) -> None:
    expected = reachable(toy)
    assume(expected is not None)
    assert expected is not None
    for system in (toy, Plain(toy)):
        graph = search(system)
        assert graph.complete
        found = {
            graph.state(number): sorted(
                (*graph.choice(graph.labels[edge]), graph.state(graph.targets[edge]))
                for edge in range(graph.first[number], graph.first[number + 1])
            )
            for number in range(len(graph))
        }
        assert {state: sorted(steps) for state, steps in expected.items()} == found


@given(toys())
def test_the_path_to_a_state_is_a_shortest_one_and_leads_there(toy: Toy) -> None:
    assume(reachable(toy, most=300) is not None)
    graph = search(toy)
    lengths = {0: 0}
    for number in range(len(graph)):
        for target in graph.successors(number):
            lengths.setdefault(target, lengths[number] + 1)
    for number in range(len(graph)):
        path = graph.path(number)
        assert lengths[number] == len(path)
        assert number == graph.follow(path)
    assert graph.depth == max(lengths.values())


def test_lost_updates_are_found_all_of_them() -> None:
    toy = lost_update(2, 10)
    graph = search(toy)
    cell = toy.things["x"]
    assert set(range(2, 21)) == {graph.state(end)[cell] for end in graph.ends()}


def test_a_lock_leaves_one_outcome() -> None:
    toy = lost_update(3, 2, locked=True)
    graph = search(toy)
    assert {6} == {graph.state(end)[toy.things["x"]] for end in graph.ends()}


def test_peterson_excludes() -> None:
    toy = peterson()
    graph = search(toy)
    inside = toy.things["inside"]
    assert {0, 1} == {graph.state(number)[inside] for number in range(len(graph))}


def test_each_dining_has_one_deadlock_at_as_many_steps_as_philosophers() -> None:
    for philosophers in (2, 3, 4, 5):
        toy = dining(philosophers)
        graph = search(toy)
        stuck = [end for end in graph.ends() if graph.state(end)[0][0] != -1]
        assert [philosophers] == [len(graph.path(end)) for end in stuck]
        other = search(dining(philosophers, reversed_one=True))
        assert 1 == len(other.ends())


def test_a_bounded_buffer_hangs_only_when_its_mutex_comes_first() -> None:
    for wrong in (False, True):
        toy = bounded_buffer(1, 3, 2, mutex_first=wrong)
        graph = search(toy)
        hangs = [
            end for end in graph.ends() if any(toy.pending(graph.state(end), thread) for thread in (0, 1))
        ]
        assert wrong == bool(hangs)


def test_a_limit_of_states_leaves_the_search_incomplete_with_its_reason() -> None:
    graph = search(lost_update(2, 10), limits=Limits(states=100))
    assert not graph.complete
    assert "100 states" == graph.reason
    assert 100 == graph.expanded


def test_a_limit_that_is_not_reached_is_none() -> None:
    full = search(dining(3))
    assert search(dining(3), limits=Limits(states=len(full), depth=12)).complete


def test_a_limit_of_depth_has_all_states_up_to_there() -> None:
    full = search(dining(3))
    graph = search(dining(3), limits=Limits(depth=3))
    assert "depth 3" == graph.reason
    assert sum(len(full.path(number)) <= 3 for number in range(len(full))) == graph.expanded


def test_no_time_is_a_reason_to_end() -> None:
    graph = search(lost_update(2, 40), limits=Limits(seconds=0.0))
    assert "0 s" == graph.reason


def test_ctrl_c_gives_what_is_known() -> None:
    class Impatient(Toy):
        met = 0

        def local_steps(self, state, thread):  # type: ignore[no-untyped-def]
            self.met += 1
            if self.met > 20:
                raise KeyboardInterrupt
            return super().local_steps(state, thread)

    toy = Impatient(lost_update(2, 10).program)
    graph = search(toy)
    assert INTERRUPTED == graph.reason
    assert 0 < graph.expanded < len(graph)
    assert all(target < len(graph) for target in graph.targets)
    assert len(graph.path(len(graph) - 1)) > 0


def test_progress_is_told_with_an_estimate(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("mprunner.exploring.hashed._TELL_EVERY", 0.0)
    monkeypatch.setattr("mprunner.exploring.hashed._LOOK_UP_EVERY", 100)
    told: list[Progress] = []
    graph = search(lost_update(2, 10), tell=told.append)
    assert [each.states for each in told] == sorted(each.states for each in told)
    late = [each.estimate for each in told if each.states > 0.6 * len(graph)]
    assert all(estimate is not None and 0.8 < estimate / len(graph) < 1.3 for estimate in late)

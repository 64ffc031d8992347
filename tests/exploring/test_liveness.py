"""Executions that never end: whether there are any, under which fairness, and one that shows it."""

from __future__ import annotations

from itertools import combinations

from hypothesis import assume, given, settings

from mprunner.exploring.components import components
from mprunner.exploring.fairness import FAIRNESS, Fairness
from mprunner.exploring.graph import Graph
from mprunner.exploring.hashed import search
from mprunner.exploring.limits import Limits
from mprunner.exploring.liveness import Lasso, liveness
from tests.exploring.classics import dining, peterson, spinning
from tests.exploring.programs import toys
from tests.exploring.toy import Toy


def _connected(nodes: frozenset[int], edges: list[tuple[int, int, int]]) -> bool:
    """Whether each of the nodes is reached from each other by one step or more."""
    for start in nodes:
        seen: set[int] = set()
        waiting = [start]
        while waiting:
            here = waiting.pop()
            for source, _, target in edges:
                if source == here and target not in seen:
                    seen.add(target)
                    waiting.append(target)
        if seen != nodes:
            return False
    return True


def _stays(graph: Graph, fairness: Fairness, without: int | None = None) -> bool:
    """Whether there is a set of states that a fair execution can go round in for ever, by trying all sets."""
    enabled = graph.enabled()
    toy = graph.table.system
    for group in components([0], graph.successors):
        for size in range(1, len(group) + 1):
            for nodes in map(frozenset, combinations(group, size)):
                edges = [
                    (state, thread, target)
                    for state in nodes
                    for thread, target in graph.steps(state)
                    if target in nodes and thread != without
                ]
                if not edges or not _connected(nodes, edges):
                    continue
                if without is not None and not any(
                    enabled[state] >> without & 1 or _goes_on(graph, state, without) for state in nodes
                ):
                    continue
                stepping = {thread for _, thread, _ in edges}
                threads = range(len(toy.threads))
                always = {each for each in threads if all(enabled[state] >> each & 1 for state in nodes)}
                sometimes = {each for each in threads if any(enabled[state] >> each & 1 for state in nodes)}
                owed = {"no": set(), "weak": always, "strong": sometimes}[fairness]
                if owed <= stepping:
                    return True
    return False


def _goes_on(graph: Graph, state: int, thread: int) -> bool:
    """Whether a blocked thread makes a step in some continuation."""
    seen, waiting = {state}, [state]
    while waiting:
        for each, target in graph.steps(waiting.pop()):
            if each == thread:
                return True
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return False


def _holds(toy: Toy, lasso: Lasso, fairness: Fairness) -> None:
    """The lasso is one: it can be played, comes back to where it was, and is fair."""
    state = toy.initial
    for thread, alternative in lasso.prefix:
        assert thread in toy.enabled(state)
        state = toy.step(state, thread, alternative).state
    first, met = state, []
    for thread, alternative in lasso.cycle:
        met.append(set(toy.enabled(state)))
        assert thread in met[-1]
        state = toy.step(state, thread, alternative).state
    assert lasso.cycle
    assert first == state
    stepping = {thread for thread, _ in lasso.cycle}
    owed = {"no": set(), "weak": set.intersection(*met), "strong": set.union(*met)}[fairness]
    assert owed <= stepping
    assert not stepping & set(lasso.starved)


@settings(max_examples=120)
@given(toys(threads=3, longest=3))
def test_each_fairness_is_answered_as_by_trying_all_sets_of_states(toy: Toy) -> None:
    graph = search(toy, limits=Limits(states=400))
    assume(graph.complete)
    groups = components([0], graph.successors)
    assume(max(map(len, groups)) <= 10)
    assume(sum(2 ** len(group) for group in groups if len(group) > 1) < 3000)
    for answer in liveness(graph):
        assert _stays(graph, answer.fairness) == (answer.endless is not None)
        if answer.endless is not None:
            _holds(toy, answer.endless, answer.fairness)
        starved = dict(answer.starvation)
        for thread in range(len(toy.threads)):
            assert _stays(graph, answer.fairness, without=thread) == (thread in starved)
            if thread in starved:
                _holds(toy, starved[thread], answer.fairness)
                assert thread in starved[thread].starved


def test_a_program_without_cycles_ends_always() -> None:
    answers = liveness(search(dining(3)))
    assert list(FAIRNESS) == [answer.fairness for answer in answers]
    assert all(answer.endless is None and answer.complete for answer in answers)


def test_a_spinning_process_starves_the_other_only_without_fairness() -> None:
    no, weak, strong = liveness(search(spinning()))
    assert no.endless is not None
    assert "starvation" == no.endless.kind
    assert (1,) == no.endless.starved
    assert weak.endless is None
    assert strong.endless is None


def test_peterson_starves_nobody_under_weak_fairness() -> None:
    no, weak, _ = liveness(search(peterson()))
    assert {0, 1} == {thread for thread, _ in no.starvation}
    assert () == weak.starvation


def test_two_that_give_way_to_each_other_for_ever_are_a_livelock_under_any_fairness() -> None:
    polite = [
        (("acquire", one), ("try", other), ("if", 1, 6), ("release", one), ("tick",), ("goto", 0), ("tick",))
        for one, other in (("a", "b"), ("b", "a"))
    ]
    answers = liveness(search(Toy(polite)))
    for answer in answers:
        assert answer.endless is not None
    strong = answers[2].endless
    assert strong is not None
    assert "livelock" == strong.kind
    assert {0, 1} == {thread for thread, _ in strong.cycle}


def test_a_lock_that_another_takes_again_and_again_starves_unless_fairness_is_strong() -> None:
    greedy = (("acquire", "l"), ("release", "l"), ("goto", 0))
    no, weak, strong = liveness(search(Toy([greedy, (("acquire", "l"), ("release", "l"))])))
    assert [1] == [thread for thread, _ in no.starvation]
    assert [1] == [thread for thread, _ in weak.starvation]
    assert () == strong.starvation
    assert strong.endless is not None

"""The probability of a random scheduler is exactly that of counting all its schedules."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mprunner.exploring.hashed import search
from mprunner.exploring.limits import Limits
from mprunner.exploring.probability import probability, runs_needed
from tests.exploring.brute import chance
from tests.exploring.classics import dining, lost_update, spinning
from tests.exploring.programs import toys
from tests.exploring.toy import Toy


@settings(max_examples=60)
@given(toys(longest=3, loops=False), st.integers(0, 10_000))
def test_it_is_the_share_of_the_schedules_by_their_weight(toy: Toy, pick: int) -> None:
    graph = search(toy)
    assume(len(graph) < 250)
    goals = {pick % len(graph), pick * 7 % len(graph)}
    wanted = {graph.state(goal) for goal in goals}
    found = probability(graph, goals)
    assert found is not None
    assert chance(toy, toy.initial, lambda state: state in wanted) == found.exact


@settings(max_examples=60)
@given(toys(longest=4), st.integers(0, 10_000), st.booleans())
def test_with_cycles_it_is_what_many_steps_come_to(toy: Toy, pick: int, few_equations: bool) -> None:
    graph = search(toy, limits=Limits(states=150))
    assume(graph.complete)
    goals = {pick % len(graph)}
    with pytest.MonkeyPatch.context() as patch:
        if few_equations:
            patch.setattr("mprunner.exploring.probability._MOST_EQUATIONS", 0)
        found = probability(graph, goals)
    at = [0.0] * len(graph)
    at[0] = 1.0
    for _ in range(600):
        following = [0.0] * len(graph)
        for state, here in enumerate(at):
            choices = list(graph.choices(state).values())
            if state in goals or not choices:
                following[state] += here
                continue
            for targets in choices:
                for target in targets:
                    following[target] += here / len(choices) / len(targets)
        at = following
    assert found is not None
    assert sum(at[goal] for goal in goals) == pytest.approx(float(found.low), abs=1e-6)
    assert found.high - found.low <= 1e-9


def test_a_lost_update_is_hit_every_other_time() -> None:
    toy = lost_update(2)
    graph = search(toy)
    lost = [end for end in graph.ends() if graph.state(end)[toy.things["x"]] == 1]
    found = probability(graph, lost)
    assert found is not None
    # Whoever reads first, the next step is the other's read or the write that comes before it.
    assert Fraction(1, 2) == found.exact


def test_a_spinning_process_is_let_go_for_certain() -> None:
    graph = search(spinning())
    found = probability(graph, graph.ends())
    assert found is not None
    assert Fraction(1) == found.exact


def test_a_rare_deadlock_has_its_number_of_runs() -> None:
    toy = dining(5)
    graph = search(toy)
    stuck = [end for end in graph.ends() if toy.pending(graph.state(end), 0)]
    found = probability(graph, stuck)
    assert found is not None
    assert found.exact is not None
    assert 0 < found.exact < Fraction(1, 4)
    runs = found.runs
    assert runs is not None
    assert (1 - found.exact) ** runs <= Fraction(5, 100) < (1 - found.exact) ** (runs - 1)


def test_what_cannot_be_reached_has_probability_0_and_no_number_of_runs() -> None:
    found = probability(search(dining(3, reversed_one=True)), [])
    assert found is not None
    assert Fraction(0) == found.exact
    assert found.runs is None


def test_it_is_unknown_where_not_all_states_are() -> None:
    graph = search(lost_update(2, 10), limits=Limits(states=50))
    assert probability(graph, [40]) is None
    assert probability(search(lost_update(2, 10)), [40], most=1000) is None


@pytest.mark.parametrize(
    ("p", "runs"),
    [(1, 1), (0.95, 1), (0.5, 5), (Fraction(1, 318_306), 953_561), (1e-12, 2_995_732_273_554), (0, None)],
)
def test_runs_for_95_percent(p: float, runs: int | None) -> None:
    assert runs == pytest.approx(runs_needed(p), rel=1e-5) if runs else runs_needed(p) is None

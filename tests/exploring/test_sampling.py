"""Schedules by chance are schedules, the same for the same seed, and as likely as they are said to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings

from mprunner.exploring.hashed import search
from mprunner.exploring.probability import probability
from mprunner.exploring.sampling import Sample, pct, pct_guarantee, pos, random_walks
from mprunner.exploring.system import State
from tests.exploring.classics import dining, lost_update, spinning
from tests.exploring.programs import toys
from tests.exploring.toy import Toy

SAMPLERS = [random_walks, pct, pos]
Sampler = Callable[..., Iterator[Sample]]


def _end(toy: Toy, sample: Sample) -> State:
    state = toy.initial
    for thread, alternative in sample.schedule:
        assert thread in toy.enabled(state)
        state = toy.step(state, thread, alternative).state
    return state


def _share(toy: Toy, sampler: Sampler, wanted: Callable[[State], Any], **options: Any) -> float:
    ends = [_end(toy, sample) for sample in islice(sampler(toy, **options), 3000)]
    return sum(bool(wanted(end)) for end in ends) / len(ends)


@pytest.mark.parametrize("sampler", SAMPLERS)
@settings(max_examples=40)
@given(toy=toys())
def test_a_sample_goes_to_an_end_or_as_far_as_it_may(sampler: Sampler, toy: Toy) -> None:
    for sample in islice(sampler(toy, seed=3, steps=40), 4):
        end = _end(toy, sample)
        assert sample.ended == (not toy.enabled(end))
        assert sample.ended or 40 == len(sample.schedule)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_seed_gives_the_same_schedules_again(sampler: Sampler) -> None:
    toy = dining(4)
    first, again, other = (list(islice(sampler(toy, seed=seed), 10)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_random_walks_hit_a_state_as_often_as_its_probability_says() -> None:
    toy = dining(4)
    graph = search(toy)
    stuck = [end for end in graph.ends() if toy.pending(graph.state(end), 0)]
    chance = probability(graph, stuck)
    assert chance is not None
    assert chance.low == pytest.approx(_share(toy, random_walks, lambda end: toy.pending(end, 0)), abs=0.03)


@pytest.mark.parametrize(("depth", "steps"), [(2, 4), (3, 4)])
def test_pct_finds_a_lost_update_at_least_as_often_as_it_guarantees(depth: int, steps: int) -> None:
    toy = lost_update(2)
    share = _share(toy, pct, lambda end: end[toy.things["x"]] == 1, depth=depth)
    assert pct_guarantee(2, steps, depth) <= share


def test_pct_of_depth_1_preempts_nobody() -> None:
    toy = lost_update(2)
    assert 0 == _share(toy, pct, lambda end: end[toy.things["x"]] == 1, depth=1)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_each_end_is_found_among_three_thousand(sampler: Sampler) -> None:
    toy = lost_update(2, 2)
    for value in (2, 3, 4):
        assert 0 < _share(toy, sampler, lambda end, value=value: end[toy.things["x"]] == value)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_spinning_process_is_not_given_all_steps(sampler: Sampler) -> None:
    assert all(sample.ended for sample in islice(sampler(spinning()), 100))

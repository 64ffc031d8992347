"""What is said of permits, against all orders in which the effects can have come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.checking.happens_before.gatherings import Permits


class Deed(NamedTuple):
    """An operation of a lane, with the instants of its begin and end; its effect came somewhere between."""

    lane: int
    takes: bool
    begin: int
    end: int


@st.composite
def histories(draw: st.DrawFn) -> tuple[int, list[Deed]]:
    """Runs of a semaphore that can have been: the effects in some order, the calls around them."""
    initial = draw(st.integers(0, 2))
    left = initial
    effects: list[tuple[int, bool]] = []
    for _ in range(draw(st.integers(1, 6))):
        takes = left > 0 and draw(st.booleans())
        left += -1 if takes else 1
        effects.append((draw(st.integers(0, 2)), takes))
    deeds: list[Deed] = []
    free: dict[int, int] = {}
    for place, (lane, takes) in enumerate(effects):
        here = 10 * (place + 1)
        begin = max(here - draw(st.integers(1, 25)), free.get(lane, -100) + 1)
        following = next(
            (10 * (other + 1) for other in range(place + 1, len(effects)) if effects[other][0] == lane), 1000
        )
        end = min(here + draw(st.integers(1, 25)), following - 2)
        free[lane] = end
        deeds.append(Deed(lane, takes, begin, end))
    return initial, deeds


def orders(initial: int, deeds: Sequence[Deed]) -> Iterator[tuple[int, ...]]:
    """All orders of the effects that the calls and the permits allow."""
    for order in permutations(range(len(deeds))):
        place = {index: position for position, index in enumerate(order)}
        if any(
            one.end < other.begin and place[index] > place[later]
            for index, one in enumerate(deeds)
            for later, other in enumerate(deeds)
        ):
            continue
        left = initial
        for index in order:
            left += -1 if deeds[index].takes else 1
            if left < 0:
                break
        else:
            yield order


def instants(deeds: Sequence[Deed]) -> list[tuple[int, str, int]]:
    """Begins and ends in the order of the record: at one time what gives goes first."""
    ends = ((deed.end, "end", index) for index, deed in enumerate(deeds))
    return sorted([*((deed.begin, "begin", index) for index, deed in enumerate(deeds)), *ends])


@given(history=histories())
@settings(max_examples=300, deadline=None)
def test_a_release_that_is_said_to_be_needed_came_first_in_every_order(
    history: tuple[int, list[Deed]],
) -> None:
    initial, deeds = history
    permits = Permits(initial)
    claimed: list[tuple[int, int]] = []
    for position, (_, at, index) in enumerate(instants(deeds)):
        lane, takes, *_ = deeds[index]
        if not takes and at == "begin":
            permits.releases((lane, position * 100 + index, {}))
        elif takes and at == "begin":
            permits.acquires(index)
        elif takes:
            claimed += [(moment[1] % 100, index) for moment in permits.acquired(index)]
    possible = list(orders(initial, deeds))
    assert possible
    for order in possible:
        for release, acquire in claimed:
            assert order.index(release) < order.index(acquire)

"""Why one event comes before another: the shortest chain of edges, else the clock, else nothing."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings

from mprunner.checking.happens_before.because import Because, Ordering, ordering
from mprunner.checking.happens_before.causality import Causality
from mprunner.checking.wording import told
from mprunner.recording.events import Recording
from mprunner.recording.order import events
from tests.checking.test_causality import instant, recordings
from tests.checking.traces import STEP, trace

RELAY = trace(
    "main print a",
    "main start p",
    "p begin",
    "p print b",
    "p put q A",
    "c get q A",
    "p exit 0",
    "main join p",
    "main print d",
    "c print c",
)


def found(one: str, other: str, recording: Recording = RELAY) -> Ordering:
    instants = events(recording)
    return ordering(recording, instant(instants, one), instant(instants, other))


@pytest.mark.parametrize(
    ("one", "other", "kinds"),
    [
        ("main print a begin", "main print d", ["order"]),
        ("main print a begin", "p print b", ["order", "start", "order"]),
        ("main start begin", "p begin", ["start"]),
        ("main start begin", "c get end", ["start", "order", "item"]),
        ("p print b begin", "main join end", ["order", "death"]),
    ],
)
def test_the_chain_names_each_edge_that_orders_two_events(one: str, other: str, kinds: list[str]) -> None:
    ordered = found(one, other)
    assert ("ordered", kinds) == (ordered.relation, [edge.kind for edge in ordered.edges])


def test_each_edge_has_the_events_that_it_leads_between() -> None:
    edges = found("p print b", "c print c").edges
    assert [
        ('p printed "b" (#6)', 'p put "A" into `q` (#8)'),
        ('p put "A" into `q` (#8)', 'c got "A" from `q` (#11)'),
        ('c got "A" from `q` (#11)', 'c printed "c" (#18)'),
    ] == [(told(edge.source), told(edge.target)) for edge in edges]


def test_what_no_edge_orders_is_ordered_by_the_clock_and_told_how_far_apart() -> None:
    assert Ordering("clock", (), STEP) == found("main print d", "c print c")


def test_calls_that_overlap_without_an_edge_are_concurrent() -> None:
    overlapping = trace("p put q 1 <", "r put q 2", "> p put")
    assert Ordering("concurrent", (), STEP) == found("p put begin", "r put begin", overlapping)


def test_an_item_of_several_puts_comes_after_what_they_have_in_common() -> None:
    recording = trace(
        "main print a", "main start p", "main start r", "p begin", "r begin", "p put q 1", "r put q 1", "c get q 1"
    )  # fmt: skip
    assert ["order", "item"] == [edge.kind for edge in found("main print a", "c get end", recording).edges]


@given(recording=recordings())
@settings(max_examples=150, deadline=None)
def test_a_chain_leads_from_the_one_to_the_other_whenever_they_are_ordered(recording: Recording) -> None:
    instants = events(recording)
    because, causality = Because(recording), Causality(instants)
    for later in instants:
        for earlier in instants[: later.position]:
            ordered = because.ordering(earlier, later)
            assert (ordered.relation == "ordered") == causality.before(earlier, later)
            if ordered.edges:
                places = [earlier, *(edge.target for edge in ordered.edges)]
                assert later == places[-1]
                assert places[:-1] == [edge.source for edge in ordered.edges]
                assert all(causality.before(edge.source, edge.target) for edge in ordered.edges)
                kinds = [edge.kind for edge in ordered.edges]
                assert ("order", "order") not in pairwise(kinds)

"""What a lane knows, against the closure of what it was told; and the same fed by events, in blocks, and run after run."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.checking.forms import Declared
from mprunner.checking.happens_before.causality import Causality
from mprunner.checking.happens_before.clocks import Moment
from mprunner.checking.happens_before.knowledge import Knowledge
from mprunner.recording.blocks import blocks
from mprunner.recording.events import Recording
from mprunner.recording.shapes import Shapes
from tests.checking.test_causality import naive, recordings
from tests.checking.traces import events, trace

LANES = 4


@given(steps=st.lists(st.tuples(st.integers(0, LANES - 1), st.integers(0, 12)), max_size=40))
@settings(max_examples=300, deadline=None)
def test_a_lane_knows_the_closure_of_what_it_learned(steps: list[tuple[int, int]]) -> None:
    """Each step is an instant of a lane, which learns of an instant some steps ago."""
    knowledge = Knowledge()
    for _ in range(LANES):
        knowledge.new_lane()
    moments: list[Moment] = []
    before: list[set[int]] = []
    last: dict[int, int] = {}
    for position, (lane, back) in enumerate(steps):
        knowledge.position = position
        past = {last[lane]} | before[last[lane]] if lane in last else set()
        if 0 < back <= position:
            source = position - back
            knowledge.learn(lane, moments[source], "item")
            past |= {source} | before[source]
        moments.append(knowledge.now(lane))
        before.append(past)
        last[lane] = position
        expected = {
            other: max(one for one in past if steps[one][0] == other)
            for other in {steps[one][0] for one in past} - {lane}
        }
        assert expected == knowledge.current[lane]
        assert expected == knowledge.clock(lane, position)


@given(runs=st.lists(recordings(), min_size=1, max_size=3))
@settings(max_examples=100, deadline=None)
def test_in_blocks_and_run_after_run_the_relation_is_the_closure_of_the_edges(runs: list[Recording]) -> None:
    causality, table = Causality(), Shapes()
    for recording in runs:
        for block in blocks(recording, table):
            causality.feed_block(block)
        found = events(recording)
        related = [{one.position for one in found if causality.before(one, other)} for other in found]
        assert naive(found) == related
        causality.begin_again()


@given(turns=st.lists(st.tuples(st.sampled_from("pqrs"), st.sampled_from(("l", "m"))), max_size=20))
@settings(max_examples=100, deadline=None)
def test_locks_that_go_from_hand_to_hand_are_the_closure_of_their_edges(turns: list[tuple[str, str]]) -> None:
    recording = trace(*[f"{who} {what} {lock}" for who, lock in turns for what in ("acquire", "release")])
    found = events(recording)
    causality = Causality(found)
    related = [{one.position for one in found if causality.before(one, other)} for other in found]
    assert naive(found) == related


@given(
    lines=st.lists(
        st.tuples(
            st.sampled_from("pqr"), st.sampled_from(("put q 1", "put q 2", "get q 1", "get q 2", "get q 3"))
        ),
        max_size=16,
    ),
    queue=st.sampled_from(("any", "bounded", "ordered")),
)
@settings(max_examples=200, deadline=None)
def test_a_queue_says_the_same_by_events_and_in_blocks_of_any_record(
    lines: list[tuple[str, str]], queue: str
) -> None:
    limits = {"q": 1} if queue == "bounded" else {}
    declared = Declared(limits=limits, ordered_queues=frozenset({"q"} if queue == "ordered" else ()))
    recording = trace(*[f"{who} {what}" for who, what in lines])
    found = events(recording)
    by_events, in_blocks = Causality(found, declared), Causality(declared=declared)
    for block in blocks(recording):
        in_blocks.feed_block(block)
    assert [by_events.known_by(one)[1] for one in found] == [in_blocks.known_by(one)[1] for one in found]

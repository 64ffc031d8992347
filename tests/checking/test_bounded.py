"""What is checked over a long record keeps no more than is open: it comes to the same as keeping all, and keeps little."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.checking.blocks.feeding import Feeder
from mprunner.checking.blocks.given import given_blocks
from mprunner.checking.building import build
from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.constraints import delivery, lifo, queue_flow
from mprunner.checking.constraints.delivery import Delivery
from mprunner.checking.constraints.happening import HappensBefore
from mprunner.checking.constraints.lifo import Lifo
from mprunner.checking.constraints.linearizing import Timed
from mprunner.checking.constraints.queues import Fifo
from mprunner.checking.contracts.passed_over import PassedOver
from mprunner.checking.forms import (
    Declared,
    HappensBeforeForm,
    MatcherForm,
    PromiseForm,
    RelatedForm,
    SpanForm,
    Variable,
)
from mprunner.checking.happens_before.causality import Causality
from mprunner.checking.judging import Judge
from mprunner.checking.matching import Matcher
from mprunner.recording.events import Recording
from mprunner.records import replaced
from tests.checking.brute_force import some_order
from tests.checking.test_causality import recordings
from tests.checking.test_queue_order import (
    Operation,
    histories,
    in_order,
    plausible,
    recorded,
    some_matching,
)
from tests.checking.traces import events, trace


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not needed any more is let go after each block."""
    for module in (queue_flow, delivery, lifo):
        monkeypatch.setattr(module, "MANY", 0)


def found(constraint: Constraint, recording: Recording, *, most: int = 3) -> Finding:
    feeder = Feeder([constraint])
    for block in given_blocks(in_order(recording), most=most):
        feeder.feed(block)
    return constraint.finish(End(True, recording))


@st.composite
def long(draw: st.DrawFn) -> list[Operation]:
    """A queue that is used for long: items come out nearly in order, now and then it is empty."""
    order = draw(st.lists(st.integers(1, 6), min_size=1, max_size=7))
    out = sorted(range(len(order)), key=lambda place: place + draw(st.sampled_from((0, 0, 0, 2))))
    times: dict[int, int] = {}
    clocks = dict.fromkeys("prcd", 0)
    history: list[Operation] = []
    now = 0
    for place, value in enumerate(order):
        name = draw(st.sampled_from("pr"))
        now = begin = max(clocks[name] + 1, now + draw(st.integers(0, 9)))
        clocks[name] = begin + draw(st.integers(1, 9))
        times[place] = begin
        history.append((name, "put", value, begin, clocks[name]))
    for place in out[: len(out) - draw(st.sampled_from((0, 0, 1)))]:
        name = draw(st.sampled_from("cd"))
        begin = clocks[name] + 1
        clocks[name] = max(begin, times[place]) + draw(st.integers(1, 6))
        history.append((name, "get", order[place], begin, clocks[name]))
    return history


@pytest.mark.parametrize("total", [True, False], ids=["over all producers", "per producer"])
@given(history=st.one_of(histories(), plausible(), long()), most=st.integers(1, 6))
@settings(max_examples=60)
@pytest.mark.usefixtures("at_once")
def test_fifo_comes_to_the_same_as_all_matchings(total: bool, history: list[Operation], most: int) -> None:
    expected = "kept" if some_matching(history, total=total) else "broken"
    recording = recorded(history)
    finding = found(Fifo("q", total=total), recording, most=most)
    gets = sum(one[1] == "get" for one in history)
    assert (expected, gets) == (finding.status, finding.activations)


@given(history=st.one_of(histories(), plausible(), long()), most=st.integers(1, 6))
@settings(max_examples=60)
@pytest.mark.usefixtures("at_once")
def test_lifo_comes_to_the_same_as_all_orders(history: list[Operation], most: int) -> None:
    def stack(state: tuple[int, ...], operation: tuple[str, int]) -> tuple[int, ...] | None:
        kind, item = operation
        if kind == "put":
            return (*state, item)
        return state[:-1] if state and state[-1] == item else None

    calls = [Timed((kind, item), begin, end) for _, kind, item, begin, end in history]
    expected = "kept" if some_order(calls, (), stack) else "broken"
    assert expected == found(Lifo("q"), recorded(history), most=most).status


DELIVERIES: dict[str, Callable[[], Constraint]] = {
    f"all got {all_got}, once {once}": lambda all_got=all_got, once=once: Delivery(  # type: ignore[misc]
        "q", all_got=all_got, once=once
    )
    for all_got in (True, False)
    for once in (True, False)
}


@pytest.mark.parametrize("name", DELIVERIES)
@given(history=st.one_of(histories(), plausible(), long()), most=st.integers(1, 6))
@settings(max_examples=30)
def test_a_delivery_says_the_same_whether_all_is_kept_or_not(
    name: str, history: list[Operation], most: int
) -> None:
    recording = recorded(history)
    whole = found(DELIVERIES[name](), recording, most=most)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery, "MANY", 0)
        little = found(DELIVERIES[name](), recording, most=most)
    assert (whole.status, whole.activations) == (little.status, little.activations)
    if whole.status == "kept":
        assert whole.summary == little.summary


@pytest.mark.usefixtures("at_once")
def test_what_was_got_twice_is_told_as_long_as_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    history = [("p", "put", 1, 10, 20), ("c", "get", 1, 30, 40), ("c", "get", 1, 50, 60)]
    known = found(Delivery("q", all_got=True), recorded(history), most=1)
    monkeypatch.setattr(delivery, "_MOST_KNOWN", 0)
    unknown = found(Delivery("q", all_got=True), recorded(history), most=1)
    assert "c got 1 from `q` (#5) once more than it was put (once, last #0)" == known.reason
    assert "c got 1 from `q` (#5), which nobody had put, or not so often" == unknown.reason
    assert "broken" == unknown.status


def flow(count: int, *, behind: int) -> list[Operation]:
    """So many items, each got after `behind` more were put."""
    history: list[Operation] = [("p", "put", number, 10 * number, 10 * number + 2) for number in range(count)]
    return history + [
        ("c", "get", number, 10 * (number + behind) + 3, 10 * (number + behind) + 5)
        for number in range(count)
    ]


MAKERS: dict[str, Callable[[], Constraint]] = {
    "fifo": lambda: Fifo("q", total=True),
    "per producer": lambda: Fifo("q", total=False),
    "exactly once": lambda: Delivery("q", all_got=True),
    "passed over": lambda: PassedOver("q"),
}


@pytest.mark.parametrize("behind", [0, 20])
@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.usefixtures("at_once")
def test_no_more_is_kept_than_is_open(name: str, behind: int) -> None:
    constraint = MAKERS[name]()
    recording = recorded(flow(300, behind=behind))
    most = 0
    feeder = Feeder([constraint])
    for block in given_blocks(in_order(recording), most=4):
        feeder.feed(block)
        most = max(most, len(constraint._put.values))  # type: ignore[attr-defined]
    assert "kept" == constraint.finish(End(True, recording)).status
    assert most <= 2 * (behind + 4)


@pytest.mark.usefixtures("at_once")
def test_a_stack_keeps_no_more_than_lies_on_it() -> None:
    history: list[Operation] = [("p", "put", 0, 1, 2)]
    for number in range(1, 200):
        history += [
            ("p", "put", number, 10 * number, 10 * number + 2),
            ("c", "get", number, 10 * number + 4, 10 * number + 6),
        ]
    history.append(("c", "get", 0, 5000, 5001))
    constraint = Lifo("q")
    finding = found(constraint, recorded(history), most=4)
    assert ("kept", 200) == (finding.status, finding.activations)
    assert len(constraint._puts) < 8


@pytest.mark.usefixtures("at_once")
def test_an_item_that_is_never_got_keeps_nothing_else() -> None:
    history = [("r", "put", 1000, 1, 2), *flow(300, behind=1)]
    constraint = Fifo("q", total=False)
    recording = recorded(history)
    feeder = Feeder([constraint])
    for block in given_blocks(in_order(recording), most=4):
        feeder.feed(block)
        assert len(constraint._put.values) < 16
    assert "kept" == constraint.finish(End(True, recording)).status


@pytest.mark.usefixtures("at_once")
def test_an_order_that_is_broken_for_good_keeps_nothing_more() -> None:
    history = flow(300, behind=1)
    (who, kind, one, *times), (_, _, other, *later) = history[310], history[311]
    history[310], history[311] = (who, kind, other, *times), (who, kind, one, *later)  # type: ignore[assignment]
    constraint = Fifo("q", total=True)
    finding = found(constraint, recorded(history), most=4)
    assert ("broken", 300) == (finding.status, finding.activations)
    assert finding.reason is not None
    assert finding.reason.startswith("c got 11 from `q`")
    assert len(constraint._put.values) < 16


@given(recording=recordings(("a", "b")), most=st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_what_happens_before_what_is_the_same_asked_at_once_or_at_the_end(
    recording: Recording, most: int
) -> None:
    a, b = (Matcher(MatcherForm(print=text)) for text in "ab")
    causality = Causality(declared=Declared(), keep=False)
    at_once, at_the_end = HappensBefore(a, b, causality), HappensBefore(a, b)
    feeder = Feeder([at_once, at_the_end])
    for block in given_blocks(events(recording), most=most):
        causality.feed_block(block)
        feeder.feed(block)
    end = End(True, recording, Causality(events(recording)))
    assert at_the_end.finish(end) == at_once.finish(End(True, recording))
    assert not at_once._later


def test_a_happens_before_goes_with_the_record_but_for_values_that_are_known_at_the_end() -> None:
    body = HappensBeforeForm(MatcherForm(print="a"), MatcherForm(print="b"))
    plain = PromiseForm(body, "happens_before")
    with_values = replaced(plain, for_each=(MatcherForm(op="put", item=Variable("id")),))
    assert not Judge([plain], Declared())._causality.keeps
    assert Judge([with_values], Declared())._causality.keeps
    assert Judge([plain, with_values], Declared())._causality.keeps


def test_relations_keep_the_outermost_spans_only() -> None:
    lines = [line for _ in range(100) for line in ("p print a", "p print b", "q print c", "q print d")]
    ones, others = (
        SpanForm("between", "", None, MatcherForm(print=begin), MatcherForm(print=end), "run")
        for begin, end in ("ab", "cd")
    )
    for relation in ("disjoint", "before"):
        constraint = build(PromiseForm(RelatedForm(ones, relation, others), "relation"), Declared())
        recording = trace(*lines)
        feeder = Feeder([constraint])
        for block in given_blocks(events(recording), most=8):
            feeder.feed(block)
        kept = [len(side.open) + len(side.ends) for side in constraint._sides]  # type: ignore[attr-defined]
        finding = constraint.finish(End(True, recording))
        assert (10_000, True) == (finding.activations, max(kept) <= 5)

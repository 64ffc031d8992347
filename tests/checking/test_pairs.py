"""`pair`: by any matchers and any field what queues promise by their names; the order of a stack; how soon."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.checking.constraints.linearizing import Timed
from mprunner.checking.forms import Declared, ExactlyOnceForm, FifoForm, MatcherForm, PairForm, PromiseForm
from mprunner.checking.judging import judge
from mprunner.checking.verdict import Verdict
from mprunner.recording.events import Recording
from tests.checking.brute_force import some_order
from tests.checking.test_queue_order import Operation, histories, in_order, plausible, recorded
from tests.checking.traces import events, trace

PUT, GET = MatcherForm(op="put"), MatcherForm(op="get")
HISTORIES = st.one_of(histories(), plausible())


def verdict(recording: Recording, body: Any, *, overlapping: bool = False) -> Verdict:
    form = PromiseForm(body, "pair", vacuous_ok=True)
    order = in_order(recording) if overlapping else events(recording)
    return judge(order, recording, [form], Declared())[0]


def status(history: list[Operation], body: Any) -> str:
    found = verdict(recorded(history), body, overlapping=True).status
    return "kept" if found == "vacuous" else found


@pytest.mark.parametrize(
    ("named", "paired"),
    [
        (FifoForm("q", "fifo"), {"order": "fifo"}),
        (FifoForm("q", "per_producer"), {"order": "per_producer"}),
        (ExactlyOnceForm("q"), {"each_put": "exactly_once"}),
        (ExactlyOnceForm("q", all_got=False), {"each_put": "at_most_once"}),
        (ExactlyOnceForm("q", once=False), {"each_put": "at_least_once"}),
        (ExactlyOnceForm("q", all_got=False, once=False), {}),
    ],
    ids=str,
)
@given(history=HISTORIES)
@settings(max_examples=60)
def test_a_pair_is_what_the_queue_promises_by_name(
    named: Any, paired: dict[str, Any], history: list[Operation]
) -> None:
    assert status(history, named) == status(history, PairForm(PUT, GET, **paired))


@given(history=HISTORIES)
@settings(max_examples=100)
def test_an_order_and_a_number_together_are_both(history: list[Operation]) -> None:
    both = status(history, PairForm(PUT, GET, order="fifo", each_put="exactly_once"))
    apart = [
        status(history, PairForm(PUT, GET, **one))
        for one in ({"order": "fifo"}, {"each_put": "exactly_once"})
    ]
    assert ("broken" if "broken" in apart else "kept") == both


def stack(state: tuple[int, ...], operation: tuple[str, int]) -> tuple[int, ...] | None:
    kind, item = operation
    if kind == "put":
        return (*state, item)
    return state[:-1] if state and state[-1] == item else None


@given(history=HISTORIES)
@settings(max_examples=300)
def test_lifo_is_the_order_of_a_stack_by_the_intervals_of_the_calls(history: list[Operation]) -> None:
    operations = [Timed((kind, item), begin, end) for _, kind, item, begin, end in history]
    expected = "kept" if some_order(operations, (), stack) else "broken"
    assert expected == status(history, FifoForm("q", "lifo"))


def test_what_lay_on_top_is_named() -> None:
    found = verdict(trace("p put q A", "p put q B", "r get q A"), FifoForm("q", "lifo"))
    assert "broken" == found.status
    assert found.reason == (
        'r got "A" from `q` (#5), but "B", put later (#2, after #0), still lay on top of it'
    )
    assert ["its put", "put later, not got yet", "out of order"] == [one.role for one in found.witnesses]


def test_a_put_that_never_ended_may_have_put_its_item_on_the_stack() -> None:
    recording = trace("p put q A <", "r get q A")
    assert "kept" == verdict(recording, FifoForm("q", "lifo")).status


def test_too_many_overlapping_calls_are_called_so() -> None:
    history = [("p", "put", item % 3, 0, 900) for item in range(12)]
    history += [("c", "get", item % 3, 1, 900) for item in range(11)]
    history += [("d", "get", 7, 950, 960)]
    found = verdict(recorded(history), FifoForm("q", "lifo"), overlapping=True)
    assert ("inconclusive", "too many overlap") == (found.status, found.summary)


def test_items_are_told_apart_by_any_field() -> None:
    recording = trace("p print x", "r print x", "p print y")
    by_text = PairForm(MatcherForm(op="print", process="p"), MatcherForm(op="print", process="r"), "text")
    assert "kept" == verdict(recording, by_text).status
    once = PairForm(by_text.put, by_text.get, "text", each_put="exactly_once")
    assert 'p printed "y" (#4), and it was never taken' == verdict(recording, once).reason


@pytest.mark.parametrize(("limit", "status"), [(2.5, "kept"), (2.0, "broken")])
def test_a_time_lies_between_the_instants_of_put_and_get(limit: float, status: str) -> None:
    recording = trace("p put q A", "p print x", "r get q A")
    assert status == verdict(recording, PairForm(PUT, GET, within_ms=limit)).status


def test_a_late_get_is_told_with_its_time() -> None:
    found = verdict(trace("p put q A", "r get q A"), PairForm(PUT, GET, within_ms=1))
    assert (
        'r got "A" from `q` (#3) only 1.50 ms after its put (#0); promised is within 1.00 ms' == found.reason
    )

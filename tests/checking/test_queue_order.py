"""`fifo` and `exactly_once` against brute force: some matching of gets with puts, tried all, keeps the
order.
"""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.checking.constraints import queues
from mprunner.checking.constraints.linearizing import Timed
from mprunner.checking.constraints.queue_order import arrange
from mprunner.checking.forms import Declared, ExactlyOnceForm, FifoForm, PromiseForm
from mprunner.checking.judging import judge
from mprunner.recording.events import Call, Ending, Event, Recording
from tests.checking.brute_force import some_order
from tests.checking.traces import events, process, trace

Operation = tuple[str, str, int, int, int]
"""(process, put or get, item, begin, end)."""


@st.composite
def histories(draw: st.DrawFn) -> list[Operation]:
    """Up to two producers and two consumers whose calls follow one another in each, and overlap across
    them.
    """
    items = draw(st.integers(1, 2))
    found: list[Operation] = []
    for name, kind in (("p", "put"), ("r", "put"), ("c", "get"), ("d", "get")):
        time = draw(st.integers(0, 6))
        for _ in range(draw(st.integers(0, 3))):
            begin = time + draw(st.integers(1, 4))
            time = begin + draw(st.integers(1, 6))
            found.append((name, kind, draw(st.integers(1, items)), begin * 10, time * 10))
    return found


@st.composite
def plausible(draw: st.DrawFn) -> list[Operation]:
    """What went in comes out, in some order not far from the right one: histories of which many are kept."""
    values = draw(st.lists(st.integers(1, 3), min_size=1, max_size=5))
    found: list[Operation] = []
    clocks = dict.fromkeys("prcd", 0)
    for kind, names, start in (("put", "pr", 0), ("get", "cd", 40)):
        order = values if kind == "put" else draw(st.permutations(values))
        for value in order:
            name = draw(st.sampled_from(names))
            begin = max(clocks[name] + 1, start) + draw(st.integers(0, 20))
            clocks[name] = begin + draw(st.integers(1, 30))
            start = start + 5 if kind == "put" else start
            found.append((name, kind, value, begin, clocks[name]))
    return found


def recorded(history: list[Operation]) -> Recording:
    calls = [
        Call(
            number, who, who, 1, 1, number, kind, "q", "queue", begin, end, "ok",
            {"item" if kind == "put" else "result": item},
        )
        for number, (who, kind, item, begin, end) in enumerate(sorted(history, key=lambda one: one[3]))
    ]  # fmt: skip
    found = trace()
    found.calls, found.ending = calls, Ending("finished", 10_000)
    found.processes = [process(who) for who in "prcd"]
    return found


def in_order(recording: Recording) -> list[Event]:
    instants = sorted(
        (time, at, call.number, call)
        for call in recording.calls
        for time, at in ((call.begin, "begin"), (call.end, "end"))
    )
    return [Event(i, time, at, call) for i, (time, at, _, call) in enumerate(instants)]  # type: ignore[arg-type]


def status(history: list[Operation], body: FifoForm | ExactlyOnceForm) -> str:
    recording = recorded(history)
    form = PromiseForm(body, "form", vacuous_ok=True)
    found = judge(in_order(recording), recording, [form], Declared())[0].status
    return "kept" if found == "vacuous" else found


def some_matching(history: list[Operation], *, total: bool) -> bool:
    """Whether gets can be given puts of their own such that no order is broken."""
    puts = [one for one in history if one[1] == "put"]
    gets = [one for one in history if one[1] == "get"]
    return any(
        _fits(gets, chosen, [put for put in puts if put not in chosen], total)
        for chosen in permutations(puts, len(gets))
    )


def _fits(gets: list[Operation], chosen: tuple[Operation, ...], left: list[Operation], total: bool) -> bool:
    def first(x: Operation, y: Operation) -> bool:
        return x[4] < y[3] and (total or x[0] == y[0])

    pairs = list(zip(chosen, gets, strict=True))
    if any(put[2] != get[2] or put[3] > get[4] for put, get in pairs):
        return False
    if any(first(lost, put) for lost in left for put, _ in pairs):
        return False
    return not any(first(x, y) and later[4] < sooner[3] for x, sooner in pairs for y, later in pairs)


@pytest.mark.parametrize("total", [True, False], ids=["over all producers", "per producer"])
@given(history=st.one_of(histories(), plausible()))
@settings(max_examples=150)
def test_fifo_holds_when_some_matching_keeps_the_order(total: bool, history: list[Operation]) -> None:
    expected = "kept" if some_matching(history, total=total) else "broken"
    assert expected == status(history, FifoForm("q", "fifo" if total else "per_producer"))


@given(history=st.one_of(histories(), plausible()))
@settings(max_examples=150)
def test_fifo_over_all_producers_is_linearizability_of_a_queue(history: list[Operation]) -> None:
    def queue(state: tuple[int, ...], operation: tuple[str, int]) -> tuple[int, ...] | None:
        kind, item = operation
        if kind == "put":
            return (*state, item)
        return state[1:] if state and state[0] == item else None

    calls = [Timed((kind, item), begin, end) for _, kind, item, begin, end in history]
    assert ("kept" if some_order(calls, (), queue) else "broken") == status(history, FifoForm("q", "fifo"))


@given(history=st.one_of(histories(), plausible()))
@settings(max_examples=150)
def test_exactly_once_holds_when_some_matching_leaves_nothing_over(history: list[Operation]) -> None:
    puts = [one for one in history if one[1] == "put"]
    gets = [one for one in history if one[1] == "get"]
    expected = len(puts) == len(gets) and any(
        all(put[2] == get[2] and put[3] <= get[4] for put, get in zip(order, gets, strict=True))
        for order in permutations(puts)
    )
    assert ("kept" if expected else "broken") == status(history, ExactlyOnceForm("q"))


def test_many_equal_items_are_no_burden() -> None:
    lines = [f"p put q {i % 2}" for i in range(300)] + [f"c get q {i % 2}" for i in range(300)]
    recording = trace(*lines)
    form = PromiseForm(FifoForm("q"), "fifo")
    assert "kept" == judge(events(recording), recording, [form], Declared())[0].status


def test_what_equal_items_of_many_producers_leave_open_is_called_so() -> None:
    puts = [f"{who} put q {i % 2}" for i in range(40) for who in "abcdef"]
    gets = [f"z get q {item}" for item in [0, 1] * 119 + [1, 0]]
    recording = trace(*puts, *gets)
    form = PromiseForm(FifoForm("q"), "fifo")
    verdict = judge(events(recording), recording, [form], Declared())[0]
    assert verdict.status in ("broken", "inconclusive")
    assert (
        verdict.status == "broken" or "too many equal items to tell which get had which put" == verdict.reason
    )


@pytest.mark.parametrize("total", [True, False], ids=["over all producers", "per producer"])
@given(history=st.one_of(histories(), plausible()))
def test_no_order_is_searched_for_where_no_two_items_are_equal(total: bool, history: list[Operation]) -> None:
    seen: dict[str, int] = {"put": 0, "get": 0}
    different: list[Operation] = []
    for who, kind, _, begin, end in sorted(history, key=lambda one: one[3]):
        seen[kind] += 1
        different.append((who, kind, seen[kind], begin, end))
    with pytest.MonkeyPatch.context() as patch:
        searched: list[bool] = []
        patch.setattr(
            queues, "arrange", lambda *args, **options: searched.append(True) or arrange(*args, **options)
        )
        found = status(different, FifoForm("q", "fifo" if total else "per_producer"))

    assert (found != "kept") == bool(searched)

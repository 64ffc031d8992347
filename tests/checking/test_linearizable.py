"""`linearizable` against trying all orders of the calls, for each model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.checking.adapt import declared
from mprunner.checking.constraints.linearizing import Timed
from mprunner.checking.forms import Declared, LinearizableForm, OpenForm, PromiseForm, SpanForm
from mprunner.checking.judging import judge
from mprunner.checking.verdict import Verdict
from mprunner.recording.events import Call, Ending, ErrorShown
from tests.checking.brute_force import some_order
from tests.checking.test_queue_order import in_order
from tests.checking.traces import events, process, trace
from tests.language.scenarios_in_text import problems, scenario

Did = tuple[str, str, Any, int, int]
"""(operation, outcome, value, begin, end)"""


def calls(
    kinds: list[tuple[str, str]], values: st.SearchStrategy[Any], most: int = 6
) -> st.SearchStrategy[list[Did]]:
    one = st.tuples(st.sampled_from(kinds), values, st.integers(0, 12), st.integers(0, 7))
    return st.lists(
        one.map(lambda did: (*did[0], did[1], did[2] * 10, (did[2] + did[3]) * 10 + 1)), max_size=most
    )


def verdict(
    history: list[Did],
    model: str,
    *,
    initial: Any = None,
    index: Any = None,
    instead: Any = None,
    facts: Declared | None = None,
) -> Verdict:
    """Each call by a process of its own; `instead` of the model another promise."""
    made = []
    for number, (operation, outcome, value, begin, end) in enumerate(sorted(history, key=lambda one: one[3])):
        name = "item" if operation in ("put", "write") else "result"
        error = ErrorShown(outcome, (), "") if outcome not in ("ok", "refused") else None
        values = {} if operation in ("acquire", "release") else {name: value}
        if index is not None:
            values["index"] = index(number)
        who = f"p{number}"
        made.append(
            Call(
                number, who, who, 1, 1, number, operation, "x", "none", begin, end,
                "raised" if error else outcome, values, error,  # type: ignore[arg-type]
            )
        )  # fmt: skip
    recording = trace()
    recording.calls, recording.ending = made, Ending("finished", 10_000)
    recording.processes = [process(one.process) for one in made]
    form = PromiseForm(instead or LinearizableForm("x", model, initial), "linearizable", vacuous_ok=True)
    return judge(in_order(recording), recording, [form], facts or Declared())[0]


def register(state: Any, did: Did) -> Any:
    operation, _, value, *_ = did
    return value if operation == "write" or state in (value, "unknown") else None


def queue(state: Any, did: Did) -> Any:
    operation, outcome, value, *_ = did
    if operation == "put":
        return (*state, value)
    if outcome == "Empty":
        return None if state else state
    return state[1:] if state and state[0] == value else None


def bag(state: Any, did: Did) -> Any:
    operation, outcome, value, *_ = did
    if operation == "put":
        return tuple(sorted((*state, value)))
    if outcome == "Empty":
        return None if state else state
    if value not in state:
        return None
    left = list(state)
    left.remove(value)
    return tuple(left)


def permits(most: int) -> Callable[[Any, Did], Any]:
    def step(state: Any, did: Did) -> Any:
        operation, outcome, *_ = did
        if outcome == "refused":
            return state if state == 0 else None
        after = state - 1 if operation == "acquire" else state + 1
        return after if 0 <= after <= most else None

    return step


REGISTER = calls([("read", "ok"), ("write", "ok")], st.integers(0, 2))
QUEUE = calls(
    [("put", "ok"), ("put", "ok"), ("get", "ok"), ("get", "ok"), ("get", "Empty")], st.integers(0, 3)
)
PERMITS = calls([("acquire", "ok"), ("release", "ok")], st.none())
REFUSED = calls([("acquire", "ok"), ("release", "ok"), ("acquire", "refused")], st.none())


@pytest.mark.parametrize(
    ("model", "histories", "initial", "given_", "step"),
    [
        ("register", REGISTER, 0, 0, register),
        ("register", REGISTER, "unknown", None, register),
        ("queue", QUEUE, (), None, queue),
        ("set", QUEUE, (), None, bag),
        ("lock", PERMITS, 1, None, permits(1)),
        ("lock", REFUSED, 1, None, permits(1)),
        ("semaphore", PERMITS, 2, 2, permits(99)),
        ("semaphore", REFUSED, 2, 2, permits(99)),
    ],
)
@given(data=st.data())
@settings(max_examples=120)
def test_it_is_kept_when_some_order_of_the_calls_explains_them(
    model: str,
    histories: st.SearchStrategy[list[Did]],
    initial: Any,
    given_: Any,
    step: Any,
    data: st.DataObject,
) -> None:
    history = data.draw(histories)
    expected = some_order([Timed(did, did[3], did[4]) for did in history], initial, step)
    found = verdict(history, model, initial=given_).status
    assert ("kept" if expected else "broken") == ("kept" if found == "vacuous" else found)


def room_for_two(state: Any, did: Did) -> Any:
    operation, outcome, value, *_ = did
    if outcome == "Full":
        return state if len(state) == 2 else None
    if operation == "qsize":
        return state if len(state) == value else None
    if operation == "full":
        return state if (len(state) == 2) is bool(value) else None
    return None if operation == "put" and len(state) == 2 else queue(state, did)


def two_permits(state: Any, did: Did) -> Any:
    if did[1] == "ValueError":
        return state if state == 2 else None
    return permits(2)(state, did)


def cells_of_two(state: Any, did: Did) -> Any:
    """Of two cells the first, or both."""
    operation, _, value, *_ = did
    if operation == "write":
        return (value[0], *state[1:]) if len(value) == 1 else value
    return state if state[: len(value)] == value else None


ROOM = calls(
    [*[("put", "ok")] * 3, ("get", "ok"), ("put", "Full"), ("qsize", "ok"), ("full", "ok")], st.integers(0, 2)
)
BOUND = calls([("acquire", "ok"), ("release", "ok"), ("release", "ValueError")], st.none())
CELLS = calls(
    [("read", "ok"), ("write", "ok")],
    st.one_of(st.tuples(st.integers(0, 1)), st.tuples(st.integers(0, 1), st.integers(0, 1))),
)


@pytest.mark.parametrize(
    ("model", "histories", "initial", "step"),
    [
        ("queue", ROOM, (), room_for_two),
        ("semaphore", BOUND, 2, two_permits),
        ("semaphore", PERMITS, 2, permits(2)),
        ("register", CELLS, (0, 0), cells_of_two),
    ],
)
@given(data=st.data())
@settings(max_examples=150)
def test_room_bounds_and_slices_are_kept_to_in_some_order(
    model: str, histories: st.SearchStrategy[list[Did]], initial: Any, step: Any, data: st.DataObject
) -> None:
    history = data.draw(histories)
    in_order_of_ends = sorted(history, key=lambda one: one[3])
    expected = some_order([Timed(did, did[3], did[4]) for did in history], initial, step)
    facts = Declared(limits={"x": 2}, bounded=frozenset({"x"}))
    index = (lambda number: f"0:{len(in_order_of_ends[number][2])}") if model == "register" else None
    given_ = 0 if model == "register" else None
    found = verdict(history, model, initial=given_, facts=facts, index=index).status
    assert ("kept" if expected else "broken") == ("kept" if found == "vacuous" else found)


@st.composite
def holds_of_a_lock(draw: st.DrawFn) -> list[Did]:
    """Acquires and releases that take turns in each of up to three processes, the last hold perhaps without an end."""
    found: list[Did] = []
    for _ in range(draw(st.integers(0, 3))):
        time = draw(st.integers(0, 8)) * 10
        for operation in ("acquire", "release") * draw(st.integers(1, 2)):
            end = time + draw(st.integers(0, 6)) * 10 + 1
            found.append((operation, "ok", None, time, end))
            time = end + draw(st.integers(1, 4)) * 10
    return found


@given(history=holds_of_a_lock())
@settings(max_examples=300)
def test_mutual_exclusion_is_linearizability_of_a_lock(history: list[Did]) -> None:
    expected = some_order([Timed(did, did[3], did[4]) for did in history], 1, permits(1))
    found = verdict(history, "lock", instead=OpenForm(SpanForm("hold", "x"), at_most=1))
    assert ("kept" if expected else "broken") == ("kept" if found.status == "vacuous" else found.status)


def test_a_lost_update_fits_no_order_of_a_counter_and_some_of_a_register() -> None:
    lines = ["p read x", "q read x", "p write x", "q write x"]
    recording = trace(*lines)
    for call, value in zip(recording.calls, (0, 0, 1, 1), strict=True):
        call.values = {"result" if call.operation == "read" else "item": value}
    forms = [PromiseForm(LinearizableForm("x", one, 0), "linearizable") for one in ("counter", "register")]
    counter, plain = judge(in_order(recording), recording, forms, Declared())[:2]
    assert ("broken", "kept") == (counter.status, plain.status)
    assert "another write came in between" in (counter.reason or "")


def test_each_cell_of_an_array_is_a_register_of_its_own() -> None:
    history: list[Did] = [("write", "ok", 1, 0, 1), ("read", "ok", 0, 10, 11)]
    assert "broken" == verdict(history, "register", initial=0).status
    assert "kept" == verdict(history, "register", initial=0, index=lambda number: number).status


@pytest.mark.parametrize(("cell", "status"), [("f", "kept"), ("d", "broken"), (None, "broken")])
def test_a_cell_holds_what_fits_into_it(cell: str | None, status: str) -> None:
    recording = trace("p write x", "q read x")
    recording.calls[0].values, recording.calls[1].values = {"item": 0.1}, {"result": 0.10000000149011612}
    form = PromiseForm(LinearizableForm("x", "register", 0), "linearizable")
    facts = Declared(types={} if cell is None else {"x": cell})
    assert status == judge(in_order(recording), recording, [form], facts)[0].status


@pytest.mark.parametrize(
    ("model", "told"), [("counter", "slices of an array"), ("register", "cells of an array")]
)
def test_slices_are_not_judged_as_counters_nor_without_their_cells(model: str, told: str) -> None:
    history: list[Did] = [("write", "ok", 1, 0, 1), ("read", "ok", 1, 10, 11)]
    found = verdict(history, model, initial=0, index=lambda number: number or "0:2")
    assert ("inconclusive", told) == (found.status, found.summary)


@pytest.mark.parametrize(
    ("history", "reason"),
    [
        ([("get", "ok", 1, 0, 1)], "p0 did `get` of `x` (#1), which nobody had put"),
        (
            [("put", "ok", 1, 0, 1), ("get", "Empty", 0, 5, 6)],
            "came back empty, though p0 put 1 into `x` (#1) lay there all the while",
        ),
    ],
)  # fmt: skip
def test_the_pattern_that_breaks_a_queue_is_told(history: list[Did], reason: str) -> None:
    assert reason in (verdict(history, "queue").reason or "")


def test_too_many_overlapping_calls_are_called_so() -> None:
    history: list[Did] = [("write", "ok", number, 0, 500) for number in range(14)]
    found = verdict([*history, ("read", "ok", 99, 600, 610)], "register", initial=0)
    assert ("inconclusive", "too many calls overlap") == (found.status, found.summary)


def test_a_write_that_never_ended_may_have_been_read() -> None:
    recording = trace("p write x <", "q read x")
    recording.calls[0].values, recording.calls[1].values = {"item": 7}, {"result": 7}
    form = PromiseForm(LinearizableForm("x", "register", 0), "linearizable")
    assert "kept" == judge(events(recording), recording, [form], Declared())[0].status


def test_what_its_holder_acquires_again_counts_once() -> None:
    lines = ["p acquire x", "p acquire x", "p release x", "p release x", "q acquire x"]
    recording = trace(*lines)
    form = PromiseForm(LinearizableForm("x", "lock"), "linearizable")
    plain, nested = (
        judge(in_order(recording), recording, [form], Declared(reentrant=frozenset(names)))[0].status
        for names in ((), ("x",))
    )
    assert ("broken", "kept") == (plain, nested)


DECLARED = """\
values: {v: {type: i, value: 3}}
queues: {q: {}}
main:
  - set: {v.value: "{v.value + 1}"}
  - put: {queue: q, item: 1}
expect:
"""


def test_what_a_value_is_declared_with_is_what_it_holds_at_first() -> None:
    assert {"v": 3} == declared(
        scenario(DECLARED + "  - linearizable: {object: v, model: counter}\n")
    ).initial


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("object: q, model: lock", '"q" is a queue; `model: lock` is of a lock, a value or an array'),
        ("object: w, model: register", 'no object "w"'),
        (
            "object: v, model: regster",
            '`model`: expected "register", "counter", "queue", "set", "lock" or "semaphore", got the text "regster"',
        ),
    ],
)  # fmt: skip
def test_what_can_be_like_no_such_thing_is_told(fields: str, message: str) -> None:
    found = problems(f"{DECLARED}  - linearizable: {{{fields}}}\n")
    assert message == found[0].message

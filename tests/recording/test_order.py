"""The order of a record: by time, and where the clock can't tell, by what must have come first."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mprunner.recording.events import Call, ProcessRecord
from mprunner.recording.exits import place_exits
from mprunner.recording.order import default_instant, in_order, order_events


def call(
    operation: str,
    process: str,
    begin: int,
    end: int | None,
    *,
    object_: str | None = None,
    kind: str = "none",
    **more: Any,
) -> Call:
    pid = more.pop("pid", sum(process.encode()))
    outcome = more.pop("outcome", "unfinished" if end is None else "ok")
    sequence = more.pop("sequence", begin)
    return Call(
        -1, process, process, pid, pid, sequence, operation, object_, kind, begin, end, outcome, more.pop("values", {}), **more
    )  # fmt: skip


def told(calls: list[Call]) -> list[str]:
    return [f"{event.call.process} {event.call.operation} {event.at}" for event in order_events(calls)]


def test_both_instants_of_every_call_stand_in_order_of_time() -> None:
    calls = [call("acquire", "a", 1, 5), call("sleep", "b", 2, 3), call("get", "c", 4, None)]

    assert ["a acquire begin", "b sleep begin", "b sleep end", "c get begin", "a acquire end"] == told(calls)
    assert [0, 1, 2, 3, 4] == [event.position for event in order_events(calls)]


@pytest.mark.parametrize("swap", [False, True])
def test_in_one_nanosecond_what_gives_goes_before_what_takes(swap: bool) -> None:
    calls = [
        call("acquire", "b", 3, 7, object_="lock", kind="lock"),
        call("release", "a", 7, 8, object_="lock", kind="lock"),
    ]

    order = told(calls[::-1] if swap else calls)

    assert order.index("a release begin") < order.index("b acquire end")


def test_in_one_nanosecond_a_thread_keeps_the_order_in_which_it_wrote() -> None:
    outer = call("run", "a", 5, 5, sequence=1, end_sequence=4)
    inner = call("sleep", "a", 5, 5, sequence=2, end_sequence=3)
    after = call("print", "a", 5, 5, sequence=5, end_sequence=5)

    assert [
        "a run begin",
        "a sleep begin",
        "a sleep end",
        "a run end",
        "a print begin",
        "a print end",
    ] == told([after, inner, outer])


@pytest.mark.parametrize(
    ("operation", "kind", "expected"),
    [
        ("acquire", "lock", "end"),
        ("release", "lock", "begin"),
        ("put", "queue", "begin"),
        ("get", "queue", "end"),
        ("join", "process", "end"),
        ("close", "pool", "begin"),
        ("exit", "none", "begin"),
        ("made up", "none", "begin"),
    ],
)
def test_a_call_is_seen_where_its_effect_stands(operation: str, kind: str, expected: str) -> None:
    assert expected == default_instant(call(operation, "a", 1, 2, kind=kind))


@given(
    st.lists(
        st.tuples(
            st.integers(0, 6),
            st.integers(0, 6),
            st.sampled_from("abc"),
            st.sampled_from(["acquire", "release"]),
        ),
        max_size=20,
    )
)
def test_the_order_never_contradicts_time_nor_a_threads_own_order(
    raw: list[tuple[int, int, str, str]],
) -> None:
    clock: dict[str, int] = {}
    calls: list[Call] = []
    for step, (wait, length, process, operation) in enumerate(raw):
        begin = clock.get(process, 0) + wait
        clock[process] = begin + length
        calls.append(
            call(
                operation,
                process,
                begin,
                begin + length,
                kind="lock",
                sequence=2 * step,
                end_sequence=2 * step + 1,
            )
        )

    events = order_events(in_order(calls))

    assert sorted(event.time for event in events) == [event.time for event in events]
    for process in "abc":
        places = [
            event.call.sequence if event.at == "begin" else event.call.end_sequence
            for event in events
            if event.call.process == process
        ]
        assert sorted(place or 0 for place in places) == places


def process(name: str, **known: Any) -> ProcessRecord:
    members: dict[str, Any] = {
        "started": 0,
        "ended": None,
        "exitcode": 0,
        "ended_by": "itself",
        "role": "process",
        **known,
    }
    return ProcessRecord(name=name, pid=sum(name.encode()), parent="main", mp_name=None, **members)


def test_an_exit_stands_before_the_join_that_saw_it_even_when_it_was_reaped_later() -> None:
    join = call("join", "main", 1, 20, object_="p", kind="process")
    record = process("p", ended=25, exitcode=3)

    calls = place_exits([join, call("exit", "p", 10, 10)], [record])

    assert ["main join begin", "p exit begin", "p exit end", "main join end"] == told(calls)
    assert ({"exitcode": 3}, 20) == (calls[1].values, record.ended)


@pytest.mark.parametrize(
    "seen",
    [
        call("is_alive", "main", 14, 15, object_="p", kind="process", values={"result": False}),
        call("exitcode", "main", 14, 15, object_="p", kind="process", values={"result": -9}),
        call("join", "main", 14, 15, object_="po", kind="pool"),
    ],
    ids=lambda call: call.operation + " of a " + call.kind,
)
def test_a_killed_process_gets_an_exit_from_its_last_record_to_who_saw_it_dead(seen: Call) -> None:
    name = "po[0]" if seen.kind == "pool" else "p"
    last = call("sleep", name, 12, None)

    calls = place_exits([seen, last], [process(name, role="worker", exitcode=-9, ended=40)])

    (made,) = (each for each in calls if each.operation == "exit")
    assert (13, 15, {"exitcode": -9}) == (made.begin, made.end, made.values)


def test_a_killed_process_gets_an_exit_behind_what_it_recorded_last() -> None:
    calls = place_exits([call("print", "p", 12, 12)], [process("p", exitcode=-15, ended=12)])
    assert ["print", "exit"] == [each.operation for each in in_order(calls)]


@pytest.mark.parametrize(
    "unseen",
    [
        call("join", "main", 1, 20, object_="p", kind="process", outcome="refused"),
        call("is_alive", "main", 1, 2, object_="p", kind="process", values={"result": False}),
        call("exitcode", "main", 14, 15, object_="p", kind="process", values={"result": None}),
    ],
    ids=["a join that timed out", "is_alive before the start", "no exit code yet"],
)
def test_what_does_not_see_a_death_does_not_place_an_exit(unseen: Call) -> None:
    calls = place_exits([unseen, call("sleep", "p", 12, 13)], [process("p", ended=40)])

    assert [40] == [each.end for each in calls if each.operation == "exit"]


def test_a_process_that_nobody_saw_dead_has_an_unfinished_exit_or_none() -> None:
    calls = place_exits([call("exit", "p", 10, 10), call("sleep", "q", 5, 6)], [process("p"), process("q")])

    assert [("p", None, "unfinished")] == [
        (c.process, c.end, c.outcome) for c in calls if c.operation == "exit"
    ]

"""Blocks: put together they are the events of the record in its order, whatever is open between them."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mprunner.recording import blocks as blocks_module
from mprunner.recording.blocks import BLOCK, blocks
from mprunner.recording.events import Call, Ending, Event, Recording
from mprunner.recording.order import events, in_order
from mprunner.recording.shapes import Shapes

SEVERAL = st.sampled_from([1, 2, 3, 7, BLOCK])


def recording(calls: list[Call]) -> Recording:
    return Recording(
        "s", "", "", "fork", "processes", "", 0, 0.0, 1.0, 0, calls, [], Ending("finished", 1000)
    )


def call(operation: str, process: str, begin: int, end: int | None, **more: Any) -> Call:
    pid = sum(process.encode())
    outcome = "unfinished" if end is None else "ok"
    return Call(
        -1, process, process, pid, pid, more.pop("sequence", begin), operation, "l", "lock", begin, end, outcome, {}, **more
    )  # fmt: skip


@st.composite
def crowded(draw: st.DrawFn) -> list[Call]:
    """Calls of a few processes within a few nanoseconds, so that many share one."""
    drawn = draw(
        st.lists(
            st.tuples(
                st.sampled_from("abc"),
                st.sampled_from(["acquire", "release", "exit", "join"]),
                st.integers(0, 8),
                st.none() | st.integers(0, 5),
                st.integers(0, 3),
                st.none() | st.integers(0, 6),
            ),
            max_size=24,
        )
    )
    return [
        call(
            operation,
            process,
            begin,
            None if length is None else begin + length,
            sequence=place,
            end_sequence=end_place,
        )
        for process, operation, begin, length, place, end_place in drawn
    ]


@given(crowded(), SEVERAL, SEVERAL, st.booleans())
def test_the_blocks_of_a_record_are_its_events_in_their_order(
    calls: list[Call], most: int, together: int, ordered: bool
) -> None:
    record = recording(in_order(calls) if ordered else calls)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks_module, "BLOCK", most)
        patch.setattr(blocks_module, "STRETCH", together)
        found = list(blocks(record))

    given_back: list[Event] = []
    for block in found:
        assert 0 < len(block) <= most
        assert len(given_back) == block.first
        for index in range(len(block)):
            event = block.event(index)
            at_end = event.at == "end"
            assert block.table.of(event.call) * 2 + at_end == block.shapes[index]
            assert event.time == block.time(index) == block.times[index]
            assert block.table.lanes[block.lanes[index]] == (
                event.call.process,
                event.call.pid,
                event.call.thread,
            )
            assert record.calls[block.numbers[index]] is block.call(index)
            given_back.append(event)
    expected = events(record)
    assert expected == given_back
    assert [id(event.call) for event in expected] == [id(event.call) for event in given_back]


def test_a_long_record_comes_in_blocks_of_a_bounded_length() -> None:
    calls = [call("acquire", "a", 10 * i, 10 * i + 5) for i in range(BLOCK)]
    calls.append(call("release", "b", 3, 10 * BLOCK))
    record = recording(in_order(calls))

    found = list(blocks(record))

    lengths = [len(block) for block in found]
    assert [0, *accumulate(lengths)][:-1] == [block.first for block in found]
    assert 2 * BLOCK + 2 == sum(lengths)
    assert max(lengths) <= BLOCK
    assert found[0].event(1).call is found[-1].event(len(found[-1]) - 1).call


def test_a_table_that_is_given_goes_on_from_record_to_record() -> None:
    table = Shapes()
    one = recording([call("acquire", "a", 1, 2), call("release", "a", 3, 4)])
    other = recording([call("release", "a", 5, 6), call("acquire", "c", 7, None)])

    numbers = [[list(block.shapes) for block in blocks(each, table)] for each in (one, other)]

    assert [[[0, 1, 2, 3]], [[2, 3, 4]]] == numbers

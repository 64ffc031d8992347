"""Shapes: equal numbers for calls that nobody can tell apart but by time, place and thread, and for no others."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from mprunner.recording.events import Call, ErrorShown, Part, Shown
from mprunner.recording.shapes import Shapes
from mprunner.records import replaced
from tests.recording.test_store import calls

CALL = Call(0, "p", "p", 7, 8, 1, "put", "q", "queue", 10, 20, "ok", {"item": 1}, None, 3, "label", False, 2)


@given(calls(1000))
def test_equal_calls_have_equal_shapes_whenever_and_wherever_they_were(call: Call) -> None:
    shapes = Shapes()
    elsewhere = replaced(
        call, number=9, pid=77, thread=78, sequence=5, begin=call.begin + 5, end_sequence=None
    )

    assert shapes.of(call) == shapes.of(elsewhere)
    assert 1 == len(shapes)
    assert call is shapes.call(0)


@pytest.mark.parametrize(
    "difference",
    [
        {"process": "p2"},
        {"actor": "po.work[1]"},
        {"operation": "put_nowait"},
        {"object": "q2"},
        {"object": None},
        {"kind": "pool"},
        {"outcome": "raised"},
        {"values": {}},
        {"values": {"item": 2}},
        {"values": {"result": 1}},
        {"values": {"item": 1, "timeout": 1}},
        {"error": ErrorShown("Full", ("Exception",), "")},
        {"site": 4},
        {"site": None},
        {"label": None},
        {"timed": True},
    ],
    ids=str,
)
def test_all_that_a_matcher_sees_makes_a_shape(difference: dict[str, Any]) -> None:
    shapes = Shapes()

    assert [0, 1, 0] == [shapes.of(each) for each in (CALL, replaced(CALL, **difference), CALL)]


VALUES: list[Any] = [
    1, True, 1.0, 1 + 0j, "1", b"1", 0, False, 0.0, -0.0, None, "", (), [], {}, set(), frozenset(),
    (1,), (True,), (1.0,), [1], [True], {"a": 1}, {"a": True}, {1: "a"}, {True: "a"}, {1}, {True}, frozenset([1]),
    float("inf"), [float("inf")], Shown("Point", "Point(1)"), ("Point", "Point(1)"), [Shown("Point", "Point(1)")],
    (Part("text", "a"),), (("text", "a"),), (Part("value", "a"),), ((int, 1),), [[1], [2]], [[1, 2]],
]  # fmt: skip


def test_values_that_python_takes_for_equal_differ_by_their_type() -> None:
    shapes = Shapes()

    numbers = [shapes.of(replaced(CALL, values={"item": value})) for value in VALUES]

    # Only what can't be recorded as such, a tuple with a type in it, is there twice.
    again = [shapes.of(replaced(CALL, values={"item": value})) for value in VALUES]
    assert list(range(len(VALUES))) == numbers
    assert [VALUES.index(((int, 1),))] == [
        at for at, (one, other) in enumerate(zip(numbers, again, strict=True)) if one != other
    ]


def test_nan_is_the_shape_that_nan_is() -> None:
    shapes = Shapes()
    here, there = float("nan"), float("-nan")

    assert 1 == len({shapes.of(replaced(CALL, values={"item": [value]})) for value in (here, there)})


def test_what_is_no_plain_data_has_a_number_of_its_own() -> None:
    shapes = Shapes()
    thing = replaced(CALL, values={"item": object()})
    nested: list[Any] = []
    nested.append(nested)
    endless = replaced(CALL, values={"item": nested})

    assert [0, 1, 2, 3] == [shapes.of(each) for each in (thing, thing, endless, endless)]
    assert endless is shapes.call(3)


def test_a_thread_has_one_number() -> None:
    shapes = Shapes()
    numbers = [
        shapes.lane(replaced(CALL, **there))
        for there in ({}, {"thread": 9}, {"process": "p2"}, {"begin": 11}, {"pid": 9})
    ]

    assert [0, 1, 2, 0, 3] == numbers
    assert [("p", 7, 8), ("p", 7, 9), ("p2", 7, 8), ("p", 9, 8)] == shapes.lanes

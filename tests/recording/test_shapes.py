"""Shapes: equal numbers for calls that nobody can tell apart but by time, place and thread, and for no others."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mprunner.recording.events import Call, ErrorShown, Part, Shown
from mprunner.recording.shapes import Shapes
from mprunner.recording.spelling import is_plain, read, spelling, text_of
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


ITEMS = st.one_of(
    st.integers(-3, 3),
    st.booleans(),
    st.none(),
    st.text(alphabet='a"\\é$ ', max_size=2),
    st.floats(0, 1),
    st.tuples(st.integers(0, 1), st.text(alphabet="a]", max_size=1)),
    st.lists(st.integers(0, 1) | st.lists(st.integers(0, 1), max_size=1), max_size=2),
)
PRINTED = st.text(alphabet='a",[', max_size=2).map(
    lambda text: {"text": text, "parts": (Part("text", text), Part("value", text))}
)
CARRIED = st.one_of(
    ITEMS.map(lambda item: {"item": item}),
    st.builds(lambda item: {"result": item, "timeout": 1}, ITEMS),
    PRINTED,
)


@given(CARRIED, CARRIED)
def test_a_plain_spelling_is_read_as_what_it_spells_and_nothing_else_has_it(
    values: dict[str, Any], others: dict[str, Any]
) -> None:
    plain = spelling(values)
    if plain is None:
        return
    (again,) = read([plain])

    assert is_plain(plain)
    assert repr(values) == repr(again)
    assert (repr(values) == repr(others)) == (plain == spelling(others))
    assert values.get("text") == text_of(plain)


@pytest.mark.parametrize(
    "spelled",
    [
        '{"item":01}', '{"item":-0}', '{"item":1.0}', '{"item":"\\u0061"}', '{"item": 1}', '{"item":NaN}', '{"item":[1,]}',
        '{"item":{"$tuple":1}}', '{"item":{"a":1}}', '{"parts":1}', '{"parts":[["text","a"]]}', '{"item":1,}', "{}",
        '{"item":"é"}', '{"text":"a","text":"b"}',
        '{"text":"a","parts":[["other","a"]]}', '{"text":"a","parts":[["text"]]}', '{"item":"a}', '{"item":1}}', '{"item":1}\n',
    ],
)  # fmt: skip
def test_what_may_be_spelled_in_two_ways_or_is_wrong_is_not_plain(spelled: str) -> None:
    assert not is_plain(spelled.encode())


@given(
    st.lists(
        st.tuples(st.sampled_from(["of", "file"]), st.lists(CARRIED, min_size=1, max_size=4)), max_size=6
    )
)
def test_values_from_a_file_that_nobody_has_read_are_those_that_they_spell(
    given: list[tuple[str, list[dict[str, Any]]]],
) -> None:
    shapes, plainly = Shapes(), Shapes()
    like = shapes.like(CALL)
    spelled_already: dict[bytes, int] = {}
    numbers: list[tuple[int, dict[str, Any]]] = []
    for way, some in given:
        if way == "of":
            numbers += [(shapes.of(replaced(CALL, values=values)), values) for values in some]
            continue
        plain = {known: values for values in some if (known := spelling(values)) is not None}
        new = [one for one in plain if one not in spelled_already]
        spelled_already.update(zip(new, shapes.unread([like] * len(new), new), strict=True))
        numbers += [(spelled_already[one], values) for one, values in plain.items()]

    for number, values in numbers:
        assert values.get("text") == shapes.text(number)
        assert repr(values) == repr(shapes.values(number)) == repr(shapes.call(number).values)
        assert number == shapes.of(replaced(CALL, values=values)), "equal calls have equal numbers"
    for _, values in numbers:
        plainly.of(replaced(CALL, values=values))
    assert len(plainly) == len(shapes)

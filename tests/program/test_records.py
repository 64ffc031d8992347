"""Nodes of a program behave as frozen dataclasses."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from mprunner.program.expressions import Binary, Constant, Local
from mprunner.program.instructions import Assign, Iterate
from mprunner.records import made, record, replaced, write_all_methods

NODE = Assign(Local("x"), Binary("+", Local("x"), Constant(1)), 3)


def test_equal_values_make_equal_nodes() -> None:
    twin = Assign(place=Local("x"), value=Binary("+", Local("x"), Constant(1)), site=3)
    assert (NODE, hash(NODE)) == (twin, hash(twin))
    assert NODE != replaced(NODE, site=4)
    assert Local("x") != Constant("x")


def test_a_node_shows_its_values_and_survives_pickling() -> None:
    assert (
        "Assign(place=Local(name='x'), value=Binary(operator='+', left=Local(name='x'), right=Constant(value=1)), site=3)"
        == repr(NODE)
    )
    assert NODE == pickle.loads(pickle.dumps(NODE))


def test_a_default_stands_for_what_is_not_given() -> None:
    assert False is Iterate("%1", (), 3, 0).unpack


@pytest.mark.parametrize(
    "values", [((), {}), ((1, 2), {}), ((), {"name": "x", "other": 1}), (("x",), {"name": "x"})]
)
@pytest.mark.parametrize("before", [0, 100])
def test_values_that_do_not_fit_are_refused(before: int, values: Any) -> None:
    @record
    class Name:
        name: str

    for _ in range(before):
        Name("x")
    with pytest.raises(TypeError):
        Name(*values[0], **values[1])


def test_the_first_instances_are_made_as_the_later_ones() -> None:
    counted: list[int] = []

    @record
    class Counted:
        first: int
        second: list[int] = made(factory=list)
        third: str = "third"

        def __post_init__(self) -> None:
            counted.append(self.first)

    for number in range(30):
        one = Counted(number, third="3") if number % 2 else Counted(first=number)
        assert (number, [], "3" if number % 2 else "third") == (one.first, one.second, one.third)
        one.second.append(number)
        assert [*range(number + 1)] == counted
    assert "Counted(first=1, second=[], third='third')" == repr(Counted(1))


def test_a_node_can_not_be_changed() -> None:
    node: Any = Local("x")
    with pytest.raises(AttributeError):
        node.name = "y"
    with pytest.raises(AttributeError):
        del node.name


@record
class Place:
    """A base, for a record of more fields."""

    row: int
    column: int = 0


@record
class Area(Place):
    """One with what its base has, first."""

    inside: list[Place] = made(factory=list)


@record(frozen=False, eq=False)
class Counter:
    """One that changes."""

    number: int = 0


def test_a_record_of_a_record_has_the_fields_of_both_though_the_base_was_used_first() -> None:
    assert (1, 2) == (Place(1, 2).row, Place(1, 2).column)
    area = Area(3, inside=[Place(4)])
    assert ((3, 0, [Place(4)]), area) == ((area.row, area.column, area.inside), replaced(area))


def test_a_default_is_made_for_each_instance() -> None:
    assert Area(1).inside is not Area(1).inside


def test_a_record_that_may_change_does_and_is_equal_to_nothing_but_itself() -> None:
    counter = Counter()
    counter.number += 1
    assert 1 == counter.number
    assert counter != Counter(1)
    assert 1 == len({counter})


def test_writing_all_methods_ahead_changes_nothing() -> None:
    @record
    class Unused:
        name: str = "x"

    write_all_methods()
    assert "Unused(name='x')" == repr(Unused())

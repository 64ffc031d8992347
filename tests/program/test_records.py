"""Nodes of a program behave as frozen dataclasses."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from mprunner.program.instructions import Assign, Binary, Constant, Iterate, Local
from mprunner.records import replaced

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


@pytest.mark.parametrize("values", [((), {}), ((1, 2), {}), ((), {"name": "x", "other": 1})])
def test_values_that_do_not_fit_are_refused(values: Any) -> None:
    with pytest.raises(TypeError):
        Local(*values[0], **values[1])


def test_a_node_can_not_be_changed() -> None:
    node: Any = Local("x")
    with pytest.raises(AttributeError):
        node.name = "y"
    with pytest.raises(AttributeError):
        del node.name

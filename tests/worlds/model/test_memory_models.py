"""Litmus tests: how many orders and outcomes there are where memory is sequentially consistent, and with store buffers."""

from __future__ import annotations

from typing import Any

import pytest

from mprunner.exploring.optimal import Traces
from mprunner.worlds.model.model import Model
from tests.worlds.model.conftest import Modelled
from tests.worlds.model.programs import written
from tests.worlds.model.searching import endings

CELLS = ("x", "y", "z")

SHAPES: dict[str, tuple[tuple[str, ...], ...]] = {
    "SB": (("x=1", "r=y"), ("y=1", "s=x")),
    "MP": (("x=1", "y=1"), ("r=y", "s=x")),
    "LB": (("r=x", "y=1"), ("s=y", "x=1")),
    "S": (("x=2", "y=1"), ("r=y", "x=1")),
    "R": (("x=1", "y=1"), ("y=2", "r=x")),
    "2+2W": (("x=1", "y=2"), ("y=1", "x=2")),
    "CoRR": (("x=1",), ("r=x", "s=x")),
    "WRC": (("x=1",), ("r=x", "y=1"), ("s=y", "t=x")),
    "ISA2": (("x=1", "y=1"), ("r=y", "z=1"), ("s=z", "t=x")),
    "3.SB": (("x=1", "r=y"), ("y=1", "s=z"), ("z=1", "t=x")),
    "IRIW": (("x=1",), ("y=1",), ("r=x", "s=y"), ("t=y", "u=x")),
}
SC = dict.fromkeys(SHAPES, 3) | {"WRC": 7, "ISA2": 7, "3.SB": 7, "IRIW": 15}
TSO = SC | {"SB": 4, "R": 4, "3.SB": 8}


def scenario(threads: tuple[tuple[str, ...], ...], *, lock: bool = False) -> str:
    def step(text: str) -> dict[str, Any]:
        left, right = text.split("=")
        if left in CELLS:
            return {"set": {f"a[{CELLS.index(left)}]": int(right)}}
        return {"set": {left: f"{{a[{CELLS.index(right)}]}}"}}

    return written(
        {
            "arrays": {"a": {"type": "i", "size": 3, "lock": lock}},
            "targets": {
                f"of_p{number}": {"steps": [step(text) for text in thread]}
                for number, thread in enumerate(threads)
            },
            "processes": {f"p{number}": {"target": f"of_p{number}"} for number in range(len(threads))},
        }
    )


def traces(model: Model) -> int:
    found = list(Traces(model))
    assert not any(execution.blocked for execution in found)
    return len(found)


@pytest.mark.parametrize("shape", SHAPES)
def test_sequentially_consistent_memory_has_as_many_traces_as_are_known(
    shape: str, modelled: Modelled
) -> None:
    assert traces(modelled(scenario(SHAPES[shape]))) == SC[shape]


@pytest.mark.parametrize("shape", SHAPES)
def test_store_buffers_have_as_many_traces_as_are_known(shape: str, modelled: Modelled) -> None:
    assert traces(modelled(scenario(SHAPES[shape]), memory="tso")) == TSO[shape]


@pytest.mark.parametrize("shape", SHAPES)
def test_store_buffers_show_in_memory_without_a_lock_only(shape: str, modelled: Modelled) -> None:
    assert traces(modelled(scenario(SHAPES[shape], lock=True), memory="tso")) == SC[shape]


def ends(model: Model) -> set[tuple[Any, ...]]:
    """The last slots of the processes: one for each pair of what they have seen."""
    return {tuple(state[slot] for slot in model.slots if slot >= 0) for state in endings(model)}


def test_both_may_see_nothing_with_store_buffers_only(modelled: Modelled) -> None:
    text = scenario(SHAPES["SB"])
    assert len(ends(modelled(text))) == 3
    assert len(ends(modelled(text, memory="tso"))) == 4


def test_all_that_was_written_is_in_memory_when_a_process_has_ended(modelled: Modelled) -> None:
    model = modelled(scenario(SHAPES["2+2W"]), memory="tso")
    cells = [model.layout.cell("array", "a", index) for index in (0, 1)]
    assert {tuple(state[cell] for cell in cells) for state in endings(model)} == {(1, 2), (2, 1), (2, 2)}
    assert {state[model.layout.cell("buffer", "p0")] for state in endings(model)} == {()}

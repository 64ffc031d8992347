"""The search for an order of overlapping calls against trying all orders."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.checking.constraints.linearizing import Timed, linearize
from tests.checking.brute_force import some_order


@st.composite
def histories(draw: st.DrawFn) -> list[Timed]:
    """Reads and writes of a register, some of which never end."""
    found = []
    for number in range(draw(st.integers(0, 6))):
        begin = draw(st.integers(0, 12))
        end = draw(st.one_of(st.none(), st.integers(begin, begin + 8), st.integers(begin, begin + 8)))
        what = (draw(st.sampled_from(["read", "write"])), draw(st.integers(0, 2)), number)
        found.append(Timed(what, begin, end))
    return found


def register(state: int, operation: tuple[str, int, int]) -> int | None:
    kind, value, _ = operation
    return value if kind == "write" or state == value else None


@given(history=histories())
@settings(max_examples=600)
def test_an_order_is_found_when_there_is_one(history: list[Timed]) -> None:
    found = linearize(history, 0, register)
    assert ("yes" if some_order(history, 0, register) else "no") == found.answer


@given(history=histories())
@settings(max_examples=200)
def test_the_order_that_is_found_is_one(history: list[Timed]) -> None:
    found = linearize(history, 0, register)
    state: Any = 0
    for what in found.order:
        state = register(state, what)
        assert state is not None
    if found.answer == "no":
        assert found.stuck not in found.order


def test_what_takes_too_long_is_given_up() -> None:
    writes = [Timed(("write", number, number), number, 1000) for number in range(12)]
    wrong = Timed(("read", 99, 99), 2000, 2001)
    assert "unknown" == linearize([*writes, wrong], 0, register, most=1000).answer


def test_many_calls_one_after_the_other_are_no_burden() -> None:
    history = [
        Timed(("read" if number % 2 else "write", number // 2, number), number * 10, number * 10 + 5)
        for number in range(5_000)
    ]
    assert "yes" == linearize(history, 0, register, most=0).answer

"""Linearizability by its definition: all orders of the calls are tried."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from mprunner.checking.constraints.linearizing import Timed


def some_order(operations: Sequence[Timed], initial: Hashable, step: Callable[[Any, Any], Any]) -> bool:
    """Whether the calls can have happened one after the other, no call after one that began when it had ended.

    What never ended may be left out.
    """

    def go(left: tuple[Timed, ...], state: Any) -> bool:
        if all(one.end is None for one in left):
            return True
        for index, one in enumerate(left):
            if any(other.end is not None and other.end < one.begin for other in left):
                continue
            after = step(state, one.what)
            if after is not None and go(left[:index] + left[index + 1 :], after):
                return True
        return False

    return go(tuple(operations), initial)

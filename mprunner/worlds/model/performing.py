"""The table of the model world: how each operation is performed on simulated objects, and what of it goes on record.

`Act` is to the model what `Deed` is to the real world. The tables of the kinds of objects are joined in `table`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Union

from mprunner.worlds.model.results import Result

if TYPE_CHECKING:
    from mprunner.program.handouts import Operation
    from mprunner.worlds.model.turn import Turn

__all__ = ["Act", "Carry", "Perform", "carrying"]

Perform = Callable[["Turn", "Operation"], Result]
"""One micro-step: looks at `turn.phase` (None at first)."""
Moves = Literal["never", "waits", "always"]
Carry = Callable[["Turn", "Operation"], dict[str, Any]]


def carrying(*names: str) -> Carry:
    """Record these arguments, where given, as the real world does."""

    def carries(turn: Turn, operation: Operation) -> dict[str, Any]:
        return {name: operation.arguments[name] for name in names if name in operation.arguments}

    return carries


class Act(NamedTuple):
    """How an operation is performed.

    `do` makes a micro-step. `carries` gives what stands on record from its begin, `gave` is the name under which its value does
    at its end. `timed` tells whether a call ends by itself. `instant`: one instant on record.

    `moves`: nothing that another thread does makes a difference to it, nor it to them, but that they may begin or go on by it. So
    it can be made together with the step before it, when no promise watches it: `always`, or (`waits`) once it can be made, with
    those that wait as it does.

    `fences`: it takes a lock or calls the operating system, so that what the process wrote before is in memory by then.
    """

    do: Perform
    carries: Carry = carrying()
    gave: Union[str, Callable[[Turn, Operation, Any], dict[str, Any]], None] = None
    timed: Callable[[Mapping[str, Any]], bool] = lambda arguments: True
    instant: bool = False
    moves: Moves = "never"
    fences: bool = True

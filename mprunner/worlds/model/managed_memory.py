"""Values and arrays that a manager holds, in the model world: Python objects, read and written in one call of the server each."""

from __future__ import annotations

import array
from collections.abc import Callable
from typing import Any

from mprunner.program.declarations import ObjectDeclaration
from mprunner.program.handouts import Operation
from mprunner.worlds.model.freezing import freeze, thaw
from mprunner.worlds.model.pickling import not_to_be_sent, refusal
from mprunner.worlds.model.results import Done, Result
from mprunner.worlds.model.turn import Turn

__all__ = ["MANAGED_MEMORY", "initial"]


def _cell(turn: Turn, operation: Operation) -> int:
    assert operation.object is not None
    return turn.cell(operation.object.kind, operation.object.ref)


def _declared(turn: Turn, operation: Operation) -> ObjectDeclaration:
    assert operation.object is not None
    return turn.model.names.objects[operation.object.ref.name]


def initial(declared: ObjectDeclaration) -> Any:
    """What a value or array holds at first."""
    if declared.kind == "value":
        return (*declared.options["args"], 0)[0]
    of = declared.options["of"]
    return [0] * of if isinstance(of, int) else list(of)


def _read(turn: Turn, operation: Operation) -> Result:
    held = thaw(turn.get(_cell(turn, operation)))
    if _declared(turn, operation).kind == "value":
        return Done(held)
    if "index" not in operation.arguments:
        raise AttributeError(f"'ArrayProxy' object has no attribute '{operation.arguments['attribute']}'")
    found = _array(turn, operation, held)[operation.arguments["index"]]
    return Done(list(found) if isinstance(found, array.array) else found)


def _write(turn: Turn, operation: Operation) -> Result:
    item, cell = operation.arguments["item"], _cell(turn, operation)
    if _declared(turn, operation).kind == "value":
        why = not_to_be_sent(turn, item)
        if why is not None:
            raise refusal(why)
        turn.set(cell, freeze(item))
        return Done()
    held = _array(turn, operation, thaw(turn.get(cell)))
    held[operation.arguments["index"]] = item
    turn.set(cell, freeze(list(held)))
    return Done()


def _array(turn: Turn, operation: Operation, held: list[Any]) -> Any:
    return array.array(_declared(turn, operation).options["cell"], held)


MANAGED_MEMORY: dict[tuple[str, str], Callable[[Turn, Operation], Result]] = {
    **{(kind, "read"): _read for kind in ("value", "array")},
    **{(kind, "write"): _write for kind in ("value", "array")},
}
"""What each operation does in the server."""

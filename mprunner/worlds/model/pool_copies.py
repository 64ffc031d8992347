"""A pool as a process has it: its own, or the copy that a fork made of it, which nobody serves."""

from __future__ import annotations

from typing import Any

from mprunner.program.handouts import Operation
from mprunner.worlds.model.images import Image
from mprunner.worlds.model.pool_threads import owner_of
from mprunner.worlds.model.turn import Turn
from mprunner.worlds.model.working import NOT_MADE

__all__ = ["NOTHING_COPIED", "change_copy", "copied", "copy_of", "has_copy", "pool_of", "state_of"]

NOTHING_COPIED: tuple[Any, ...] = (NOT_MADE, 0, ())
"""The copy of a pool that was not there when it was copied."""


def pool_of(turn: Turn, operation: Operation) -> str:
    """The pool's name. Raises NameError where it is not there."""
    assert operation.object is not None
    turn.cell("pool", operation.object.ref)
    return str(operation.object.ref)


def has_copy(turn: Turn, name: str) -> bool:
    """Whether what the process has is a copy that a fork made, which nobody serves."""
    return owner_of(turn.model, name) != turn.image.process


def state_of(turn: Turn, name: str) -> str:
    """The state of a pool as the process has it."""
    if has_copy(turn, name):
        return str(copy_of(turn, name)[0])
    return str(turn.get(turn.model.layout.cell("pool", name)))


def copy_of(turn: Turn, name: str) -> tuple[Any, ...]:
    """The state of a copied pool, how many tasks have been submitted to it, what was known of them when it was copied."""
    found: tuple[Any, ...] = turn.image.extra.get(f"copied {name}", NOTHING_COPIED)
    return found


def copied(turn: Turn, image: Image) -> dict[str, Any]:
    """Pools as a fork of this memory has them, see `copy_of`."""
    layout, found = turn.model.layout, {}
    for name, owner in turn.model.owners.items():
        key = f"copied {name}"
        if layout.find("submitted", name) is not None and owner == image.process:
            found[key] = tuple(turn.get(layout.cell(kind, name)) for kind in ("pool", "submitted", "results"))
        elif key in image.extra:
            found[key] = image.extra[key]
    return found


def change_copy(turn: Turn, name: str, state: str, submitted: int) -> None:
    """The process has done something to its copy."""
    image = turn.image.copy()
    image.extra[f"copied {name}"] = (state, submitted, copy_of(turn, name)[2])
    turn.remember(image)

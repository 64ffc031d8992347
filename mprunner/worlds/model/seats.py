"""The seats of a pool's workers: where one is gone, the next one has its seat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mprunner.program.declarations import ObjectDeclaration

if TYPE_CHECKING:
    from mprunner.worlds.model.model import Model

__all__ = ["size_of", "workers"]


def size_of(declared: ObjectDeclaration) -> int:
    """How many workers a pool has at a time."""
    given = declared.options.get("processes")
    if given is not None:
        return int(given)
    import os

    return os.cpu_count() or 1


def workers(model: Model, name: str) -> Iterator[str]:
    """The seats of a pool; they are called as who sits there first."""
    return (f"{name}[{number}]" for number in range(size_of(model.names.objects[name.partition("[")[0]])))

"""What a machine hands to the world that runs it."""

from __future__ import annotations

from typing import Any

from mprunner.program.handles import Handle
from mprunner.records import record

__all__ = ["Finished", "Operation"]


@record(frozen=False)
class Operation:
    """Something that the world is to do: an operation of `operations.OPERATIONS` on an object, with its arguments by name.

    `site` is the position in `Program.sites` of the step that it belongs to. Nobody changes one; it is not frozen only
    because one is made for every operation, and freezing would take longer than all the rest.
    """

    op: str
    object: Handle | None
    arguments: dict[str, Any]
    site: int


@record
class Finished:
    """The target has returned `value`."""

    value: Any

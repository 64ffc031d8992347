"""What holds in every world: which calls end by themselves, whose lock is whose, how cells are told, what an exit gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mprunner.program.declarations import Program
from mprunner.program.handles import Ref

__all__ = ["by_block_or_timeout", "by_timeout", "cells_of", "exitcode_of", "for_good", "lock_of"]

Arguments = Mapping[str, Any]


def for_good(arguments: Arguments) -> bool:
    """No call ends by itself."""
    return False


def by_timeout(arguments: Arguments) -> bool:
    """Whether a blocking call ends by itself: it has a timeout."""
    return arguments.get("timeout") is not None


def by_block_or_timeout(arguments: Arguments) -> bool:
    """Whether a call ends by itself: it does not block, or has a timeout."""
    return arguments.get("timeout") is not None or not arguments.get("block", True)


def lock_of(program: Program, ref: Ref) -> Ref | None:
    """The declared lock that an object was made with; None for its own lock, or none. Of a family it is the one that is named, or
    that of the object's number.
    """
    declared = program.object(ref.name)
    name = None if declared is None else declared.options.get("lock")
    given = Ref.of(name) if isinstance(name, str) else None
    lock = None if given is None else program.object(given.name)
    if given is None or lock is None:
        return None
    return Ref(lock.name, ref.index) if given.index is None and lock.count is not None else given


def cells_of(index: Any, size: int) -> Any:
    """An index as the record has it: a cell by its number from the left, a slice as `start:stop` or `start:stop:step`.

    What is out of bounds, or no index at all, stays as it is.
    """
    if isinstance(index, slice):
        try:
            start, stop, step = index.indices(size)
        except (TypeError, ValueError):
            return str(index)
        return f"{start}:{stop}" if step == 1 else f"{start}:{stop}:{step}"
    if isinstance(index, int) and -size <= index < 0:
        return index + size
    return index


def exitcode_of(error: SystemExit) -> int:
    """The exit code that `sys.exit(...)` gives a process."""
    if error.code is None:
        return 0
    return error.code & 0xFF if isinstance(error.code, int) else 1

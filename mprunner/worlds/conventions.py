"""What holds in every world: which calls end by themselves, how cells are told on record, what an exit gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["by_block_or_timeout", "by_timeout", "cells_of", "exitcode_of", "for_good"]

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

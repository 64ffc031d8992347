"""What stands in the cells of processes."""

from __future__ import annotations

__all__ = ["ALIVE", "UNLINKED"]

ALIVE = 1
"""What stands in the life of a process that runs: 0 before its start, (exit code,) after its end."""

UNLINKED = "unlinked"
"""The kind of cell that says whether the name by which a child must find an object is gone."""

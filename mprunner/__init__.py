"""mprunner: processes that work together, described on a page of YAML, run for real and checked; or explored.

`mprunner.explore(path)` finds every schedule that matters of a scenario. Nothing is imported before it is used: each process
of a run imports this package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mprunner.exploring.library import explore as explore

__all__ = ["explore"]


def __getattr__(name: str) -> Any:
    if name == "explore":
        from mprunner.exploring.library import explore

        return explore
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

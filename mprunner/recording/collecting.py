"""Pausing the garbage collector where a million objects are made that all stay.

Each of its full passes looks at all that is there already: half of the time that loading a long recording takes.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["collector_paused"]


@contextmanager
def collector_paused() -> Iterator[None]:
    """Within it no garbage collection starts by itself; after it all is as before."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()

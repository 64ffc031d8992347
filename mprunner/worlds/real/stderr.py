"""What CPython writes to the standard error of a process by itself."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mprunner.worlds.tracebacks import traceback_lines

if TYPE_CHECKING:
    from mprunner.worlds.real.actor import Actor


def print_traceback(error: BaseException, actor: Actor, heading: str | None) -> None:
    """Write the traceback of an exception that left what the actor plays, below a heading such as `Process p1:`."""
    site = None if actor.machine is None else actor.machine.site
    for line in traceback_lines(error, actor.run.program, site, heading):
        sys.stderr.write(f"{line}\n")

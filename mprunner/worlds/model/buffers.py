"""Store buffers of the model world (x86-TSO): what a process writes to memory without a lock reaches the others a while later.

A write goes into the process's own buffer, from which a thread that nobody wrote, `p.flush`, takes it to memory, oldest first.
The process sees its own writes at once. Whatever takes a lock or calls the operating system waits until its buffer is empty.
"""

from __future__ import annotations

from typing import Any

from mprunner.worlds.model.model import Model
from mprunner.worlds.model.results import BLOCKED, Done, Result
from mprunner.worlds.model.steps import GET, PUT, READ, WRITE
from mprunner.worlds.model.turn import Turn

__all__ = ["lay_out_buffers", "load", "store"]


def lay_out_buffers(model: Model) -> None:
    """A buffer for each process, and a thread that empties it, where some memory has no lock."""
    if model.options.memory != "tso" or not model.has_bare_memory:
        return
    for name in list(model.names.threads):
        model.layout.add(("buffer", name), ())
        model.add_internal(f"{name}.flush", name, _flush)
    model.dying.append(_drain)


def load(turn: Turn, cell: int) -> Any:
    """What the process sees in a cell of memory without a lock."""
    buffer = turn.model.layout.find("buffer", turn.process)
    if buffer is not None:
        turn.touch(_own(turn, cell), READ)
        for written, value in reversed(turn.look(buffer)):
            if written == cell:
                return value
    return turn.get(cell)


def store(turn: Turn, cell: int, value: Any) -> None:
    """Write to a cell of memory without a lock."""
    buffer = turn.model.layout.find("buffer", turn.process)
    if buffer is None:
        turn.set(cell, value)
        return
    turn.alter(buffer, (*turn.look(buffer), (cell, value)))
    turn.touch(buffer, PUT)
    turn.touch(_own(turn, cell), WRITE)


def _flush(turn: Turn) -> Result:
    """The oldest write reaches memory."""
    buffer = turn.cell("buffer", turn.process)
    written = turn.look(buffer)
    turn.touch(buffer, GET)
    if not written:
        return BLOCKED
    cell, value = written[0]
    turn.alter(buffer, written[1:])
    turn.set(cell, value)
    turn.touch(_own(turn, cell), WRITE)
    return Done()


def _drain(turn: Turn, process: str) -> None:
    """Who dies has lost the processor before: all that it wrote is in memory."""
    buffer = turn.cell("buffer", process)
    written = turn.get(buffer)
    for cell, value in written:
        turn.set(cell, value)
    if written:
        turn.set(buffer, ())


def _own(turn: Turn, cell: int) -> int:
    """What of the process's buffer concerns this cell, as a cell of footprints."""
    return turn.model.layout.apart("buffered", turn.process, cell)

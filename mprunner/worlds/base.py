"""What every world is given beside the program, and what it gives while a run goes on."""

from __future__ import annotations

from typing import Literal

from mprunner.records import record

Backend = Literal["processes", "threads"]


@record
class RunOptions:
    """How to run a program.

    `start_method` None takes the program's own, else fork where the platform has it. `time_scale` multiplies every
    sleep and timeout of the scenario; at 0 sleeps only yield and timeouts keep their length. `timeout` is the
    deadline in seconds, never scaled; None is no deadline. `seed` settles random sleeps, `random()` and `choose`.
    `max_processes` live at once end a run that starts processes without end. `gate` is where each process asks for leave before
    each operation (the path of a socket); None: nobody asks.
    """

    start_method: str | None = None
    backend: Backend = "processes"
    time_scale: float = 1.0
    timeout: float | None = 60.0
    seed: int = 0
    max_processes: int = 512
    gate: str | None = None


@record
class LiveLine:
    """One line that a process printed (`stdout`) or wrote to its standard error (`stderr`), in record order.

    `time_ns` is CLOCK_MONOTONIC; `process` and `actor` are declared names (`po[1]`, `po.work[4]`).
    """

    time_ns: int
    process: str
    actor: str
    stream: Literal["stdout", "stderr"]
    text: str

"""What mprun tells its keeper, and what the keeper tells mprun."""

from __future__ import annotations

from typing import Union

from mprunner.records import record
from mprunner.worlds.base import RunOptions
from mprunner.worlds.real.proc import Times

# --- to the keeper ---


@record
class StartRun:
    """Fork a stage for run `number`; its logs go to `directory`, its program is the pickle in `program`.

    `modules` are imported before the fork, once, so that a run does not pay for them.
    """

    number: int
    directory: str
    program: str
    options: RunOptions
    modules: tuple[str, ...]
    tracker: bool


@record
class KillRun:
    """Kill everything that belongs to the run."""

    number: int


@record
class Close:
    """Kill what is left and end."""


# --- from the keeper ---


@record
class StageStarted:
    """The run has begun, at `time` (CLOCK_MONOTONIC)."""

    number: int
    pid: int
    time: int


@record
class Reaped:
    """An orphan or a stage that the keeper saw ended: exit code as multiprocessing tells it, CLOCK_MONOTONIC, its times."""

    pid: int
    exitcode: int
    time: int
    times: Times | None = None


@record
class Killed:
    """A process that the keeper killed: the state it was in (the kernel's letter) and how long it had run."""

    pid: int
    state: str
    command: str
    times: Times | None


@record
class RunOver:
    """Nothing of the run is left. `stage` is how its stage ended, of itself or killed."""

    number: int
    stage: Reaped
    reaped: tuple[Reaped, ...]
    killed: tuple[Killed, ...]


@record
class RunFailed:
    """The stage could not be started; `reason` is a sentence."""

    number: int
    reason: str


Message = Union[StageStarted, RunOver, RunFailed]

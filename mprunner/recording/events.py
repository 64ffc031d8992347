"""What a run leaves behind: operations with two instants each, the events that checkers see, and the recording of it all.

Times are nanoseconds of CLOCK_MONOTONIC (one clock for all processes of the machine); `Recording.origin` is the
run's zero. Nothing here knows a promise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from mprunner.recording.shown import ErrorShown as ErrorShown
from mprunner.recording.shown import Part as Part
from mprunner.recording.shown import PartKind as PartKind
from mprunner.recording.shown import Shown as Shown
from mprunner.records import made, record

Outcome = Literal["ok", "raised", "refused", "unfinished"]


@record(frozen=False)
class Call:
    """One operation as it happened.

    `number` is its position in the record by begin (0-based). `process` is the declared name (`p1`, `fork[2]`, `po[1]`, `main`);
    `actor` is the task within a pool's worker (`po.work[4]`), else the process. `object` is the declared name of what it acted
    on, None for what a process does by itself. `begin` and `end` are nanoseconds; `end` is None for what never ended.
    `values` hold what the operation carries under fixed names: `item`, `result`, `text`, `parts` (tuple of Part), `exitcode`,
    `args`, `timeout`, `task`, `attribute`, `seconds`, ... Each is plain data, or a `Shown` for what is not.
    """

    number: int
    process: str
    actor: str
    pid: int
    thread: int
    sequence: int
    operation: str
    object: str | None
    kind: str
    begin: int
    end: int | None
    outcome: Outcome
    values: Mapping[str, Any]
    error: ErrorShown | None = None
    site: int | None = None
    label: str | None = None
    timed: bool = False
    """It had a timeout or did not block: it could end by itself."""
    end_sequence: int | None = None
    """The place of its end among the records of its thread (`sequence` is that of its begin); None when that is unknown."""


@record
class Event:
    """One instant of a call, as checkers see it. `position` is its 0-based place in the order of the record."""

    position: int
    time: int
    at: Literal["begin", "end"]
    call: Call


@record
class Waited:
    """How long a process waited in one kind of operation on one object, in nanoseconds."""

    operation: str
    object: str | None
    nanoseconds: int


@record(frozen=False)
class ProcessRecord:
    """A process (or thread) of the run: who it was and how it went.

    `role`: the scenario's `main`, a declared `process`, a pool's `worker`, a `manager`'s server, or `foreign` (what user code
    started).
    `exitcode` is as multiprocessing tells it (negative: died of that signal), None while alive at the end of the record.
    `ended_by`: `itself`, `scenario` (a terminate or kill step, or CPython at exit), `mprun` (cut, deadline, interrupt), or
    `outside`.
    running, ready and waiting are nanoseconds from the operating system, None where it does not tell.
    """

    name: str
    pid: int
    role: Literal["main", "process", "worker", "manager", "foreign"]
    parent: str | None
    mp_name: str | None
    started: int | None
    ended: int | None
    exitcode: int | None
    ended_by: Literal["itself", "scenario", "mprun", "outside"] | None
    target: str | None = None
    daemon: bool = False
    running: int | None = None
    ready: int | None = None
    waiting: int | None = None
    waits: tuple[Waited, ...] = ()
    variables: Mapping[str, Any] | None = None
    stopped: bool = False


@record
class Blocked:
    """One process in a hang: what it waits for, since when, and who could give it.

    `holders` names those that hold `object` (empty: nobody), `dead` which of them had already died.
    """

    process: str
    operation: str
    object: str | None
    since: int
    site: int | None
    holders: tuple[str, ...] = ()
    dead: tuple[str, ...] = ()
    reason: str = ""


@record
class Diagnosis:
    """Why a run could not finish.

    `pattern` is one of: deadlock (a cycle of holders), self-lock, dead-holder, join-before-drain, nothing-put,
    initializer-fails, task-lost, nested-pool, stopped, unknown, ... `sentence` tells it in one or two plain sentences.
    """

    pattern: str
    sentence: str
    blocked: tuple[Blocked, ...] = ()
    cycle: tuple[str, ...] = ()


@record
class Ending:
    """How the run ended. `complete` ends are those where nothing was cut off.

    `finished` by itself · `cut` by `ends:` · `hang` every live process blocked for good · `deadline` out of time ·
    `interrupted` by Ctrl-C · `crashed` the run's own stage or keeper was lost · `lost` something could not be recorded.
    """

    how: Literal["finished", "cut", "hang", "deadline", "interrupted", "crashed", "lost"]
    time: int
    diagnosis: Diagnosis | None = None
    note: str | None = None

    @property
    def complete(self) -> bool:
        return self.how == "finished"


@record(frozen=False)
class Recording:
    """Everything about one run, in order.

    `calls` are sorted by begin; `events()` gives their instants in the order that never contradicts causality.
    `stderr_noise` is what came out of the processes' standard error beneath Python. `incomplete` names what could not be
    recorded (then no verdict that depends on it is certain).
    """

    scenario: str
    path: str
    scenario_sha256: str
    start_method: str
    backend: Literal["processes", "threads"]
    python: str
    origin: int
    started_at: float
    time_scale: float
    seed: int
    calls: Sequence[Call]
    processes: list[ProcessRecord]
    ending: Ending
    stderr_noise: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    extra: dict[str, Any] = made(factory=dict)

    def process(self, name: str) -> ProcessRecord | None:
        return next((process for process in self.processes if process.name == name), None)

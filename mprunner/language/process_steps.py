"""Steps about processes, pools and managers as such: their lives."""

from __future__ import annotations

from typing import ClassVar

from mprunner.language.bodies import Body
from mprunner.language.fields import ReferenceField
from mprunner.language.quick_models import Field
from mprunner.language.step_fields import Timeout

__all__ = ["Close", "Join", "Kill", "Run", "Shutdown", "Start", "Terminate"]


class Start(Body):
    verb = "start"
    short = "process"
    object_fields: ClassVar[dict[str, str]] = {"process": "process"}
    summary = "Start a process (`Process.start()`); a family's name starts every member in order."
    process: ReferenceField = Field(description="The process to start.")


class Join(Body):
    verb = "join"
    short = "process"
    object_fields: ClassVar[dict[str, str]] = {"process": "process", "pool": "pool", "queue": "queue"}
    summary = "Wait until a process or a closed pool's workers have ended, or all items of a JoinableQueue are done."
    process: ReferenceField | None = Field(None, description="The process to wait for.")
    pool: ReferenceField | None = Field(
        None, description="The pool to wait for, after `close` or `terminate`."
    )
    queue: ReferenceField | None = Field(None, description="The JoinableQueue; there is no `timeout` for it.")
    timeout: Timeout | None = None


class Run(Body):
    verb = "run"
    short = "process"
    object_fields: ClassVar[dict[str, str]] = {"process": "process"}
    summary = "Call `Process.run()` directly: the target runs in the calling process."
    process: ReferenceField = Field(description="The process whose target to run here.")


class Terminate(Body):
    verb = "terminate"
    short = "process"
    object_fields: ClassVar[dict[str, str]] = {"process": "process", "pool": "pool"}
    summary = "Stop a process by SIGTERM, or a pool at once."
    process: ReferenceField | None = Field(None, description="The process to stop.")
    pool: ReferenceField | None = Field(None, description="The pool to stop.")


class Kill(Body):
    verb = "kill"
    short = "process"
    object_fields: ClassVar[dict[str, str]] = {"process": "process"}
    summary = "Stop a process by SIGKILL."
    process: ReferenceField = Field(description="The process to kill.")


class Close(Body):
    verb = "close"
    short = "process"
    object_fields: ClassVar[dict[str, str]] = {"process": "process", "pool": "pool", "queue": "queue"}
    summary = (
        "Release a process object, let a pool take no more tasks, or close this process's end of a queue."
    )
    process: ReferenceField | None = Field(None, description="The process object to release.")
    pool: ReferenceField | None = Field(None, description="The pool that takes no more tasks.")
    queue: ReferenceField | None = Field(None, description="The queue this process puts nothing more into.")


class Shutdown(Body):
    verb = "shutdown"
    short = "manager"
    object_fields: ClassVar[dict[str, str]] = {"manager": "manager"}
    summary = "End a manager's server process."
    manager: ReferenceField = Field(description="The manager.")

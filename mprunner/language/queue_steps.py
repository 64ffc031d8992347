"""Steps that act on queues; `get` takes a pool's result, too."""

from __future__ import annotations

from typing import ClassVar

from mprunner.language.bodies import Body
from mprunner.language.fields import ReferenceField, TextField
from mprunner.language.quick_models import Field
from mprunner.language.step_fields import Block, Timeout

__all__ = ["CancelJoinThread", "Get", "GetNowait", "JoinThread", "Put", "PutNowait", "TaskDone"]


class Put(Body):
    verb = "put"
    object_fields: ClassVar[dict[str, str]] = {"queue": "queue"}
    summary = "Put an item into a queue; waits for a slot unless told otherwise."
    queue: ReferenceField = Field(description="The queue.")
    item: TextField = Field(description="What to put.")
    block: Block | None = None
    timeout: Timeout | None = None


class PutNowait(Body):
    verb = "put_nowait"
    object_fields: ClassVar[dict[str, str]] = {"queue": "queue"}
    summary = "Put an item without waiting: `Full` when there is no slot."
    queue: ReferenceField = Field(description="The queue.")
    item: TextField = Field(description="What to put.")


class Get(Body):
    verb = "get"
    short = "queue"
    object_fields: ClassVar[dict[str, str]] = {"queue": "queue", "result": "result"}
    summary = "Take an item out of a queue, or the result of a pool's task."
    queue: ReferenceField | None = Field(None, description="The queue.")
    result: ReferenceField | None = Field(None, description="What `apply_async` gave.")
    block: Block | None = None
    timeout: Timeout | None = None


class GetNowait(Body):
    verb = "get_nowait"
    short = "queue"
    object_fields: ClassVar[dict[str, str]] = {"queue": "queue"}
    summary = "Take an item without waiting: `Empty` when none is there."
    queue: ReferenceField = Field(description="The queue.")


class JoinThread(Body):
    verb = "join_thread"
    short = "queue"
    object_fields: ClassVar[dict[str, str]] = {"queue": "queue"}
    summary = "Wait until a closed queue's feeder thread has written everything."
    queue: ReferenceField = Field(description="The closed queue.")


class CancelJoinThread(Body):
    verb = "cancel_join_thread"
    short = "queue"
    object_fields: ClassVar[dict[str, str]] = {"queue": "queue"}
    summary = "Do not wait for a queue's feeder thread at exit: items may be lost."
    queue: ReferenceField = Field(description="The queue.")


class TaskDone(Body):
    verb = "task_done"
    short = "queue"
    object_fields: ClassVar[dict[str, str]] = {"queue": "queue"}
    summary = "Tell a JoinableQueue that one of its items is done: its `join` waits for as many as were put."
    queue: ReferenceField = Field(description="The JoinableQueue.")

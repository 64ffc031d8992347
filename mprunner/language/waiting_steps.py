"""Steps that hold, wait and wake: locks, semaphores, conditions, events, barriers."""

from __future__ import annotations

from typing import ClassVar

from mprunner.language.bodies import Body
from mprunner.language.fields import ExpressionField, ReferenceField, TextField
from mprunner.language.quick_models import Field
from mprunner.language.step_fields import Block, Timeout
from mprunner.operations import HELD

__all__ = ["Abort", "Acquire", "Clear", "Notify", "NotifyAll", "Release", "Reset", "Wait", "WaitFor"]


_HELD: dict[str, str] = {
    "lock": "lock",
    "semaphore": "semaphore",
    "condition": "condition",
    "value": "value",
    "array": "array",
}


class Acquire(Body):
    verb = "acquire"
    short = "lock"
    object_fields: ClassVar[dict[str, str]] = _HELD
    also_kinds = tuple(kind for kind in HELD if kind not in _HELD)
    summary = "Take a lock or a permit; gives True, or False when it was not to be had in time."
    lock: ReferenceField | None = Field(None, description="The lock.")
    semaphore: ReferenceField | None = Field(None, description="The semaphore.")
    condition: ReferenceField | None = Field(None, description="The condition whose lock to take.")
    value: ReferenceField | None = Field(None, description="The value whose lock to take.")
    array: ReferenceField | None = Field(None, description="The array whose lock to take.")
    block: Block | None = None
    timeout: Timeout | None = None


class Release(Body):
    verb = "release"
    short = "lock"
    object_fields: ClassVar[dict[str, str]] = _HELD
    also_kinds = tuple(kind for kind in HELD if kind not in _HELD)
    summary = "Give a lock or a permit back."
    lock: ReferenceField | None = Field(None, description="The lock.")
    semaphore: ReferenceField | None = Field(None, description="The semaphore.")
    condition: ReferenceField | None = Field(None, description="The condition whose lock to give back.")
    value: ReferenceField | None = Field(None, description="The value whose lock to give back.")
    array: ReferenceField | None = Field(None, description="The array whose lock to give back.")


class Wait(Body):
    synonyms: ClassVar[dict[str, str]] = {"flag": "event", "task": "result"}
    verb = "wait"
    short = "result"
    object_fields: ClassVar[dict[str, str]] = {
        "result": "result",
        "condition": "condition",
        "event": "event",
        "barrier": "barrier",
    }
    summary = (
        "Wait until a pool's task has ended (without taking its result), a condition is notified (without its lock "
        "meanwhile), an event is set, or all parties of a barrier have come. Gives False when that was not so in time, of a "
        "barrier the number of the arrival, from 0."
    )
    result: ReferenceField | None = Field(None, description="What `apply_async` gave.")
    condition: ReferenceField | None = Field(None, description="The condition, whose lock the process holds.")
    event: ReferenceField | None = Field(None, description="The event.")
    barrier: ReferenceField | None = Field(None, description="The barrier.")
    timeout: Timeout | None = None


class WaitFor(Body):
    synonyms: ClassVar[dict[str, str]] = {"until": "predicate", "test": "predicate", "lock": "condition"}
    verb = "wait_for"
    object_fields: ClassVar[dict[str, str]] = {"condition": "condition"}
    summary = "Wait on a condition until an expression is true: it is looked at first, and after each `wait`. Gives its value."
    condition: ReferenceField = Field(description="The condition, whose lock the process holds.")
    predicate: ExpressionField = Field(description="The expression.")
    timeout: Timeout | None = None


class Notify(Body):
    synonyms: ClassVar[dict[str, str]] = {"count": "n", "times": "n"}
    verb = "notify"
    short = "condition"
    object_fields: ClassVar[dict[str, str]] = {"condition": "condition"}
    summary = "Wake one process that waits on a condition, or some; nobody is no fault."
    condition: ReferenceField = Field(description="The condition, whose lock the process holds.")
    n: TextField | None = Field(None, description="How many at most; 1 when not given.")


class NotifyAll(Body):
    verb = "notify_all"
    short = "condition"
    object_fields: ClassVar[dict[str, str]] = {"condition": "condition"}
    summary = "Wake all that wait on a condition."
    condition: ReferenceField = Field(description="The condition, whose lock the process holds.")


class Clear(Body):
    verb = "clear"
    short = "event"
    object_fields: ClassVar[dict[str, str]] = {"event": "event"}
    summary = "Take back that an event is set."
    event: ReferenceField = Field(description="The event.")


class Reset(Body):
    verb = "reset"
    short = "barrier"
    object_fields: ClassVar[dict[str, str]] = {"barrier": "barrier"}
    summary = "Empty a barrier, and mend a broken one; whoever waits gets `BrokenBarrierError`."
    barrier: ReferenceField = Field(description="The barrier.")


class Abort(Body):
    verb = "abort"
    short = "barrier"
    object_fields: ClassVar[dict[str, str]] = {"barrier": "barrier"}
    summary = "Break a barrier: whoever waits or comes gets `BrokenBarrierError`, until it is reset."
    barrier: ReferenceField = Field(description="The barrier.")

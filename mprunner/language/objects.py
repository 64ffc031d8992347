"""What a scenario declares that processes share: one model for each section of objects."""

from __future__ import annotations

from typing import Any, ClassVar

from mprunner.language.cells import CellLock, CellType
from mprunner.language.fields import ArgumentList, Count, Located, Member, Name, Seconds, TextField
from mprunner.language.quick_models import Field
from mprunner.language.words import (
    ArrayKind,
    Later,
    LockKind,
    QueueKind,
    SemaphoreKind,
    StartMethod,
    ValueKind,
)

__all__ = [
    "OBJECTS",
    "ArrayDeclaration",
    "BarrierDeclaration",
    "ConditionDeclaration",
    "Created",
    "Declared",
    "EventDeclaration",
    "LockDeclaration",
    "ManagerDeclaration",
    "PoolDeclaration",
    "QueueDeclaration",
    "SemaphoreDeclaration",
    "ValueDeclaration",
]


class Declared(Located):
    """Something with a name; `key_span` is where the name stands."""

    section: ClassVar[str] = ""
    object_kind: ClassVar[str] = ""


class Created(Declared):
    """An object that `main` creates before its first step, or a `create` step."""

    @property
    def later(self) -> bool:
        """Whether a `create` step makes it."""
        return bool(getattr(self, "create", None) == "later")


def _count(name: str) -> Any:
    return Field(None, description=f"How many of them: `{name}[0]`, `{name}[1]`, ...")


def _manager() -> Any:
    return Field(None, description="The manager that holds it; processes then have proxies.")


def _create() -> Any:
    return Field(None, description="`later`: by a step `create`, not before `main`'s first step.")


class ManagerDeclaration(Created):
    """A manager: a server process that holds objects for others (`Manager()`)."""

    what = "a manager"
    section = "managers"
    object_kind = "manager"


class LockDeclaration(Created):
    """A lock."""

    what = "a lock"
    section = "locks"
    object_kind = "lock"

    kind: LockKind = Field("Lock", description="Lock, or RLock which its owner may take again.")
    count: Count | None = _count("lock")
    manager: Name | None = _manager()
    create: Later | None = _create()


class SemaphoreDeclaration(Created):
    """A semaphore: a number of permits."""

    what = "a semaphore"
    section = "semaphores"
    object_kind = "semaphore"

    kind: SemaphoreKind = Field(
        "Semaphore", description="Semaphore, or BoundedSemaphore which refuses more releases than acquires."
    )
    value: Count = Field(1, description="How many permits there are at first.")
    count: Count | None = _count("s")
    manager: Name | None = _manager()
    create: Later | None = _create()


class ConditionDeclaration(Created):
    """A condition: a lock, and waiting for what its holders change (`Condition()`)."""

    what = "a condition"
    section = "conditions"
    object_kind = "condition"

    lock: Member | None = Field(
        None,
        description="The lock that it is made with (of a family one: `lock[0]`), or a family of as many; else it has an RLock of "
        "its own.",
    )
    count: Count | None = _count("c")
    manager: Name | None = _manager()
    create: Later | None = _create()


class EventDeclaration(Created):
    """An event: a flag to wait for (`Event()`). `events` are what promises speak of, so these are called flags."""

    what = "a flag"
    section = "flags"
    object_kind = "event"

    count: Count | None = _count("go")
    manager: Name | None = _manager()
    create: Later | None = _create()


class BarrierDeclaration(Created):
    """A barrier: nobody gets past it before all have come (`Barrier()`)."""

    what = "a barrier"
    section = "barriers"
    object_kind = "barrier"

    parties: Count = Field(description="How many have to come.")
    action: Name | None = Field(
        None, description="The target that the last one to come runs, before anyone goes on."
    )
    timeout: Seconds | None = Field(
        None, description="Seconds that a `wait` without a timeout waits at most; scaled by --time-scale."
    )
    count: Count | None = _count("b")
    manager: Name | None = _manager()
    create: Later | None = _create()


class QueueDeclaration(Created):
    """A queue."""

    what = "a queue"
    section = "queues"
    object_kind = "queue"

    kind: QueueKind = Field(
        "Queue",
        description="Queue; JoinableQueue, which counts what is done; SimpleQueue, a pipe with a lock.",
    )
    maxsize: Count = Field(0, description="How many items fit; 0 means as many as the system allows.")
    count: Count | None = _count("q")
    manager: Name | None = _manager()
    create: Later | None = _create()


_TYPE = "A typecode (`i`, `d`, `c`, ...) or a simple type of ctypes (`c_bool`, `c_int64`, ...)."
_LOCK = "`true`, the default: a lock of its own, an RLock; `false`: none; or the lock of this name."


class ValueDeclaration(Created):
    """A number or character in shared memory (`Value(...)`): `v.value`."""

    what = "a value"
    section = "values"
    object_kind = "value"
    synonyms: ClassVar[dict[str, str]] = {
        "typecode": "type",
        "typecode_or_type": "type",
        "initial": "value",
        "args": "value",
    }

    type: CellType = Field(description=_TYPE)
    value: TextField | None = Field(
        None, description="What it holds at first; 0 when not given. Over params."
    )
    lock: CellLock | None = Field(None, description=_LOCK)
    kind: ValueKind = Field("Value", description="Value, or RawValue which has no lock.")
    count: Count | None = _count("v")
    manager: Name | None = _manager()
    create: Later | None = _create()


class ArrayDeclaration(Created):
    """Cells in shared memory (`Array(...)`): `buf[0]`, `buf[1:3]`, `len(buf)`; of type `c` also `buf.value` and `buf.raw`."""

    what = "an array"
    section = "arrays"
    object_kind = "array"
    synonyms: ClassVar[dict[str, str]] = {
        "typecode": "type", "typecode_or_type": "type", "value": "initial", "values": "initial", "length": "size",
    }  # fmt: skip

    type: CellType = Field(description=_TYPE)
    size: Count | None = Field(None, description="How many cells, all 0 at first.")
    initial: TextField | None = Field(
        None,
        description="In place of `size`: what they hold at first, a list (of type `c` or `u` a text). Over params.",
    )
    lock: CellLock | None = Field(None, description=_LOCK)
    kind: ArrayKind = Field("Array", description="Array, or RawArray which has no lock.")
    count: Count | None = _count("buf")
    manager: Name | None = _manager()
    create: Later | None = _create()


class PoolDeclaration(Created):
    """A pool of worker processes."""

    what = "a pool"
    section = "pools"
    object_kind = "pool"

    processes: Count | None = Field(
        None, description="How many workers; as many as there are CPUs when not given."
    )
    initializer: Name | None = Field(None, description="The target that each worker runs first.")
    initargs: ArgumentList | None = Field(None, description="The initializer's arguments, a list.")
    maxtasksperchild: Count | None = Field(
        None, description="After so many tasks a worker is replaced by a new one."
    )
    context: StartMethod | None = Field(
        None, description="The start method of its workers: fork, spawn or forkserver."
    )
    create: Later | None = _create()


OBJECTS: tuple[type[Created], ...] = (
    QueueDeclaration, LockDeclaration, SemaphoreDeclaration, ConditionDeclaration, EventDeclaration, BarrierDeclaration,
    ValueDeclaration, ArrayDeclaration, PoolDeclaration, ManagerDeclaration,
)  # fmt: skip
"""The models of all sections of objects, in the order of the reference."""

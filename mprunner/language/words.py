"""The fields that take one of a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mprunner.language.scalar_fields import one_of

__all__ = [
    "DIAGNOSES",
    "ArrayKind",
    "DiagnosisName",
    "Holds",
    "Instant",
    "Later",
    "LockKind",
    "Order",
    "Per",
    "QueueKind",
    "SemaphoreKind",
    "StartMethod",
    "Vacuous",
    "ValueKind",
    "Where",
]

DIAGNOSES = (
    "deadlock",
    "self-lock",
    "dead-holder",
    "join-before-drain",
    "nothing-put",
    "nothing-got",
    "lost-wakeup",
    "missing-party",
    "never-released",
    "tasks-not-done",
    "dead-waiter",
    "task-lost",
    "nested-pool",
    "callback-raised",
    "callback-waits",
    "initializer-fails",
)
"""What a hang that has its cause in the scenario can be found to be."""

if TYPE_CHECKING:
    StartMethod = Literal["fork", "spawn", "forkserver"]
    Later = Literal["later"]
    LockKind = Literal["Lock", "RLock"]
    QueueKind = Literal["Queue", "JoinableQueue", "SimpleQueue"]
    SemaphoreKind = Literal["Semaphore", "BoundedSemaphore"]
    ValueKind = Literal["Value", "RawValue"]
    ArrayKind = Literal["Array", "RawArray"]
    Instant = Literal["begin", "end"]
    Holds = Literal["always", "sometimes", "never"]
    Vacuous = Literal["fail", "ok"]
    Per = Literal["process", "task", "actor", "object", "run"]
    Where = Literal["after", "before", "anywhere", "next", "previous"]
    Order = Literal["fifo", "per_producer"]
    DiagnosisName = str
else:
    StartMethod = one_of("fork", "spawn", "forkserver")
    Later = one_of("later")
    LockKind = one_of("Lock", "RLock")
    QueueKind = one_of("Queue", "JoinableQueue", "SimpleQueue")
    SemaphoreKind = one_of("Semaphore", "BoundedSemaphore")
    ValueKind = one_of("Value", "RawValue")
    ArrayKind = one_of("Array", "RawArray")
    Instant = one_of("begin", "end")
    Holds = one_of("always", "sometimes", "never")
    Vacuous = one_of("fail", "ok")
    Per = one_of("process", "task", "actor", "object", "run")
    Where = one_of("after", "before", "anywhere", "next", "previous")
    Order = one_of("fifo", "per_producer")
    DiagnosisName = one_of(*DIAGNOSES)

"""What a scenario declares that processes share: one model for each section of objects."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from mprunner.language.fields import ArgumentList, Count, Located, Name, settle
from mprunner.language.words import Later, LockKind, QueueKind, StartMethod

__all__ = [
    "OBJECTS",
    "Created",
    "Declared",
    "LockDeclaration",
    "ManagerDeclaration",
    "PoolDeclaration",
    "QueueDeclaration",
]


class Declared(Located):
    """Something with a name; `key_span` is where the name stands."""

    section: ClassVar[str] = ""
    object_kind: ClassVar[str] = ""


settle(Declared)


class Created(Declared):
    """An object that `main` creates before its first step, or a `create` step."""

    @property
    def later(self) -> bool:
        """Whether a `create` step makes it."""
        return bool(getattr(self, "create", None) == "later")


settle(Created)


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


class QueueDeclaration(Created):
    """A queue."""

    what = "a queue"
    section = "queues"
    object_kind = "queue"

    kind: QueueKind = Field("Queue", description="The kind of queue.")
    maxsize: Count = Field(0, description="How many items fit; 0 means as many as the system allows.")
    count: Count | None = _count("q")
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


OBJECTS: tuple[type[Created], ...] = (QueueDeclaration, LockDeclaration, PoolDeclaration, ManagerDeclaration)
"""The models of all sections of objects, in the order of the reference."""

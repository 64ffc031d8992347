"""Threads that share the memory of one process: the thread that a pool calls callbacks in, those that serve a manager's clients.

Each plays machines of its own on the same globals. One of them is in front: the image's own `machines`, `operation` and so on are
its. The others are strands, in `Image.strands`, with the place where they stand. Who acts is brought to the front before, and put
back after that.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, NamedTuple

from mprunner.program.handouts import Operation
from mprunner.program.plain_data import canonical, copied

if TYPE_CHECKING:
    from mprunner.program.machine import Machine
    from mprunner.worlds.model.images import Image

__all__ = ["OWN", "Place", "Strand", "bring_to_front", "copied_calls", "copied_operation"]

OWN = ""
"""The name of a process's own thread."""

Calls = list[tuple[Operation, Any]]


class Place(NamedTuple):
    """Where a thread stands in what it hands out."""

    phase: Any = None
    begun: bool = False


class Strand:
    """What one thread is at, while another is in front. The names are those of `Image`."""

    __slots__ = (
        "actor", "clock", "draws", "escaped", "machines", "operation", "phase", "place", "returned", "site", "suspended",
    )  # fmt: skip

    def __init__(self, actor: str, operation: Operation) -> None:
        self.actor = actor
        self.clock = 0.0
        self.draws: tuple[int, ...] = ()
        self.machines: list[Machine] = []
        self.suspended: Calls = []
        self.operation: Operation | None = operation
        self.phase: Any = None
        self.returned: Any = None
        self.escaped: BaseException | None = None
        self.site = -1
        self.place = Place()

    def copy(self, memo: dict[int, Any]) -> Strand:
        twin = Strand.__new__(Strand)
        for name in self.__slots__:
            setattr(twin, name, getattr(self, name))
        twin.machines = [machine.copy(memo) for machine in self.machines]
        twin.suspended = copied_calls(self.suspended, memo)
        twin.returned = copied(self.returned, memo)
        twin.operation = copied_operation(self.operation, twin.machines, memo)
        return twin

    def canonical(self, numbers: dict[int, tuple[int, Any]]) -> Hashable:
        """Equal for what goes on alike; `numbers` are those of the whole memory."""
        return (
            self.actor,
            self.clock,
            self.draws,
            tuple(machine.canonical(numbers) for machine in self.machines),
            canonical_calls(self.suspended, numbers),
            canonical_operation(self.operation, numbers),
            self.phase,
            canonical(self.returned, numbers),
            canonical(self.escaped, numbers),
            self.place,
        )


_SWAPPED = tuple(name for name in Strand.__slots__ if name != "place")


def bring_to_front(image: Image, name: str, place: Place) -> Place:
    """Put the thread of this name in front of a copy that may be changed; who was there stands at `place`. Where it stands."""
    behind = Strand.__new__(Strand)
    front = image.strands.pop(name)
    for each in _SWAPPED:
        setattr(behind, each, getattr(image, each))
        setattr(image, each, getattr(front, each))
    behind.place = place
    image.strands[image.front] = behind
    image.front = name
    return front.place


# --- what threads hand out ---


def copied_operation(
    operation: Operation | None, machines: list[Machine], memo: dict[int, Any]
) -> Operation | None:
    """What the twin of a thread hands out: as its machine has it, where that handed it out, so that they stay connected."""
    if operation is None:
        return None
    if machines and machines[-1].operation is not None:
        return machines[-1].operation
    return Operation(operation.op, operation.object, copied(operation.arguments, memo), operation.site)


def copied_calls(suspended: Calls, memo: dict[int, Any]) -> Calls:
    """The operations that have called something."""
    return [
        (Operation(op.op, op.object, copied(op.arguments, memo), op.site), phase) for op, phase in suspended
    ]


def canonical_operation(operation: Operation | None, numbers: dict[int, tuple[int, Any]]) -> Hashable:
    """Equal for operations that do alike."""
    if operation is None:
        return None
    return operation.op, operation.object, canonical(operation.arguments, numbers), operation.site


def canonical_calls(suspended: Calls, numbers: dict[int, tuple[int, Any]]) -> Hashable:
    """As `canonical_operation`, for those that have called something."""
    return tuple(
        (op.op, op.object, canonical(op.arguments, numbers), op.site, phase) for op, phase in suspended
    )

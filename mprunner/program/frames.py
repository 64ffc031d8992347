"""A call in flight: where it is, its variables, and what is still to be done when it leaves its blocks."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from mprunner.program.expressions import Global, Local
from mprunner.program.plain_data import canonical, copied

__all__ = ["Active", "Frame", "Handler", "Leaving", "Pending", "Raising", "Returning"]


class Handler(NamedTuple):
    """Where an exception goes, and how many pending and active entries there were when the block was entered."""

    kind: Literal["except", "finally"]
    to: int
    pending: int
    active: int


class Active(NamedTuple):
    """An exception that an except block is handling, and the site that raised it."""

    error: BaseException
    site: int


class Raising(NamedTuple):
    """A finally block runs, and then the exception goes on."""

    error: BaseException
    site: int


class Returning(NamedTuple):
    """A finally block runs, and then the target returns."""

    value: Any


class Leaving(NamedTuple):
    """A finally block runs, and then a `break` or `continue` goes on."""

    to: int
    depth: int
    pending: int
    active: int


Pending = Raising | Returning | Leaving | None


class Frame:
    """One call of a target. `into` is the caller's place for what it returns."""

    __slots__ = ("active", "handlers", "into", "pc", "pending", "steps", "target", "variables")

    def __init__(
        self, target: str, steps: list[Any], variables: dict[str, Any], into: Local | Global | None
    ) -> None:
        self.target = target
        self.steps = steps
        self.variables = variables
        self.into = into
        self.pc = 0
        self.handlers: list[Handler] = []
        self.pending: list[Pending] = []
        self.active: list[Active] = []

    def cut_pending(self, pending: int, active: int) -> None:
        """Forgets what blocks left behind that are being left; `error` is again that of the except block around."""
        del self.pending[pending:]
        if len(self.active) > active:
            del self.active[active:]
            if self.active:
                self.variables["error"] = self.active[-1].error
            else:
                self.variables.pop("error", None)

    def copy(self, memo: dict[int, Any]) -> Frame:
        """A frame of its own, see `plain_data.copied`."""
        twin = Frame(self.target, self.steps, copied(self.variables, memo), self.into)
        twin.pc = self.pc
        twin.handlers = list(self.handlers)
        twin.active = list(self.active)
        twin.pending = [
            Returning(copied(entry.value, memo)) if isinstance(entry, Returning) else entry
            for entry in self.pending
        ]
        return twin

    def canonical(self, numbers: dict[int, tuple[int, Any]], live: frozenset[str]) -> tuple[Any, ...]:
        """See `plain_data.canonical`; of the temporaries only those in `live` count."""
        variables = tuple(
            (name, canonical(value, numbers))
            for name, value in sorted(self.variables.items())
            if not name.startswith("%") or name in live
        )
        pending = tuple(_canonical_pending(entry, numbers) for entry in self.pending)
        active = tuple((canonical(entry.error, numbers), entry.site) for entry in self.active)
        return (self.target, self.pc, variables, tuple(self.handlers), pending, active, self.into)

    def __getstate__(self) -> tuple[Any, ...]:
        return (self.target, self.variables, self.into, self.pc, self.handlers, self.pending, self.active)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.target, self.variables, self.into, self.pc, self.handlers, self.pending, self.active = state
        self.steps = []  # the machine prepares them again


def _canonical_pending(entry: Pending, numbers: dict[int, tuple[int, Any]]) -> Any:
    if isinstance(entry, Raising):
        return ("raise", canonical(entry.error, numbers), entry.site)
    if isinstance(entry, Returning):
        return ("return", canonical(entry.value, numbers))
    return entry

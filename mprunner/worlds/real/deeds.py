"""What the real world needs to know of an operation: how to do it, and what of it goes on record.

A `Deed` is one entry of the table; `operations` holds the table for objects, `acts` for what a process does by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Union

if TYPE_CHECKING:
    from mprunner.program.handles import Handle
    from mprunner.worlds.real.actor import Actor

Arguments = Mapping[str, Any]
Payload = Union[dict[str, Any], None]


def never(actor: Actor, handle: Handle | None, value: Any) -> bool:
    return False


def always_timed(arguments: Arguments) -> bool:
    return True


def nothing(actor: Actor, handle: Handle | None, arguments: Arguments) -> Payload:
    return None


def carrying(*names: str) -> Callable[[Actor, Union[Handle, None], Arguments], Payload]:
    """Record these arguments, where given, at the begin."""

    def carries(actor: Actor, handle: Handle | None, arguments: Arguments) -> Payload:
        if not arguments:
            return None
        return {name: arguments[name] for name in names if name in arguments} or None

    return carries


def gave_nothing(actor: Actor, handle: Handle | None, value: Any) -> Payload:
    return None


def gave(name: str) -> Callable[[Actor, Union[Handle, None], Any], Payload]:
    """Record what came back under this name, at the end."""

    def payload(actor: Actor, handle: Handle | None, value: Any) -> Payload:
        return {name: value}

    return payload


def method(name: str) -> Callable[[Actor, Handle, Arguments], Any]:
    """Call a method that takes nothing."""

    def do(actor: Actor, handle: Handle, arguments: Arguments) -> Any:
        return getattr(actor.run.objects.real(handle), name)()

    return do


def timing(actor: Actor, arguments: Arguments) -> tuple[Any, ...]:
    """`block` and `timeout` as positional arguments (their names differ between multiprocessing, threading, managers).

    Nothing where neither is given: a SimpleQueue takes none.
    """
    timeout = actor.scaled(arguments.get("timeout"))
    if timeout is not None:
        return arguments.get("block", True), timeout
    return (arguments["block"],) if "block" in arguments else ()


def timeout_of(actor: Actor, arguments: Arguments) -> tuple[Any, ...]:
    """`timeout` as a positional argument, if it is given."""
    timeout = actor.scaled(arguments.get("timeout"))
    return () if timeout is None else (timeout,)


def acquire(actor: Actor, handle: Handle, arguments: Arguments) -> Any:
    """Take a lock, a semaphore or the lock of a condition."""
    thing = actor.run.objects.real(handle)
    return thing.acquire(*timing(actor, arguments)) if arguments else thing.acquire()


def was_false(actor: Actor, handle: Handle, value: Any) -> bool:
    """Whether what came back says that it was not to be had."""
    return not value


class Deed(NamedTuple):
    """`do` performs the operation and gives its value. `carries` and `gave` are the payloads of its begin and end.

    `timed` tells whether a call with these arguments ends by itself; `refused` whether its value means that it was not
    to be had. An `instant` deed is recorded in one instant and then done; a `silent` one is not recorded.
    """

    do: Callable[[Actor, Any, Arguments], Any]
    carries: Callable[[Actor, Any, dict[str, Any]], Payload] = nothing
    timed: Callable[[Arguments], bool] = always_timed
    gave: Callable[[Actor, Union[Handle, None], Any], Payload] = gave_nothing
    refused: Callable[[Actor, Any, Any], bool] = never
    instant: bool = False
    silent: bool = False

    @property
    def plain(self) -> bool:
        """Whether its end has nothing to say."""
        return self.gave is gave_nothing and self.refused is never


DEEDS: dict[tuple[str, str], Deed] = {}
"""Every operation of the real world, by kind of object and name; `operations` fills it."""

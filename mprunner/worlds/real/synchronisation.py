"""What semaphores, conditions, events and barriers do, on the real objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mprunner.program.handles import Handle
from mprunner.program.machine import Machine
from mprunner.worlds.conventions import by_block_or_timeout, by_timeout, for_good
from mprunner.worlds.real.actor import Actor, acting, here, principal
from mprunner.worlds.real.deeds import (
    Arguments,
    Deed,
    Payload,
    acquire,
    carrying,
    gave,
    method,
    timeout_of,
    was_false,
)

__all__ = ["SYNCHRONISATION", "BarrierAction"]


def _wait(actor: Actor, handle: Handle, arguments: Arguments) -> Any:
    return actor.run.objects.real(handle).wait(*timeout_of(actor, arguments))


# --- conditions ---


def _of_lock(*names: str) -> Callable[[Actor, Handle, Arguments], Payload]:
    """Record these arguments, and the declared lock that the condition stands for."""
    given = carrying(*names)

    def carries(actor: Actor, handle: Handle, arguments: Arguments) -> Payload:
        lock = actor.run.lock_of(handle.ref)
        payload = given(actor, handle, arguments)
        return payload if lock is None else {**(payload or {}), "lock": str(lock)}

    return carries


def _notify(actor: Actor, handle: Handle, arguments: Arguments) -> None:
    condition = actor.run.objects.real(handle)
    condition.notify(*(arguments[name] for name in ("n",) if name in arguments))


# --- barriers ---


class BarrierAction:
    """What the last party of a barrier calls: it plays a target in a machine of its own, as whoever calls it."""

    def __init__(self, target: str) -> None:
        self.target = target

    def __call__(self) -> None:
        actor = here()
        if actor is None:
            # In the server of a manager: each of its clients has a thread there, which no one else has a place for.
            server = principal()
            if server is None:
                raise RuntimeError("the action of a barrier was called in a process that is none of this run")
            actor = acting(server.run, server.name, **server.hello)
        machine = Machine(actor.run.program, self.target, (), {}, actor.run.globals)
        actor.play_within(machine)


def _waiting(actor: Actor, handle: Handle, arguments: dict[str, Any]) -> Payload:
    """Record the timeout; the barrier's own one counts where none is given."""
    if arguments.get("timeout") is None:
        declared = actor.run.program.object(handle.ref.name)
        usual = None if declared is None else declared.options.get("timeout")
        if usual is not None:
            arguments["timeout"] = usual
    return {"timeout": arguments["timeout"]} if "timeout" in arguments else None


def _attribute(name: str) -> Callable[[Actor, Handle, Arguments], Any]:
    return lambda actor, handle, arguments: getattr(actor.run.objects.real(handle), name)


_RESULT = gave("result")
_ACQUIRE = Deed(acquire, carrying("block", "timeout"), by_block_or_timeout, refused=was_false)

SYNCHRONISATION: dict[tuple[str, str], Deed] = {
    ("semaphore", "acquire"): _ACQUIRE,
    ("semaphore", "release"): Deed(method("release")),
    ("semaphore", "get_value"): Deed(method("get_value"), gave=_RESULT),
    ("semaphore", "locked"): Deed(method("locked"), gave=_RESULT),
    ("condition", "acquire"): _ACQUIRE,
    ("condition", "release"): Deed(method("release")),
    ("condition", "wait"): Deed(_wait, _of_lock("timeout"), by_timeout, refused=was_false),
    ("condition", "notify"): Deed(_notify, _of_lock("n"), for_good),
    ("condition", "notify_all"): Deed(method("notify_all"), _of_lock(), for_good),
    ("event", "set"): Deed(method("set"), timed=for_good),
    ("event", "clear"): Deed(method("clear"), timed=for_good),
    ("event", "is_set"): Deed(method("is_set"), timed=for_good, gave=_RESULT),
    ("event", "wait"): Deed(_wait, carrying("timeout"), by_timeout, refused=was_false),
    ("barrier", "wait"): Deed(_wait, _waiting, by_timeout, gave=_RESULT),
    ("barrier", "reset"): Deed(method("reset"), timed=for_good),
    ("barrier", "abort"): Deed(method("abort"), timed=for_good),
    **{
        ("barrier", name): Deed(_attribute(name), gave=_RESULT) for name in ("parties", "n_waiting", "broken")
    },
}
"""Each operation on them, by kind of object and name."""

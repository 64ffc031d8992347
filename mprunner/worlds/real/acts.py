"""What a process does by itself: print, sleep, choose, look at the clock or at its own pid."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from mprunner.program.values import Elapsed, Pid, RandomValue, Rendered
from mprunner.worlds.real.deeds import Arguments, Deed, Payload, carrying, gave

if TYPE_CHECKING:
    from mprunner.worlds.real.actor import Actor


def _printed(actor: Actor, handle: None, arguments: Arguments) -> Payload:
    text = arguments["text"]
    if isinstance(text, Rendered):
        return {"text": str(text), "parts": text.parts}
    return {"text": str(text)}


def _nothing_more(actor: Actor, handle: None, arguments: Arguments) -> None:
    """A print is an event of the record; no process of a run writes to the terminal."""


def _seconds(actor: Actor, handle: None, arguments: Arguments) -> Payload:
    return {name: arguments[name] for name in ("seconds", "from", "to") if name in arguments}


def _sleep(actor: Actor, handle: None, arguments: Arguments) -> Any:
    seconds = arguments.get("seconds")
    if seconds is None:
        seconds = actor.random.uniform(arguments.get("from", 0), arguments["to"])
    actor.sleep(seconds)
    return seconds


def _choose(actor: Actor, handle: None, arguments: Arguments) -> Any:
    return actor.random.choice(list(arguments["from"]))


def _create(actor: Actor, handle: None, arguments: Arguments) -> None:
    actor.run.create(arguments["name"])


def _delete(actor: Actor, handle: None, arguments: Arguments) -> None:
    actor.run.forget(arguments["name"])


def _assert(actor: Actor, handle: None, arguments: Arguments) -> None:
    raise AssertionError(arguments["text"])


def _deadline(actor: Actor, handle: None, arguments: Arguments) -> float | None:
    """When a timeout that begins now is over, on the monotonic clock."""
    timeout = actor.scaled(arguments["timeout"])
    return None if timeout is None else time.monotonic() + timeout


def _remaining(actor: Actor, handle: None, arguments: Arguments) -> float | None:
    """The seconds of the scenario that are left until then."""
    until = arguments["until"]
    return None if until is None else (until - time.monotonic()) / (actor.run.options.time_scale or 1)


ACTS: dict[str, Deed] = {
    "print": Deed(_nothing_more, _printed, instant=True),
    "sleep": Deed(_sleep, _seconds, gave=gave("seconds")),
    "choose": Deed(_choose, carrying("from"), gave=gave("result")),
    "create": Deed(_create, carrying("name")),
    "del": Deed(_delete, carrying("name")),
    "assert": Deed(_assert, carrying("text")),
    "getpid": Deed(lambda actor, handle, arguments: Pid(os.getpid()), silent=True),
    "getppid": Deed(lambda actor, handle, arguments: Pid(os.getppid()), silent=True),
    "monotonic": Deed(lambda actor, handle, arguments: Elapsed(time.monotonic()), silent=True),
    "deadline": Deed(_deadline, silent=True),
    "remaining": Deed(_remaining, silent=True),
    "random": Deed(lambda actor, handle, arguments: RandomValue(actor.random.random()), silent=True),
}

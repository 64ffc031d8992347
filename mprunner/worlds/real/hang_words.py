"""The words in which a hang is told: who waits for what, for how long, who is left, how somebody ended."""

from __future__ import annotations

from collections.abc import Iterable

from mprunner.recording.events import Call
from mprunner.worlds.real import missing
from mprunner.worlds.real.blocking import Standing, ends_pool, left, lock_wanted, option, waits_for

__all__ = [
    "Waiting", "counts", "how_ended", "is_or_are", "listed", "ordered", "others_waiting", "since", "still_running", "unread_by",
    "waited", "waits",
]  # fmt: skip

Waiting = dict[str, Call]
"""The waits of a run that stands still, by process."""

_MOST_NAMED = 6


def since(entry: tuple[str, Call]) -> tuple[int, str]:
    """When a wait began, for sorting."""
    return entry[1].begin, entry[0]


def ordered(waiting: Waiting) -> list[tuple[str, Call]]:
    """The waits as they began."""
    return sorted(waiting.items(), key=since)


def unread_by(standing: Standing, name: str) -> list[str]:
    """The queues into which a process put what nobody has read."""
    return sorted(
        f"`{queue}`"
        for queue in standing.put_by.get(name, ())
        if left(standing, queue) > 0 and option(standing, queue, "type") != "SimpleQueue"
    )


def waited(name: str, call: Call, time: int | None) -> str:
    """Who waited for what, and how long where time means anything."""
    if time is None:
        return f"{name} waits {_for_what(call)}"
    return f"{name} waited {_duration(time - call.begin)} {_for_what(call)}"


def _for_what(call: Call) -> str:
    if call.operation == "acquire" and call.kind != "semaphore":
        return f"for `{call.object}`"
    if call.operation in ("read", "write"):
        lock = f", for its lock `{call.values['lock']}`" if "lock" in call.values else ""
        return f"to {call.operation} `{call.object}`{lock}"
    if call.kind == "queue" and call.operation not in ("join", "task_done"):
        return (
            f"for an item of `{call.object}`"
            if call.operation == "get"
            else f"for a free place in `{call.object}`"
        )
    waited = missing.awaited(call)
    if waited is not None:
        return waited
    if call.operation == "join":
        return f"for `{call.object}` to end" if call.kind == "pool" else f"for {call.object} to end"
    if call.operation == "exit":
        return "to end"
    if ends_pool(call):
        return f"in `terminate` of `{call.object}`"
    return f"for {call.values.get('task') or call.object}"


def waits(name: str, call: Call, holders: tuple[str, ...]) -> str:
    """Who waits for what, held by whom."""
    held = f", held by {listed(holders)}" if holders else ""
    if call.operation == "wait" and call.kind == "condition" and holders:
        woken = "whose time is up at" if call.timed else "which was notified of"
        return f"{name}, {woken} `{call.object}`, waits for its lock{held}"
    return f"{name} waits {_for_what(call)}{held if lock_wanted(call) is not None else ''}"


def others_waiting(standing: Standing, waiting: Waiting, about: frozenset[str]) -> str:
    """A sentence on those that wait and that nothing was said about; empty without any."""
    others = [
        (name, call) for name, call in ordered(waiting) if name not in about and name not in standing.tasks
    ]
    words = [waits(name, call, waits_for(standing, name, call)) for name, call in others[:_MOST_NAMED]]
    more = len(others) - _MOST_NAMED
    if more > 0:
        words.append(f"{more} more wait")
    return f" {'; '.join(words)}." if words else ""


def counts(standing: Standing, name: str) -> bool:
    """Whether a live process is one that should be doing something: neither a server nor an idle worker."""
    process = standing.processes.get(name)
    if process is None or process.role == "manager":
        return False
    return process.role != "worker" or name in standing.tasks.values()


def still_running(standing: Standing, waiting: Waiting) -> str:
    """A sentence on who had not come to an end when the time was up."""
    running = sorted(name for name in standing.alive if name not in waiting and counts(standing, name))
    if not running:
        return "Nothing was left to run, but the run did not end."
    verb = "were" if len(running) > 1 else "was"
    return f"{listed(running)} {verb} still running.{others_waiting(standing, waiting, frozenset(running))}"


def how_ended(standing: Standing, name: str) -> str:
    """How a process came to its end."""
    process = standing.processes.get(name)
    code = None if process is None else process.exitcode
    if code is None:
        return "has ended"
    return f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"


def listed(names: Iterable[str]) -> str:
    """Names as a list in words, the first few of them."""
    each = list(names)
    if len(each) > _MOST_NAMED:
        each = [*each[:_MOST_NAMED], f"{len(each) - _MOST_NAMED} more"]
    return each[0] if len(each) == 1 else f"{', '.join(each[:-1])} and {each[-1]}" if each else "nobody"


def is_or_are(names: list[str]) -> str:
    """The verb for so many."""
    return "are" if len(names) > 1 else "is"


def _duration(nanoseconds: int) -> str:
    seconds = max(nanoseconds, 0) / 1e9
    return f"{seconds:.1f} s" if seconds >= 0.95 else f"{seconds * 1000:.0f} ms"

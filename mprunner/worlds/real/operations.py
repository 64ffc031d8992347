"""Each operation on an object, done for real: the table `DEEDS`, by kind of object and name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mprunner.program.handles import Handle
from mprunner.worlds.conventions import by_block_or_timeout, by_timeout, for_good
from mprunner.worlds.real import cpython, proc
from mprunner.worlds.real.acts import ACTS
from mprunner.worlds.real.callbacks import Callback
from mprunner.worlds.real.deeds import (
    DEEDS,
    Arguments,
    Deed,
    Payload,
    acquire,
    carrying,
    gave,
    method,
    timeout_of,
    timing,
    was_false,
)
from mprunner.worlds.real.memory import CELLS, LENGTH
from mprunner.worlds.real.objects import ResultHandle
from mprunner.worlds.real.synchronisation import SYNCHRONISATION
from mprunner.worlds.real.tasks import run_task

if TYPE_CHECKING:
    from mprunner.worlds.real.actor import Actor


# --- queues ---


def _put(actor: Actor, handle: Handle, arguments: Arguments) -> None:
    objects = actor.run.objects
    objects.real(handle).put(objects.to_real(arguments["item"]), *timing(actor, arguments))


def _put_nowait(actor: Actor, handle: Handle, arguments: Arguments) -> None:
    objects = actor.run.objects
    objects.real(handle).put_nowait(objects.to_real(arguments["item"]))


def _get(actor: Actor, handle: Handle, arguments: Arguments) -> Any:
    objects = actor.run.objects
    return objects.to_handles(objects.real(handle).get(*timing(actor, arguments)))


def _get_nowait(actor: Actor, handle: Handle, arguments: Arguments) -> Any:
    objects = actor.run.objects
    return objects.to_handles(objects.real(handle).get_nowait())


def _join_queue(actor: Actor, handle: Handle, arguments: Arguments) -> None:
    actor.run.objects.real(handle).join(*timeout_of(actor, arguments))


# --- processes ---


def _process(actor: Actor, handle: Handle) -> Any:
    return actor.run.process(handle)


def _start(actor: Actor, handle: Handle, arguments: Arguments) -> None:
    actor.run.start(handle)


def _started(actor: Actor, handle: Handle | None, value: Any) -> Payload:
    assert handle is not None
    pid = getattr(_process(actor, handle), "pid", None)
    return None if pid is None else {"pid": pid}


def _join(actor: Actor, handle: Handle, arguments: Arguments) -> None:
    _process(actor, handle).join(*timeout_of(actor, arguments))


def _still_alive(actor: Actor, handle: Handle, value: Any) -> bool:
    alive: bool = _process(actor, handle).is_alive()
    return alive


def _exit_seen(actor: Actor, handle: Handle | None, value: Any) -> Payload:
    assert handle is not None
    exitcode = getattr(_process(actor, handle), "exitcode", None)
    return None if exitcode is None else {"exitcode": exitcode}


def _on_process(name: str) -> Callable[[Actor, Handle, Arguments], Any]:
    def do(actor: Actor, handle: Handle, arguments: Arguments) -> Any:
        return getattr(_process(actor, handle), name)()

    return do


def _signalling(actor: Actor, handle: Handle, arguments: Arguments, name: str) -> None:
    process = _process(actor, handle)
    deed = getattr(process, name)
    pid = cpython.child_pid(process)
    spent = None if pid is None else proc.times(pid)
    deed()
    if spent is not None:
        # It will not tell at its exit how long it ran: nobody asks a killed process.
        actor.run.spent[str(handle.ref)] = spent


def _terminate(actor: Actor, handle: Handle, arguments: Arguments) -> None:
    _signalling(actor, handle, arguments, "terminate")


def _kill(actor: Actor, handle: Handle, arguments: Arguments) -> None:
    _signalling(actor, handle, arguments, "kill")


def _spent(actor: Actor, handle: Handle | None, value: Any) -> Payload:
    assert handle is not None
    spent = actor.run.spent.get(str(handle.ref))
    return None if spent is None else {"running": spent.running, "ready": spent.ready}


def _attribute(name: str) -> Callable[[Actor, Handle, Arguments], Any]:
    def do(actor: Actor, handle: Handle, arguments: Arguments) -> Any:
        value = getattr(_process(actor, handle), name)
        return bytes(value) if isinstance(value, bytes) else value

    return do


def _set_attribute(actor: Actor, handle: Handle, arguments: Arguments) -> None:
    setattr(_process(actor, handle), arguments["attribute"], arguments["value"])


# --- pools and results ---


def _submitted(actor: Actor, handle: Handle, arguments: dict[str, Any]) -> Payload:
    """Number the task; its name is the actor that it will be: `po.work[4]`."""
    arguments["task"] = task = actor.run.next_task(handle, arguments["func"])
    return {"task": str(task), "args": arguments.get("args") or (), "kwds": arguments.get("kwds") or {}}


def _submission(actor: Actor, arguments: Arguments) -> tuple[Any, ...]:
    """What `apply_async` is called with: our `run_task`, which plays the target in the worker."""
    objects = actor.run.objects
    task = arguments["task"]
    args = objects.to_real(list(arguments.get("args") or ()))
    kwds = objects.to_real(dict(arguments.get("kwds") or {}))
    return (run_task, (task, arguments["func"], tuple(args), kwds))


def _apply(actor: Actor, handle: Handle, arguments: Arguments) -> Any:
    return actor.run.objects.to_handles(actor.run.objects.real(handle).apply(*_submission(actor, arguments)))


def _apply_async(actor: Actor, handle: Handle, arguments: Arguments) -> ResultHandle:
    task = arguments["task"]
    called = {
        name: Callback(actor, handle, task, arguments[name])
        for name in ("callback", "error_callback")
        if name in arguments
    }
    result = actor.run.objects.real(handle).apply_async(*_submission(actor, arguments), **called)
    return ResultHandle("result", task, result)


def _result_get(actor: Actor, handle: Handle, arguments: Arguments) -> Any:
    objects = actor.run.objects
    return objects.to_handles(objects.real(handle).get(*timeout_of(actor, arguments)))


def _result_wait(actor: Actor, handle: Handle, arguments: Arguments) -> None:
    actor.run.objects.real(handle).wait(*timeout_of(actor, arguments))


def _not_ready(actor: Actor, handle: Handle, value: Any) -> bool:
    return not actor.run.objects.real(handle).ready()


_RESULT = gave("result")
_ACQUIRE = Deed(acquire, carrying("block", "timeout"), by_block_or_timeout, refused=was_false)

_ALL: dict[tuple[str, str], Deed] = {
    ("process", "start"): Deed(_start, gave=_started),
    ("process", "join"): Deed(_join, carrying("timeout"), by_timeout, gave=_exit_seen, refused=_still_alive),
    ("process", "run"): Deed(_on_process("run"), timed=for_good),
    ("process", "terminate"): Deed(_terminate, gave=_spent),
    ("process", "kill"): Deed(_kill, gave=_spent),
    ("process", "close"): Deed(_on_process("close")),
    ("process", "is_alive"): Deed(_on_process("is_alive"), gave=_RESULT),
    **{
        ("process", name): Deed(_attribute(name), gave=_RESULT)
        for name in ("name", "pid", "ident", "exitcode", "daemon", "authkey", "sentinel")
    },
    ("process", "set_attribute"): Deed(_set_attribute, carrying("attribute", "value")),
    ("queue", "put"): Deed(_put, carrying("item", "block", "timeout"), by_block_or_timeout),
    ("queue", "put_nowait"): Deed(_put_nowait, carrying("item")),
    ("queue", "get"): Deed(_get, carrying("block", "timeout"), by_block_or_timeout, gave=gave("item")),
    ("queue", "get_nowait"): Deed(_get_nowait, gave=gave("item")),
    **{("queue", name): Deed(method(name), gave=_RESULT) for name in ("qsize", "empty", "full")},
    ("queue", "close"): Deed(method("close")),
    ("queue", "join_thread"): Deed(method("join_thread"), timed=for_good),
    ("queue", "cancel_join_thread"): Deed(method("cancel_join_thread")),
    ("queue", "task_done"): Deed(method("task_done"), timed=for_good),
    ("queue", "join"): Deed(_join_queue, timed=for_good),
    ("lock", "acquire"): _ACQUIRE,
    ("lock", "release"): Deed(method("release")),
    ("lock", "locked"): Deed(method("locked"), gave=_RESULT),
    **{(kind, name): deed for kind in ("value", "array") for name, deed in CELLS.items()},
    ("array", "len"): LENGTH,
    **{(kind, "acquire"): _ACQUIRE for kind in ("value", "array")},
    **{(kind, "release"): Deed(method("release")) for kind in ("value", "array")},
    ("pool", "apply"): Deed(_apply, _submitted, for_good, gave=_RESULT),
    ("pool", "apply_async"): Deed(_apply_async, _submitted),
    ("pool", "close"): Deed(method("close")),
    ("pool", "terminate"): Deed(method("terminate")),
    ("pool", "join"): Deed(method("join"), timed=for_good),
    ("result", "get"): Deed(_result_get, carrying("timeout"), by_timeout, gave=_RESULT),
    ("result", "wait"): Deed(_result_wait, carrying("timeout"), by_timeout, refused=_not_ready),
    ("result", "ready"): Deed(method("ready"), gave=_RESULT),
    ("result", "successful"): Deed(method("successful"), gave=_RESULT),
    ("manager", "shutdown"): Deed(method("shutdown")),
    **SYNCHRONISATION,
    **{("none", name): deed for name, deed in ACTS.items()},
}
DEEDS.update(_ALL)

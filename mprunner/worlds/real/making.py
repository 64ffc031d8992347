"""The objects that processes share, made as a program would make them: the table `MAKERS`, by kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mprunner.operations import Kind
from mprunner.program.handles import Handle, Ref
from mprunner.worlds.real.synchronisation import BarrierAction

if TYPE_CHECKING:
    from mprunner.program.declarations import ObjectDeclaration
    from mprunner.worlds.real.run import Run

Maker = Callable[[Any, "Run", "ObjectDeclaration", Ref], Any]
"""Makes one object from where its constructor is found: multiprocessing, a manager, or what threads have."""


def _queue(source: Any, run: Run, declared: ObjectDeclaration, ref: Ref) -> Any:
    kind, maxsize = declared.options.get("type", "Queue"), declared.options.get("maxsize", 0)
    return source.SimpleQueue() if kind == "SimpleQueue" else getattr(source, kind)(maxsize)


def _lock(source: Any, run: Run, declared: ObjectDeclaration, ref: Ref) -> Any:
    return getattr(source, declared.options.get("type", "Lock"))()


def _value(source: Any, run: Run, declared: ObjectDeclaration, ref: Ref) -> Any:
    return _memory(source, run, declared, ref, *declared.options["args"])


def _array(source: Any, run: Run, declared: ObjectDeclaration, ref: Ref) -> Any:
    return _memory(source, run, declared, ref, declared.options["of"])


def _memory(source: Any, run: Run, declared: ObjectDeclaration, ref: Ref, *given: Any) -> Any:
    from mprunner.worlds.real.memory import cell_type

    options = declared.options
    kind, cell, lock = options["type"], cell_type(options["cell"]), options["lock"]
    if options.get("manager") is not None:
        if declared.kind == "array" and isinstance(given[0], int):
            given = ([0] * given[0],)
        return getattr(source, kind)(cell, *(given or (0,)))
    if kind.startswith("Raw"):
        return getattr(source, kind)(cell, *given)
    declared_lock = run.lock_of(ref)
    if declared_lock is not None:
        lock = run.objects.real(Handle("lock", declared_lock))
    elif lock:
        lock = source.RLock()
    return getattr(source, kind)(cell, *given, lock=lock)


def _semaphore(source: Any, run: Run, declared: ObjectDeclaration, ref: Ref) -> Any:
    return getattr(source, declared.options["type"])(declared.options["value"])


def _condition(source: Any, run: Run, declared: ObjectDeclaration, ref: Ref) -> Any:
    lock = run.lock_of(ref)
    return source.Condition() if lock is None else source.Condition(run.objects.real(Handle("lock", lock)))


def _event(source: Any, run: Run, declared: ObjectDeclaration, ref: Ref) -> Any:
    return source.Event()


def _barrier(source: Any, run: Run, declared: ObjectDeclaration, ref: Ref) -> Any:
    options = declared.options
    action = None if options["action"] is None else BarrierAction(options["action"])
    timeout, scale = options["timeout"], run.options.time_scale
    return source.Barrier(options["parties"], action, timeout and timeout * (scale or 1))


MAKERS: dict[Kind, Maker] = {
    "queue": _queue,
    "lock": _lock,
    "semaphore": _semaphore,
    "condition": _condition,
    "event": _event,
    "barrier": _barrier,
    "value": _value,
    "array": _array,
}


def make_shared(source: Any, run: Run, declared: ObjectDeclaration, ref: Ref) -> Any:
    """One object of this declaration. Raises what its constructor raises."""
    return MAKERS[declared.kind](source, run, declared, ref)

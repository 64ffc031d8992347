"""The objects that processes share, made as a program would make them: the table `MAKERS`, by kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mprunner.operations import Kind
from mprunner.program.instructions import Handle, Ref

if TYPE_CHECKING:
    from mprunner.program.instructions import ObjectDeclaration
    from mprunner.worlds.real.run import Run

Maker = Callable[[Any, "Run", "ObjectDeclaration", Ref], Any]
"""Makes one object from where its constructor is found: multiprocessing, a manager, or what threads have."""


def _queue(source: Any, run: Run, declared: ObjectDeclaration, ref: Ref) -> Any:
    options = declared.options
    return getattr(source, options.get("type", "Queue"))(options.get("maxsize", 0))


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


MAKERS: dict[Kind, Maker] = {"queue": _queue, "lock": _lock, "value": _value, "array": _array}


def make_shared(source: Any, run: Run, declared: ObjectDeclaration, ref: Ref) -> Any:
    """One object of this declaration. Raises what its constructor raises."""
    return MAKERS[declared.kind](source, run, declared, ref)

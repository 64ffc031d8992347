"""What CPython's own library writes to standard error, frame by frame.

The very code is made to fail here that would fail in a run. So the lines are those of this Python, as they are in a run of it.
"""

from __future__ import annotations

import contextlib
import io
from collections import deque
from collections.abc import Callable
from threading import Thread
from types import SimpleNamespace
from typing import Any

from mprunner.program.declarations import ObjectDeclaration
from mprunner.worlds.model.memory import cell_type

__all__ = ["lines_of_a_feeder", "lines_of_finalizers", "text_of_a_forsaken_pool"]

_met: dict[Any, tuple[str, ...]] = {}


def lines_of_a_feeder(kind: str, declared: ObjectDeclaration | None, ready: bool = False) -> tuple[str, ...]:
    """What a queue's feeder writes of an item that can't be pickled, because of an object of this kind.

    `ready`: of a result, that it is there.
    """
    key = (kind, ready, None if declared is None else str(sorted(declared.options.items(), key=str)))
    if key not in _met:
        _met[key] = _apart(lambda: _failed_to_feed(_object_like(kind, declared, ready)))
    return _met[key]


def lines_of_finalizers() -> tuple[str, ...]:
    """What a process writes at its end about a pool whose results nobody takes any more."""
    if "finalizers" not in _met:
        _met["finalizers"] = _apart(_failed_to_finalize)
    return _met["finalizers"]


def text_of_a_forsaken_pool() -> str:
    """What `terminate` raises of a pool whose results nobody takes any more: Python 3.12 spells it in another way."""
    if "forsaken" not in _met:
        _met["forsaken"] = (_refused_to_terminate(),)
    return _met["forsaken"][0]


def _apart(failing: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    """What it gives in a thread of its own, where no other exception is being handled."""
    found: list[tuple[str, ...]] = []
    thread = Thread(target=lambda: found.append(failing()))
    thread.start()
    thread.join()
    return found[0]


def _failed_to_feed(item: Any) -> tuple[str, ...]:
    import traceback
    from multiprocessing import queues
    from threading import Condition, Lock

    lines: list[str] = []

    def nothing(*given: Any) -> None:
        """Nobody is waiting."""

    def told(error: Exception, item: Any) -> None:
        lines.extend(traceback.format_exc().rstrip("\n").split("\n"))

    feed: Any = queues.Queue._feed  # type: ignore[attr-defined]
    end: Any = queues._sentinel  # type: ignore[attr-defined]
    places = SimpleNamespace(release=nothing)
    feed(deque([item, end]), Condition(Lock()), nothing, Lock(), nothing, nothing, False, told, places)
    return tuple(lines)


def _object_like(kind: str, declared: ObjectDeclaration | None, ready: bool) -> Any:
    """Something that pickling stops at as it does at a declared object."""
    import multiprocessing
    from multiprocessing import pool, queues, synchronize
    from multiprocessing.managers import SyncManager
    from threading import Event

    options = {} if declared is None else declared.options
    name = str(options.get("type") or kind.capitalize())
    if kind in ("lock", "semaphore", "queue", "condition"):
        made: Any = getattr(queues if kind == "queue" else synchronize, name)
        return made.__new__(made)
    if kind in ("event", "barrier"):
        return multiprocessing.Event() if kind == "event" else multiprocessing.Barrier(1)
    if kind == "pool":
        return _no_pool()
    if kind == "manager":
        return SyncManager()
    if kind == "result":
        result: Any = pool.ApplyResult.__new__(pool.ApplyResult)
        result._pool, result._event = None if ready else _no_pool(), Event()
        return result
    assert declared is not None, "memory is declared"
    given: Any = (options["size"],) if kind == "array" else ()
    if not name.startswith("Raw"):
        return getattr(multiprocessing, name)(cell_type(declared), *given, lock=bool(options["lock"]))
    return getattr(multiprocessing, name)(cell_type(declared), *given)


def _no_pool() -> Any:
    """A pool that has nothing, and does nothing at its end."""
    from multiprocessing.pool import Pool

    made: Any = Pool.__new__(Pool)
    made._state = None
    return made


def _terminating_a_forsaken_pool() -> tuple[Any, Any]:
    """The function that ends a pool, and what to give it for one whose thread is dead, with a result to come."""
    from multiprocessing import pool

    def nothing(*given: Any) -> None:
        """Nobody is listening."""

    thread = SimpleNamespace(_state=None, is_alive=lambda: False)
    channel = SimpleNamespace(put=nothing, _rlock=SimpleNamespace(acquire=nothing))
    ending: Any = pool.Pool._terminate_pool  # type: ignore[attr-defined]
    return ending, (channel, channel, channel, [], channel, thread, thread, thread, {0: None})


def _refused_to_terminate() -> str:
    ending, given = _terminating_a_forsaken_pool()
    try:
        ending(*given)
    except AssertionError as refused:
        return str(refused)
    raise RuntimeError("this Python ends a pool whose results nobody takes")


def _failed_to_finalize() -> tuple[str, ...]:
    from multiprocessing import util

    ending, given = _terminating_a_forsaken_pool()
    registry: dict[Any, Any] = util._finalizer_registry  # type: ignore[attr-defined]
    kept, written = dict(registry), io.StringIO()
    registry.clear()
    try:
        util.Finalize(None, ending, args=given, exitpriority=15)
        with contextlib.redirect_stderr(written):
            util._run_finalizers(0)  # type: ignore[attr-defined]
    finally:
        registry.update(kept)
    return tuple(written.getvalue().rstrip("\n").split("\n"))

"""The kit of the `threads` backend: threading's and queue's objects under the same names."""

from __future__ import annotations

import multiprocessing
import queue
import threading
from multiprocessing.pool import ThreadPool
from types import SimpleNamespace
from typing import Any

from mprunner.program.declarations import ObjectDeclaration, ProcessDeclaration
from mprunner.program.handles import Handle
from mprunner.worlds.real.creating import create_process, pool_options
from mprunner.worlds.real.making import make_shared
from mprunner.worlds.real.run import Run

_SHARED = SimpleNamespace(
    **{
        name: getattr(threading, name)
        for name in ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event", "Barrier")
    },
    Queue=queue.Queue,
    JoinableQueue=queue.Queue,
    SimpleQueue=queue.SimpleQueue,
    Value=multiprocessing.Value,
    Array=multiprocessing.Array,
    RawValue=multiprocessing.RawValue,
    RawArray=multiprocessing.RawArray,
)
"""What threads share, under the names that multiprocessing has for it."""


class ThreadKit:
    """Makes threads for processes. What threads lack raises what Python raises: `terminate` is an AttributeError."""

    def make(self, run: Run, declared: ObjectDeclaration, handle: Handle) -> Any:
        if declared.kind == "manager":
            return ThreadManager()
        if declared.kind != "pool":
            return make_shared(_SHARED, run, declared, handle.ref)
        return ThreadPool(**pool_options(run, declared, handle, run.initargs(declared)))

    def process(
        self,
        run: Run,
        declared: ProcessDeclaration,
        handle: Handle,
        name: str | None,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> threading.Thread:
        made: threading.Thread = create_process(
            threading.Thread, run, declared, handle, name=name, args=args, kwargs=kwargs
        )
        return made

    def started(self, run: Run, handle: Handle, process: Any) -> None:
        """A thread tells its end itself."""


class ThreadManager:
    """What `multiprocessing.dummy.Manager()` is: threads share everything, so nothing has to be managed."""

    def shutdown(self) -> None:
        """There is no server to end."""

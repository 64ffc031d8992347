"""The kit of the `threads` backend: threading's and queue's objects under the same names."""

from __future__ import annotations

import multiprocessing
import queue
import threading
from multiprocessing.pool import ThreadPool
from types import SimpleNamespace
from typing import Any

from mprunner.program.instructions import Handle, ObjectDeclaration, ProcessDeclaration
from mprunner.worlds.real.children import ProcessMain
from mprunner.worlds.real.making import make_shared
from mprunner.worlds.real.run import Run
from mprunner.worlds.real.workers import WorkerBoot, boot_worker

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
        options = declared.options
        initargs = run.initargs(declared)
        boot = WorkerBoot(run, handle, options.get("initializer"), frozenset())
        return ThreadPool(
            processes=options.get("processes"),
            initializer=boot_worker,
            initargs=(boot, *run.objects.to_real(list(initargs))),
        )

    def process(
        self,
        run: Run,
        declared: ProcessDeclaration,
        handle: Handle,
        name: str | None,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> threading.Thread:
        hello: dict[str, Any] = {"role": "process", "parent": run.acting, "target": declared.target}
        main = ProcessMain(run, handle.ref, declared.target, hello, ())
        made = threading.Thread(
            target=main,
            name=name,
            args=run.objects.to_real(list(args)),
            kwargs=run.objects.to_real(kwargs),
            daemon=declared.daemon,
        )
        hello["mp_name"], hello["daemon"] = made.name, made.daemon
        return made

    def started(self, run: Run, handle: Handle, process: Any) -> None:
        """A thread tells its end itself."""


class ThreadManager:
    """What `multiprocessing.dummy.Manager()` is: threads share everything, so nothing has to be managed."""

    def shutdown(self) -> None:
        """There is no server to end."""

"""The kit of the `processes` backend: real multiprocessing objects, processes, pools and managers."""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Iterable, Iterator
from multiprocessing import process
from typing import TYPE_CHECKING, Any

from mprunner.operations import OPERATION_IDS
from mprunner.program.declarations import ObjectDeclaration, ProcessDeclaration
from mprunner.program.handles import Handle, Ref
from mprunner.program.instructions import Operate
from mprunner.program.needs import handles_in
from mprunner.worlds.real import cpython
from mprunner.worlds.real.actor import here, log_here
from mprunner.worlds.real.creating import create_process, pool_options
from mprunner.worlds.real.making import make_shared
from mprunner.worlds.real.run import Run

if TYPE_CHECKING:
    from multiprocessing.pool import Pool

    from mprunner.worlds.real.proc import Times


_PRELOADED = ("mprunner.worlds.real.processes", "mprunner.worlds.real.workers")
"""What the fork server imports once, so that its children need not."""


class ProcessKit:
    """Makes processes and objects of one start method, as a program's own `multiprocessing` calls would."""

    def __init__(self, method: str) -> None:
        self.method = method
        multiprocessing.set_start_method(method, force=True)
        if method == "forkserver":
            multiprocessing.set_forkserver_preload(list(_PRELOADED))

    def make(self, run: Run, declared: ObjectDeclaration, handle: Handle) -> Any:
        if declared.kind == "manager":
            return _manager(run, handle)
        if declared.kind == "pool":
            return _pool(run, declared, handle)
        manager = declared.options.get("manager")
        source: Any = (
            multiprocessing if manager is None else run.objects.real(Handle("manager", Ref(manager)))
        )
        return make_shared(source, run, declared, handle.ref)

    def process(
        self,
        run: Run,
        declared: ProcessDeclaration,
        handle: Handle,
        name: str | None,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> process.BaseProcess:
        needs = needed(run, [declared.target], (args, kwargs))
        made: process.BaseProcess = create_process(
            multiprocessing.Process, run, declared, handle, name=name, args=args, kwargs=kwargs, needs=needs
        )
        return made

    def started(self, run: Run, handle: Handle, process: Any) -> None:
        watch(run, handle, process)


def watch(run: Run, handle: Handle, started: process.BaseProcess) -> None:
    """Record the end of a started child as soon as this process learns of it, whoever asked."""
    pid = started.pid

    def ended(exitcode: int, spent: Times | None) -> None:
        log = log_here()
        if log is not None:
            payload = {"process": str(handle.ref), "pid": pid, "exitcode": exitcode}
            if spent is not None:
                payload["running"], payload["ready"] = spent.running, spent.ready
            log.instant(OPERATION_IDS["exit"], run.number(handle), payload=payload)

    def sent(number: int) -> bool:
        actor = here()
        declared = run.program.process(handle.ref.name) is not None
        return (
            declared and pid is not None and actor is not None and actor.signals(str(handle.ref), pid, number)
        )

    cpython.watch_end(started, ended, sent)


def needed(run: Run, targets: Iterable[str | None], values: Any = None) -> frozenset[str]:
    """The declared objects that these targets, and the values given to them, refer to."""
    names = {handle.ref.name for handle in handles_in(values)}
    declared = [run.program.object(name) for name in names]
    actions = [each.options.get("action") for each in declared if each is not None]
    for target in (*targets, *actions):
        if target is not None and target in run.program.targets:
            names |= run.program.targets[target].needs
    return frozenset(names)


# --- managers ---


def _manager(run: Run, handle: Handle) -> Any:
    from multiprocessing.managers import SyncManager

    from mprunner.worlds.real.workers import boot_manager

    manager = SyncManager(ctx=multiprocessing.get_context())
    manager.start(boot_manager, (run.boot(()), handle))
    watch(run, handle, manager._process)  # type: ignore[attr-defined]
    return manager


# --- pools ---


def _pool(run: Run, declared: ObjectDeclaration, handle: Handle) -> Pool:
    from multiprocessing.pool import Pool

    class NamedPool(Pool):
        """A pool that numbers its workers in the order in which they are created."""

        def __init__(self, **options: Any) -> None:
            numbers = itertools.count()

            def create(context: Any, *args: Any, **kwargs: Any) -> Any:
                return _worker(run, handle, context.Process(*args, **kwargs), next(numbers))

            self.Process = create  # type: ignore[method-assign, assignment]
            super().__init__(**options)

    # CPython's own texts name the class.
    NamedPool.__name__ = NamedPool.__qualname__ = "Pool"
    NamedPool.__module__ = "multiprocessing.pool"
    options = declared.options
    context = multiprocessing.get_context(options.get("context"))
    initargs = run.initargs(declared)
    initializer = options.get("initializer")
    needs = needed(run, [*submitted_to(run, declared.name), initializer], initargs)
    return NamedPool(
        **pool_options(run, declared, handle, initargs, needs),
        maxtasksperchild=options.get("maxtasksperchild"),
        context=context,
    )


def _worker(run: Run, pool: Handle, worker: Any, number: int) -> Any:
    """Give a worker its number on its way, and have its end recorded."""
    cpython.set_config(worker, "mprunner_worker", number)
    start = worker.start

    def start_and_watch() -> None:
        del worker.start
        start()
        watch(run, Handle("process", Ref(str(pool.ref), number)), worker)

    worker.start = start_and_watch
    return worker


def submitted_to(run: Run, pool: str) -> Iterator[str]:
    """The targets that the program submits to a pool; all that are submitted, where the pool is not known by name."""
    program = run.program
    for target in (*program.targets.values(), program.main):
        for instruction in target.code:
            if isinstance(instruction, Operate) and instruction.operation in ("apply", "apply_async"):
                for key, value in instruction.arguments:
                    if key == "func":
                        yield str(getattr(value, "value", value))

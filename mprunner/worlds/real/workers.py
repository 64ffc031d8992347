"""What a pool's worker and a manager's server run first."""

from __future__ import annotations

import itertools
import threading
from typing import Any

from mprunner.program.handles import Handle, Ref
from mprunner.program.machine import Machine
from mprunner.worlds.real import cpython, proc
from mprunner.worlds.real.actor import Actor, acting
from mprunner.worlds.real.children import capture_output, finish_output, process_name, record_exit, run_from
from mprunner.worlds.real.run import Boot, Run
from mprunner.worlds.real.stderr import print_traceback


class WorkerBoot:
    """What a worker of a pool is made from: inherited as it is under fork, pickled with what its tasks need else."""

    def __init__(self, run: Run, pool: Handle, initializer: str | None, needs: frozenset[str]) -> None:
        self.run = run
        self.pool = pool
        self.initializer = initializer
        self.needs = needs
        self.numbers = itertools.count()
        self.born: int | None = None
        """When this process came to be, if it was not forked from who made the pool (ns)."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (self.run.boot(self.needs), self.pool, self.initializer, self.needs)


def _rebuilt(boot: Boot, pool: Handle, initializer: str | None, needs: frozenset[str]) -> WorkerBoot:
    made = WorkerBoot(run_from(boot), pool, initializer, needs)
    made.born = proc.birth()
    return made


def boot_worker(boot: WorkerBoot, *initargs: Any) -> None:
    """The real initializer of every pool: name the worker, then run the author's. Raises what that raises."""
    run = boot.run
    in_thread = run.method == "threads"
    if in_thread:
        number, mp_name, daemon = next(boot.numbers), threading.current_thread().name, True
    else:
        from multiprocessing import current_process

        number, mp_name, daemon = cpython.config("mprunner_worker"), current_process().name, True
    ref = Ref(str(boot.pool.ref), number)
    parent = run.name
    if not in_thread:
        run.become(str(ref))
    actor = acting(
        run,
        str(ref),
        pool=boot.pool,
        role="worker",
        parent=parent,
        mp_name=mp_name,
        daemon=daemon,
        started=boot.born,
    )
    if in_thread:
        run.workers.append(actor)
    else:
        capture_output()
        cpython.at_exit_first(lambda: _exit(actor))
    actor.note("begin")
    actor.note("start", {"process": str(ref)}, boot.pool)
    if boot.initializer is not None:
        _initialize(actor, boot.initializer, initargs)


def _initialize(actor: Actor, initializer: str, initargs: tuple[Any, ...]) -> None:
    run = actor.run
    machine = Machine(
        run.program, initializer, tuple(run.objects.to_handles(list(initargs))), {}, run.globals
    )
    actor.machine = machine
    try:
        actor.play(machine)
    except SystemExit:
        raise
    except BaseException as error:
        actor.uncaught(error)
        print_traceback(error, actor, f"Process {process_name()}:")
        raise SystemExit(1) from None
    finally:
        actor.machine = None


def _exit(actor: Actor) -> None:
    finish_output()
    record_exit(actor, 0)


def boot_manager(boot: Boot | Run, handle: Handle) -> None:
    """The initializer of a manager's server: its place on record, and how long it ran when it ends."""
    from multiprocessing import current_process

    run = boot if isinstance(boot, Run) else run_from(boot)
    parent, run.name = run.name, str(handle.ref)
    actor = acting(run, str(handle.ref), role="manager", parent=parent, mp_name=current_process().name)
    capture_output()
    cpython.at_exit_first(lambda: _exit(actor))
    actor.note("begin")

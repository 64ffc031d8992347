"""The stage: the process that a scenario's `main` runs in, forked from the keeper for one run."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mprunner.program.declarations import ProcessDeclaration, Program
from mprunner.program.handles import members
from mprunner.program.machine import Machine
from mprunner.program.needs import refers_to_pool
from mprunner.worlds.real import cpython
from mprunner.worlds.real.actor import Actor, acting
from mprunner.worlds.real.children import capture_output, finish_output, kit_for, live
from mprunner.worlds.real.needs import NOISE, method_of
from mprunner.worlds.real.run import Run

if TYPE_CHECKING:
    from mprunner.worlds.real.orders import StartRun


def perform(program: Program, order: StartRun) -> int:
    """Run the program's main and everything CPython does when a main process ends; its exit code."""
    _redirect(f"{order.directory}/{NOISE}")
    cpython.fresh_main()
    cpython.own_names(order.directory, os.path.basename(os.path.dirname(order.directory)))
    method = method_of(program, order.options)
    run = Run(program, order.program, order.directory, order.options, method, kit_for(method))
    actor = acting(run, "main", role="main", mp_name="MainProcess", target=program.main.name)
    capture_output()
    actor.note("begin")
    code = 0
    try:
        live(actor, lambda: _main(run, actor))
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 0
    _leave(run)
    finish_output()
    return code


def _redirect(path: str) -> None:
    """No input; what comes out beneath Python goes to a file of the run."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    noise = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for descriptor, target in ((nothing, 0), (noise, 1), (noise, 2)):
        os.dup2(descriptor, target)
    for descriptor in (nothing, noise):
        if descriptor > 2:
            os.close(descriptor)


def _main(run: Run, actor: Actor) -> None:
    program = run.program
    for declared in program.objects:
        if declared.kind != "pool" and not declared.later:
            run.create(declared.name)
    own = [process for process in program.processes if process.parent == "main"]
    with_pool = [process for process in own if refers_to_pool(program, process)]
    _create_processes(run, [process for process in own if process not in with_pool])
    for declared in program.objects:
        if declared.kind == "pool" and not declared.later:
            run.create(declared.name)
    _create_processes(run, with_pool)
    machine = Machine(program, program.main.name, (), {}, run.globals)
    actor.machine = machine
    actor.play(machine)


def _create_processes(run: Run, processes: Iterable[ProcessDeclaration]) -> None:
    for process in processes:
        for ref in members(process.name, process.replicas):
            run.create_process(process, ref)


def _leave(run: Run) -> None:
    """End as CPython's main does, but keep named semaphores until the children have been joined."""
    clean = cpython.without_semaphore_cleanup()
    threading._shutdown()  # type: ignore[attr-defined]
    cpython.end_as_main()
    for process in run.processes.values():
        # Asking is what makes an end known that nobody has waited for.
        if cpython.child_pid(process) is not None:
            process.exitcode  # noqa: B018
    for worker in run.workers:
        worker.exiting({"exitcode": 0})
    clean()

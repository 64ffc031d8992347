"""What processes and threads that a scenario declares are made with, whatever class they are of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mprunner.program.declarations import ObjectDeclaration, ProcessDeclaration
from mprunner.program.handles import Handle
from mprunner.worlds.real.children import ProcessMain
from mprunner.worlds.real.run import Run


def create_process(
    make: Callable[..., Any],
    run: Run,
    declared: ProcessDeclaration,
    handle: Handle,
    *,
    name: str | None,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    needs: Iterable[str] = (),
) -> Any:
    """A `Process` or `Thread` (`make` is the class) that plays the declared target. Raises what its constructor raises."""
    hello: dict[str, Any] = {"role": "process", "parent": run.acting, "target": declared.target}
    made = make(
        target=ProcessMain(run, handle.ref, declared.target, hello, needs),
        name=name,
        args=run.objects.to_real(list(args)),
        kwargs=run.objects.to_real(kwargs),
        daemon=declared.daemon,
    )
    hello["mp_name"], hello["daemon"] = made.name, made.daemon
    return made


def pool_options(
    run: Run,
    declared: ObjectDeclaration,
    handle: Handle,
    initargs: tuple[Any, ...],
    needs: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """What a pool of either kind is made with: its size, and our initializer, which runs the author's."""
    from mprunner.worlds.real.workers import WorkerBoot, boot_worker

    boot = WorkerBoot(run, handle, declared.options.get("initializer"), needs)
    return {
        "processes": declared.options.get("processes"),
        "initializer": boot_worker,
        "initargs": (boot, *run.objects.to_real(list(initargs))),
    }

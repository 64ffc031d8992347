"""A pool's workers: who they are on record, and how a task is played in one."""

from __future__ import annotations

from typing import Any

from mprunner.program.handles import Ref
from mprunner.program.machine import Machine
from mprunner.worlds.real.actor import error_of, here


def run_task(task: Ref, target: str, args: tuple[Any, ...], kwds: dict[str, Any]) -> Any:
    """Play a target as a task in the worker that runs this, recorded as the task's own. Raises what leaves the target."""
    actor = here()
    if actor is None:
        raise RuntimeError("a task was given to a process that is not a worker of this run")
    run = actor.run
    name = str(task)
    actor.act_as(name)
    given, named = run.objects.to_handles(list(args)), run.objects.to_handles(kwds)
    actor.arrive("task_start", actor.pool)
    actor.note("task_start", {"task": name, "args": given, "kwds": named}, actor.pool)
    try:
        machine = Machine(run.program, target, tuple(given), named, run.globals)
        value = actor.play(machine)
        sent = run.objects.to_real(value)
    except BaseException as error:
        actor.arrive("task_end", actor.pool)
        actor.failed("task_end", {"task": name, "error": error_of(error)}, actor.pool)
        # The frames below are ours, not the author's.
        raise error.with_traceback(None) from error.__cause__
    else:
        actor.arrive("task_end", actor.pool)
        actor.note("task_end", {"task": name, "result": value}, actor.pool)
        return sent
    finally:
        actor.act_as(None)

"""What a pool calls when a task has ended: the thread of the submitting process that takes results plays a target.

The thread is the pool's own, one for all its tasks. What a callback does is on record in that thread, under its task's name:
`po.work.callback[4]`. An exception that leaves a callback ends the thread, as CPython has it, and no later result comes; only
a KeyError is taken by the pool itself, for the sign that nobody wants the result any more.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

from mprunner.operations import OPERATION_IDS
from mprunner.program.handles import Handle, Ref
from mprunner.program.machine import Machine
from mprunner.recording.log import NO_SITE, OK, RAISED
from mprunner.worlds.real.actor import Actor, acting, error_of, here
from mprunner.worlds.real.stderr import print_traceback

__all__ = ["Callback"]


class Callback:
    """What `apply_async` is given as `callback` or `error_callback`: it plays `target` with the result, or the error."""

    def __init__(self, submitter: Actor, pool: Handle, task: Ref, target: str) -> None:
        self._submitter = submitter
        self._pool = pool
        self._task = str(task)
        self._name = str(Ref(f"{task.name}.callback", task.index))
        self._target = target

    def __call__(self, given: Any) -> None:
        actor = here()
        if actor is None:
            actor = acting(self._submitter.run, self._submitter.name, **self._submitter.hello)
        run, log = actor.run, actor.log
        actor.act_as(self._name)
        values = {"task": self._task, "func": self._target}
        token = log.begin(OPERATION_IDS["callback"], run.number(self._pool), NO_SITE, values)
        machine = Machine(run.program, self._target, (run.objects.to_handles(given),), {}, run.globals)
        actor.machine = machine
        try:
            actor.play(machine)
        except BaseException as error:
            log.end(RAISED, {"error": error_of(error)}, token)
            self._raised(error, actor)
        else:
            log.end(OK, None, token)
        finally:
            actor.machine = None
            actor.act_as(None)

    def _raised(self, error: BaseException, actor: Actor) -> None:
        if isinstance(error, (KeyError, SystemExit)):
            raise error.with_traceback(None)  # neither is told by CPython
        actor.uncaught(error)
        print_traceback(error, actor, f"Exception in thread {threading.current_thread().name}:")
        sys.stderr.flush()
        raise SystemExit from None

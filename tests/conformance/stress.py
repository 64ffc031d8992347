"""Runs under stress: every process hesitates at random before its operations, and all cores are kept busy."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import time
from collections.abc import Iterator
from typing import Any

from mprunner.program.handouts import Operation
from mprunner.recording.log import NO_SITE
from mprunner.records import record
from mprunner.worlds.base import RunOptions
from mprunner.worlds.real.actor import Actor

__all__ = ["Stressed", "busy_cores"]

_YIELDS = 0.4
_PAUSES = 0.3
_LONGEST_PAUSE = 0.002
_LATEST_START = 0.01


@record
class Stressed(RunOptions):
    """Options of a run whose processes begin late and stop short before operations, at random.

    Wherever they are unpickled, in the keeper of a run and in each spawned process, actors learn to hesitate.
    """

    hesitates: bool = True

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, self._values()


def _unpickled(*values: Any) -> Stressed:
    if Actor.perform is not _perform_hesitating:
        Actor.perform = _perform_hesitating  # type: ignore[method-assign]
    return Stressed(*values)


_perform = Actor.perform


def _perform_hesitating(actor: Actor, operation: Operation) -> Any:
    options = actor.run.options
    if isinstance(options, Stressed) and options.hesitates:
        if actor.site == NO_SITE:
            time.sleep(random.random() * _LATEST_START)
        draw = random.random()  # the actor's own generator gives the scenario's numbers
        if draw < _PAUSES:
            time.sleep(random.random() ** 3 * _LONGEST_PAUSE)
        elif draw < _PAUSES + _YIELDS:
            os.sched_yield()
    return _perform(actor, operation)


def _spin(parent: int) -> None:
    while os.getppid() == parent:
        for _ in range(100_000):
            pass


@contextlib.contextmanager
def busy_cores(cores: int) -> Iterator[None]:
    """In here so many processes do nothing but use the CPU. They end with this one, whatever ends it."""
    fork = multiprocessing.get_context("fork")
    spinners = [fork.Process(target=_spin, args=(os.getpid(),), daemon=True) for _ in range(cores)]
    for each in spinners:
        each.start()
    try:
        yield
    finally:
        for each in spinners:
            each.kill()
            each.join()

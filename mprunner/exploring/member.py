"""The work of a process that explores together with others."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from itertools import islice
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from mprunner.exploring.executions import Executions
from mprunner.exploring.gathering import Gatherer
from mprunner.exploring.optimal import Execution
from mprunner.exploring.orders import Answer, Draw, Explore, GiveBack, Progress, Stop
from mprunner.exploring.searching import MOST_CUT, samples
from mprunner.exploring.subtree import Subtree

if TYPE_CHECKING:
    from mprunner.exploring.explore import Explorer

__all__ = ["work"]

_LOOK_EVERY = 0.01
"""Seconds between two looks at what the one who leads has to say."""
_TELL_EVERY = 0.25


def work(connection: Connection, others: list[Connection], explorer: Explorer) -> None:
    """Does what comes over a connection, until that ends. Ctrl-C is for the one who leads, who is at the other end of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for each in others:
        each.close()  # fork has copied them: who leads would not be seen to end
    try:
        _Member(connection, explorer).work()
    except (EOFError, OSError):
        os._exit(1)  # nobody is there to hear it


class _Member:
    def __init__(self, connection: Connection, explorer: Explorer) -> None:
        self._connection = connection
        parent = multiprocessing.parent_process()
        self._ends: list[Any] = [connection] if parent is None else [connection, parent.sentinel]
        self._model = explorer.model
        self._options = explorer.options
        executions = Executions(explorer.model, explorer.judged)
        self._gatherer = Gatherer(
            explorer.model, executions, keep_schedules=explorer.options.keep_schedules > 0
        )
        self._number = 0
        self._stopped = False
        self._looked = self._told = time.monotonic()

    def work(self) -> None:
        while not self._stopped:
            order = self._next(None)
            if isinstance(order, (Explore, Draw)):
                self._number = order.number
                self._looked = self._told = time.monotonic()
                answer = self._explore(order) if isinstance(order, Explore) else self._draw(order)
                self._connection.send(answer)
            elif isinstance(order, Stop):
                return

    def _next(self, seconds: float | None) -> Any:
        """The next order, None when none comes in so many seconds. Raises EOFError when nobody leads any more."""
        ready = wait(self._ends, seconds)
        if not ready:
            return None
        if self._connection not in ready:
            raise EOFError
        return self._connection.recv()

    def _is_enough(self, part: Any) -> bool:
        """Whether an answer is wanted now; tells how far it is, now and then."""
        now = time.monotonic()
        if now - self._looked < _LOOK_EVERY:
            return False
        self._looked = now
        order = self._next(0)
        if isinstance(order, Stop):
            self._stopped = True
            return True
        if isinstance(order, GiveBack) and order.number == self._number:
            return True
        if now - self._told >= _TELL_EVERY:
            self._told = now
            self._connection.send(Progress(self._number, self._gatherer.number, part()))
        return False

    def _explore(self, order: Explore) -> Answer:
        gatherer = self._gatherer
        cut, cyclic, failure, rest = 0, False, None, None

        def take(execution: Execution) -> bool:
            nonlocal cut, cyclic
            if execution.cyclic:
                cyclic = True
                return False
            if execution.cut:
                cut += 1
                return cut < MOST_CUT and not self._is_enough(lambda: subtree.part)
            gatherer.add(execution.schedule)
            return gatherer.number != order.most and not self._is_enough(lambda: subtree.part)

        try:
            subtree = Subtree(self._model, order.task, depth=order.depth)
            rest = subtree.explore(take)
        except Exception as error:
            return Answer(order.number, gatherer.number, gatherer.told(), failure=repr(error))
        return Answer(
            order.number,
            gatherer.number,
            gatherer.told(),
            subtree.steps,
            subtree.races,
            subtree.blocked,
            cut,
            cyclic,
            tuple(subtree.handed),
            rest,
            failure,
        )

    def _draw(self, order: Draw) -> Answer:
        gatherer = self._gatherer
        steps = 0
        failure = None
        try:
            for sample in islice(samples(self._model, self._options, order.first), order.samples):
                steps += len(sample.schedule)
                gatherer.add(sample.schedule)
                if self._is_enough(lambda: gatherer.number / order.samples):
                    break
        except Exception as error:
            failure = repr(error)
        return Answer(order.number, gatherer.number, gatherer.told(), steps, failure=failure)

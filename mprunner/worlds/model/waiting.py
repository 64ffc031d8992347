"""Virtual time: with `respect_sleep` who sleeps or waits for less goes on first.

Each process, and each thread that plays targets in one, has a timer, which holds how long it still sleeps or waits for
(nanoseconds), or None. Time passes only when nobody can do anything without: by the least that a timer holds, for all of them. A
timer at 0 is up: its process may go on at any time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mprunner.worlds.model.steps import READ, WRITE

if TYPE_CHECKING:
    from mprunner.program.handouts import Operation
    from mprunner.worlds.model.model import Model
    from mprunner.worlds.model.turn import Turn

__all__ = [
    "begin_to_wait", "gave_up", "is_up", "lay_out_timers", "left", "look_at_clock", "set_timer", "waited", "watch_time",
]  # fmt: skip

_SECOND = 1_000_000_000
_NOW = ("now",)
"""The cell that says how much time has passed, where somebody looks at that (nanoseconds)."""


def lay_out_timers(model: Model) -> None:
    """A timer for each process, where sleeps count."""
    if not model.options.respect_sleep:
        return
    for name in _threads(model):
        model.layout.add(("timer", name), None)
    if model.features.hours:
        model.layout.add(_NOW, 0)
    model.dying.append(_stop)


def _threads(model: Model, process: str | None = None) -> list[str]:
    """The names of the threads that play targets: of all, or of one process."""
    return [
        info.name
        for thread, info in enumerate(model.threads)
        if (not info.internal or thread in model.strands) and process in (None, info.process)
    ]


def _timer(turn: Turn) -> int:
    """The cell of the timer of who acts."""
    return turn.model.layout.cell("timer", turn.model.threads[turn.thread].name)


def set_timer(turn: Turn, seconds: float) -> None:
    """Who acts sleeps, or waits, for so long from here."""
    turn.set(_timer(turn), round(seconds * _SECOND))


def is_up(turn: Turn) -> bool:
    """Whether the time of the process's timer is over."""
    return turn.late or turn.get(_timer(turn)) == 0


def begin_to_wait(turn: Turn, operation: Operation) -> bool:
    """Set the timer for a wait that can't end now; False when it is running already, or never will be."""
    timeout = operation.arguments.get("timeout")
    if timeout is None or turn.late or turn.get(_timer(turn)) is not None:
        return False
    set_timer(turn, timeout)
    return True


def waited(turn: Turn, operation: Operation) -> None:
    """An operation is over: if it had a timer, time has passed by as much, for all when it was the first to be up."""
    if not turn.model.options.respect_sleep:
        if turn.waited:
            turn.elapse(operation.arguments.get("timeout") or 0)
        return
    timer = _timer(turn)
    rest = turn.get(timer)
    if rest is None:
        return
    turn.set(timer, None)
    if turn.late:
        now = turn.model.layout.find(*_NOW)
        if now is not None:
            turn.set(now, turn.get(now) + rest)
        for name in _threads(turn.model):
            other = turn.model.layout.cell("timer", name)
            running = turn.get(other)
            if running is not None:
                turn.set(other, max(0, running - rest))
        rest = 0
    turn.elapse((operation.arguments.get("timeout") or 0) - rest / _SECOND)


def gave_up(turn: Turn, timeout: float) -> None:
    """A sleeper is out of time, in the midst of its operation: that is when the time has passed, where there are no timers."""
    if not turn.model.options.respect_sleep:
        turn.elapse(timeout)


def look_at_clock(turn: Turn) -> None:
    """Who acts sees what time it is, where all share one: only where sleeps take just their time."""
    cell = turn.model.layout.find(*_NOW)
    if cell is not None and turn.image.clock != (now := turn.get(cell) / _SECOND):
        image = turn.image.copy()
        image.clock = now
        turn.remember(image, own=True)


def watch_time(turn: Turn) -> None:
    """Where time passes only when nobody can go on, all that happens before it does so has to happen before."""
    turn.touch(turn.model.layout.apart("time"), WRITE if turn.late else READ)


def left(model: Model, state: tuple[object, ...], thread: str) -> int:
    """The nanoseconds that a thread's timer holds in a state; 0 where it has none."""
    cell = model.layout.find("timer", thread)
    found = None if cell is None else state[cell]
    return found if isinstance(found, int) else 0


def _stop(turn: Turn, process: str) -> None:
    """Who is gone waits no more."""
    for name in _threads(turn.model, process):
        timer = turn.model.layout.cell("timer", name)
        if turn.get(timer) is not None:
            turn.set(timer, None)

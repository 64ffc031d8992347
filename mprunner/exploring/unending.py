"""What goes on for ever, or waits for ever while others do, as the graph of all states tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mprunner.exploring.fairness import FAIRNESS, Fairness
from mprunner.exploring.playing import diagnosed, witnessed
from mprunner.exploring.results import Deadlock, Lasso
from mprunner.exploring.whole import Whole
from mprunner.worlds.model.model import Model

__all__ = ["lassos", "partial_deadlocks"]

_STRONGER: dict[Fairness, tuple[Fairness, ...]] = {
    "no": ("weak", "strong"),
    "weak": ("strong",),
    "strong": (),
}


def partial_deadlocks(model: Model, whole: Whole) -> Iterator[Deadlock]:
    """Threads that wait for ever while others go on for ever."""
    for found in whole.deadlocks().found:
        if not found.partial or found.ends:
            continue
        witness = witnessed(model, found.schedule)
        names = [model.threads[thread].name for thread in found.stuck]
        diagnosis = diagnosed(witness.recording, model, frozenset(names))
        yield Deadlock(diagnosis, 0, True, False, witness, found.always)


def lassos(model: Model, whole: Whole) -> Iterator[Lasso]:
    """Executions that never end, under the strongest fairness under which there are any; and who is starved in some."""
    answers = {each.fairness: each for each in whole.liveness()}
    starved: set[int] = set()
    for fairness in reversed(FAIRNESS):
        answer = answers[fairness]
        if answer.endless is not None and not any(
            answers[stronger].endless for stronger in _STRONGER[fairness]
        ):
            yield _lasso(model, answer.endless, fairness, "livelock")
        for thread, lasso in answer.starvation:
            if thread not in starved:
                starved.add(thread)
                yield _lasso(model, lasso, fairness, "starvation", thread)


def _lasso(model: Model, found: Any, fairness: Fairness, kind: Any, thread: int | None = None) -> Lasso:
    """Prefix and cycle; what is in the cycle is told as it is after the prefix."""
    steps = witnessed(model, (*found.prefix, *found.cycle))
    starved = found.starved if thread is None else (thread,)
    return Lasso(
        kind,
        fairness,
        tuple(model.threads[each].name for each in starved),
        witnessed(model, found.prefix),
        steps.steps[len(found.prefix) :],
    )

"""Free runs under stress, each held to what was explored: its outcome is one of the model's, and the model can do what it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator

from mprunner.exploring.executions import outcome_of
from mprunner.recording.events import Recording
from mprunner.records import made, record
from mprunner.worlds.real.supervisor import RealWorld
from tests.conformance.explored import Explored, lanes_of
from tests.conformance.stress import Stressed
from tests.conformance.subjects import Subject, Taken
from tests.worlds.model.following import Followed

__all__ = ["FreeRuns", "free_runs"]

_AT_ONCE = 25
_TIME_SCALES = (0.0, 0.02, 0.002)
"""Of sleeps and timeouts: no promise may notice."""
_TIMEOUT = 120.0
"""Seconds of one run."""


@record(frozen=False)
class FreeRuns:
    """What became of free runs: how many the model allows, in how many ways they went, what it does not allow, in words.

    `undecided` are runs that were interrupted by their deadline, or whose search among the model's executions grew too large.
    """

    seen: int = 0
    allowed: int = 0
    undecided: int = 0
    outcomes: int = 0
    defects: list[str] = made(factory=list)


def free_runs(
    world: RealWorld, subject: Subject, taken: Taken, explored: Explored, count: int, *, hesitates: bool
) -> FreeRuns:
    """Run a subject so often for itself, and compare."""
    found = FreeRuns()
    answers: dict[Hashable, str | None] = {}
    ways: Counter[Hashable] = Counter()
    for recording in _recordings(world, subject, taken, count, hesitates):
        found.seen += 1
        if recording.ending.how not in ("finished", "hang", "cut"):
            found.undecided += 1
            continue
        key = lanes_of(recording, explored.held)
        if key not in answers:
            answers[key] = _why_not(explored, recording, key)
        ways[key] += 1
        answer = answers[key]
        if answer is None:
            found.allowed += 1
        elif answer == _TOO_MANY:
            found.undecided += 1
        else:
            found.defects.append(answer)
    found.outcomes = len(ways)
    return found


def _recordings(
    world: RealWorld, subject: Subject, taken: Taken, count: int, hesitates: bool
) -> Iterator[Recording]:
    for number, first in enumerate(range(0, count, _AT_ONCE)):
        options = Stressed(
            start_method=subject.method,
            time_scale=_TIME_SCALES[number % len(_TIME_SCALES)],
            timeout=taken.scenario.timeout or _TIMEOUT,
            seed=0,
            hesitates=hesitates,
        )
        # One seed: what `random()` gives is the model's.
        for _ in range(min(_AT_ONCE, count - first)):
            yield world.run(taken.program, options)


_TOO_MANY = "too many states"


def _why_not(explored: Explored, recording: Recording, key: Hashable) -> str | None:
    """Why the model does not allow this run; None where it does."""
    outcome = outcome_of(recording, explored.explorer.judged(recording))
    is_known = outcome in explored.explorer.executions.outcomes
    if explored.complete and not is_known:
        return f"seen, and not explored: {outcome}"
    if explored.lanes is not None and key in explored.lanes:
        return None
    try:
        followed = Followed(explored.model, recording)
    except AssertionError:
        return _TOO_MANY
    if not followed.found:
        return f"the model can't do this: {followed.expected} ({followed.furthest}); it offers {followed.offered()}"
    was_killed = any((each.exitcode or 0) < 0 for each in recording.processes)
    if explored.lanes is not None and not was_killed and recording.ending.how != "cut":
        return f"the model can do it, and it was not explored: {outcome}"
    return None

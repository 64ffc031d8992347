"""Executions of the model made to happen on real processes, and compared operation by operation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from mprunner.exploring.confirming import Confirmation, confirm
from mprunner.exploring.playing import witnessed
from mprunner.exploring.system import Schedule
from mprunner.records import made, record
from mprunner.report.replaying import parting_phrase
from mprunner.worlds.base import RunOptions
from mprunner.worlds.model.model import Model
from mprunner.worlds.real.supervisor import RealWorld
from tests.conformance.subjects import Subject

__all__ = ["Replays", "replays"]

_TIMEOUT = 300.0
"""Seconds of one replay."""


@record(frozen=False)
class Replays:
    """How many executions were replayed, how many the real processes confirmed, what could only be checked, what went wrong.

    `failed` are the schedules of those that were not confirmed, as `defects` has them in words.
    """

    played: int = 0
    confirmed: int = 0
    unforced: Counter[str] = made(factory=Counter)
    defects: list[str] = made(factory=list)
    failed: list[Schedule] = made(factory=list)


def replays(world: RealWorld, subject: Subject, model: Model, schedules: Sequence[Schedule]) -> Replays:
    """Replay each of these schedules once."""
    found = Replays()
    options = RunOptions(start_method=subject.method, timeout=_TIMEOUT, seed=model.options.seed)
    for schedule in schedules:
        [one] = confirm(world, model, [witnessed(model, schedule)], options)
        found.played += 1
        found.confirmed += one.confirmed
        found.unforced.update(one.unforced)
        if not one.confirmed:
            found.defects.append("; ".join(_why_not(one)))
            found.failed.append(schedule)
    return found


def _why_not(one: Confirmation) -> Iterator[str]:
    if one.replayed.parting is not None:
        yield parting_phrase(one.replayed.parting)
    for each in one.differences:
        yield f"{each.thread}, operation {each.number}: the model has `{each.modelled}`, the replay `{each.real}`"

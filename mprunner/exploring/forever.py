"""What an execution that goes on for ever says of a promise that changes its mind on the way.

Where such an execution is cut, a promise is kept so far, or open: an answer is still due. Open for ever it stays open; kept again
and again it is kept, as nothing was due then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mprunner.checking.verdict import Verdict
from mprunner.exploring.executions import Said
from mprunner.exploring.system import Schedule
from mprunner.exploring.whole import Endless
from mprunner.records import replaced

__all__ = ["MOST_SIGHTS", "said_for_ever"]

_UNTESTED = "nothing ever puts it to the test"
MOST_SIGHTS = 2_000
"""In a region in which more than that may have been seen, promises are taken as they are at its begin."""


def said_for_ever(
    endless: Endless, judged: Callable[[Schedule], Sequence[Verdict]]
) -> dict[tuple[int, str], Said]:
    """By index and title what executions that stay in a region say of each promise: the worst that is possible, or for one that
    holds `sometimes` or `never` whether it may be kept. Of what is not in it a record of the way to the region tells all.
    """
    schedules = endless.sights()
    if len(schedules) > MOST_SIGHTS:
        return {}
    every: dict[tuple[int, str], list[Said]] = {}
    for schedule in schedules:
        for verdict in judged(schedule):
            key = (verdict.promise.index, verdict.promise.title)
            every.setdefault(key, []).append(Said(verdict, schedule))
    return {key: _said(each, endless) for key, each in every.items() if len(each) == len(schedules)}


def _said(every: Sequence[Said], endless: Endless) -> Said:
    by_status = {each.verdict.status: each for each in reversed(every)}
    if "broken" in by_status:
        return by_status["broken"]
    kept, open_ = by_status.get("kept"), by_status.get("inconclusive")
    if kept is not None and kept.verdict.promise.holds != "always":
        return kept
    if open_ is not None and endless.can_stay([each.verdict.status == "inconclusive" for each in every]):
        verdict = open_.verdict
        untested = verdict.promise.vacuous_ok and not any(each.verdict.activations for each in every)
        return (
            Said(replaced(verdict, status="vacuous", reason=_UNTESTED), open_.schedule) if untested else open_
        )
    return kept or by_status.get("vacuous") or every[0]

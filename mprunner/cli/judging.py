"""From verdicts and endings to the result of a scenario and its exit code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mprunner.cli.exitcodes import BROKEN, INCONCLUSIVE, INTERRUPTED, KEPT, UNFINISHED, worst

if TYPE_CHECKING:
    from mprunner.checking.verdict import Verdict
    from mprunner.recording.events import Recording
    from mprunner.report.reporter import Result
    from mprunner.report.standing import Standing

__all__ = ["RESULTS", "ending_code", "exit_code", "run_went_wrong"]

RESULTS: dict[int, Result] = {
    KEPT: "passed",
    BROKEN: "failed",
    INCONCLUSIVE: "inconclusive",
    UNFINISHED: "unfinished",
    INTERRUPTED: "interrupted",
}

OUTSIDE = frozenset({"unknown", "stopped"})
"""Patterns of a diagnosis whose cause is not in the scenario."""

_ABOUT_HANGS = frozenset({"hangs", "deadlock"})


def exit_code(standings: Sequence[Standing], endings: Iterable[int], *, require_sometimes: bool) -> int:
    """The exit code of one scenario after all its runs, whose `ending_code`s are `endings`."""
    ended = worst(endings)
    if ended in (INTERRUPTED, UNFINISHED):
        return ended
    marks = [each.mark for each in standings]
    if "broken" in marks:
        return BROKEN
    written = [each.mark for each in standings if each.written]
    if (
        ended == INCONCLUSIVE
        or "inconclusive" in marks
        or (written and all(mark == "open" for mark in written))
    ):
        return INCONCLUSIVE
    return INCONCLUSIVE if require_sometimes and "open" in marks else KEPT


def ending_code(recording: Recording, verdicts: Iterable[Verdict]) -> int:
    """What the way in which a run ended says: `INTERRUPTED`, `UNFINISHED`, `INCONCLUSIVE` when something is not on record,
    or `KEPT` when the promises tell the rest.

    A hang with a cause in the scenario is the promises' affair: it was promised, or it breaks the promise not to hang.
    """
    ending = recording.ending
    if ending.how == "interrupted":
        return INTERRUPTED
    if ending.how in ("crashed", "deadline"):
        return UNFINISHED
    if ending.how == "lost":
        return INCONCLUSIVE
    if ending.how != "hang":
        return KEPT
    if any(verdict.promise.form in _ABOUT_HANGS and verdict.status == "kept" for verdict in verdicts):
        return KEPT
    unknown = ending.diagnosis is None or ending.diagnosis.pattern in OUTSIDE
    return UNFINISHED if unknown or _holder_killed_outside(recording) else KEPT


def _holder_killed_outside(recording: Recording) -> bool:
    diagnosis = recording.ending.diagnosis
    dead = {name for blocked in (diagnosis.blocked if diagnosis else ()) for name in blocked.dead}
    return any(process.name in dead and process.ended_by == "outside" for process in recording.processes)


def run_went_wrong(verdicts: Iterable[Verdict]) -> bool:
    """Whether a report should look at this run: it broke a promise."""
    from mprunner.report.standing import standings_of_one

    return any(each.mark == "broken" for each in standings_of_one(verdicts))

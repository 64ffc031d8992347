"""Where a promise stands after one run or many: what its line in a report shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mprunner.checking.verdict import Promise, Verdict

__all__ = ["Mark", "Standing", "mark_of", "standing_in_run"]

Mark = Literal["kept", "broken", "open", "inconclusive"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A promise, its mark, a short note for its line, and the verdict that shows it best (of run number `run`, from 1)."""

    promise: Promise
    mark: Mark
    note: str
    verdict: Verdict
    run: int = 1
    runs: int = 1
    broken_runs: int = 0

    @property
    def written(self) -> bool:
        """Whether it stands in the scenario; the others are promised by every scenario."""
        return self.promise.line is not None


def mark_of(verdict: Verdict) -> Mark:
    """What one run says about a promise, its modality considered.

    A `sometimes` that this run does not show is open, never broken; a `never` is broken by a run that keeps it.
    """
    promise, status = verdict.promise, verdict.status
    if status == "vacuous" and promise.vacuous_ok:
        return "kept"
    if promise.holds == "sometimes":
        return "kept" if status == "kept" else "open"
    if status == "inconclusive":
        return "inconclusive"
    if promise.holds == "never":
        return "broken" if status == "kept" else "kept"
    return "kept" if status == "kept" else "broken"


def standing_in_run(verdict: Verdict) -> Standing:
    """Where a promise stands after a single run."""
    mark = mark_of(verdict)
    note = verdict.summary
    if mark == "open":
        note = "not seen in 1 run (try `--runs 100`)"
    elif verdict.status == "vacuous" and mark == "broken":
        note = verdict.summary or "nothing in the run put it to the test"
    return Standing(verdict.promise, mark, note, verdict, broken_runs=int(mark == "broken"))

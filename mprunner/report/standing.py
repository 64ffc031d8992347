"""Where a promise stands after one run or many: what its line in a report shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from mprunner.checking.runs import Mark, PromiseOverRuns, summarise
from mprunner.checking.verdict import Promise, Verdict
from mprunner.records import record

if TYPE_CHECKING:
    from mprunner.checking.telling.evidence import Evidence

__all__ = ["Mark", "Standing", "standing", "standings_of_one"]

NOWHERE: Mapping[int, str] = {}


@record
class Standing:
    """A promise, its mark, a short note for its line, and the verdict that shows it best (of run number `run`, from 1).

    `wrong_in` are the numbers of the first runs that broke it. `evidence` is there for what is explained, `recorded` is where
    the recording of that run was saved.
    """

    promise: Promise
    mark: Mark
    note: str
    verdict: Verdict
    run: int = 1
    runs: int = 1
    broken_runs: int = 0
    wrong_in: tuple[int, ...] = ()
    evidence: Evidence | None = None
    recorded: str | None = None

    @property
    def by_chance(self) -> bool:
        """Whether it is kept, and in the run that is looked at only by chance."""
        return self.mark == "kept" and self.promise.holds == "always" and self.verdict.chance is not None

    @property
    def written(self) -> bool:
        """Whether it stands in the scenario; the others are promised by every scenario."""
        return self.promise.line is not None


def standing(
    over: PromiseOverRuns,
    runs: int,
    *,
    repeatable: bool = True,
    evidence: Callable[[Verdict], Evidence | None] = lambda verdict: None,
    recorded: Mapping[int, str] = NOWHERE,
) -> Standing:
    """Where a promise stands after `runs` runs, those that did not judge it included.

    `repeatable` runs can be asked for again, many at once; what is on record can not. `evidence` gives that for a verdict,
    `recorded` where a run was saved.
    """
    run, verdict = over.shown
    mark = over.mark
    broken = (
        over.counts["kept"]
        if over.promise.holds == "never"
        else over.counts["broken"] + over.counts["vacuous"]
    )
    note = _note_of_one(mark, verdict, repeatable) if runs == 1 else _note_of_many(over, run, runs)
    wrong = tuple(over.wrong_in) if mark == "broken" else ()
    return Standing(
        over.promise, mark, note, verdict, run, runs, broken if mark == "broken" else 0, wrong, evidence(verdict),
        recorded.get(run),
    )  # fmt: skip


def standings_of_one(verdicts: Iterable[Verdict]) -> list[Standing]:
    """Where the promises stand after a single run."""
    return [standing(over, 1) for over in summarise([verdicts])]


def _note_of_one(mark: Mark, verdict: Verdict, repeatable: bool) -> str:
    if mark == "open":
        return "not seen (try `--runs 100`)" if repeatable else "not seen in this recording"
    if mark == "kept" and verdict.chance is not None:
        return f"{verdict.summary}, by chance"
    return verdict.summary or (verdict.reason or "" if mark != "kept" else "")


def _note_of_many(over: PromiseOverRuns, run: int, runs: int) -> str:
    counts, holds = over.counts, over.promise.holds
    if over.outcomes:
        told = [f"{count:,} × {outcome}" for outcome, count in over.outcomes.most_common()]
        never = [
            one for one, grade in over.promise.outcomes if grade == "expected" and one not in over.outcomes
        ]
        return "; ".join([*told, *(f"never {one}" for one in never)])
    if over.mark == "open":
        return f"not seen in {runs:,} runs"
    if holds == "sometimes":
        return f"in {counts['kept']:,} of {runs:,} runs, first in run {run}"
    if over.mark == "broken":
        broken = counts["kept"] if holds == "never" else counts["broken"] + counts["vacuous"]
        return f"broken in {broken:,} of {runs:,} runs, first in run {run}"
    if over.mark == "inconclusive":
        return f"undecided in {counts['inconclusive']:,} of {runs:,} runs, first in run {run}"
    if holds == "never":
        return f"in none of {runs:,} runs"
    return f"in each of {over.runs:,} runs{_by_chance(over)}"


def _by_chance(over: PromiseOverRuns) -> str:
    if not over.chances:
        return ""
    return ", by chance" if over.chances == over.runs else f", by chance in {over.chances:,}"


def is_explained(verdict: Verdict) -> bool:
    """Whether a report explains what one run says of a promise, should it come to show that."""
    promise, status = verdict.promise, verdict.status
    if promise.holds == "sometimes":
        return False
    if status == "kept":
        return promise.holds == "never"
    return status != "vacuous" or not promise.vacuous_ok

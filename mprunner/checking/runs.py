"""A promise over many runs: `always` in each, `sometimes` in one at least, `never` in none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from mprunner.checking.verdict import Promise, Verdict
from mprunner.records import made, record

Mark = Literal["kept", "broken", "open", "inconclusive"]

MOST_NUMBERS = 6
"""Runs that are told by their numbers; of more only how many there are."""


@record(frozen=False)
class PromiseOverRuns:
    """How often a promise was kept, broken, inconclusive or never put to the test (`vacuous`), and where
    first.

    `first` holds the first verdict of each status with the number of its run, from 1. `runs` counts the runs
    that judged it: an unwritten promise is judged only by a run that puts it to the test. `outcomes` counts those of a
    promise that grades them. `in_runs` are the numbers of the first runs of each status, `chances` counts the runs that
    kept it only by chance.
    """

    promise: Promise
    runs: int = 0
    counts: Counter[str] = made(factory=Counter)
    first: dict[str, tuple[int, Verdict]] = made(factory=dict)
    outcomes: Counter[str] = made(factory=Counter)
    in_runs: dict[str, list[int]] = made(factory=dict)
    chances: int = 0

    def add(self, run: int, verdict: Verdict) -> None:
        """Count the verdict of one run."""
        self.runs += 1
        self.counts[verdict.status] += 1
        if self.promise.form == "outcomes":
            self.outcomes[verdict.summary] += 1
        if verdict.chance is not None:
            self.chances += 1
            if self.chances == 1:
                self.first[verdict.status] = (run, verdict)
        self.first.setdefault(verdict.status, (run, verdict))
        numbers = self.in_runs.setdefault(verdict.status, [])
        if len(numbers) < MOST_NUMBERS:
            numbers.append(run)

    @property
    def wrong_in(self) -> list[int]:
        """The numbers of the first runs that broke it."""
        if self.promise.holds == "never":
            return self.in_runs.get("kept", [])
        vacuous = [] if self.promise.vacuous_ok else self.in_runs.get("vacuous", [])
        return sorted([*self.in_runs.get("broken", []), *vacuous])

    @property
    def mark(self) -> Mark:
        """What all runs together say. A `sometimes` that no run showed is open, never broken."""
        counts, holds = self.counts, self.promise.holds
        if holds == "sometimes":
            return "kept" if counts["kept"] else "open"
        if holds == "never":
            return "broken" if counts["kept"] else "inconclusive" if counts["inconclusive"] else "kept"
        if counts["broken"] or (counts["vacuous"] and not self.promise.vacuous_ok):
            return "broken"
        return "inconclusive" if counts["inconclusive"] else "kept"

    @property
    def shown(self) -> tuple[int, Verdict]:
        """The verdict that shows the mark best, with the number of its run."""
        if self.mark == "broken" and self.promise.holds != "never":
            wanted: tuple[str, ...] = ("broken", "vacuous", "inconclusive", "kept")
        elif self.mark == "inconclusive":
            wanted = ("inconclusive", "kept", "broken", "vacuous")
        else:
            wanted = ("kept", "vacuous", "inconclusive", "broken")
        return next(self.first[status] for status in wanted if status in self.first)


@record(frozen=False)
class OverRuns:
    """Takes the verdicts of run after run; keeps of each promise only counts and first verdicts."""

    runs: int = 0
    _promises: dict[tuple[int, str], PromiseOverRuns] = made(factory=dict)

    def add(self, verdicts: Iterable[Verdict]) -> None:
        """Take one run's verdicts."""
        self.runs += 1
        for verdict in verdicts:
            key = (verdict.promise.index, verdict.promise.title)
            found = self._promises.setdefault(key, PromiseOverRuns(verdict.promise))
            found.add(self.runs, verdict)

    def promises(self) -> list[PromiseOverRuns]:
        """Each promise that a run judged, the written ones first and in order."""
        return [self._promises[key] for key in sorted(self._promises)]


def summarise(runs: Iterable[Iterable[Verdict]]) -> list[PromiseOverRuns]:
    """What many runs say about each promise."""
    over = OverRuns()
    for verdicts in runs:
        over.add(verdicts)
    return over.promises()

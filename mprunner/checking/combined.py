"""One finding for several segments or groups: the worst counts."""

from __future__ import annotations

from collections.abc import Iterable

from mprunner.checking.constraint import Finding
from mprunner.checking.verdict import Proof
from mprunner.records import replaced

__all__ = ["Combined", "combine"]

_WORST = (("broken", "broken"), ("inconclusive", "open"))


class _Bad:
    """Findings of one status: how many, the first of them, and the violations of all, where each tells them."""

    __slots__ = ("first", "number", "proof", "whole")

    def __init__(self, first: Finding) -> None:
        self.first = first
        self.number = 0
        self.proof = first.proof
        self.whole = True

    def copy(self) -> _Bad:
        other = _Bad(self.first)
        other.number, other.proof, other.whole = self.number, self.proof, self.whole
        return other

    def add(self, found: Finding) -> None:
        self.number += 1
        if self.number > 1:
            self.whole = self.whole and found.proof is not None
            if self.proof is not None and found.proof is not None:
                self.proof = _both(self.proof, found.proof)


class Combined:
    """Findings of segments or groups as they come, of which no more is kept than tells them all."""

    __slots__ = ("_activations", "_bad", "_first", "_number", "_summaries", "_tested")

    def __init__(self) -> None:
        self._number = self._activations = 0
        self._first: Finding | None = None
        self._tested: Finding | None = None
        self._summaries: set[str] = set()
        self._bad: dict[str, _Bad] = {}

    def add(self, found: Finding) -> None:
        """Take a further one, which stands behind all that were taken."""
        self._number += 1
        self._activations += found.activations
        self._first = self._first or found
        if found.activations:
            self._tested = self._tested or found
            if len(self._summaries) < 2:
                self._summaries.add(found.summary)
        if found.status != "kept":
            bad = self._bad.get(found.status)
            if bad is None:
                bad = self._bad[found.status] = _Bad(found)
            bad.add(found)

    def knows(self, status: str) -> bool:
        """Whether one with this status has come, which is what will be told of it."""
        return status == "kept" or status in self._bad

    def memory(self) -> tuple[frozenset[str], bool]:
        """What counts of it, as a value: which statuses there are, and whether anything was put to the test."""
        return frozenset(self._bad), self._activations > 0

    def copy(self) -> Combined:
        """The same, to which others may be added."""
        other = Combined()
        other._number, other._activations = self._number, self._activations
        other._first, other._tested = self._first, self._tested
        other._summaries = {*self._summaries}
        other._bad = {status: bad.copy() for status, bad in self._bad.items()}
        return other

    def result(self, what: str) -> Finding:
        """The finding of all; `what` names them in the plural."""
        if self._first is None:
            return Finding("kept", 0, f"no {what}")
        if self._number == 1:
            return self._first
        for status, words in _WORST:
            bad = self._bad.get(status)
            if bad is not None:
                summary = f"{words} in {bad.number} of {self._number} {what}: {bad.first.summary}"
                proof = bad.proof if bad.whole else bad.first.proof
                return replaced(bad.first, activations=self._activations, summary=summary, proof=proof)
        if len(self._summaries) == 1:
            example = (self._tested or self._first).summary
            return Finding("kept", self._activations, f"{example}, in each of {self._number} {what}")
        return Finding("kept", self._activations, f"kept in each of {self._number} {what}")


def combine(findings: Iterable[Finding], what: str) -> Finding:
    """One finding for several (`what` names them in the plural)."""
    combined = Combined()
    for found in findings:
        combined.add(found)
    return combined.result(what)


def _both(one: Proof, other: Proof) -> Proof:
    """What the first proves, with the violations of both."""
    numbers = (one.violations, other.violations)
    firsts = [each.first for each in (one, other) if each.first is not None]
    lasts = [each.last for each in (one, other) if each.last is not None]
    return replaced(
        one,
        violations=None if None in numbers else sum(number or 0 for number in numbers),
        first=min(firsts, key=lambda event: event.position, default=None),
        last=max(lasts, key=lambda event: event.position, default=None),
    )

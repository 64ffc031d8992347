"""What all explored executions together say of each promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from mprunner.checking.forms import Declared, PromiseForm
from mprunner.checking.verdict import Verdict
from mprunner.exploring.executions import Executions, PromiseCount
from mprunner.exploring.results import Accounting, PromiseAnswer
from mprunner.exploring.witnesses import Witnesses
from mprunner.recording.events import Recording

__all__ = ["PromiseAnswers"]


class PromiseAnswers:
    """`forms` are the written promises, `facts` what the scenario declares; `judged` gives the verdicts on a record."""

    def __init__(
        self,
        executions: Executions,
        witnesses: Witnesses,
        forms: Sequence[PromiseForm],
        facts: Declared,
        judged: Callable[[Recording], list[Verdict]],
        *,
        examples: bool = False,
    ) -> None:
        """`examples`: the executions stand for others that come to the same, so their number says nothing."""
        self._executions = executions
        self._witnesses = witnesses
        self._forms = forms
        self._facts = facts
        self._judged = judged
        self._examples = examples

    def all(self, accounting: Accounting) -> Iterator[PromiseAnswer]:
        """Each promise that an execution judged, the written ones first and in order."""
        found = self._executions.promises
        for key in sorted(found):
            yield self._answer(found[key], accounting)

    def _answer(self, count: PromiseCount, accounting: Accounting) -> PromiseAnswer:
        promise, counts, whole = count.promise, count.counts, accounting.complete
        key = (promise.index, promise.title)
        number = self._executions.number
        answer: Any
        if promise.holds == "sometimes":
            answer = (
                "kept" if counts["kept"] else "broken" if whole and not counts["inconclusive"] else "open"
            )
            wanted = ("kept", "inconclusive", "broken", "vacuous")
        elif promise.holds == "never":
            answer = (
                "broken"
                if counts["kept"]
                else "kept"
                if whole and not counts["inconclusive"]
                else "inconclusive"
            )
            wanted = ("kept", "inconclusive", "broken", "vacuous")
        else:
            wrong = counts["broken"] or (counts["vacuous"] and not promise.vacuous_ok)
            answer = "broken" if wrong else "kept" if whole and not counts["inconclusive"] else "inconclusive"
            wanted = ("broken", "inconclusive", "kept", "vacuous")
            if wrong and not counts["broken"]:
                wanted = ("vacuous", "inconclusive", "kept", "broken")
        schedule, verdict = next(count.first[status] for status in wanted if counts[status])
        assert verdict is not None  # all are settled
        shown = verdict
        told = (
            promise.holds == "sometimes"
            or answer == "broken"
            or (answer == "inconclusive" and counts["inconclusive"])
        )
        status = shown.status
        witness = None
        if told and answer != "open":
            witness = self._witnesses.of(schedule, lambda kind: (*key, status) in kind.statuses)
        if witness is not None and witness.schedule != schedule:
            again = next((one for one in self._judged(witness.recording) if _key(one) == key), shown)
            shown = again if again.status == status else shown
        evidence = None
        if answer == "broken" and promise.holds == "always" and witness is not None:
            from mprunner.checking.telling.evidence import gather  # all of it, for a broken promise only

            gathered = gather([shown], self._forms, self._facts, witness.recording)
            evidence = gathered[0] if gathered else None
        return PromiseAnswer(
            promise,
            answer,
            _of_examples(promise.holds, answer, counts)
            if self._examples and whole
            else _note(promise.holds, answer, counts, number, whole=whole),
            dict(counts),
            shown,
            witness,
            evidence,
        )


def _key(verdict: Verdict) -> tuple[int, str]:
    return verdict.promise.index, verdict.promise.title


def _of_examples(holds: str, answer: str, counts: Any) -> str:
    """As `_note`, where it is not known of how many executions."""
    if answer == "open":
        return "in no execution"
    if holds == "sometimes":
        return "in some execution" if counts["kept"] else "in no execution"
    if answer == "broken":
        return "broken in some execution"
    if counts["inconclusive"]:
        return "undecided in some execution"
    return "in no execution" if holds == "never" else "in every execution"


def _note(holds: str, answer: str, counts: Any, number: int, *, whole: bool) -> str:
    of = f"{number:,} executions" if number != 1 else "1 execution"
    if not whole:
        of = f"{of} so far"
    if answer == "open":
        return f"in none of {of}"
    if holds == "sometimes":
        return f"in {counts['kept']:,} of {of}" if counts["kept"] else f"in none of {of}"
    if answer == "broken":
        broken = counts["kept"] if holds == "never" else counts["broken"] + counts["vacuous"]
        return f"broken in {broken:,} of {of}"
    if counts["inconclusive"]:
        return f"undecided in {counts['inconclusive']:,} of {of}"
    if holds == "never":
        return f"in none of {of}"
    return (
        f"in each of {of}" if number != 1 else "in the only execution" if whole else "in the only one so far"
    )

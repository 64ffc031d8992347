"""Which promises on order held by chance: kept, though nothing in the program orders the events that keep them."""

from __future__ import annotations

from collections.abc import Sequence

from mprunner.checking.by_chance.strict import strict_maker
from mprunner.checking.constraint import Finding, Make
from mprunner.checking.forms import Declared, PromiseForm
from mprunner.checking.happens_before.causality import Causality
from mprunner.checking.verdict import Chance, Verdict
from mprunner.records import replaced

__all__ = ["is_strict", "strict_readings", "weighed"]


def is_strict(form: PromiseForm, declared: Declared) -> bool:
    """Whether chance breaks it; what a whole scenario says is about what is promised of every run."""
    return form.strict if form.strict is not None else declared.strict and form.holds == "always"


def strict_readings(
    forms: Sequence[PromiseForm], declared: Declared, causality: Causality
) -> dict[int, Make]:
    """What makes the strict readings of the promises on order, by index. Where some runs are to keep a promise, or
    none, chance is what it is about, and nothing is said of it.
    """
    asked = {
        index: strict_maker(form, declared, causality)
        for index, form in enumerate(forms)
        if form.holds == "always" or is_strict(form, declared)
    }
    return {index: found for index, found in asked.items() if found is not None}


def weighed(verdict: Verdict, strict: Finding, *, breaks: bool) -> Verdict:
    """The verdict with what the strict reading found; a chance that `breaks` makes it broken."""
    if verdict.status != "kept" or strict.status != "broken" or len(strict.witnesses) != 2:
        return verdict
    earlier, later = (witness.event for witness in strict.witnesses)
    reason = strict.reason or ""
    chance = Chance(earlier, later, reason)
    if not breaks:
        return replaced(verdict, chance=chance)
    return replaced(
        verdict,
        status="broken",
        summary=f"{verdict.summary}, by chance",
        reason=f"it is kept only by chance: {reason}",
        witnesses=strict.witnesses,
        chance=chance,
    )

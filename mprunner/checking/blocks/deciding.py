"""What the matchers of a constraint say of a signature, for whoever brings events to constraints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from mprunner.checking.constraint import Constraint
from mprunner.checking.matching import CallTest, Decision, Matcher, Signature, stands
from mprunner.recording.events import Call

__all__ = ["Asking", "Selected", "Tests", "select"]

Tests = tuple[tuple[int, Callable[[Call], bool]], ...]


class Selected(NamedTuple):
    """What the matchers of one constraint say of a signature: bits that are always set, and what sets others.

    `masks` are those of exact texts, `tests` what must be asked of each event where texts are not all. `if_ended`: it
    would see the operation, had that ended.
    """

    position: int
    mask: int
    always: bool
    masks: dict[str, int]
    tests: Tests | None
    if_ended: bool

    def mask_of(self, call: Call) -> int:
        """The mask of an event of this signature."""
        mask = self.mask
        if self.tests is not None:
            for bit, check in self.tests:
                if check(call):
                    mask |= bit
        elif self.masks:
            text = call.values.get("text")
            if type(text) is str:
                mask |= self.masks.get(text, 0)
        return mask


def select(
    position: int,
    constraint: Constraint,
    signature: Signature,
    decided: dict[Matcher, Decision] | None = None,
) -> Selected | None:
    """What the constraint at this position sees in events of a signature; None for nothing. `decided` remembers what matchers
    say of this signature, for constraints that share them.
    """
    mask = 0
    tests: list[tuple[int, CallTest]] = []
    known = {} if decided is None else decided
    for index, matcher in enumerate(constraint.matchers):
        decision = known.get(matcher)
        if decision is None:
            decision = known[matcher] = matcher.decide(signature)
        if decision is True:
            mask |= 1 << index
        elif decision is not False:
            tests.append((1 << index, decision))
    always = constraint.wants_all and stands(signature)
    if_ended = (
        signature.outcome == "unfinished"
        and signature.at == "begin"
        and any(matcher.decide_if_ended(signature) for matcher in constraint.matchers)
    )
    if not (mask or tests or always or if_ended):
        return None
    masks: dict[str, int] = {}
    if all(test.text is not None for _, test in tests):
        for bit, test in tests:
            assert test.text is not None
            masks[test.text] = masks.get(test.text, 0) | bit
        return Selected(position, mask, always, masks, None, if_ended)
    checks = tuple((bit, test.check) for bit, test in tests)
    return Selected(position, mask, always, masks, checks, if_ended)


class Asking:
    """What is asked of each shape of a signature, for all constraints together: a matcher that several share is asked once."""

    __slots__ = ("_checks", "_parts", "_texts")

    def __init__(self, selected: Sequence[Selected]) -> None:
        bits: dict[Callable[[Call], bool], int] = {}
        self._texts: set[str] = set()
        self._parts: list[tuple[Selected, tuple[tuple[int, int], ...]]] = []
        for one in selected:
            tests = tuple([(own, bits.setdefault(check, 1 << len(bits))) for own, check in one.tests or ()])
            self._texts.update(one.masks)
            self._parts.append((one, tests))
        self._checks = tuple([(bit, check) for check, bit in bits.items()])

    def answers(self, call: Call) -> tuple[int, str | None]:
        """All that counts of a call: which checks it passes, and its text where some constraint asks for just that."""
        passed = 0
        for bit, check in self._checks:
            if check(call):
                passed |= bit
        text = call.values.get("text") if self._texts else None
        return passed, text if type(text) is str and text in self._texts else None

    def masks(self, answers: tuple[int, str | None]) -> list[int]:
        """The mask for each constraint, of calls with these answers."""
        passed, text = answers
        masks: list[int] = []
        for one, tests in self._parts:
            mask = one.mask | (one.masks.get(text, 0) if text is not None else 0)
            for own, bit in tests:
                if passed & bit:
                    mask |= own
            masks.append(mask)
        return masks

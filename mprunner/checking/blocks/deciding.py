"""What the matchers of a constraint say of a signature, for whoever brings events to constraints."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mprunner.checking.constraint import Constraint
from mprunner.checking.matching import CallTest, Decision, Matcher, Signature, stands
from mprunner.recording.events import Call

__all__ = ["Selected", "Tests", "select"]

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

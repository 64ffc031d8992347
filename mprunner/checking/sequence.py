"""`sequence`: some choice of events fits the steps, in order, with anything in between.

Not greedy: with `next` the first event that fits a step can be the wrong choice. `_anywhere` is the set of
steps that can have been reached (bit i: i steps fit some choice so far), `_here` those reached exactly with
the previous event. A step that may follow at any distance goes on from `_anywhere`, a `next` step from
`_here` only. An unordered group is reached when its matchers can be given different events, which one
augmenting path for each event keeps up to date.
"""

from __future__ import annotations

from collections.abc import Sequence as Steps

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.matching import Matcher
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import phrase, told
from mprunner.recording.events import Event
from mprunner.records import record


@record
class Step:
    """One event (`roles` names one matcher) or an unordered group of events; `times` already written out."""

    roles: tuple[int, ...]
    next: bool = False


class Pairing:
    """Gives each matcher of an unordered group an event of its own, where that can be done."""

    __slots__ = ("_masks", "_taken", "missing")

    def __init__(self, size: int) -> None:
        self._masks: list[int] = []
        self._taken: list[int | None] = [None] * size
        self.missing = size

    def add(self, mask: int) -> bool:
        """Offer an event that fits these members (bits); tell whether it helped. One that does not help
        never will.
        """
        self._masks.append(mask)
        if self.missing and self._place(len(self._masks) - 1, set()):
            self.missing -= 1
            return True
        self._masks.pop()
        return False

    def unfilled(self) -> list[int]:
        return [member for member, taken in enumerate(self._taken) if taken is None]

    def _place(self, event: int, tried: set[int]) -> bool:
        for member in range(len(self._taken)):
            if self._masks[event] >> member & 1 and member not in tried:
                tried.add(member)
                holder = self._taken[member]
                if holder is None or self._place(holder, tried):
                    self._taken[member] = event
                    return True
        return False


class Sequence(Constraint):
    __slots__ = (
        "_anywhere", "_following", "_furthest", "_groups", "_here", "_pairings", "_reached", "_singles", "_steps",
    )  # fmt: skip

    def __init__(self, matchers: Steps[Matcher], steps: Steps[Step]) -> None:
        following = any(step.next for step in steps)
        super().__init__(matchers, wants_all=following)
        self._steps = tuple(steps)
        self._following = following
        self._singles: list[tuple[int, int, int]] = []
        for role in range(len(self.matchers)):
            loose = tight = 0
            for index, step in enumerate(steps):
                if step.roles == (role,):
                    loose |= 0 if step.next else 1 << index
                    tight |= 1 << index if step.next else 0
            self._singles.append((1 << role, loose, tight))
        self._groups = [(index, step.roles) for index, step in enumerate(steps) if len(step.roles) > 1]
        self._pairings: dict[int, Pairing] = {}
        self._anywhere = 1
        self._here = 1  # a first step that is `next` is the first event of all
        self._reached: list[Event | None] = [None] * (len(steps) + 1)
        self._furthest = 0

    @property
    def steps(self) -> tuple[Step, ...]:
        """What has to fit, `times` written out."""
        return self._steps

    def feed(self, event: Event, mask: int) -> None:
        before, here = self._anywhere, 0
        if mask:
            for role, loose, tight in self._singles:
                if mask & role:
                    here |= ((before & loose) | (self._here & tight)) << 1
            for index, roles in self._groups:
                if before >> index & 1:
                    here |= self._offer(index, roles, mask) << index + 1
            new = here & ~before
            if new:
                self._anywhere = before | here
                self._note(new, event)
        self._here = here

    def _offer(self, index: int, roles: tuple[int, ...], mask: int) -> int:
        fits = 0
        for member, role in enumerate(roles):
            fits |= (mask >> role & 1) << member
        if not fits:
            return 0
        pairing = self._pairings.get(index)
        if pairing is None:
            pairing = self._pairings[index] = Pairing(len(roles))
        pairing.add(fits)
        return 0 if pairing.missing else 1

    def _note(self, new: int, event: Event) -> None:
        while new:
            index = new.bit_length() - 1
            new &= ~(1 << index)
            self._reached[index] = event
            self._furthest = max(self._furthest, index)

    def finish(self, end: End) -> Finding:
        total = len(self._steps)
        reached = self._furthest
        if reached == total:
            return Finding("kept", total, f"{total} of {total} steps", final=True)
        last = self._reached[reached]
        step = self._steps[reached]
        if len(step.roles) > 1:
            pairing = self._pairings.get(reached)
            missing = pairing.unfilled() if pairing else range(len(step.roles))
            wanted = " and no ".join(phrase(self.matchers[step.roles[member]].form) for member in missing)
        else:
            wanted = phrase(self.matchers[step.roles[0]].form)
        where = "right after it" if step.next else "after it"
        if last is None:
            reason = f"there is no {wanted}, the first step"
        else:
            reason = f"{reached} of {total} steps fit, up to where {told(last)}; no {wanted} comes {where}"
        witnesses = () if last is None else (Witness(last, f"step {reached}, the last that fits"),)
        summary = f"{reached} of {total} steps"
        if end.complete:
            return Finding("broken", max(reached, 1), summary, reason, witnesses)
        return Finding(
            "inconclusive", max(reached, 1), summary, f"{reason} yet; the run was cut short", witnesses
        )

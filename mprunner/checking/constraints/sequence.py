"""`sequence`: some choice of events fits the steps, in order, with anything in between.

Not greedy: with `next` the first event that fits a step can be the wrong choice. `_anywhere` is the set of
steps that can have been reached (bit i: i steps fit some choice so far, and nothing has come since that the gap
behind them must not have), `_here` those reached exactly with the previous event. A step that may follow at any
distance goes on from `_anywhere`, a `next` step from `_here` only. An unordered group is reached when its
matchers can be given different events, which one augmenting path for each event keeps up to date; where a gap
stands before it, its first event matters too, and what subsets of it can have been reached is kept instead.

All that is a state with few values, so a block is taken in words (`blocks/words.py`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from collections.abc import Sequence as Steps
from typing import Any

from mprunner.checking.blocks.sight import Sight
from mprunner.checking.blocks.words import Mark, Words
from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.forms import is_of_absence
from mprunner.checking.matching import Matcher
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import phrase, told
from mprunner.recording.events import Event
from mprunner.records import record


@record
class Step:
    """One event (`roles` names one matcher) or an unordered group of events; `times` already written out.

    `gap` is the matcher of what must not stand between the step before and this one, `inside` of what must not stand
    between the events of a group.
    """

    roles: tuple[int, ...]
    next: bool = False
    gap: int | None = None
    inside: int | None = None


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

    @property
    def state(self) -> tuple[Any, ...]:
        """All that is known, as a value; it can be set to such a one."""
        return (*self._masks,), (*self._taken,), self.missing

    @state.setter
    def state(self, state: tuple[Any, ...]) -> None:
        masks, taken, self.missing = state
        self._masks, self._taken = [*masks], [*taken]

    def _place(self, event: int, tried: set[int]) -> bool:
        for member in range(len(self._taken)):
            if self._masks[event] >> member & 1 and member not in tried:
                tried.add(member)
                holder = self._taken[member]
                if holder is None or self._place(holder, tried):
                    self._taken[member] = event
                    return True
        return False


class Subsets:
    """Which parts of an unordered group can have been reached (as bits), when its first event may come only at times."""

    __slots__ = ("_all", "_reached")

    def __init__(self, size: int) -> None:
        self._all = (1 << size) - 1
        self._reached: set[int] = set()

    def add(self, mask: int, *, may_begin: bool, cuts: bool) -> bool:
        """Offer an event that fits these members (bits); tell whether it can be the last of the whole group. One that
        `cuts` must not stand between two of them.
        """
        done = False
        added: set[int] = set()
        for before in [*self._reached, *([0] if may_begin else [])]:
            rest = mask & ~before
            while rest:
                bit = rest & -rest
                rest &= ~bit
                if before | bit == self._all:
                    done = True
                else:
                    added.add(before | bit)
        self._reached = added if cuts else self._reached | added
        return done

    @property
    def state(self) -> frozenset[int]:
        """All that is known, as a value; it can be set to such a one."""
        return frozenset(self._reached)

    @state.setter
    def state(self, state: frozenset[int]) -> None:
        self._reached = {*state}

    def unfilled(self) -> list[int]:
        best = max(self._reached, key=lambda one: one.bit_count(), default=0)
        return [member for member in range(self._all.bit_length()) if not best >> member & 1]


def _bits(bits: int) -> Iterator[int]:
    """The numbers of the bits that are set."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


class Sequence(Constraint):
    __slots__ = (
        "_among", "_anywhere", "_cuts", "_cutting", "_following", "_furthest", "_groups", "_here", "_last_gap", "_pairings",
        "_reached", "_singles", "_steps", "_words",
    )  # fmt: skip

    def __init__(
        self,
        matchers: Steps[Matcher],
        steps: Steps[Step],
        *,
        last_gap: int | None = None,
        among: Matcher | None = None,
    ) -> None:
        following = any(step.next for step in steps)
        every = [*matchers] if among is None else [*matchers, among]
        super().__init__(every, wants_all=following and among is None)
        self._among = 0 if among is None else 1 << len(matchers)
        self._last_gap = last_gap
        gaps = [*(step.gap for step in steps), last_gap]
        self._cutting = [(1 << role, state) for state, role in enumerate(gaps) if role is not None]
        self._cuts: dict[int, Event] = {}
        self._steps = tuple(steps)
        self._following = following
        self._singles: list[tuple[int, int, int]] = []
        for role in range(len(matchers)):
            loose = tight = 0
            for index, step in enumerate(steps):
                if step.roles == (role,):
                    loose |= 0 if step.next else 1 << index
                    tight |= 1 << index if step.next else 0
            self._singles.append((1 << role, loose, tight))
        self._groups = [(index, step.roles) for index, step in enumerate(steps) if len(step.roles) > 1]
        self._pairings: dict[int, Pairing | Subsets] = {}
        self._anywhere = 1
        self._here = 1  # a first step that is `next` is the first event of all
        self._reached: list[Event | None] = [None] * (len(steps) + 1)
        self._furthest = 0
        self._words: Words | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """What has to fit, `times` written out."""
        return self._steps

    def feed(self, event: Event, mask: int) -> None:
        if self._among and not mask & self._among:
            return
        new, cut = self._take(mask)
        self._note(new, cut, event)

    def feed_block(self, sight: Sight) -> None:
        words = self._words
        if words is None:
            words = self._words = Words(self._stepped, self._among)
        table = words.table(sight)
        if table is None:
            self.feed_each(sight)
            return
        self._state, marks = words.run(self._state, sight, table)
        # What is reached or cut again later is not asked for: only the last events of each state are made.
        reached: dict[int, int] = {}
        cuts: dict[int, int] = {}
        for number, (new, cut) in marks:
            for state in _bits(cut):
                cuts[state] = number
            for state in _bits(new):
                reached[state] = number
                cuts.pop(state, None)
                self._cuts.pop(state, None)
        self._cuts.update({state: sight.event(sight.row.place(table, at)) for state, at in cuts.items()})
        for state, at in reached.items():
            self._reached[state] = sight.event(sight.row.place(table, at))
        self._furthest = max(self._furthest, *reached, 0)

    @property
    def _state(self) -> Hashable:
        """What counts of all that came, as a value; it can be set to such a one."""
        pairings = tuple([(index, self._pairings[index].state) for index in sorted(self._pairings)])
        return self._anywhere, self._here if self._following else 0, pairings

    @_state.setter
    def _state(self, state: Any) -> None:
        self._anywhere, self._here, pairings = state
        self._pairings = {index: self._pairing(index) for index, _ in pairings}
        for index, known in pairings:
            self._pairings[index].state = known

    def _stepped(self, state: Hashable, mask: int) -> tuple[Hashable, Mark]:
        """The state after an event, and what it newly reached and cut."""
        now = self._state
        self._state = state
        new, cut = self._take(mask)
        after, self._state = self._state, now
        return after, (new, cut) if new or cut else None

    def _take(self, mask: int) -> tuple[int, int]:
        """Take an event: what it newly reaches, and what it cuts, as bits."""
        before, here, cut = self._anywhere, 0, 0
        if mask:
            for role, loose, tight in self._singles:
                if mask & role:
                    here |= ((before & loose) | (self._here & tight)) << 1
            for index, roles in self._groups:
                reached = before >> index & 1
                if reached or index in self._pairings:
                    here |= self._offer(index, roles, mask, bool(reached)) << index + 1
            for role, state in self._cutting:
                if mask & role:
                    cut |= before & 1 << state
            before &= ~cut
            self._anywhere = before | here
        self._here = here
        return here & ~before, cut

    def _offer(self, index: int, roles: tuple[int, ...], mask: int, reached: bool) -> int:
        fits = 0
        for member, role in enumerate(roles):
            fits |= (mask >> role & 1) << member
        inside = self._steps[index].inside
        cuts = inside is not None and bool(mask >> inside & 1)
        if not fits and not cuts:
            return 0
        pairing = self._pairings.get(index)
        if pairing is None:
            pairing = self._pairings[index] = self._pairing(index)
        if isinstance(pairing, Subsets):
            return int(pairing.add(fits, may_begin=reached, cuts=cuts))
        pairing.add(fits)
        return 0 if pairing.missing else 1

    def _pairing(self, index: int) -> Pairing | Subsets:
        """What is known at first of the group at a step."""
        step = self._steps[index]
        plain = step.gap is None and step.inside is None
        return Pairing(len(step.roles)) if plain else Subsets(len(step.roles))

    def _note(self, new: int, cut: int, event: Event) -> None:
        for state in _bits(cut):
            self._cuts[state] = event
        for state in _bits(new):
            self._reached[state] = event
            self._cuts.pop(state, None)
            self._furthest = max(self._furthest, state)

    def memory(self) -> Hashable:
        if self._last_gap is None and self._anywhere >> len(self._steps) & 1:
            return "kept"
        return self._state, self._furthest, frozenset(self._cuts)

    def by_masks(self) -> bool:
        return True

    def finish(self, end: End) -> Finding:
        total = len(self._steps)
        reached = self._furthest
        if self._anywhere >> total & 1:
            absent = self._following or self._cutting or any(is_of_absence(one.form) for one in self.matchers)
            summary = f"{total} of {total} steps"
            return Finding("kept", total, summary, final=self._last_gap is None, proven=not absent)
        last = self._reached[reached]
        cut = self._cuts.get(reached)
        if cut is not None:
            return self._interrupted(end, last, cut)
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

    def _interrupted(self, end: End, last: Event | None, cut: Event) -> Finding:
        total, reached = len(self._steps), self._furthest
        where = "before the first step" if last is None else f"since {told(last)}, step {reached} of {total}"
        reason = f"{told(cut)}, which must not stand {'after the last step' if reached == total else 'there'}: {where}"
        witnesses = [] if last is None else [Witness(last, f"step {reached}, the last that fits")]
        witnesses.append(Witness(cut, "must not stand here"))
        summary = f"{reached} of {total} steps"
        hopeless = not self._anywhere and not self._pairings
        if end.complete or hopeless:
            return Finding("broken", max(reached, 1), summary, reason, tuple(witnesses))
        reason += "; the run was cut short"
        return Finding("inconclusive", max(reached, 1), summary, reason, tuple(witnesses))

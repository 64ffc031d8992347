"""`sequence` and `output` in their strict reading: some choice of events fits whose steps are ordered by edges; and no line
can change places with one that says something else.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from collections.abc import Sequence as Steps
from itertools import groupby

from mprunner.checking.by_chance.forced import Forced, Place
from mprunner.checking.constraint import End, Finding
from mprunner.checking.constraints.sequence import Pairing, Step
from mprunner.checking.forms import MatcherForm
from mprunner.checking.happens_before.causality import Causality
from mprunner.checking.matching import Matcher
from mprunner.recording.events import Event
from mprunner.records import replaced

__all__ = ["ForcedLines", "ForcedOutput", "ForcedSequence", "ForcedSteps", "together"]

Lasts = dict[int, Place]


class _Reached:
    """What a step has been reached by: of a single event the first of each lane; of a group those that its members may be."""

    __slots__ = ("candidates", "firsts", "last", "loose", "members")

    def __init__(self, members: int) -> None:
        self.members = members
        self.firsts: Lasts = {}
        self.candidates: list[tuple[Place, int]] = []
        self.last: Place | None = None
        self.loose: tuple[Place, Place] | None = None


class ForcedSequence(Forced):
    """Step i is reached by an event that fits and comes after one that reached step i - 1; the first of each lane is enough.

    `steps` are given `together`.
    """

    __slots__ = ("_reached", "_roles", "_steps")

    def __init__(self, matchers: Steps[Matcher], steps: tuple[Step, ...], causality: Causality) -> None:
        super().__init__(tuple(matchers), causality)
        self._steps = steps
        self._reached = [_Reached(0), *(_Reached(len(step.roles)) for step in steps)]
        self._roles = [
            sum(1 << index for index, step in enumerate(steps) if role in step.roles)
            for role in range(len(matchers))
        ]

    def feed(self, event: Event, mask: int) -> None:
        steps = 0
        for role, bits in enumerate(self._roles):
            if mask >> role & 1:
                steps |= bits
        here: Place | None = None
        while steps:
            index = steps.bit_length() - 1
            steps &= ~(1 << index)
            reached, before = self._reached[index + 1], self._reached[index]
            if index and not (before.firsts or before.candidates):
                continue
            here = here or self._place(event)
            if reached.members > 1:
                self._offer(reached, index, here, mask)
            elif here.lane not in reached.firsts:
                if self._follows(index, here):
                    reached.firsts[here.lane] = reached.last = here
                elif before.last is not None:
                    before.loose = before.loose or (before.last, here)

    def _offer(self, reached: _Reached, index: int, here: Place, mask: int) -> None:
        roles = self._steps[index].roles
        fits = sum(1 << member for member, role in enumerate(roles) if mask >> role & 1)
        alike = sum(1 for place, other in reached.candidates if place.lane == here.lane and other == fits)
        if alike >= reached.members:
            return
        before = self._reached[index]
        if index and before.members > 1 and not self._follows(index, here):
            return
        if before.members == 1 and not any(map(here.after, before.firsts.values())):
            if before.last is not None:
                before.loose = before.loose or (before.last, here)
            return
        reached.candidates.append((here, fits))
        reached.last = here

    def _follows(self, index: int, here: Place) -> bool:
        """Whether it comes after some choice for the steps before this one."""
        if not index:
            return True
        before = self._reached[index]
        if before.members == 1:
            return any(map(here.after, before.firsts.values()))
        return self._filled(index, here.after)

    def _filled(self, index: int, counts: Callable[[Place], bool]) -> bool:
        """Whether each member of the group that ends with step `index` has an event of its own, all after one choice for the
        step before.
        """
        group, before = self._reached[index], self._reached[index - 1]
        starts: Iterable[Place | None] = before.firsts.values() if before.members == 1 else (None,)
        for start in starts:
            fitting = [
                fits
                for place, fits in group.candidates
                if counts(place) and (start is None or place.after(start))
            ]
            if len(set(self._steps[index - 1].roles)) == 1:
                if len(fitting) >= group.members:
                    return True
                continue
            pairing = Pairing(group.members)
            for fits in fitting:
                if pairing.missing:
                    pairing.add(fits)
            if not pairing.missing:
                return True
        return False

    def finish(self, end: End) -> Finding:
        total = len(self._steps)
        last = self._reached[total]
        done = bool(last.firsts) if last.members == 1 else self._filled(total, lambda place: True)
        if not done:
            for reached in reversed(self._reached):
                if reached.loose is not None:
                    self._fail(*reached.loose)
                    break
            else:
                self._fail(None, None)
        return super().finish(end)


def together(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps, with those that are alike and follow one another as a group: which of them is which makes no difference."""
    found: list[Step] = []
    for step, alike in groupby(steps, key=lambda step: replaced(step, gap=None)):
        count = len(list(alike))
        grouped = len(step.roles) == 1 and not step.next
        found += [Step(step.roles * count)] if grouped else [step] * count
    return tuple(found)


class ForcedLines(Forced):
    """Every event comes after all earlier ones that are not like it: `_key` tells which are alike, so that their order
    makes no difference; `_step` which belong together in any order.
    """

    __slots__ = ("_lasts", "_others", "_pending", "_step_now")

    def __init__(self, matchers: tuple[Matcher, ...], causality: Causality) -> None:
        super().__init__(matchers, causality)
        self._lasts: dict[int, tuple[Place, Hashable]] = {}
        self._others: dict[int, tuple[Place, Hashable]] = {}
        self._pending: list[tuple[Place, Hashable]] = []
        self._step_now: int | None = None

    def _line(self, event: Event, key: Hashable, step: int) -> None:
        if self._loose is not None:
            return
        here = self._place(event)
        if step != self._step_now:
            for place, other in self._pending:
                self._settle(place, other)
            self._pending.clear()
            self._step_now = step
        for earlier in self._unlike(key):
            if not here.after(earlier):
                self._fail(earlier, here)
        self._pending.append((here, key))

    def _settle(self, place: Place, key: Hashable) -> None:
        last = self._lasts.get(place.lane)
        if last is not None and last[1] != key:
            self._others[place.lane] = last
        self._lasts[place.lane] = (place, key)

    def _unlike(self, key: Hashable) -> Iterator[Place]:
        """Of each lane the last event that is not like this one."""
        for lane, last in self._lasts.items():
            found = last if last[1] != key else self._others.get(lane)
            if found is not None:
                yield found[0]


class ForcedOutput(ForcedLines):
    """Of all printed lines; equal ones may change places."""

    __slots__ = ("_count",)

    def __init__(self, causality: Causality) -> None:
        super().__init__((Matcher(MatcherForm(op="print")),), causality)
        self._count = 0

    def feed(self, event: Event, mask: int) -> None:
        self._count += 1
        self._line(event, event.call.values.get("text"), self._count)


class ForcedSteps(ForcedLines):
    """Of all events of the steps' kind (the last matcher): those that fit the same steps may change places, and those of
    one group.
    """

    __slots__ = ("_ends", "_index", "_seen")

    def __init__(
        self, matchers: Steps[Matcher], everything: Matcher, steps: Steps[Step], causality: Causality
    ) -> None:
        super().__init__((*matchers, everything), causality)
        self._ends: list[int] = []
        for step in steps:
            self._ends.append((self._ends[-1] if self._ends else 0) + len(step.roles))
        self._index = 0
        self._seen = 0

    def feed(self, event: Event, mask: int) -> None:
        if not mask:
            return
        self._seen += 1
        while self._index < len(self._ends) and self._seen > self._ends[self._index]:
            self._index += 1
        self._line(event, mask, self._index)

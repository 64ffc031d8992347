"""What there is to tell of a sequence that does not fit: which events fit its first steps, and what nearly fits the next."""

from __future__ import annotations

from collections.abc import Sequence as Steps

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.constraints.sequence import Pairing, Step
from mprunner.checking.telling.teller import Teller
from mprunner.checking.verdict import Proof, Witness
from mprunner.checking.wording import counted, number, told
from mprunner.recording.events import Event
from mprunner.records import replaced

__all__ = ["CompleteTeller", "SequenceTeller"]

CUT = "must not stand here"
"""The role of what stands in a gap that forbids it."""
_SHOWN = 5
"""How many of the steps that fit are shown: the last ones."""


class SequenceTeller(Teller):
    """With `among` the last matcher selects the events that are looked at."""

    __slots__ = ("_steps",)

    def __init__(self, inner: Constraint, steps: Steps[Step], *, among: bool) -> None:
        super().__init__(inner, among=1 << len(inner.matchers) - 1 if among else 0)
        self._steps = tuple(steps)

    def _told(self, found: Finding, end: End) -> Finding:
        if any(one.role == CUT for one in found.witnesses):
            return replaced(found, proof=Proof())
        reached, last = self._furthest()
        if reached == len(self._steps):
            return found
        fits = self._chosen(reached, last)
        step = self._steps[reached]
        missing = [
            role
            for role in step.roles
            if not any(self._fits(place, role) for place in range(last + 1, len(self._log)))
        ]
        wanted = " and no ".join(self._phrase(role) for role in missing or step.roles[:1])
        cut = "; the run was cut short" if found.status == "inconclusive" else ""
        shown = fits[-_SHOWN:]
        witnesses = [Witness(self._event(place), f"step {at}") for at, place in shown]
        near = self._near(step, fits)
        group = len(step.roles) > 1
        if group:
            bits = sum(1 << role for role in step.roles)
            found_ones = [at for at in range(last + 1, len(self._log)) if self._log[at][1] & bits]
            witnesses += [
                Witness(self._event(at), f"one of step {reached + 1}") for at in found_ones[:_SHOWN]
            ]
        of_step = f"of step {reached + 1}, in any order, " if group else ""
        if last < 0:
            reason = f"none of the {counted(len(self._steps), 'step')} fits: {of_step}no {wanted} came{cut}"
            return replaced(found, reason=reason, witnesses=tuple(witnesses), proof=Proof())
        after = self._event(last)
        where = "right after that" if step.next else "after that"
        if (
            not step.next
            and len(step.roles) == 1
            and not any(mask & 1 << step.roles[0] for _, mask in self._log)
        ):
            where = "at all"
        reason = f"{reached} of {len(self._steps)} steps fit, up to where {told(after)}; {of_step}no {wanted} came {where}"
        order: tuple[tuple[Event, Event], ...] = ()
        if near is not None:
            event = self._event(near)
            if near < last:
                role = f"step {reached + 1} would fit, too early"
                reason += f"; the last one is {number(event)}"
                order = ((event, after),)
            else:
                role = (
                    "came instead"
                    if step.next and near == last + 1
                    else f"step {reached + 1} would fit, not next"
                )
                order = ((after, event),)
            witnesses.append(Witness(event, role))
            late = next((at for at in range(near + 1, len(self._log)) if self._fits(at, step.roles[0])), None)
            if step.next and late is not None:
                witnesses.append(Witness(self._event(late), "not right after it"))
        in_order = tuple(sorted(witnesses, key=lambda witness: witness.event.position))
        return replaced(found, reason=reason + cut, witnesses=in_order, proof=Proof(order=order))

    def _kept(self, found: Finding) -> Finding:
        if any(step.gap is not None for step in self._steps):
            return found
        fits = self._chosen(*self._furthest())
        witnesses = tuple(Witness(self._event(place), f"step {at}") for at, place in fits[-2 * _SHOWN :])
        return replaced(found, witnesses=witnesses)

    def _fits(self, place: int, role: int) -> bool:
        return bool(self._log[place][1] >> role & 1)

    def _reach(self) -> list[int]:
        """For each place the steps (as bits) that some choice completes exactly with it."""
        found = []
        anywhere = here = 1
        pairings: dict[int, Pairing] = {}
        for _, mask in self._log:
            now = 0
            for index, step in enumerate(self._steps):
                if len(step.roles) == 1:
                    if mask >> step.roles[0] & 1 and (here if step.next else anywhere) >> index & 1:
                        now |= 2 << index
                elif anywhere >> index & 1:
                    fits = sum(1 << member for member, role in enumerate(step.roles) if mask >> role & 1)
                    pairing = pairings.setdefault(index, Pairing(len(step.roles)))
                    if fits:
                        pairing.add(fits)
                        now |= 0 if pairing.missing else 2 << index
            for state, step in enumerate(self._steps):
                if step.gap is not None and mask >> step.gap & 1:
                    anywhere &= ~(1 << state)
            anywhere |= now
            here = now
            found.append(now)
        return found

    def _furthest(self) -> tuple[int, int]:
        """How many steps fit some choice, and the place at which they first do."""
        best, at = 0, -1
        for place, bits in enumerate(self._reach()):
            if bits.bit_length() - 1 > best:
                best, at = bits.bit_length() - 1, place
        return best, at

    def _chosen(self, reached: int, last: int) -> list[tuple[int, int]]:
        """One choice of events for the first steps, as (number of the step, place), the earliest that there is."""
        reach = self._reach()
        chosen: list[tuple[int, int]] = []
        place = last
        for index in range(reached, 0, -1):
            step = self._steps[index - 1]
            before = place - 1
            previous = (
                place - 1
                if step.next
                else next((at for at in range(place) if reach[at] >> index - 1 & 1), -1)
            )
            if len(step.roles) > 1:
                for role in step.roles:
                    at = next((at for at in range(previous + 1, before + 2) if self._fits(at, role)), None)
                    if at is not None and (index, at) not in chosen:
                        chosen.append((index, at))
            else:
                chosen.append((index, place))
            place = previous
        return sorted(chosen, key=lambda pair: pair[1])

    def _near(self, step: Step, fits: list[tuple[int, int]]) -> int | None:
        """What nearly fits the next step: it came too early, or not right after."""
        last = fits[-1][1] if fits else -1
        if step.next:
            return last + 1 if last + 1 < len(self._log) else None
        taken = {place for _, place in fits}
        near = [
            place
            for place in range(last)
            if place not in taken and any(self._fits(place, role) for role in step.roles)
        ]
        return near[-1] if near else None


class CompleteTeller(Teller):
    """A sequence with `complete: true`: the events that fit before the one that does not, and what was promised there."""

    __slots__ = ("_all",)

    def __init__(self, inner: Constraint) -> None:
        super().__init__(inner)
        self._all = 1 << len(self.matchers) - 1

    def _told(self, found: Finding, end: End) -> Finding:
        if not found.witnesses:
            return found
        wrong = found.witnesses[-1]
        selected = [self._event(place) for place in self._selected(self._all)]
        before = [event for event in selected if event.position < wrong.event.position][-3:]
        fits = [Witness(event, "fits") for event in before]
        if wrong.role == "does not fit":
            return replaced(found, witnesses=(*fits, wrong), proof=Proof())
        return replaced(found, witnesses=(*fits, Witness(wrong.event, "the last that fits")), proof=Proof())

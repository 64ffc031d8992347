"""`sequence` with `complete: true`: the steps, and nothing else of what they are about.

Which events must not be left out is told by the steps' matchers without their values: `complete: true` over
prints leaves no print out, over `{op: put, object: q}` no put into q. Then the n-th of those events is the
n-th step, and nothing is left to choose.
"""

from __future__ import annotations

from collections.abc import Hashable
from collections.abc import Sequence as Steps

from mprunner.checking.blocks.sight import Sight
from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.constraints.sequence import Pairing, Step
from mprunner.checking.matching import Matcher
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import phrase, told
from mprunner.recording.events import Event


class CompleteSequence(Constraint):
    """`matchers` are those of the steps and, as the last one, that of all events that must not be left
    out.
    """

    __slots__ = (
        "_all",
        "_among",
        "_broken",
        "_following",
        "_index",
        "_last",
        "_last_any",
        "_pairing",
        "_seen",
        "_steps",
        "_witness",
    )

    def __init__(
        self, matchers: Steps[Matcher], everything: Matcher, steps: Steps[Step], *, among: bool = False
    ) -> None:
        self._following = any(step.next for step in steps)
        super().__init__([*matchers, everything], wants_all=not among and self._following)
        self._among = 1 << len(matchers) if among else 0
        self._all = 1 << len(matchers)
        self._steps = tuple(steps)
        self._index = 0
        self._seen = 0
        self._pairing: Pairing | None = None
        self._broken: str | None = None
        self._witness: Event | None = None
        self._last: Event | None = None
        self._last_any: Event | None = None

    def feed(self, event: Event, mask: int) -> None:
        if self._among and not mask & self._among:
            return
        previous, self._last_any = self._last_any, event
        if self._broken is not None or not mask:
            return
        self._seen += 1
        if self._index == len(self._steps):
            self._fail(event, f"nothing more is promised, but {told(event)}")
            return
        step = self._steps[self._index]
        if step.next and self._last is not previous:
            self._fail(event, f"{told(event)} does not come right after the step before it")
        elif len(step.roles) == 1:
            if mask >> step.roles[0] & 1:
                self._index += 1
            else:
                self._fail(event, f"{told(event)} where {self._wanted(step)} is promised")
        else:
            self._offer(event, mask, step)
        self._last = event

    def feed_block(self, sight: Sight) -> None:
        """Only as many events are looked at as there are steps left, and one."""
        if self._broken is not None:
            return
        eyes, symbols, among = sight.eyes, sight.row.symbols, self._among
        wanted = symbols.translate(
            eyes.table(("wanted", among), lambda mask: bool(mask & among if among else mask))
        )
        fed = symbols.translate(
            eyes.table(("fed", among), lambda mask: bool(mask & among) if among else True)
        )
        place = wanted.find(1)
        while place >= 0 and self._broken is None:
            before = fed.rfind(1, 0, place) if self._following else -1
            if before >= 0:
                self._last_any = sight.event(before)
            self.feed(sight.event(place), sight.mask(place))
            place = wanted.find(1, place + 1)
        last = fed.rfind(1) if self._following else -1
        if last >= 0:
            self._last_any = sight.event(last)

    def _offer(self, event: Event, mask: int, step: Step) -> None:
        if self._pairing is None:
            self._pairing = Pairing(len(step.roles))
        fits = 0
        for member, role in enumerate(step.roles):
            fits |= (mask >> role & 1) << member
        if not self._pairing.add(fits):
            self._fail(event, f"{told(event)} where {self._wanted(step)} is promised")
        elif not self._pairing.missing:
            self._pairing = None
            self._index += 1

    def _wanted(self, step: Step) -> str:
        members = self._pairing.unfilled() if self._pairing is not None else range(len(step.roles))
        return " or ".join(phrase(self.matchers[step.roles[member]].form) for member in members)

    def _fail(self, event: Event, reason: str) -> None:
        self._broken, self._witness = reason, event

    def memory(self) -> Hashable:
        if self._broken is not None:
            return "broken"
        group = None if self._pairing is None else self._pairing.state
        return self._index, group, self._last is self._last_any

    def by_masks(self) -> bool:
        return True

    def finish(self, end: End) -> Finding:
        total = sum(len(step.roles) for step in self._steps)
        activations = max(self._seen, 1)
        if self._broken is not None and self._witness is not None:
            summary = (
                f"event {self._seen} of {total} differs" if self._seen <= total else "one event too many"
            )
            witnesses = [Witness(self._witness, "does not fit")]
            if self._last is not None and self._last is not self._witness:
                witnesses.insert(0, Witness(self._last, "the last that fits"))
            return Finding("broken", activations, summary, self._broken, tuple(witnesses))
        if self._index < len(self._steps):
            wanted = self._wanted(self._steps[self._index])
            after = f"after {told(self._last)}" if self._last is not None else "from the start"
            reason = f"{wanted} is missing {after}"
            status = "broken" if end.complete else "inconclusive"
            if not end.complete:
                reason += "; the run was cut short"
            witnesses = [] if self._last is None else [Witness(self._last, "the last that fits")]
            return Finding(
                "broken" if status == "broken" else "inconclusive",
                activations, f"{self._seen} of {total} events", reason, tuple(witnesses),
            )  # fmt: skip
        return Finding("kept", activations, f"{total} of {total} events, nothing else")

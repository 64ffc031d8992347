"""Promises made of promises: each part is fed its own events, and the parts' findings make one.

Kleene's logic: what is inconclusive stays so unless the other parts decide. On a record that was cut off a part
that is kept so far may still break, unless it is `final`; so its negation is inconclusive there.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Sequence

from mprunner.checking.blocks.eyes import See
from mprunner.checking.blocks.sight import Sight
from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.matching import stands_here
from mprunner.checking.wording import listed
from mprunner.recording.events import Call, Event
from mprunner.records import replaced


class Composed(Constraint):
    """Gives its parts (`titles` name them) their events; what their findings make is told by `_together`."""

    __slots__ = ("_parts", "_titles", "aspect_varies")

    def __init__(self, parts: Sequence[Constraint], titles: Sequence[str]) -> None:
        matchers = [matcher for part in parts for matcher in part.matchers]
        super().__init__(matchers, wants_all=any(part.wants_all for part in parts))
        self._titles = titles
        self._parts: list[tuple[Constraint, int, int]] = []
        self.aspect_varies = any(part.aspect_varies for part in parts)
        shift = 0
        for part in parts:
            self._parts.append((part, shift, (1 << len(part.matchers)) - 1))
            shift += len(part.matchers)

    def feed(self, event: Event, mask: int) -> None:
        for part, shift, bits in self._parts:
            own = mask >> shift & bits
            if own or (part.wants_all and stands_here(event)):
                part.feed(event, own)

    def feed_block(self, sight: Sight) -> None:
        for number, (part, shift, bits) in enumerate(self._parts):
            own = Sight(sight.row, sight.eyes.derived(number, _see_part(number, part, shift, bits)))
            if own.seen:
                part.feed_block(own)

    def aspect(self, call: Call) -> Hashable:
        return tuple([part.aspect(call) for part, *_ in self._parts])

    def by_masks(self) -> bool:
        return all(part.by_masks() for part, *_ in self._parts)

    def memory(self) -> Hashable:
        found = [part.memory() for part, *_ in self._parts]
        return None if None in found else tuple(found)

    def finish(self, end: End) -> Finding:
        return self._together([part.finish(end) for part, *_ in self._parts], end)

    @abstractmethod
    def _together(self, findings: list[Finding], end: End) -> Finding: ...


def _see_part(number: int, part: Constraint, shift: int, bits: int) -> See:
    """How a part sees what the whole sees."""

    def see(mask: int, always: bool, aspect: Hashable) -> tuple[int, bool, Hashable] | None:
        own, wants = mask >> shift & bits, always and part.wants_all
        return (own, wants, aspect[number]) if own or wants else None  # type: ignore[index]

    return see


class All(Composed):
    """All parts hold. Nothing put it to the test when nothing did with any part, or (`each_tested`) with one
    of them.
    """

    __slots__ = ("_each_tested",)

    def __init__(self, parts: Sequence[Constraint], titles: Sequence[str], *, each_tested: bool) -> None:
        super().__init__(parts, titles)
        self._each_tested = each_tested

    def _together(self, findings: list[Finding], end: End) -> Finding:
        activations = sum(one.activations for one in findings)
        for status in ("broken", "inconclusive"):
            for one in findings:
                if one.status == status:
                    return replaced(one, activations=max(activations, 1))
        if self._each_tested and not all(one.activations for one in findings):
            activations = 0
        summaries = dict.fromkeys(one.summary for one in findings if one.activations)
        summary = listed([*summaries], "; ") or findings[0].summary
        final, proven = all(one.final for one in findings), all(one.proven for one in findings)
        return Finding("kept", activations, summary, final=final, proven=proven)


class Any(Composed):
    """One part at least holds; one that nothing put to the test counts only where no other holds."""

    __slots__ = ()

    def _together(self, findings: list[Finding], end: End) -> Finding:
        kept = [pair for pair in zip(findings, self._titles, strict=True) if pair[0].status == "kept"]
        if kept:
            best, which = next((pair for pair in kept if pair[0].activations), kept[0])
            final, proven = any(one.final for one, _ in kept), any(one.proven for one, _ in kept)
            return Finding("kept", best.activations, f"{which}: {best.summary}", final=final, proven=proven)
        activations = max(sum(one.activations for one in findings), 1)
        for one in findings:
            if one.status == "inconclusive":
                return replaced(one, activations=activations)
        reason = "none of them holds: " + "; ".join(one.reason or one.summary for one in findings)
        told = {(one.event.position, one.role): one for finding in findings for one in finding.witnesses}
        witnesses = tuple(told[key] for key in sorted(told))
        summary = listed([one.summary for one in findings], "; ")
        proven = all(one.proven for one in findings)
        return Finding(
            "broken", activations, summary, reason, witnesses, proof=findings[0].proof, proven=proven
        )


class Not(Composed):
    """The part does not hold."""

    __slots__ = ()

    def _together(self, findings: list[Finding], end: End) -> Finding:
        (one,) = findings
        activations = max(one.activations, 1)
        if one.status == "inconclusive":
            return replaced(one, activations=activations)
        if one.status == "broken":
            return Finding("kept", activations, one.summary, final=True, proven=one.proven)
        whole = (
            "; " in one.summary
        )  # of several promises: the numbers of each, without its name, tell nothing
        reason = f"it holds: {self._titles[0]}{'' if whole else f' ({one.summary})'}"
        if one.final or end.complete:
            return Finding(
                "broken", activations, one.summary, reason, one.witnesses, proof=one.proof, proven=one.proven
            )
        reason = f"so far {reason}; the run was cut short"
        return Finding("inconclusive", activations, one.summary, reason, one.witnesses)


class If(Composed):
    """When the first part holds, the second does. A first part that does not hold puts nothing to the test."""

    __slots__ = ()

    def _together(self, findings: list[Finding], end: End) -> Finding:
        condition, then = findings
        if condition.status == "broken":
            return Finding("kept", 0, f"not so: {self._titles[0]}", final=True, proven=condition.proven)
        activations = max(condition.activations, 1)
        if then.status == "kept":
            return replaced(then, activations=activations)
        if then.status == "inconclusive":
            return replaced(then, activations=activations)
        certain = condition.status == "kept" and (condition.final or end.complete)
        reason = f"{self._titles[0]} ({condition.summary}), but {then.reason or then.summary}"
        if certain:
            proven = condition.proven and then.proven
            return Finding(
                "broken", activations, then.summary, reason, then.witnesses, proof=then.proof, proven=proven
            )
        words = condition.reason if condition.status == "inconclusive" else "the run was cut short"
        return Finding("inconclusive", activations, then.summary, f"{reason}; {words}", then.witnesses)

"""All that a report tells of a verdict: the events, why their order is certain, how often, and what does hold.

It judges the promise once more, with what remembers (`telling/`), and then the weaker ones (`nearest.py`). That takes two slow
passes over the events, so it is done only for verdicts that are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from mprunner.checking.building import Around, build
from mprunner.checking.constraint import Constraint, Finding, Make
from mprunner.checking.forms import Body, Declared, PromiseForm
from mprunner.checking.happens_before.because import Because, Ordering
from mprunner.checking.happens_before.causality import Causality
from mprunner.checking.judging import Source, examine
from mprunner.checking.telling.likeness import alike, untested
from mprunner.checking.telling.making import telling
from mprunner.checking.telling.nearest import Candidate, weaker
from mprunner.checking.telling.subtrace import Line, subtrace
from mprunner.checking.telling.teller import Teller
from mprunner.checking.titles import title
from mprunner.checking.unwritten import Unwritten, unwritten
from mprunner.checking.verdict import Proof, Verdict, Witness
from mprunner.recording.blocks import blocks
from mprunner.recording.columns import stay_in_file
from mprunner.recording.events import Event, Recording
from mprunner.recording.order import events as events_of
from mprunner.recording.shapes import Shapes
from mprunner.records import record

__all__ = ["Evidence", "Held", "Step", "gather"]

MOST_CALLS = 2_000_000
"""Calls of a recording that are judged once more: what remembers them takes memory."""
_MOST_STEPS = 2


@record
class Step:
    """How two events of the proof lie to each other, the earlier first."""

    earlier: Event
    later: Event
    ordering: Ordering


@record
class Held:
    """The nearest weaker promise that the recording keeps: how it differs, its title, and a short phrase on how it held."""

    change: str
    title: str
    summary: str


@record
class Evidence:
    """`verdict` with all that there is to tell of it: `reason` and `witnesses` are the better ones to show, `lines` the
    witnesses and what is needed to read them.
    """

    verdict: Verdict
    reason: str | None
    witnesses: tuple[Witness, ...]
    proof: Proof
    because: tuple[Step, ...] = ()
    nearest: Held | None = None
    lines: tuple[Line, ...] = ()


def gather(
    verdicts: Iterable[Verdict],
    forms: Sequence[PromiseForm],
    declared: Declared,
    recording: Recording,
    events: Sequence[Event] | None = None,
) -> list[Evidence]:
    """The evidence for each of these verdicts on one recording; `forms` are the written promises, in their order.

    `events` are those of the recording, for whoever has them already.
    """
    shown = list(verdicts)
    if not shown:
        return []
    if len(recording.calls) > MOST_CALLS:
        return [_short(one) for one in shown]
    court = _Court(declared, recording, events_of(recording) if events is None else events)
    bodies = {one.promise.index: one for one in unwritten(forms, declared)}
    written = [(one, form) for one in shown if (form := _form_of(one, forms, bodies)) is not None]
    tellers: list[list[Teller]] = [[] for _ in written]
    found = court.examine(
        [
            partial(build, form, declared, _collecting(declared, own))
            for (_, form), own in zip(written, tellers, strict=True)
        ]
    )
    candidates = [
        list(weaker(form, [one.number for one in own if one.number is not None]))
        if one.status == "broken" and one.promise.line is not None
        else []
        for (one, form), own in zip(written, tellers, strict=True)
    ]
    held = court.first_that_hold(candidates)
    by_index = {
        one.promise.index: (form, finding, nearest)
        for (one, form), finding, nearest in zip(written, found, held, strict=True)
    }
    return [court.evidence(one, *by_index.get(one.promise.index, (None, None, None))) for one in shown]


def _short(verdict: Verdict) -> Evidence:
    """No more than what judging found."""
    lines = tuple(Line(one.event, one.role) for one in verdict.witnesses)
    return Evidence(verdict, verdict.reason, verdict.witnesses, Proof(), (), None, lines)


def _form_of(
    verdict: Verdict, forms: Sequence[PromiseForm], implied: Mapping[int, Unwritten]
) -> PromiseForm | None:
    """The promise of a verdict; None for an unwritten one that no form can say."""
    index = verdict.promise.index
    if index < len(forms):
        return forms[index]
    body = implied[index].body if index in implied else None
    return None if body is None else PromiseForm(body, verdict.promise.form, said=verdict.promise.title)


def _vacuous(form: PromiseForm | None) -> str:
    what = None if form is None else untested(form.body)
    none = f": there was no {what}" if what is not None else ""
    return f"nothing in the run put it to the test{none}; if that is meant, say `vacuous: ok`"


def _collecting(declared: Declared, into: list[Teller]) -> Around:
    """Puts tellers around constraints, and lists them."""
    around = telling(declared)

    def collecting(make: Make, body: Body) -> Make:
        told = around(make, body)

        def make_and_list() -> Constraint:
            constraint = told()
            if isinstance(constraint, Teller):
                into.append(constraint)
            return constraint

        return make_and_list

    return collecting


class _Court:
    """Judges over one recording."""

    def __init__(self, declared: Declared, recording: Recording, events: Sequence[Event]) -> None:
        self._declared = declared
        self._events = events
        self._recording = recording
        self._causality = Causality(events, declared)
        self._because: Because | None = None
        self._source: Source = partial(blocks, recording)
        if not stay_in_file(recording.calls):
            self._source = partial(list, [*blocks(recording, Shapes())])

    def examine(self, makers: Sequence[Make]) -> list[Finding]:
        constraints = [make() for make in makers]
        return examine(
            self._source,
            self._recording,
            constraints,
            lambda at: makers[at](),
            causality=self._causality,
        )

    def first_that_hold(self, candidates: Sequence[Sequence[Candidate]]) -> list[Held | None]:
        """Of each list the first that is put to the test and kept."""
        every = [(at, one) for at, some in enumerate(candidates) for one in some]
        found = self.examine([partial(build, one.form, self._declared) for _, one in every])
        held: list[Held | None] = [None] * len(candidates)
        for (at, one), finding in zip(every, found, strict=True):
            if held[at] is None and finding.status == "kept" and finding.activations:
                held[at] = Held(one.change, title(one.form), finding.summary)
        return held

    def evidence(
        self, verdict: Verdict, form: PromiseForm | None, finding: Finding | None, nearest: Held | None
    ) -> Evidence:
        """`finding` is what telling found, None (as `form`) for a promise that nobody wrote."""
        same = finding is not None and finding.status == verdict.status
        reason = finding.reason if same and finding is not None else verdict.reason
        witnesses = finding.witnesses if same and finding is not None else verdict.witnesses
        chance = verdict.chance if verdict.status == "broken" else None
        if chance is not None:
            nearest = Held("without `strict: true`", verdict.promise.title, f"{verdict.activations} times")
        if verdict.status == "vacuous":
            reason = _vacuous(form)
        if form is not None and not any(one.event.call.operation == "print" for one in witnesses):
            near = alike(form.body, self._events)
            witnesses = tuple(sorted((*witnesses, *near), key=lambda one: one.event.position))
        proof = finding.proof if same and finding is not None and finding.proof is not None else Proof()
        if chance is not None:
            proof = Proof(order=((chance.earlier, chance.later),))
        steps = tuple(
            Step(earlier, later, self._ordering(earlier, later))
            for earlier, later in proof.order[:_MOST_STEPS]
        )
        edges = [edge for step in steps for edge in step.ordering.edges]
        lines = subtrace(witnesses, edges, proof.stretches, self._events)
        return Evidence(verdict, reason, witnesses, proof, steps, nearest, lines)

    def _ordering(self, earlier: Event, later: Event) -> Ordering:
        if self._because is None:
            self._because = Because(self._recording, self._declared, self._events)
        return self._because.ordering(earlier, later)

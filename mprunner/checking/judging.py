"""Judge promises on one recording: one pass over the events for all of them, a second one only where an
operation never ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from mprunner.checking.blocks.feeding import Feeder
from mprunner.checking.blocks.given import given_blocks
from mprunner.checking.blocks.symbols import Symbols
from mprunner.checking.building import maker
from mprunner.checking.by_chance.chance import is_strict, strict_readings, weighed
from mprunner.checking.constraint import Constraint, End, Finding, Make
from mprunner.checking.constraints.happening import HappensBefore
from mprunner.checking.constraints.outcomes import graded
from mprunner.checking.forms import (
    Body,
    Declared,
    HappensBeforeForm,
    OutcomesForm,
    PartForm,
    PromiseForm,
    RacesForm,
    bodies_of,
    parts_of,
)
from mprunner.checking.happens_before.causality import Causality
from mprunner.checking.happens_before.concurrent import (
    Collected,
    Record,
    can_overlap,
    depends_on_order,
    undecided,
)
from mprunner.checking.in_flight import may_have_happened
from mprunner.checking.matching import ASSUMED, Matcher, default_instant
from mprunner.checking.titles import title
from mprunner.checking.unwritten import no_hang, unwritten
from mprunner.checking.verdict import Promise, Status, Verdict, Witness
from mprunner.checking.wording import told
from mprunner.recording.blocks import Block, blocks
from mprunner.recording.collecting import collector_paused
from mprunner.recording.events import Event, Recording
from mprunner.recording.shapes import Shapes
from mprunner.records import replaced

Rebuild = Callable[[int], Constraint | None]
Source = Callable[[], Iterable[Block]]
"""Gives the blocks of a record, as often as it is asked for them."""

_MOST_SHAPES = 100_000
_MOST_OVERLAPS = 100
_FEW_CALLS = 2000
"""The blocks of records this small are made once, though they are gone over again."""


def judge(
    events: Sequence[Event], recording: Recording, forms: Sequence[PromiseForm], declared: Declared
) -> list[Verdict]:
    """A verdict for each promise, in order, and for each unwritten one that the run put to the test."""
    shapes = Shapes()
    return Judge(forms, declared).judge(recording, lambda: given_blocks(events, shapes))


class Judge:
    """Judges run after run by the same promises, `forms` and those that every scenario makes."""

    def __init__(self, forms: Sequence[PromiseForm], declared: Declared) -> None:
        self._forms = forms
        self._declared = declared
        self._implied = unwritten(forms, declared)
        self._promises = [describe(form, index) for index, form in enumerate(forms)]
        self._promises += [one.promise for one in self._implied]
        self._race: Promise | None = None
        if declared.strict and declared.memory:
            number = len(self._promises)
            self._race = Promise(title="no race on shared memory", form="race", vacuous_ok=True, index=number)
        self._causality = Causality(declared=declared, keep=any(map(_looks_back, forms)))
        self._later_makers = [maker(form, declared) for form in forms] + [one.make for one in self._implied]
        """What makes the constraints for another pass over the record, with which no causality goes along."""
        self._makers = [
            make if self._causality.keeps or not _asks_edges(form) else maker(form, declared, self._at_once)
            for form, make in zip(forms, self._later_makers, strict=False)
        ] + [one.make for one in self._implied]
        self._strict = strict_readings(forms, declared, self._causality)
        self._symbols = Symbols(self._constraints())
        self._overlaps: dict[tuple[int, ...], Symbols] = {}
        self._shapes = Shapes()

    def _at_once(self, make: Make, body: Body) -> Make:
        """A `happens_before` is judged as the record goes by."""
        if not isinstance(body, HappensBeforeForm):
            return make
        earlier, later = Matcher(body.earlier), Matcher(body.later)
        return lambda: HappensBefore(earlier, later, self._causality)

    def judge(
        self, recording: Recording, source: Source | None = None, *, weigh_overlaps: bool = True
    ) -> list[Verdict]:
        """A verdict for each promise, in order, and for each unwritten one that the run put to the test.

        `source` gives the events that are judged; without it they are those of the recording. Without `weigh_overlaps` they
        are taken to stand in their true order, though calls overlap.
        """
        promises, number = self._promises, len(self._forms)
        if len(self._shapes) > _MOST_SHAPES:
            self._shapes = Shapes()  # runs that are all different would make it grow for ever
        shapes = self._shapes
        given: Source = (lambda: blocks(recording, shapes)) if source is None else source
        if source is None and len(recording.calls) < _FEW_CALLS:
            few = [*blocks(recording, shapes)]
            given = lambda: few  # noqa: E731
        causality, strict = self._causality, self._strict
        try:
            findings = examine(
                given, recording, self._constraints(), self._again, self._symbols, causality=causality
            )
        finally:
            causality.begin_again()
        verdicts = [
            verdict(one, finding, recording) for one, finding in zip(promises, findings, strict=False)
        ]
        written, rest = verdicts[:number], verdicts[number:]
        if self._race is not None:
            rest.append(verdict(self._race, findings.pop(), recording))
        ordered: set[int] = set()
        for index, found in zip(strict, findings[len(promises) :], strict=True):
            breaks = is_strict(self._forms[index], self._declared)
            written[index] = weighed(written[index], found, breaks=breaks)
            if found.status == "kept":
                ordered.add(index)
        if weigh_overlaps:
            self._weigh_overlaps(written, ordered, given, recording)
        hang = no_hang(End(recording.ending.complete, recording), written, len(promises) + 1)
        return written + [one for one in rest if one.activations] + ([hang] if hang is not None else [])

    def _weigh_overlaps(
        self, written: list[Verdict], ordered: set[int], given: Source, recording: Recording
    ) -> None:
        """Make those verdicts inconclusive that hang on the order of calls that overlap; `ordered` are known not to."""
        asked: dict[int, Collected] = {}
        for index, one in enumerate(written):
            doubtful = index not in ordered if one.status == "kept" else one.status == "broken"
            if one.chance is not None and one.status == "broken":
                continue  # strictly, whatever the order was
            if doubtful and depends_on_order(self._forms[index]):
                constraint = self._later_makers[index]()
                if not constraint.wants_all and can_overlap(constraint.matchers):
                    asked[index] = Collected(constraint.matchers)
        if not asked:
            return
        which = tuple(asked)
        symbols = self._overlaps.get(which)
        if symbols is None:
            if len(self._overlaps) > _MOST_OVERLAPS:
                self._overlaps.clear()
            symbols = Symbols([Collected(each.matchers) for each in asked.values()])
            self._overlaps[which] = symbols
        feeder = Feeder([*asked.values()], symbols)
        for block in given():
            feeder.feed(block)
        asked = {index: collected for index, collected in asked.items() if collected.overlap}
        if asked:
            record = Record(given(), self._declared)
            end = End(recording.ending.complete, recording)
            for index, collected in asked.items():
                written[index] = undecided(written[index], collected, self._later_makers[index], record, end)

    def _constraints(self) -> list[Constraint]:
        """All constraints, anew."""
        made = [make() for make in (*self._makers, *self._strict.values())]
        if self._race is not None:
            from mprunner.checking.happens_before.races import NoRace  # few scenarios need it

            made.append(NoRace(self._causality, self._declared))
        return made

    def _again(self, index: int) -> Constraint | None:
        return self._later_makers[index]() if index < len(self._promises) else None


def _asks_edges(form: PromiseForm) -> bool:
    return any(isinstance(body, HappensBeforeForm) for body in bodies_of(form.body))


def _looks_back(form: PromiseForm) -> bool:
    """Whether what happened before what is asked for when all has gone by: with `for_each` the values are known only then."""
    if any(isinstance(body, RacesForm) for body in bodies_of(form.body)):
        return True
    return _asks_edges(form) and _has_values(form)


def _has_values(promise: PromiseForm | PartForm) -> bool:
    return bool(promise.for_each) or any(map(_has_values, parts_of(promise.body)))


def describe(form: PromiseForm, index: int) -> Promise:
    """A promise as verdicts carry it."""
    return Promise(
        title=title(form), form=form.form, holds=form.holds, line=form.line, column=form.column, why=form.why,
        vacuous_ok=form.vacuous_ok, index=index, text=form.text,
        end_line=form.end_line, outcomes=graded(form.body) if isinstance(form.body, OutcomesForm) else (),
    )  # fmt: skip


def examine(
    source: Source,
    recording: Recording,
    constraints: Sequence[Constraint],
    again: Rebuild,
    symbols: Symbols | None = None,
    *,
    causality: Causality | None = None,
) -> list[Finding]:
    """What each constraint finds. `again` makes a fresh one, by index, to judge as if what was in flight had happened, or
    None for one that is not judged so. `symbols` are those of the same constraints over other runs; `causality` is
    fed, unless the events were given to it.
    """
    feeder = Feeder(constraints, symbols)
    for block in source():
        with collector_paused():
            if causality is not None:
                causality.feed_block(block)
            feeder.feed(block)
    end = End(recording.ending.complete, recording, causality)
    findings = [constraint.finish(end) for constraint in constraints]
    if causality is not None and not causality.keeps:
        events = (block.event(place) for block in source() for place in range(len(block)))
        end = End(recording.ending.complete, recording, causality.over(events))
    for index, in_flight in feeder.uncertain.items():
        doubtful = may_have_happened(in_flight, recording)
        other = again(index) if doubtful else None
        if other is not None:
            _feed_as_if_ended(other, source, doubtful)
            findings[index] = _either(findings[index], other.finish(end), doubtful[0])
    return findings


def _feed_as_if_ended(constraint: Constraint, source: Source, doubtful: list[Event]) -> None:
    calls = {event.call.number for event in doubtful}
    feeder = Feeder([constraint])
    late: list[Event] = []
    for block in source():
        changed: dict[int, Event] = {}
        for index, number in enumerate(block.numbers):
            if number in calls:
                event = block.event(index)
                values = {**event.call.values, ASSUMED: True}
                call = replaced(event.call, outcome="ok", end=event.call.begin, values=values)
                changed[index] = replaced(event, call=call)
                if default_instant(call.operation, call.kind) == "end":
                    late.append(replaced(event, call=call, at="end"))
        feeder.feed_changed(block, changed)
    feeder.feed_events(late)


def _either(without: Finding, with_them: Finding, event: Event) -> Finding:
    if without.status == with_them.status:
        return without
    reason = f"{told(event)}: what it did is not known, and the promise depends on it"
    activations = max(without.activations, with_them.activations)
    return Finding("inconclusive", activations, without.summary, reason, (Witness(event, "never ended"),))


def verdict(promise: Promise, finding: Finding, recording: Recording) -> Verdict:
    """A finding as a verdict: vacuity, and records with gaps, are weighed here, for all constraints alike.

    What nothing put to the test is `vacuous`; whether that is a fault, the promise's `vacuous_ok` says.
    """
    status: Status = finding.status
    reason, summary = finding.reason, finding.summary
    if (recording.incomplete or recording.ending.how == "lost") and not (
        finding.proven and finding.activations
    ):
        gap = "; ".join(recording.incomplete) or recording.ending.note or "a process could not be recorded"
        status, reason = "inconclusive", f"the record has a gap: {gap}"
    elif status == "kept" and not finding.activations:
        if recording.ending.complete:
            status, reason = "vacuous", "nothing in the run put it to the test"
        else:
            status, reason = "inconclusive", "nothing put it to the test before the run was cut short"
    return Verdict(promise, status, finding.activations, summary, reason, finding.witnesses)

"""From a promise to the constraint that judges it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mprunner.checking.constraint import Constraint, Make
from mprunner.checking.constraints.chains import ChainAfter, ChainBefore, ChainedAfter, ChainedBefore
from mprunner.checking.constraints.closed import Closed
from mprunner.checking.constraints.complete_sequence import CompleteSequence
from mprunner.checking.constraints.composed import All, Any, If, Not
from mprunner.checking.constraints.counting import Count
from mprunner.checking.constraints.delivery import Delivery
from mprunner.checking.constraints.each import Each
from mprunner.checking.constraints.each_after import EachAfter
from mprunner.checking.constraints.each_before import EachBefore
from mprunner.checking.constraints.each_next import EachNext
from mprunner.checking.constraints.each_timed import EachTimed
from mprunner.checking.constraints.exceptions import Raises
from mprunner.checking.constraints.exclusion import Open
from mprunner.checking.constraints.exitcodes import Exitcodes
from mprunner.checking.constraints.for_each import for_each
from mprunner.checking.constraints.hangs import DEADLOCKS, Hangs
from mprunner.checking.constraints.happening import HappensBefore
from mprunner.checking.constraints.interleaving import NoInterleaving
from mprunner.checking.constraints.outcomes import Outcomes
from mprunner.checking.constraints.output import Output
from mprunner.checking.constraints.overtaking import Overtaking
from mprunner.checking.constraints.pair_timed import Prompt
from mprunner.checking.constraints.per import Per
from mprunner.checking.constraints.queue_items import Ends
from mprunner.checking.constraints.queues import Fifo
from mprunner.checking.constraints.relations import Related
from mprunner.checking.constraints.scopes import Scoped
from mprunner.checking.constraints.sequence import Sequence, Step
from mprunner.checking.constraints.spans import span_builder
from mprunner.checking.constraints.variables import Variables
from mprunner.checking.forms import (
    AllForm,
    AnyForm,
    Body,
    ChainForm,
    ClosedForm,
    CountForm,
    DeadlockForm,
    Declared,
    EachForm,
    ExactlyOnceForm,
    ExceptionForm,
    ExitcodesForm,
    FifoForm,
    HangsForm,
    HappensBeforeForm,
    IfForm,
    LinearizableForm,
    MatcherForm,
    NoInterleavingForm,
    NotForm,
    OpenForm,
    OutcomesForm,
    OutputForm,
    OvertakingForm,
    PairForm,
    PartForm,
    PromiseForm,
    RacesForm,
    RelatedForm,
    SequenceForm,
    VariablesForm,
    family,
    parts_of,
)
from mprunner.checking.matching import Matcher, frame, matcher
from mprunner.checking.titles import title

Around = Callable[[Make, Body], Make]
"""Puts something around the constraints of a body: a body that is no composition, made anew for each group and segment."""


def _nothing(make: Make, body: Body) -> Make:
    return make


def build(promise: PromiseForm | PartForm, declared: Declared, around: Around = _nothing) -> Constraint:
    """The constraint of a promise: for each value of its variables its groups inside its segments, so that a scope may
    be told by another process's events.
    """
    return maker(promise, declared, around)()


def maker(promise: PromiseForm | PartForm, declared: Declared, around: Around = _nothing) -> Make:
    """Makes constraints of a promise, as `build`; what does not change in them is made once."""
    if promise.for_each:
        return lambda: _for_each(promise, declared, around)
    make = _maker(promise.body, declared, around)
    if promise.per != "run":
        make = _per(make, promise)
    within = promise.within
    return make if within is None else lambda: Scoped(make, within)


def _for_each(promise: PromiseForm | PartForm, declared: Declared, around: Around) -> Constraint:
    found = for_each(promise, lambda one: build(one, declared, around))
    assert found is not None
    return found


def _per(make: Make, promise: PromiseForm | PartForm) -> Make:
    return lambda: Per(make, promise.per)


def _maker(body: Body, declared: Declared, around: Around) -> Make:
    if isinstance(body, (AllForm, AnyForm, NotForm, IfForm)):
        return _composed(body, declared, around)
    make = around(_single(body, declared), body)
    if isinstance(body, (FifoForm, ExactlyOnceForm, LinearizableForm)):
        return lambda: Per(make, "object")
    return make


def _single(body: Body, declared: Declared) -> Make:
    """Of a body that is no composition; of a queue's each member by itself."""
    if isinstance(body, CountForm):
        return _count(body)
    if isinstance(body, EachForm):
        return _each(body)
    if isinstance(body, ChainForm):
        return _chain(body)
    if isinstance(body, HappensBeforeForm):
        earlier, later = matcher(body.earlier), matcher(body.later)
        return lambda: HappensBefore(earlier, later)
    if isinstance(body, SequenceForm):
        return _sequence(body)
    if isinstance(body, OpenForm):
        limits = {"at_most": body.at_most, "at_least": body.at_least}
        return lambda: Open(
            body.span, span_builder(body.span, declared), each_object=body.each_object, **limits
        )
    if isinstance(body, RelatedForm):
        return _related(body, declared)
    if isinstance(body, ClosedForm):
        return lambda: Closed(body.span, span_builder(body.span, declared))
    if isinstance(body, NoInterleavingForm):
        of = matcher(body.of)
        return lambda: NoInterleaving(of, body.inside, span_builder(body.inside, declared))
    return _of_objects(body, declared)


def _of_objects(body: Body, declared: Declared) -> Make:
    if isinstance(body, FifoForm) and body.order == "lifo":
        return _lifo(body.queue)
    if isinstance(body, FifoForm):
        ordered = declared.ordered_queues
        total = body.order == "fifo" or (
            body.order is None and (body.queue in ordered or family(body.queue) in ordered)
        )
        return lambda: Fifo(body.queue, total=total)
    if isinstance(body, ExactlyOnceForm):
        return lambda: Delivery(body.queue, all_got=body.all_got, once=body.once)
    if isinstance(body, PairForm):
        return _pair(body)
    if isinstance(body, LinearizableForm):
        return _linearizable(body, declared)
    if isinstance(body, RacesForm):
        return _races(body.object, declared)
    if isinstance(body, OvertakingForm):
        request, grant = matcher(body.request), matcher(body.grant)
        return lambda: Overtaking(request, grant, at_most=body.at_most, by=body.by)
    if isinstance(body, OutputForm):
        return lambda: Output(body.text)
    if isinstance(body, ExitcodesForm):
        return lambda: Exitcodes(body.codes)
    if isinstance(body, VariablesForm):
        return lambda: Variables(body.values)
    if isinstance(body, OutcomesForm):
        return lambda: Outcomes(body.of, body.graded)
    if isinstance(body, ExceptionForm):
        return lambda: Raises(process=body.process, type_=body.type, text=body.text)
    if isinstance(body, DeadlockForm):
        return lambda: Hangs(waiting={}, patterns=DEADLOCKS, what="deadlock")
    assert isinstance(body, HangsForm)
    patterns = None if body.diagnosis is None else (body.diagnosis,)
    return lambda: Hangs(waiting=body.waiting, patterns=patterns)


def _lifo(of: str | Ends) -> Make:
    from mprunner.checking.constraints.lifo import Lifo  # that and the next are loaded by few scenarios

    return lambda: Lifo(of)


def _races(name: str, declared: Declared) -> Make:
    from mprunner.checking.happens_before.races import NoRaceOn

    return lambda: NoRaceOn(name, declared)


def _linearizable(body: LinearizableForm, declared: Declared) -> Make:
    from mprunner.checking.constraints.linearizable import Linearizable
    from mprunner.checking.constraints.sequential import held

    name, base = body.object, family(body.object)
    given = body.initial
    if given is None:
        given = declared.limit(name) if body.model == "semaphore" else declared.initial.get(base or "")
    if body.model in ("register", "counter"):
        given = None if given is None else (held(given, declared.types.get(base or "")),)
    reentrant = body.model == "lock" and bool({name, base} & declared.reentrant)
    initial = None if body.model == "lock" else given
    cell = declared.types.get(base or "")
    of_queue, base_ = body.model in ("queue", "set"), base or name
    bound = declared.limit(name) if of_queue or base_ in declared.bounded else None
    return lambda: Linearizable(
        name, body.model, initial=initial, reentrant=reentrant, cell=cell, bound=bound
    )


def _pair(body: PairForm) -> Make:
    """The constraints that a pair is made of, each under the words by which it is told."""
    ends = Ends(body.put, body.get, body.by)
    makes: list[tuple[str, Make]] = []
    if body.order in ("fifo", "per_producer"):
        makes.append((body.order, lambda: Fifo(ends, total=body.order == "fifo")))
    elif body.order == "lifo":
        makes.append((body.order, _lifo(ends)))
    if body.each_put is not None or not makes:
        all_got, once = (
            body.each_put in ("exactly_once", "at_least_once"),
            body.each_put in ("exactly_once", "at_most_once"),
        )
        makes.append(
            (body.each_put or "nothing invented", lambda: Delivery(ends, all_got=all_got, once=once))
        )
    limit = body.within_ms
    if limit is not None:
        makes.append((f"within {limit:g} ms", lambda: Prompt(ends, limit)))
    if len(makes) == 1:
        return makes[0][1]
    titles = [words for words, _ in makes]
    return lambda: All([make() for _, make in makes], titles, each_tested=False)


def _count(body: CountForm) -> Make:
    of = matcher(body.of)
    least = body.exactly if body.exactly is not None else body.at_least
    most = body.exactly if body.exactly is not None else body.at_most
    return lambda: Count(of, at_least=least, at_most=most)


def _each(body: EachForm) -> Make:
    each, partner = matcher(body.each), matcher(body.partner)
    without = None if body.without is None else matcher(body.without)
    limit = body.within_ms
    if limit is not None:
        how = {"where": body.where, "wanted": body.wanted, "without": without, "bind": body.bind}
        return lambda: EachTimed(each, partner, within_ms=limit, **how)  # type: ignore[arg-type]

    def make() -> Each:
        if body.where == "before":
            return EachBefore(each, partner, wanted=body.wanted, without=without, bind=body.bind)
        if body.where in ("next", "previous"):
            return EachNext(each, partner, where=body.where, wanted=body.wanted, without=None, bind=body.bind)
        return EachAfter(each, partner, where=body.where, wanted=body.wanted, without=without, bind=body.bind)

    return make


def _related(body: RelatedForm, declared: Declared) -> Make:
    spans = (body.span, body.to)
    return lambda: Related(
        spans, (span_builder(body.span, declared), span_builder(body.to, declared)), body.relation
    )


def _composed(body: AllForm | AnyForm | NotForm | IfForm, declared: Declared, around: Around) -> Make:
    titles = [title(part) for part in parts_of(body)]
    makers = [maker(part, declared, around) for part in parts_of(body)]

    def make() -> Constraint:
        parts = [make_part() for make_part in makers]
        if isinstance(body, AllForm):
            return All(parts, titles, each_tested=body.each_tested)
        if isinstance(body, AnyForm):
            return Any(parts, titles)
        return Not(parts, titles) if isinstance(body, NotForm) else If(parts, titles)

    return make


def _chain(body: ChainForm) -> Make:
    each, partner = [matcher(form) for form in body.each], [matcher(form) for form in body.partner]
    without = None if body.without is None else matcher(body.without)

    def make() -> Constraint:
        if len(body.each) == 2:
            chained = ChainedBefore if body.where == "before" else ChainedAfter
            return chained(each, partner, wanted=body.wanted)
        having = ChainBefore if body.where == "before" else ChainAfter
        return having(each, partner, wanted=body.wanted, without=without)

    return make


def _sequence(body: SequenceForm) -> Make:
    found = sequence_steps(body)
    among = None if body.among is None else matcher(body.among)
    if not body.complete:
        return lambda: Sequence(found.matchers, found.steps, last_gap=found.last_gap, among=among)
    everything = among or found.everything
    return lambda: CompleteSequence(found.matchers, everything, found.steps, among=among is not None)


class SequenceSteps(NamedTuple):
    """The matchers of a sequence, which its steps name by number, that of all events of their kind, and the steps, `times`
    written out.
    """

    matchers: list[Matcher]
    everything: Matcher
    steps: list[Step]
    last_gap: int | None


def sequence_steps(body: SequenceForm) -> SequenceSteps:
    """The steps of a sequence, compiled."""
    forms: list[MatcherForm] = []

    def role(form: MatcherForm) -> int:
        if form not in forms:
            forms.append(form)
        return forms.index(form)

    steps: list[Step] = []
    for step in body.steps:
        roles = tuple(map(role, step.of))
        gap, inside = (None if form is None else role(form) for form in (step.gap, step.inside))
        steps.append(Step(roles, step.next, gap, inside))
        steps.extend([Step(roles, step.next)] * (step.times - 1))
    last_gap = None if body.last_gap is None else role(body.last_gap)
    everything = matcher(MatcherForm(any_of=tuple(dict.fromkeys(frame(form) for form in forms))))
    return SequenceSteps([matcher(form) for form in forms], everything, steps, last_gap)

"""From the language's models of promises to the plain forms that checking takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mprunner.checking import forms
from mprunner.checking.constraints.filecheck import sequence_of
from mprunner.checking.forms import (
    ANY,
    Body,
    Declared,
    MatcherForm,
    PromiseForm,
    ScopeForm,
    SpanForm,
    StepForm,
)
from mprunner.checking.meaning.classic import expanded, said
from mprunner.language import promises as language
from mprunner.language.classics import Classic
from mprunner.language.compositions import AllOf, AnyOf, Composition, NotForm
from mprunner.language.fields import Expression
from mprunner.language.filecheck import FileCheck
from mprunner.language.linearizability import LinearizableForm
from mprunner.language.matchers import Matcher, Scope, SpanOf
from mprunner.language.models import Scenario
from mprunner.language.outcomes import Observed, Outcomes
from mprunner.language.overtaking import BoundedOvertaking
from mprunner.language.pairing import Paired
from mprunner.language.patterns import Equals, Filled, Matches, Not, OneOf, Pattern, Variable
from mprunner.language.racing import NoRaces
from mprunner.language.relations import Related
from mprunner.operations import SHARED_SECTIONS

_ORDERED_KINDS = ("SimpleQueue",)


def declared(scenario: Scenario, *, threads: bool = False) -> Declared:
    """What the scenario says of its locks and queues. The queues of threads and managers keep one order
    over all producers.
    """
    queues = scenario.queues
    ordered = {
        name
        for name, queue in queues.items()
        if threads or queue.manager is not None or queue.kind in _ORDERED_KINDS
    }
    locks, conditions = scenario.locks, scenario.conditions
    memory: tuple[Mapping[str, Any], ...] = (scenario.values, scenario.arrays)
    made_with = {
        name: one.lock
        for section in (conditions, *memory)
        for name, one in section.items()
        if isinstance(one.lock, str)
    }
    own = frozenset(
        name
        for cells in memory
        for name, one in cells.items()
        if one.lock in (None, True) and one.manager is None and not one.kind.startswith("Raw")
    )
    return Declared(
        locks=frozenset(locks) | own,
        reentrant=frozenset(
            [
                *(name for name, lock in locks.items() if lock.kind == "RLock"),
                *(name for name, one in conditions.items() if one.lock is None),
                *own,
            ]
        ),
        made_with=made_with,
        by_member=frozenset(
            name for name, lock in made_with.items() if lock in locks and locks[lock].count is not None
        ),
        queues=frozenset(queues),
        ordered_queues=frozenset(ordered),
        strict=scenario.strict,
        kinds={
            name: kind
            for section, kind in SHARED_SECTIONS.items()
            for name, one in getattr(scenario, section).items()
        },
        later=frozenset(
            name
            for section in SHARED_SECTIONS
            for name, one in getattr(scenario, section).items()
            if one.later
        ),
        one_worker=frozenset(
            name for name, one in scenario.pools.items() if one.processes == 1 and not one.later
        ),
        bounded=frozenset(
            name for name, one in scenario.semaphores.items() if one.kind == "BoundedSemaphore"
        ),
        initial=_initial(scenario),
        types={name: one.type for cells in memory for name, one in cells.items()},
        memory={
            name: one.manager is not None or (one.lock is not False and not one.kind.startswith("Raw"))
            for cells in memory
            for name, one in cells.items()
        },
        limits={
            **{name: one.value for name, one in scenario.semaphores.items()},
            **{name: one.parties for name, one in scenario.barriers.items()},
            **{name: one.maxsize for name, one in queues.items() if one.maxsize > 0},
        },
    )


def _initial(scenario: Scenario) -> dict[str, Any]:
    """What values begin with; a value that is computed is not known here."""
    held: dict[str, Any] = {name: one.value for name, one in scenario.values.items()}
    known = {name: value for name, value in held.items() if not isinstance(value, Expression)}
    return {name: 0 if value is None else value for name, value in known.items()}


def promise_form(promise: language.Promise) -> PromiseForm:
    """A written promise with all its defaults resolved."""
    return PromiseForm(
        body=body_form(promise.body),
        form=promise.form,
        holds=promise.holds,  # type: ignore[arg-type]
        vacuous_ok=promise.vacuous == "ok",
        name=promise.name,
        why=promise.why,
        within=None if promise.within is None else _scope(promise.within),
        per=promise.per or "run",  # type: ignore[arg-type]
        line=promise.span.line,
        column=promise.span.column,
        said=title_of(promise.body),
        end_line=promise.span.end_line,
        strict=promise.strict,
        for_each=tuple(map(matcher_form, promise.for_each)),
    )


def title_of(body: language.Form) -> str | None:
    """The title of a classic name, where its expansion does not tell it."""
    if isinstance(body, FileCheck):
        return (
            f"the lines pass {len(body.filecheck)} directives"
            if len(body.filecheck) > 1
            else "the lines pass a directive"
        )
    return said(body, matcher_form) if isinstance(body, Classic) else None


def body_form(body: language.Form) -> Body:
    """The form of a promise; the classic names become the core forms that they stand for."""
    if isinstance(body, Classic):
        return expanded(body, matcher_form)
    if isinstance(body, Composition):
        return _composed(body)
    if isinstance(body, language.Count):
        return forms.CountForm(matcher_form(body.count), body.exactly, body.at_least, body.at_most)
    if isinstance(body, language.Absence):
        of = matcher_form(body.absence)
        more = body.fewer_than > 1
        return forms.CountForm(of, at_most=body.fewer_than - 1) if more else forms.CountForm(of, exactly=0)
    if isinstance(body, language.Existence):
        least = 1 if body.at_least is None else body.at_least
        return forms.CountForm(matcher_form(body.existence), at_least=least)
    if isinstance(body, language.Each):
        return _each(body)
    if isinstance(body, language.Precedence):
        earlier, later = map(matcher_form, body.precedence)
        return forms.EachForm(later, earlier, where="before", within_ms=body.within_ms)
    if isinstance(body, language.Response):
        earlier, later = map(matcher_form, body.response)
        return forms.EachForm(earlier, later, within_ms=body.within_ms)
    if isinstance(body, language.HappensBefore):
        return forms.HappensBeforeForm(*map(matcher_form, body.happens_before))
    if isinstance(body, language.Sequence):
        return _sequence(body)
    if isinstance(body, FileCheck):
        return sequence_of(body.filecheck, matcher_form)
    return _span_body(body)


def _composed(body: Composition) -> Body:
    parts = tuple(_part(one) for one in body.parts)
    if isinstance(body, AllOf):
        return forms.AllForm(parts, each_tested=True)
    if isinstance(body, AnyOf):
        return forms.AnyForm(parts)
    return forms.NotForm(parts[0]) if isinstance(body, NotForm) else forms.IfForm(*parts)


def _part(promise: language.Promise) -> forms.PartForm:
    return forms.PartForm(
        body_form(promise.body),
        promise.form,
        within=None if promise.within is None else _scope(promise.within),
        per=promise.per or "run",  # type: ignore[arg-type]
        said=title_of(promise.body),
        name=promise.name,
        for_each=tuple(map(matcher_form, promise.for_each)),
    )


def _span_body(body: language.Form) -> Body:
    if isinstance(body, language.MutualExclusion):
        span = _span(body.mutual_exclusion)
        return forms.OpenForm(span, at_most=1, each_object=span.kind == "hold")
    if isinstance(body, language.MaxParallel):
        return forms.OpenForm(_span(body.of), at_most=body.at_most)
    if isinstance(body, language.Open):
        return forms.OpenForm(_span(body.open), at_most=body.at_most, at_least=body.at_least)
    if isinstance(body, Related):
        return forms.RelatedForm(_span(body.span_), body.relation, _span(body.to))
    if isinstance(body, language.Closed):
        return forms.ClosedForm(_span(body.closed))
    if isinstance(body, language.NoInterleaving):
        return forms.NoInterleavingForm(matcher_form(body.of), _span(body.inside))
    return _whole_run_body(body)


def _whole_run_body(body: language.Form) -> Body:
    if isinstance(body, language.Fifo):
        # Unless an order is written, it is the one that the kind of queue keeps.
        order = body.order if "order" in body.model_fields_set else None
        return forms.FifoForm(body.fifo, order)
    if isinstance(body, language.ExactlyOnce):
        return forms.ExactlyOnceForm(body.exactly_once)
    if isinstance(body, Paired):
        ends = body.pair
        put, get = matcher_form(ends.put), matcher_form(ends.get)
        return forms.PairForm(put, get, ends.by, body.order, body.each_put, body.within_ms)
    if isinstance(body, BoundedOvertaking):
        ends_ = matcher_form(body.request), matcher_form(body.grant)
        return forms.OvertakingForm(*ends_, body.at_most, body.by)
    if isinstance(body, LinearizableForm):
        return forms.LinearizableForm(body.object, body.model, body.initial)
    if isinstance(body, NoRaces):
        return forms.RacesForm(body.no_races)
    if isinstance(body, language.Output):
        return forms.OutputForm(body.output)
    if isinstance(body, language.ExitCodesForm):
        return forms.ExitcodesForm(dict(body.exitcodes))
    if isinstance(body, language.VariablesForm):
        return forms.VariablesForm({name: dict(values) for name, values in body.variables.items()})
    if isinstance(body, Outcomes):
        return forms.OutcomesForm(tuple(map(_observed, body.of)), body.graded)
    if isinstance(body, language.ExceptionForm):
        return forms.ExceptionForm(body.process, body.type, ANY if body.text is None else body.text)
    if isinstance(body, language.Deadlock):
        return forms.DeadlockForm()
    if isinstance(body, language.Hangs):
        waiting = {name: matcher_form(matcher) for name, matcher in body.waiting.items()}
        return forms.HangsForm(waiting, body.diagnosis)
    raise TypeError(f"no constraint for the promise form {body.form}")


def _observed(one: Observed) -> forms.ObservedForm:
    matcher = None if one.matcher is None else matcher_form(one.matcher)
    return forms.ObservedForm(one.kind, one.process, one.variable, matcher, one.field)


def matcher_form(matcher: Matcher) -> MatcherForm:
    """A matcher with plain patterns."""
    fields: dict[str, Any] = {name: _pattern(pattern) for name, pattern in matcher.patterns()}
    return MatcherForm(
        **fields,
        at=matcher.at,
        refused=bool(matcher.refused),
        unfinished=bool(matcher.unfinished),
        any_of=tuple(matcher_form(one) for one in matcher.any_of or ()),
        none_of=tuple(matcher_form(one) for one in matcher.none_of or ()),
    )


def _pattern(pattern: Pattern) -> Any:
    if isinstance(pattern, Equals):
        return pattern.value
    if isinstance(pattern, Matches):
        return forms.Matches(pattern.regex)
    if isinstance(pattern, Not):
        return forms.Not(_pattern(pattern.pattern))
    if isinstance(pattern, Variable):
        return forms.Variable(pattern.name, pattern.captures)
    if isinstance(pattern, Filled):
        parts = tuple(
            one if isinstance(one, str) else forms.Variable(one.name, one.captures) for one in pattern.parts
        )
        return forms.Filled(parts, pattern.regex)
    assert isinstance(pattern, OneOf)
    return forms.OneOf(tuple(_pattern(one) for one in pattern.options))


def _scope(scope: Scope) -> ScopeForm:
    def form(matcher: Matcher | None) -> MatcherForm | None:
        return None if matcher is None else matcher_form(matcher)

    return ScopeForm(form(scope.before), form(scope.after), form(scope.from_), form(scope.to), scope.open_end)


def _span(span: SpanOf) -> SpanForm:
    if span.begin is None or span.end is None:
        return SpanForm(span.kind, span.name, span.object)
    begin, end = matcher_form(span.begin), matcher_form(span.end)
    return SpanForm(span.kind, span.name, None, begin, end, span.by)  # type: ignore[arg-type]


def _each(body: language.Each) -> forms.EachForm | forms.ChainForm:
    written = body.has if body.has is not None else body.has_no
    assert written is not None
    each, partner = (tuple(map(matcher_form, side)) for side in (body.each, written))
    wanted = body.has is not None
    without = None if body.without is None else matcher_form(body.without)
    if len(each) + len(partner) > 2:
        assert body.where in ("after", "before")
        return forms.ChainForm(each, partner, wanted, body.where, without)
    return forms.EachForm(
        each[0],
        partner[0],
        wanted=wanted,
        where=body.where,
        without=without,
        bind=tuple(body.bind),
        within_ms=body.within_ms,
    )


def _sequence(body: language.Sequence) -> forms.SequenceForm:
    steps: list[StepForm] = []
    gap: MatcherForm | None = None
    for step in body.sequence:
        matchers = tuple(matcher_form(one) for one in step.matchers)
        if step.kind == "gap_without":
            gap = matchers[0] if gap is None else MatcherForm(any_of=(gap, *matchers))
            continue
        inside = None if step.without is None else matcher_form(step.without)
        many = step.kind == "any_order"
        steps.append(StepForm(matchers, step.kind == "next", step.times, many, gap, inside))
        gap = None
    among = None if body.among is None else matcher_form(body.among)
    return forms.SequenceForm(tuple(steps), body.complete, gap, among)

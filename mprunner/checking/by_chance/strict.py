"""From a promise on order to the constraint that judges its strict reading: by edges, not by the clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from mprunner.checking.building import maker, sequence_steps
from mprunner.checking.by_chance.forced_between import ForcedSinceLast, ForcedUntilNext
from mprunner.checking.by_chance.forced_chains import (
    ForcedChainAfter,
    ForcedChainBefore,
    ForcedChainedAfter,
    ForcedChainedBefore,
)
from mprunner.checking.by_chance.forced_chains_without import ForcedLinkAfter, ForcedLinkBefore
from mprunner.checking.by_chance.forced_each import ForcedAfter, ForcedApart, ForcedBefore, ForcedNext
from mprunner.checking.by_chance.forced_never import ForcedCutOff
from mprunner.checking.by_chance.forced_never_chains import ForcedNoChain
from mprunner.checking.by_chance.forced_parallel import ForcedParallel
from mprunner.checking.by_chance.forced_sequence import ForcedOutput, ForcedSequence, ForcedSteps, together
from mprunner.checking.by_chance.forced_spans import ForcedExclusion, ForcedInside, ForcedRelated
from mprunner.checking.constraint import Constraint, Make
from mprunner.checking.constraints.composed import All, Any, If
from mprunner.checking.constraints.for_each import for_each
from mprunner.checking.constraints.per import Per
from mprunner.checking.constraints.relations import RELATIONS
from mprunner.checking.constraints.scopes import Scoped
from mprunner.checking.constraints.spans import span_builder
from mprunner.checking.forms import (
    AllForm,
    AnyForm,
    Body,
    ChainForm,
    Declared,
    EachForm,
    IfForm,
    NoInterleavingForm,
    OpenForm,
    OutputForm,
    PartForm,
    PromiseForm,
    RelatedForm,
    ScopeForm,
    SequenceForm,
    parts_of,
)
from mprunner.checking.happens_before.causality import Causality
from mprunner.checking.matching import Matcher
from mprunner.checking.titles import title

__all__ = ["strict_maker", "strict_reading"]

Composition = Callable[..., Constraint]


def strict_reading(
    promise: PromiseForm | PartForm, declared: Declared, causality: Causality
) -> Constraint | None:
    """The constraint that is kept when the promise is kept and the program orders its events; None for a promise
    that is not on order, or whose order is judged by edges anyway.

    Its groups and segments are told by the record, as those of the promise itself.
    """
    make = strict_maker(promise, declared, causality)
    return None if make is None else make()


def strict_maker(promise: PromiseForm | PartForm, declared: Declared, causality: Causality) -> Make | None:
    """Makes strict readings, all by the same `causality`; what does not change in them is made once."""
    if promise.for_each:
        return _for_each(promise, declared, causality)
    make = _maker(promise.body, declared, causality)
    if make is None:
        return None
    if promise.per != "run":
        make = _per(make, promise)
    within = promise.within
    return make if within is None else _scoped(make, within)


def _for_each(promise: PromiseForm | PartForm, declared: Declared, causality: Causality) -> Make | None:
    def make() -> Constraint | None:
        return for_each(promise, lambda one: strict_reading(one, declared, causality))

    return None if make() is None else cast("Make", make)


def _scoped(make: Make, within: ScopeForm) -> Make:
    return lambda: Scoped(make, within)


def _per(make: Make, promise: PromiseForm | PartForm) -> Make:
    return lambda: Per(make, promise.per)


def _maker(body: Body, declared: Declared, causality: Causality) -> Make | None:
    if isinstance(body, EachForm):
        return _each(body, causality)
    if isinstance(body, ChainForm):
        return _chain(body, causality)
    if isinstance(body, SequenceForm):
        return _sequence(body, causality)
    if isinstance(body, OutputForm):
        return lambda: ForcedOutput(causality)
    if isinstance(body, OpenForm) and body.at_most == 1 and body.span.kind != "hold":
        each_object = body.each_object
        return lambda: ForcedExclusion(span_builder(body.span, declared), causality, each_object=each_object)
    if isinstance(body, OpenForm):
        return _parallel(body, declared, causality)
    if isinstance(body, RelatedForm):
        comparisons = RELATIONS.get(body.relation, ())
        if any(operator == "=" for _, operator, _ in comparisons):
            return None
        return lambda: ForcedRelated(
            (span_builder(body.span, declared), span_builder(body.to, declared)), body.relation, causality
        )
    if isinstance(body, NoInterleavingForm):
        of = Matcher(body.of)
        return lambda: ForcedInside(of, body.inside, span_builder(body.inside, declared), causality)
    if isinstance(body, (AllForm, AnyForm, IfForm)):
        return _composed(body, declared, causality)
    return None


def _parallel(body: OpenForm, declared: Declared, causality: Causality) -> Make | None:
    """Not where permits are counted: they let so many in at once, and order no two of them."""
    most = body.at_most
    counted = {"semaphore", "condition"} & set(declared.kinds.values())
    if most is None or most < 1 or body.at_least is not None or body.span.kind == "hold" or counted:
        return None
    if any(declared.kinds.get(name) == "queue" for name in declared.limits):
        return None
    return lambda: ForcedParallel(span_builder(body.span, declared), causality, most)


def _each(body: EachForm, causality: Causality) -> Make | None:
    each, partner, bind = Matcher(body.each), Matcher(body.partner), body.bind
    where = body.where
    if where == "anywhere" or body.within_ms is not None:
        return None
    if not body.wanted:
        if body.without is None and where in ("before", "after"):
            return lambda: ForcedApart(each, partner, causality, bind, where)
        cut = None if body.without is None else Matcher(body.without)
        return lambda: ForcedCutOff(each, partner, cut, causality, bind, where)
    if where in ("next", "previous"):
        return lambda: ForcedNext(each, partner, causality, where)
    if body.without is not None:
        without = Matcher(body.without)
        between = ForcedSinceLast if where == "before" else ForcedUntilNext
        return lambda: between(each, partner, without, causality, bind)
    plain = ForcedBefore if where == "before" else ForcedAfter
    return lambda: plain(each, partner, causality, bind)


def _chain(body: ChainForm, causality: Causality) -> Make:
    each, partner = [Matcher(form) for form in body.each], [Matcher(form) for form in body.partner]
    before = body.where == "before"
    without = None if body.without is None else Matcher(body.without)
    if not body.wanted:
        # The two of a side are strictly one after the other; the third is before or behind them, or one of them.
        matchers = [*each, *partner, *([] if without is None else [without])]
        two, one = ((0, 1), 2) if len(each) == 2 else ((1, 2), 0)
        third_last = before is (len(each) == 1)
        roles = (*two, one) if third_last else (one, *two)
        return lambda: ForcedNoChain(matchers, roles, 0 if third_last else 1, causality)
    if without is not None:
        link = ForcedLinkBefore if before else ForcedLinkAfter
        return lambda: link(each, partner, without, causality)
    if len(each) == 2:
        chained = ForcedChainedBefore if before else ForcedChainedAfter
        return lambda: chained(each, partner, causality)
    having = ForcedChainBefore if before else ForcedChainAfter
    return lambda: having(each, partner, causality)


def _sequence(body: SequenceForm, causality: Causality) -> Make:
    found = sequence_steps(body)
    if not body.complete:
        steps = together(found.steps)
        return lambda: ForcedSequence(found.matchers, steps, causality)
    everything = found.everything if body.among is None else Matcher(body.among)
    return lambda: ForcedSteps(found.matchers, everything, found.steps, causality)


def _composed(body: AllForm | AnyForm | IfForm, declared: Declared, causality: Causality) -> Make | None:
    """A composition of strict parts; the condition of an `if`, and parts that are not on order, stay as they are."""
    parts = parts_of(body)
    asked = parts[1:] if isinstance(body, IfForm) else parts
    titles = [title(part) for part in parts]
    stricter = [strict_maker(part, declared, causality) if part in asked else None for part in parts]
    if all(found is None for found in stricter):
        return None
    makers = [
        plain if found is None else _both(plain, found, name)
        for plain, found, name in zip(
            [maker(part, declared) for part in parts], stricter, titles, strict=True
        )
    ]

    def make() -> Constraint:
        made = [make_part() for make_part in makers]
        if isinstance(body, AllForm):
            return All(made, titles, each_tested=body.each_tested)
        return Any(made, titles) if isinstance(body, AnyForm) else If(made, titles)

    return make


def _both(plain: Make, strict: Make, name: str) -> Make:
    return lambda: All([plain(), strict()], [name] * 2, each_tested=False)

"""Promises as formulas of LTLf (linear temporal logic on finite traces), where they have one.

`G` always, `F` some time, `U` until, `W` until or for ever, `X` at the next event (there is one), `WX` at the next
event if there is one, `Y` at the event before, `Since` the past twin of `U`. In a segment that ends before the
next `r` every operator is kept from looking beyond it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations

from mprunner.checking.forms import (
    AllForm,
    AnyForm,
    Body,
    ChainForm,
    CountForm,
    EachForm,
    IfForm,
    MatcherForm,
    NotForm,
    PartForm,
    ScopeForm,
    SequenceForm,
)
from mprunner.checking.matching import frame
from mprunner.checking.meaning.ltlf import (
    AND,
    FALSE,
    Formula,
    Unbounded,
    always,
    both,
    either,
    implies,
    no,
    some,
    then,
    until,
    weak_until,
    weakly_then,
)

__all__ = ["formula_of"]

Letter = Callable[[MatcherForm], Formula]
Empty = Callable[[Body], bool]


def formula_of(body: Body, within: ScopeForm | None, letter: Letter, empty: Empty) -> Formula | None:
    """The formula of a promise; `letter` gives a matcher's proposition, `empty` whether a body holds of no events.

    None where there is none: what binds fields, spans, queues, groups with other ends.
    """
    try:
        inner = _formula(body, letter, empty)
        return inner if within is None else _scoped(inner, within, letter, holds_of_nothing=empty(body))
    except Unbounded:
        return None


def _scoped(inner: Formula, scope: ScopeForm, letter: Letter, *, holds_of_nothing: bool) -> Formula:
    opener, closer = scope.from_ or scope.after, scope.to or scope.before
    step = weakly_then if holds_of_nothing else then
    if opener is None and closer is not None:
        ends = letter(closer)
        return implies(some(ends), inner.bounded(ends))
    assert opener is not None
    opens = letter(opener)
    if closer is None:
        return weak_until(no(opens), both(opens, step(inner)))
    ends = letter(closer)
    first = both(opens, no(ends))
    opened = both(first, no(Formula("Y", (Formula("Since", (no(ends), first)),))))
    part = inner.bounded(ends)
    if scope.open_end:
        return always(implies(opened, step(part)))
    return always(implies(both(opened, then(some(ends))), then(part)))


def _formula(body: Body, letter: Letter, empty: Empty) -> Formula:
    if isinstance(body, CountForm):
        return _count(body, letter(body.of))
    if isinstance(body, EachForm):
        return _each(body, letter)
    if isinstance(body, ChainForm):
        return _chain(body, letter)
    if isinstance(body, SequenceForm):
        return _sequence(body, letter)
    if isinstance(body, (AllForm, AnyForm)):
        join = both if isinstance(body, AllForm) else either
        found = [_part(part, letter, empty) for part in body.parts]
        result = found[0]
        for one in found[1:]:
            result = join(result, one)
        return result
    if isinstance(body, NotForm):
        return no(_part(body.part, letter, empty))
    if isinstance(body, IfForm):
        return implies(_part(body.condition, letter, empty), _part(body.then, letter, empty))
    raise Unbounded


def _part(part: PartForm, letter: Letter, empty: Empty) -> Formula:
    found = formula_of(part.body, part.within, letter, empty)
    if found is None or part.per != "run":
        raise Unbounded
    return found


def _at_least(count: int, p: Formula) -> Formula:
    return some(p) if count <= 1 else some(both(p, then(_at_least(count - 1, p))))


def _count(body: CountForm, p: Formula) -> Formula:
    least = body.exactly if body.exactly is not None else body.at_least
    most = body.exactly if body.exactly is not None else body.at_most
    bounds = [] if not least else [_at_least(least, p)]
    if most is not None:
        bounds.append(always(no(p)) if most == 0 else no(_at_least(most + 1, p)))
    if not bounds:
        return no(FALSE)
    return bounds[0] if len(bounds) == 1 else both(*bounds)


def _each(body: EachForm, letter: Letter) -> Formula:
    if body.bind or body.within_ms is not None:
        raise Unbounded
    a, b = letter(body.each), letter(body.partner)
    if body.where == "next":
        return always(implies(a, then(b) if body.wanted else no(then(b))))
    if body.where == "previous":
        return both(no(a), always(implies(then(a), b))) if body.wanted else always(implies(b, no(then(a))))
    if body.without is None:
        return _plain(body, a, b)
    between = no(letter(body.without))
    ahead = then(until(between, b))
    behind = Formula("Y", (Formula("Since", (between, b)),))
    if body.where == "before" and not body.wanted:
        return always(implies(b, no(either(a, then(until(between, a))))))
    found = {"after": ahead, "before": behind, "anywhere": either(ahead, behind)}[body.where]
    partner = either(b, found)
    return always(implies(a, partner if body.wanted else no(partner)))


def _plain(body: EachForm, a: Formula, b: Formula) -> Formula:
    if body.where == "anywhere":
        return implies(some(a), some(b)) if body.wanted else no(both(some(a), some(b)))
    if body.where == "before":
        return weak_until(no(a), b) if body.wanted else always(implies(b, no(some(a))))
    return always(implies(a, some(b) if body.wanted else no(some(b))))


def _chain(body: ChainForm, letter: Letter) -> Formula:
    if len(body.each) == 2:
        b, c = map(letter, body.each)
        a = letter(body.partner[0])
        chained = both(b, then(some(c)))
        after = then(some(both(c, some(a))))
        if body.where == "after":
            return always(implies(chained, after) if body.wanted else implies(b, no(after)))
        return (
            implies(some(chained), until(no(b), a)) if body.wanted else always(implies(a, no(some(chained))))
        )
    a = letter(body.each[0])
    b, c = map(letter, body.partner)
    between = None if body.without is None else no(letter(body.without))
    if body.where == "after":
        follows = some(c) if between is None else until(between, c)
        has = some(both(b, then(follows)))
        return always(implies(a, has if body.wanted else no(has)))
    if body.wanted:
        quiet = no(a) if between is None else both(no(a), between)
        return implies(some(a), until(no(a), both(both(b, no(a)), then(until(quiet, c)))))
    done = both(c, some(a))
    return always(implies(b, no(then(some(done) if between is None else until(between, done)))))


@dataclass(frozen=True, slots=True)
class _One:
    """One event of a sequence: its matcher, whether it follows directly, and what does not stand before it."""

    form: MatcherForm
    next: bool
    gap: MatcherForm | None


def _sequence(body: SequenceForm, letter: Letter) -> Formula:
    if any(len(step.of) > 3 for step in body.steps):
        raise Unbounded
    others = _everything(body) if body.complete else None
    choices: list[list[_One]] = [[]]
    for step in body.steps:
        orders = list(permutations(step.of)) if len(step.of) > 1 else [step.of * step.times]
        rows = [
            [
                _One(one, step.next, others or (step.inside if place else step.gap))
                for place, one in enumerate(order)
            ]
            for order in orders
        ]
        choices = [[*before, *row] for before in choices for row in rows]
    if len(choices) > 6:
        raise Unbounded
    found = [_in_a_row(choice, others or body.last_gap, body.among, letter) for choice in choices]
    result = found[0]
    for one in found[1:]:
        result = either(result, one)
    return result


def _everything(body: SequenceForm) -> MatcherForm:
    """What a complete sequence leaves none of out."""
    if body.among is not None:
        return body.among
    frames = tuple(dict.fromkeys(frame(one) for step in body.steps for one in step.of))
    return frames[0] if len(frames) == 1 else MatcherForm(any_of=frames)


def _in_a_row(
    steps: list[_One], last_gap: MatcherForm | None, among: MatcherForm | None, letter: Letter
) -> Formula:
    """One order of events: each some time after the one before it, or (`next`) directly."""
    first, rest = steps[0], steps[1:]
    counts = None if among is None else letter(among)

    def of(form: MatcherForm) -> Formula:
        return letter(form) if counts is None or form == among else Formula(AND, (counts, letter(form)))

    here = of(first.form)
    if rest:
        here = Formula(AND, (here, then(_in_a_row(rest, last_gap, among, letter))))
    elif last_gap is not None:
        here = Formula(AND, (here, weakly_then(always(no(of(last_gap))))))
    if first.next:
        return here if counts is None else until(no(counts), here)
    return some(here) if first.gap is None else until(no(of(first.gap)), here)

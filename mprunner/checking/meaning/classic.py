"""From a written classic name to its core forms, and how its title is told."""

from __future__ import annotations

from collections.abc import Callable

from mprunner.checking.forms import Body, CountForm, EachForm, MatcherForm
from mprunner.checking.meaning.expansion import ANY_EVENT, CHAINED, OF_QUEUES, PAIRWISE, UNARY, all_of, choice
from mprunner.checking.wording import phrase
from mprunner.language.classics import Classic
from mprunner.language.matchers import Matcher

__all__ = ["expanded", "said"]

ToForm = Callable[[Matcher], MatcherForm]


def expanded(body: Classic, form: ToForm) -> Body:
    """The core forms; `form` turns a written matcher into a plain one."""
    name, given = body.form, body.given
    if name in OF_QUEUES:
        return OF_QUEUES[name](given)
    if name in UNARY:
        among = getattr(body, "among", None)
        return all_of(UNARY[name](form(given), ANY_EVENT if among is None else form(among)))
    if name in PAIRWISE:
        return all_of(PAIRWISE[name](form(given[0]), form(given[1])))
    if name == "choice":
        return choice(tuple(map(form, given)))
    if name == "exactly":
        return CountForm(form(given), exactly=getattr(body, "times", 1))
    if name == "bounded_existence":
        return CountForm(form(given), at_most=getattr(body, "at_most", None))
    without = getattr(body, "without", None)
    between = None if without is None else form(without)
    if name == "constrained_response":
        return EachForm(form(given[0]), form(given[1]), without=between)
    earlier, later = (tuple(map(form, side)) for side in given)
    return CHAINED[name](earlier, later, between)


_SYMMETRIC = {
    "exclusive_choice": "exclusive choice of {} or {}",
    "co_existence": "co-existence of {} and {}",
    "not_co_existence": "no co-existence of {} and {}",
}
"""Titles of what says the same of both: an arrow would tell of an order."""


def said(body: Classic, form: ToForm) -> str | None:
    """The title of a classic name that its expansion does not tell as well; None where that does."""
    name, given = body.form, body.given
    words = name.replace("_", " ")
    if name in UNARY:
        return f"{words} {phrase(form(given))}"
    if name in _SYMMETRIC:
        return _SYMMETRIC[name].format(*(phrase(form(one)) for one in given))
    if name in PAIRWISE:
        return f"{words} {phrase(form(given[0]))} → {phrase(form(given[1]))}"
    if name in CHAINED:
        sides = (", ".join(phrase(form(one)) for one in side) for side in given)
        earlier, later = (f"[{side}]" if ", " in side else side for side in sides)
        return f"{words} {earlier} → {later}"
    return None

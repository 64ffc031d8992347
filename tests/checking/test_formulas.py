"""The formula that a promise is told to be is what the checker checks."""

from __future__ import annotations

import pytest

from mprunner.checking.forms import ANY, Body, MatcherForm, PromiseForm
from mprunner.checking.meaning.formula import formula_of
from mprunner.checking.meaning.roles import Roles
from tests.checking import naive
from tests.checking.letters import form, holds, longer, single
from tests.checking.ltlf import formula
from tests.checking.naive import Trace
from tests.checking.patterns_published import DECLARE, PATTERNS, SCOPES

EACH = [
    f"- each: {each}\n  {has}: {partner}\n  where: {where}{without}"
    for each, partner, wheres in (
        ("a", "b", ("after", "before", "anywhere", "next", "previous")),
        ("a", "[b, c]", ("after", "before")),
        ("[b, c]", "a", ("after", "before")),
    )
    for has in ("has", "has_no")
    for where in wheres
    for without in ("", "\n  without: d")
    if not (without and (where in ("next", "previous") or len(each) > 1))
]

OTHERS = [
    "- count: a\n  at_least: 1\n  at_most: 2",
    "- sequence: [a, {next: b}, c]",
    "- sequence: [{next: a}, b]",
    "- sequence: [{any_order: [a, b]}, {times: 2, of: c}]",
    "- alternation: [a, b]",
    "- universality: a\n  among: b",
    "- not: {response: [a, b]}",
    "- any_of: [{precedence: [a, b]}, {absence: c}]",
    "- if: {existence: a}\n  then: {sequence: [b, c]}",
    "- all_of: [{succession: [a, b]}, {exactly: c}]",
    "- response: [a, b]\n  within: {from: c, to: d}",
    "- chain_precedence: [a, b]\n  within: {from: c, to: d, open_end: true}",
    "- co_existence: [a, b]\n  within: {before: c}",
    "- init: a\n  within: {after: c}",
    "- each: a\n  has: b\n  without: c\n  within: {from: c, to: d}",
    "- sequence: [a, {gap_without: b}, c]",
    "- sequence: [{gap_without: a}, {any_order: [b, c]}, {gap_without: d}]",
    "- sequence: [a, {gap_without: b}, {times: 2, of: c}]",
    "- sequence: [a, {next: b}, c]\n  among: d",
    "- sequence: [a, {any_order: [b, c]}]\n  complete: true",
    "- sequence: [a, {next: b}]\n  complete: true",
    "- sequence: [a, b]\n  complete: true\n  among: c",
]
SCOPED = [
    f"{PATTERNS[pattern][0]}\n  within: {SCOPES[scope]}"
    for pattern in PATTERNS
    for scope in ("before", "after", "between", "after until")
]
ALL = list(dict.fromkeys([*EACH, *OTHERS, *(promise for promise, *_ in DECLARE.values()), *SCOPED]))


def empty(body: Body) -> bool:
    return holds(PromiseForm(body, "form"), [])


def written(promise: str) -> tuple[str, Roles, PromiseForm]:
    found, roles = form(promise), Roles()
    tree = formula_of(found.body, found.within, roles.proposition, empty)
    assert tree is not None
    return str(tree), roles, found


def in_roles(trace: Trace, roles: Roles) -> Trace:
    """The trace in the letters that the promise gave its matchers."""
    names = {_text(matcher): name for name, matcher in roles.given.items()}
    always = {"true", *(name for text, name in names.items() if not text)}
    return [frozenset({names[one] for one in here if one in names} | always) for here in trace]


def _text(matcher: MatcherForm) -> str:
    """The letter that a print has to have; any print will do for a matcher without one."""
    return "" if matcher.print is ANY else str(matcher.print.pattern)


@pytest.mark.parametrize("promise", ALL)
def test_the_formula_of_a_promise_holds_where_the_promise_does(promise: str) -> None:
    text, roles, found = written(promise)
    letters = "".join(map(_text, roles.given.values()))
    traces = single(letters + "x", 2) + longer(letters + "x", 60, overlapping=True)
    meant = formula(text)
    wrong = [
        one
        for one in traces
        if one and holds(found, one) != naive.on(meant, in_roles(one, roles), empty=True)
    ]
    assert wrong == [], text


def test_formulas_are_written_with_few_parentheses() -> None:
    texts = [written(promise)[0] for promise in (
        "- response: [a, b]", "- precedence: [a, b]", "- absence: a", "- sequence: [a, {next: b}]",
        "- alternate_response: [a, b]", "- chain_precedence: [a, b]", "- absence: a\n  within: {before: b}",
    )]  # fmt: skip
    assert texts == [
        "G(a -> F b)", "!a W b", "G !a", "F(a & X b)",
        "G(a -> (b | X(!a U b)))", "!a & G(X a -> b)", "F b -> (!a W b)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "promise",
    [
        "- each: a\n  has: b\n  bind: [item]",
        "- closed: {begin: a, end: b}",
    ],
)
def test_what_has_no_formula_is_given_none(promise: str) -> None:
    found = form(promise)
    assert formula_of(found.body, found.within, Roles().proposition, empty) is None

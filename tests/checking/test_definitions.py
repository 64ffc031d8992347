"""Verdicts equal the definitions, on traces in which an event can play several roles."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.checking.forms import (
    CountForm,
    Declared,
    EachForm,
    MatcherForm,
    Matches,
    PromiseForm,
    ScopeForm,
    SequenceForm,
    StepForm,
)
from mprunner.checking.judging import judge
from tests.checking import naive
from tests.checking.naive import (
    Trace,
    always,
    both,
    either,
    finally_,
    implies,
    letter,
    no,
    on,
    then,
    until,
    weak_until,
    weakly_then,
)
from tests.checking.traces import events, trace

A, B, Q, R, S = (letter(name) for name in "abqrs")
ANYTHING = MatcherForm(op="print")


def role(name: str) -> MatcherForm:
    return MatcherForm(print=Matches(name))


def holds(
    body: Any, letters: Trace, *, within: ScopeForm | None = None, how: str = "finished"
) -> bool | None:
    """Whether the promise is not broken (None: inconclusive), on prints whose texts are the letters."""
    recording = trace(*(f"p print {''.join(sorted(here)) or '-'}" for here in letters), how=how)
    once = [event for event in events(recording) if event.at == "begin"]
    found = judge(once, recording, [PromiseForm(body, "form", within=within, vacuous_ok=True)], Declared())[0]
    return None if found.status == "inconclusive" else found.status != "broken"


def single(roles: str, length: int) -> list[Trace]:
    """All traces of one letter each, up to this length."""
    return [
        [frozenset(one) for one in word] for size in range(length + 1) for word in product(roles, repeat=size)
    ]


def overlapping(roles: str, most: int = 8) -> st.SearchStrategy[Trace]:
    return st.lists(st.frozensets(st.sampled_from(roles), max_size=2), max_size=most)


SHORT = single("abx", 5)

DECLARE: dict[str, tuple[Any, naive.Formula, bool]] = {
    "existence": (CountForm(role("a"), at_least=1), finally_(A), False),
    "absence": (CountForm(role("a"), exactly=0), always(no(A)), True),
    "absence 2": (CountForm(role("a"), at_most=1), no(finally_(both(A, then(finally_(A))))), True),
    "exactly": (CountForm(role("a"), exactly=1), both(finally_(A), no(finally_(both(A, then(finally_(A)))))), False),
    "responded existence": (EachForm(role("a"), role("b"), where="anywhere"), implies(finally_(A), finally_(B)), True),
    "response": (EachForm(role("a"), role("b")), always(implies(A, finally_(B))), True),
    "precedence": (EachForm(role("b"), role("a"), where="before"), weak_until(no(B), A), True),
    "alternate response": (
        EachForm(role("a"), role("b"), without=role("a")), always(implies(A, then(until(no(A), B)))), True,
    ),
    "alternate precedence": (
        EachForm(role("b"), role("a"), where="before", without=role("b")),
        both(weak_until(no(B), A), always(implies(B, weakly_then(weak_until(no(B), A))))), True,
    ),
    "chain response": (EachForm(role("a"), role("b"), where="next"), always(implies(A, then(B))), True),
    "chain precedence": (
        EachForm(role("b"), role("a"), where="previous"), both(no(B), always(implies(then(B), A))), True,
    ),
    "not co-existence": (
        EachForm(role("a"), role("b"), wanted=False, where="anywhere"), no(both(finally_(A), finally_(B))), True,
    ),
    "not response": (EachForm(role("a"), role("b"), wanted=False), always(implies(A, no(finally_(B)))), True),
    "not chain response": (
        EachForm(role("a"), role("b"), wanted=False, where="next"), always(implies(A, no(then(B)))), True,
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", DECLARE)
def test_a_declare_template_is_its_formula_on_every_short_trace(name: str) -> None:
    body, formula, empty = DECLARE[name]
    wrong = [one for one in SHORT if holds(body, one) != on(formula, one, empty=empty)]
    assert [] == wrong


# Dwyer's patterns on segments: the closed formulas of the scopes (P = a, S = s), as published for a first Q and a first R.
DWYER: dict[str, tuple[Any, ScopeForm, naive.Formula]] = {
    "absence before": (
        CountForm(role("a"), exactly=0), ScopeForm(before=role("r")),
        implies(finally_(R), weak_until(no(A), R)),
    ),
    "absence after": (
        CountForm(role("a"), exactly=0), ScopeForm(after=role("q")),
        weak_until(no(Q), both(Q, weakly_then(always(no(A))))),
    ),
    "existence before": (
        CountForm(role("a"), at_least=1), ScopeForm(before=role("r")),
        implies(finally_(R), until(no(R), both(A, no(R)))),
    ),
    "existence after": (
        CountForm(role("a"), at_least=1), ScopeForm(after=role("q")),
        weak_until(no(Q), both(Q, then(finally_(A)))),
    ),
    "response before": (
        EachForm(role("a"), role("s")), ScopeForm(before=role("r")),
        implies(finally_(R), weak_until(implies(A, until(no(R), both(S, no(R)))), R)),
    ),
    "precedence after": (
        EachForm(role("a"), role("s"), where="before"), ScopeForm(after=role("q")),
        weak_until(no(Q), both(Q, weakly_then(weak_until(no(A), S)))),
    ),
    "precedence before": (
        EachForm(role("a"), role("s"), where="before"), ScopeForm(before=role("r")),
        implies(finally_(R), weak_until(no(A), either(S, R))),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DWYER)
@given(letters=overlapping("aqrsx"))
@settings(max_examples=150)
def test_a_pattern_in_a_scope_is_its_formula(name: str, letters: Trace) -> None:
    body, scope, formula = DWYER[name]
    assert on(formula, letters, empty=True) == holds(body, letters, within=scope)


@given(
    letters=overlapping("abcx"),
    where=st.sampled_from(["after", "before", "anywhere", "next", "previous"]),
    wanted=st.booleans(),
    without=st.booleans(),
)
@settings(max_examples=150)
def test_each_is_what_its_sentence_says(letters: Trace, where: str, wanted: bool, without: bool) -> None:
    without = without and where not in ("next", "previous")
    body = EachForm(
        role("a"),
        role("b"),
        wanted=wanted,
        where=where,
        without=role("c") if without else None,  # type: ignore[arg-type]
    )
    assert naive.each(letters, where=where, wanted=wanted, without=without) == holds(body, letters)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["one", "next"]), st.sampled_from("abc")),
        st.tuples(st.just("any_order"), st.text("abc", min_size=2, max_size=3)),
    ),
    min_size=1,
    max_size=4,
)


def sequence_form(steps: list[naive.Step], *, complete: bool = False) -> SequenceForm:
    return SequenceForm(
        tuple(
            StepForm(tuple(role(one) for one in letters), kind == "next", 1, kind == "any_order")
            for kind, letters in steps
        ),
        complete,
    )


@given(letters=overlapping("abcx", 10), steps=STEPS)
@settings(max_examples=150)
def test_a_sequence_holds_when_some_choice_of_events_fits(letters: Trace, steps: list[naive.Step]) -> None:
    assert naive.sequence(letters, steps) == holds(sequence_form(steps), letters)


@given(letters=overlapping("abc", 6), steps=STEPS)
@settings(max_examples=120)
def test_a_complete_sequence_leaves_nothing_over(letters: Trace, steps: list[naive.Step]) -> None:
    steps = [(kind.replace("next", "one"), one) for kind, one in steps]
    assert naive.complete(letters, steps) == holds(sequence_form(steps, complete=True), letters)


SCOPES: dict[str, tuple[ScopeForm, dict[str, Any]]] = {
    "before": (
        ScopeForm(before=role("r")),
        {"opener": None, "closer": "r", "open_end": False, "repeat": False},
    ),
    "after": (
        ScopeForm(after=role("q")),
        {"opener": "q", "closer": None, "open_end": False, "repeat": False},
    ),
    "between": (
        ScopeForm(from_=role("q"), to=role("r")),
        {"opener": "q", "closer": "r", "open_end": False, "repeat": True},
    ),
    "after until": (
        ScopeForm(from_=role("q"), to=role("r"), open_end=True),
        {"opener": "q", "closer": "r", "open_end": True, "repeat": True},
    ),
}


@pytest.mark.parametrize("name", SCOPES)
@given(letters=overlapping("abqr", 10))
@settings(max_examples=200)
def test_a_scope_judges_each_of_its_segments(name: str, letters: Trace) -> None:
    scope, how = SCOPES[name]
    parts = naive.segments(letters, **how)
    each = EachForm(role("a"), role("b"))
    assert all(naive.each(one, where="after", wanted=True, without=False) for one in parts) == holds(
        each, letters, within=scope
    )
    some = CountForm(role("a"), at_least=1)
    assert all(any("a" in here for here in one) for one in parts) == holds(some, letters, within=scope)


EVENTUAL = [
    (CountForm(role("a"), at_least=2), "liveness"),
    (EachForm(role("a"), role("b")), "liveness"),
    (sequence_form([("one", "a"), ("next", "b"), ("one", "a")]), "liveness"),
    (CountForm(role("a"), at_most=2), "safety"),
    (EachForm(role("a"), role("b"), where="before"), "safety"),
    (EachForm(role("a"), role("b"), wanted=False), "safety"),
]


@pytest.mark.parametrize(("body", "kind"), EVENTUAL)
@given(letters=overlapping("ab", 6))
@settings(max_examples=100)
def test_a_prefix_breaks_only_what_nothing_later_could_mend(body: Any, kind: str, letters: Trace) -> None:
    cut, whole = holds(body, letters, how="cut"), holds(body, letters)
    if kind == "safety":
        assert (cut is False) == (whole is False)
    else:
        assert cut is not False
        assert (cut is True) <= (whole is True)

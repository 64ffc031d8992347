"""Classic names are their published formulas; what they expand to is what its sentence says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.checking import naive
from tests.checking.letters import finding, form, holds, longer, single
from tests.checking.ltlf import formula
from tests.checking.naive import Trace
from tests.checking.patterns_published import DECLARE, PATTERNS, SCOPES, UNLIKE_WHERE_ROLES_OVERLAP, closed

SCOPED = [(pattern, scope) for pattern in PATTERNS for scope in SCOPES]


def roles_in(text: str) -> str:
    return "".join(sorted(set(re.findall(r"\b[a-z]\b", text))))


def scoped(pattern: str, scope: str) -> str:
    written = PATTERNS[pattern][0]
    return f"{written}\n  within: {SCOPES[scope]}" if SCOPES[scope] else written


def differing(promise: str, text: str, traces: list[Trace], *, empty: bool) -> list[Trace]:
    meant, written = formula(text), form(promise)
    return [one for one in traces if holds(written, one) != naive.on(meant, one, empty=empty)]


@pytest.mark.parametrize("name", DECLARE)
def test_a_declare_template_is_its_formula_on_short_traces(name: str) -> None:
    promise, text, empty = DECLARE[name]
    assert [] == differing(promise, text, single("abx", 4) + longer("abx", 60), empty=empty)


@pytest.mark.parametrize("name", [name for name in DECLARE if name not in UNLIKE_WHERE_ROLES_OVERLAP])
def test_a_declare_template_is_its_formula_where_an_event_has_both_roles(name: str) -> None:
    promise, text, empty = DECLARE[name]
    assert [] == differing(promise, text, longer("abx", 120, overlapping=True), empty=empty)


@pytest.mark.parametrize("name", UNLIKE_WHERE_ROLES_OVERLAP)
def test_an_event_with_both_roles_has_itself_as_partner(name: str) -> None:
    promise, text, empty = DECLARE[name]
    both = [[frozenset("ab")], [frozenset("b"), frozenset("ab")], [frozenset("ab"), frozenset("b")]]
    assert [] != differing(promise, text, both, empty=empty)


@pytest.mark.parametrize(("pattern", "scope"), SCOPED)
def test_a_pattern_in_a_scope_is_its_closed_formula_on_short_traces(pattern: str, scope: str) -> None:
    promise, text = scoped(pattern, scope), closed(pattern, scope)
    roles = roles_in(text) + "x"
    traces = single(roles, 2 if len(roles) > 5 else 3) + longer(roles, 60)
    assert [] == differing(promise, text, traces, empty=text != "F p")


OVERLAPPING = st.lists(st.frozensets(st.sampled_from("abcdx"), max_size=3), max_size=9)


def chains(trace: Trace, without: bool) -> Iterator[tuple[int, int]]:
    """The places of each b and each c after it, with no d strictly between."""
    for i, j in combinations(range(len(trace)), 2):
        between = without and any("d" in trace[k] for k in range(i + 1, j))
        if "b" in trace[i] and "c" in trace[j] and not between:
            yield i, j


@pytest.mark.parametrize("where", ["after", "before"])
@pytest.mark.parametrize("wanted", [True, False])
@pytest.mark.parametrize("without", [True, False])
@given(letters=OVERLAPPING)
@settings(max_examples=60)
def test_each_that_has_two_in_a_row_is_what_its_sentence_says(
    where: str, wanted: bool, without: bool, letters: Trace
) -> None:
    promise = f"- each: a\n  {'has' if wanted else 'has_no'}: [b, c]\n  where: {where}"
    promise += "\n  without: d" if without else ""
    pairs = list(chains(letters, without))
    expected = all(
        any(i >= here if where == "after" else j <= here for i, j in pairs) is wanted
        for here, event in enumerate(letters)
        if "a" in event
    )
    assert expected == holds(form(promise), letters)


@pytest.mark.parametrize("where", ["after", "before"])
@pytest.mark.parametrize("wanted", [True, False])
@given(letters=OVERLAPPING)
@settings(max_examples=60)
def test_each_two_in_a_row_is_what_its_sentence_says(where: str, wanted: bool, letters: Trace) -> None:
    promise = f"- each: [b, c]\n  {'has' if wanted else 'has_no'}: a\n  where: {where}"
    first = {}
    for i, j in chains(letters, without=False):
        first.setdefault(i, j)
    expected = all(
        any("a" in letters[k] for k in (range(j, len(letters)) if where == "after" else range(i + 1)))
        is wanted
        for i, j in first.items()
    )
    assert expected == holds(form(promise), letters)


@given(letters=st.lists(st.sampled_from("abx"), max_size=9))
@settings(max_examples=200)
def test_two_that_take_turns_never_come_twice_in_a_row(letters: list[str]) -> None:
    turns = "".join(letters).replace("x", "")
    expected = "aa" not in turns and "bb" not in turns
    assert expected == holds(form("- alternation: [a, b]"), [frozenset(one) for one in letters])


@pytest.mark.parametrize(
    "promise",
    [
        "- each: a\n  has: [b, c]",
        "- each: [b, c]\n  has: a",
        "- succession: [a, b]",
        "- co_existence: [a, b]",
        "- choice: [a, b]",
        "- alternate_succession: [a, b]",
        "- universality: a\n  among: b",
        "- each: a\n  has_no: [b, c]",
        "- alternation: [a, b]",
        "- each: a\n  has: [b, c]\n  where: before",
    ],
)
@given(letters=st.lists(st.frozensets(st.sampled_from("abcx"), max_size=2), max_size=6), more=st.data())
@settings(max_examples=60)
def test_what_breaks_a_prefix_breaks_all_that_begins_so(
    promise: str, letters: Trace, more: st.DataObject
) -> None:
    if finding(form(promise), letters, how="cut").status == "broken":
        rest = more.draw(st.lists(st.frozensets(st.sampled_from("abcx"), max_size=2), max_size=4))
        assert not holds(form(promise), [*letters, *rest])

"""`sequence` with gaps, and among some events only, against trying all choices."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.checking import naive
from tests.checking.letters import finding, form, holds
from tests.checking.naive import Trace

LETTERS = st.lists(st.frozensets(st.sampled_from("abcx"), max_size=2), max_size=9)
STEP = st.one_of(
    st.tuples(st.sampled_from(["one", "one", "next"]), st.sampled_from("abc")),
    st.tuples(
        st.sampled_from(["any_order", "any_order without c", "any_order without x"]),
        st.sampled_from(["ab", "bc", "aab"]),
    ),
    st.tuples(st.just("gap_without"), st.sampled_from("abcx")),
)
GROUPED = st.tuples(
    st.sampled_from("abcx"),
    st.sampled_from(["ab", "bc", "aab"]),
    st.sampled_from(["gap_without", "next"]),
    st.sampled_from("abcx"),
).map(lambda one: [("gap_without", one[0]), ("any_order", one[1]), (one[2], one[3])])
"""A group whose first event matters, and whose last one does."""


@st.composite
def steps(draw: st.DrawFn) -> list[naive.Step]:
    """Steps with gaps between them; nothing is said of what stands before a `next` one."""
    found = draw(st.lists(STEP, min_size=1, max_size=5))
    kept: list[naive.Step] = []
    for one in reversed(found):
        if not (one[0] == "gap_without" and kept and kept[0][0] == "next"):
            kept.insert(0, one)
    return kept if any(kind != "gap_without" for kind, _ in kept) else [*kept, ("one", "a")]


def written(steps: list[naive.Step], more: str = "") -> str:
    told = {
        "one": lambda one: one,
        "next": lambda one: f"{{next: {one}}}",
        "gap_without": lambda one: f"{{gap_without: {one}}}",
        "any_order": lambda ones: f"{{any_order: [{', '.join(ones)}]}}",
        **{
            f"any_order without {letter}": lambda ones, letter=letter: (
                f"{{any_order: [{', '.join(ones)}], without: {letter}}}"
            )
            for letter in "cx"
        },
    }
    return f"- sequence: [{', '.join(told[kind](letters) for kind, letters in steps)}]{more}"


@given(letters=LETTERS, steps=st.one_of(steps(), GROUPED))
@settings(max_examples=200)
def test_a_sequence_with_gaps_holds_when_some_choice_leaves_them_free(
    letters: Trace, steps: list[naive.Step]
) -> None:
    assert naive.sequence(letters, steps) == holds(form(written(steps)), letters)


@given(letters=LETTERS, steps=steps())
@settings(max_examples=80)
def test_among_looks_at_nothing_else(letters: Trace, steps: list[naive.Step]) -> None:
    seen = [one for one in letters if "x" in one]
    assert naive.sequence(seen, steps) == holds(form(written(steps, "\n  among: x")), letters)


@given(letters=LETTERS, steps=st.lists(STEP.filter(lambda one: one[0] == "one"), min_size=1, max_size=4))
@settings(max_examples=80)
def test_complete_among_leaves_none_of_these_out(letters: Trace, steps: list[naive.Step]) -> None:
    seen = [one for one in letters if "x" in one]
    promise = form(written(steps, "\n  among: x\n  complete: true"))
    assert naive.complete(seen, steps) == holds(promise, letters)


@pytest.mark.parametrize(
    ("promise", "letters", "reason"),
    [
        (
            "- sequence: [a, {gap_without: x}, b]",
            "axb",
            'p printed "x" (#1), which must not stand there: since p printed "a" (#0), step 1 of 2',
        ),
        (
            "- sequence: [{gap_without: x}, b]",
            "xb",
            'p printed "x" (#0), which must not stand there: before the first step',
        ),
        (
            "- sequence: [a, {gap_without: x}]",
            "ax",
            'p printed "x" (#1), which must not stand after the last step: since p printed "a" (#0), step 1 of 1',
        ),
    ],
)
def test_what_stands_in_a_gap_is_named(promise: str, letters: str, reason: str) -> None:
    found = finding(form(promise), [frozenset(one) for one in letters])
    assert ("broken", reason) == (found.status, found.reason)


def test_a_run_that_was_cut_short_can_still_find_another_choice() -> None:
    later, never = form("- sequence: [a, {gap_without: x}, b]"), form("- sequence: [{gap_without: x}, b]")
    letters = [frozenset("a"), frozenset("x")]
    assert ["inconclusive", "broken"] == [finding(one, letters, how="cut").status for one in (later, never)]

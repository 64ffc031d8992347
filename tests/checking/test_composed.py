"""Promises made of promises: Kleene's three values, and what a record that was cut off leaves open."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.checking.check import check
from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.constraints.composed import All, Composed, If, Not
from mprunner.checking.constraints.composed import Any as Either
from mprunner.recording.events import Event
from tests.checking.letters import finding, form, holds
from tests.checking.naive import Trace
from tests.checking.test_check import scenario
from tests.checking.traces import process, trace

VALUES = ("kept", "inconclusive", "broken")
RANK = {value: rank for rank, value in enumerate(VALUES)}


class Found(Constraint):
    """Finds what it is told to."""

    def __init__(self, status: Any) -> None:
        super().__init__([])
        self.status = status

    def feed(self, event: Event, mask: int) -> None:
        raise AssertionError("nothing is fed")

    def finish(self, end: End) -> Finding:
        return Finding(self.status, 1, self.status, None if self.status == "kept" else f"it is {self.status}")


def together(kind: type[Composed], *values: str, complete: bool = True) -> str:
    parts, titles = [Found(value) for value in values], list(values)
    composed = All(parts, titles, each_tested=True) if kind is All else kind(parts, titles)
    return composed.finish(End(complete, trace())).status


@pytest.mark.parametrize(("one", "other"), list(product(VALUES, VALUES)))
def test_compositions_are_kleenes(one: str, other: str) -> None:
    worst, best = max(one, other, key=RANK.__getitem__), min(one, other, key=RANK.__getitem__)
    contrary = {"kept": "broken", "broken": "kept", "inconclusive": "inconclusive"}
    assert worst == together(All, one, other)
    assert best == together(Either, one, other)
    assert contrary[one] == together(Not, one)
    assert min(contrary[one], other, key=RANK.__getitem__) == together(If, one, other)


FORMULAS = st.recursive(
    st.sampled_from(
        ["absence: a", "existence: b", "response: [a, b]", "precedence: [b, c]", "sequence: [a, c]"]
    ),
    lambda inner: st.one_of(
        st.builds("not: {{{}}}".format, inner),
        st.builds("any_of: [{{{}}}, {{{}}}]".format, inner, inner),
        st.builds("all_of: [{{{}}}, {{{}}}]".format, inner, inner),
        st.builds("if: {{{}}}, then: {{{}}}".format, inner, inner),
    ),
    max_leaves=5,
)
LETTERS = st.lists(st.frozensets(st.sampled_from("abcx"), max_size=2), max_size=6)


@given(inner=FORMULAS, other=FORMULAS, letters=LETTERS)
@settings(max_examples=150, deadline=None)
def test_a_composition_is_its_truth_table(inner: str, other: str, letters: Trace) -> None:
    def true(promise: str) -> bool:
        return holds(form(f"- {{{promise}}}"), letters)

    one, two = true(inner), true(other)
    assert (not one) == true(f"not: {{{inner}}}")
    assert (one and two) == true(f"all_of: [{{{inner}}}, {{{other}}}]")
    assert (one or two) == true(f"any_of: [{{{inner}}}, {{{other}}}]")
    assert (not one or two) == true(f"if: {{{inner}}}, then: {{{other}}}")


@given(promise=FORMULAS, letters=LETTERS, more=LETTERS)
@settings(max_examples=150, deadline=None)
def test_what_is_broken_when_a_run_is_cut_off_stays_broken(promise: str, letters: Trace, more: Trace) -> None:
    written = form(f"- {{{promise}}}")
    found = finding(written, letters, how="cut")
    if found.status == "broken":
        assert not holds(written, [*letters, *more])
    if found.final:
        assert holds(written, [*letters, *more])


def status_of(expect: str, *lines: str, how: str = "finished") -> tuple[str, str | None]:
    found = check(trace(*lines, how=how), scenario(expect))[0]
    return found.status, found.reason


def test_the_negation_of_what_may_still_break_is_open_in_a_run_that_was_cut() -> None:
    expect = "  - not: {absence: done}\n"
    assert "broken" == status_of(expect, "reader get q 1")[0]
    assert status_of(expect, "reader get q 1", how="cut") == (
        "inconclusive", 'so far it holds: no "done" (never); the run was cut short',
    )  # fmt: skip
    assert "kept" == status_of(expect, "reader print done", how="cut")[0]
    assert "broken" == status_of("  - not: {existence: done}\n", "reader print done", how="cut")[0]


def test_a_condition_that_does_not_hold_puts_nothing_to_the_test() -> None:
    expect = '  - if: {existence: "begin 1"}\n    then: {existence: "end 1"}\n'
    assert "vacuous" == status_of(expect, "reader print done")[0]
    assert "kept" == status_of(expect, "p1 print begin 1", "p1 print end 1")[0]
    assert status_of(expect, "p1 print begin 1") == (
        "broken", 'some "begin 1" (1 time), but "end 1": never, but at least 1 promised',
    )  # fmt: skip


def test_an_alternative_that_nothing_tested_is_no_proof() -> None:
    expect = '  - any_of: [{response: ["begin 1", "end 1"]}, {existence: done}]\n'
    assert "vacuous" == status_of(expect, "p2 print begin 2")[0]
    assert "kept" == status_of(expect, "reader print done")[0]
    assert status_of(expect, "p1 print begin 1") == (
        "broken",
        'none of them holds: p1 printed "begin 1" (#0), and there is no "end 1" after it; "done": never, but at least 1 promised',
    )


def test_exit_codes_that_a_composition_speaks_of_are_not_promised_to_be_zero() -> None:
    expect = "  - any_of: [{exitcodes: {p1: 0}}, {exitcodes: {p1: 1}}]\n"

    recording = trace("p1 begin", processes=[process("p1", 1)])
    found = [(verdict.promise.form, verdict.status) for verdict in check(recording, scenario(expect))]
    assert [("any_of", "kept")] == [pair for pair in found if pair[0] in ("any_of", "exitcodes")][:2]


def test_each_part_has_its_own_segment_and_groups() -> None:
    expect = """\
  - all_of:
      - count: {op: print}
        exactly: 2
        within: {from: {op: acquire, object: lock}, to: {op: release, object: lock}}
      - count: {op: print}
        exactly: 2
        per: process
"""
    lines = ["p1 acquire lock", "p1 print begin 1", "p1 print end 1", "p1 release lock"]
    assert "kept" == status_of(expect, *lines)[0]
    assert "broken" == status_of(expect, *lines, "p2 print begin 2")[0]

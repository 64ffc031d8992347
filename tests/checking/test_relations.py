"""Relations between spans are Allen's definitions, between all pairs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.checking.check import check
from mprunner.language.relations import RELATIONS
from tests.checking.letters import finding, form
from tests.checking.naive import Trace
from tests.checking.test_check import LINES, TEXT
from tests.checking.traces import trace
from tests.language.scenarios_in_text import problems, scenario

Interval = tuple[int, int]
NEVER = 1000


def allen(one: Interval, other: Interval) -> set[str]:
    """The names that hold of two intervals."""
    (b1, e1), (b2, e2) = one, other
    return {
        name
        for name, holds in {
            "before": e1 < b2, "after": e2 < b1, "meets": e1 == b2, "met_by": e2 == b1,
            "overlaps": b1 < b2 < e1 < e2, "overlapped_by": b2 < b1 < e2 < e1,
            "starts": b1 == b2 and e1 < e2, "started_by": b1 == b2 and e2 < e1,
            "during": b2 < b1 and e1 < e2, "contains": b1 < b2 and e2 < e1,
            "finishes": e1 == e2 and b2 < b1, "finished_by": e1 == e2 and b1 < b2,
            "equals": b1 == b2 and e1 == e2, "disjoint": e1 <= b2 or e2 <= b1, "intersects": b1 < e2 and b2 < e1,
        }.items()
        if holds
    }  # fmt: skip


def intervals(letters: Trace, begin: str, end: str) -> list[Interval]:
    """From each begin to the next end; a begin inside begins no other."""
    found: list[Interval] = []
    start: int | None = None
    for place, here in enumerate(letters):
        if start is not None and end in here:
            found.append((start, place))
            start = None
        if start is None and begin in here:
            start = place
    return found if start is None else [*found, (start, NEVER)]


def written(relation: str) -> str:
    ones, others = "{begin: a, end: b, by: run}", "{begin: c, end: d, by: run}"
    return f"- span: {ones}\n  relation: {relation}\n  to: {others}"


@pytest.mark.parametrize("relation", RELATIONS)
@given(letters=st.lists(st.frozensets(st.sampled_from("abcd"), max_size=2), max_size=9))
@settings(max_examples=80)
def test_a_relation_is_its_definition_between_all_pairs(relation: str, letters: Trace) -> None:
    pairs = [(one, other) for one in intervals(letters, "a", "b") for other in intervals(letters, "c", "d")]
    found = finding(form(written(relation)), letters)
    assert len(pairs) == found.activations
    if found.status == "inconclusive":
        assert any(one[1] == other[1] == NEVER for one, other in pairs)
    else:
        assert (found.status == "kept") == all(relation in allen(one, other) for one, other in pairs)


def test_spans_are_told_with_their_ends() -> None:
    letters = [frozenset("a"), frozenset("c"), frozenset("b"), frozenset("d")]
    found = finding(form(written("before")), letters)
    assert found.reason is not None
    assert "by p (#0-#2) is not before the span" in found.reason
    assert [0, 1, 2, 3] == [witness.event.position for witness in found.witnesses]


def test_what_has_not_ended_when_the_run_was_cut_is_open_where_it_matters() -> None:
    both = [frozenset("a"), frozenset("c")]
    assert "broken" == finding(form(written("before")), both, how="cut").status
    assert "inconclusive" == finding(form(written("overlaps")), both, how="cut").status
    assert "kept" == finding(form(written("intersects")), both, how="cut").status


@pytest.mark.parametrize(
    ("promise", "kinds"),
    [
        ("{span: {life: p1}, relation: before, to: {life: p2}}", []),
        ("{span: {life: p1}, relation: equals, to: {life: p2}}", ["equal-instants"]),
        ("{span: lock, relation: disjoint, to: {hold: lock}}", ["wrong-value"]),
        ("{span: lock, relation: within, to: p1}", ["wrong-value"]),
        ("{span: {begin: done}, relation: before, to: p1}", ["missing-field"]),
        ("{span: {begin: done, end: done, hold: lock}, relation: before, to: p1}", ["wrong-value"]),
    ],
)
def test_what_can_not_be_meant_is_said(promise: str, kinds: list[str]) -> None:
    found = problems(f"{TEXT}  - {promise}\n")
    assert kinds == [one.kind for one in found]


NAMED = """\
events:
  begins: "begin 1"
  ends: "end 1"
  either: {any_of: [begins, ends]}
spans:
  first: {begin: begins, end: ends}
  held: {hold: lock}
"""


def test_named_matchers_and_spans_stand_for_what_they_name() -> None:
    expect = """\
  - precedence: [begins, ends]
  - precedence: ["begin 1", "end 1"]
  - count: either
    exactly: 2
  - closed: first
  - max_parallel: {of: held, at_most: 1}
  - not: {span: first, relation: before, to: held}
"""
    found = check(trace(*LINES), scenario(NAMED + TEXT + expect))
    assert ["kept"] * 6 == [verdict.status for verdict in found if verdict.promise.line]
    assert found[0].promise.title == found[1].promise.title
    assert found[3].promise.title == "every first ends"


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("events: {lock: done}\n", '"lock" is declared already'),
        ("events: {x: done}\nspans: {x: {hold: lock}}\n", '"x" is declared already'),
        ("spans: {x: {op: print}}\n", "a matcher selects instants, here a span is wanted"),
        ("events: {x: dnoe}\n", 'no step of the program can print "dnoe"'),
        ("events: {x: {op: put, object: p}}\n", 'no object "p"'),
        ("events: {}\n", "`events`: expected a mapping of names, got a mapping"),
    ],
)
def test_a_name_that_can_not_be_used_is_told(named: str, message: str) -> None:
    found = problems(f"{named}{TEXT}  - existence: done\n")
    assert [message] == [one.message for one in found][:1]

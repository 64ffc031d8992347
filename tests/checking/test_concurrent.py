"""Verdicts that hang on the order of calls that overlap, with nothing that orders them."""

from __future__ import annotations

import pytest

from mprunner.checking.check import check
from mprunner.checking.forms import MatcherForm, OneOf
from mprunner.checking.happens_before import concurrent
from mprunner.checking.matching import Matcher
from mprunner.checking.verdict import Verdict
from mprunner.recording.events import Recording
from tests.checking.test_check import TEXT
from tests.checking.traces import trace
from tests.language.scenarios_in_text import scenario

PUTS = "{op: put, process: p1}, {op: put, process: p2}"
BACK = "{op: put, process: p2}, {op: put, process: p1}"

OVERLAPPING = ("p1 put q 1 <", "p2 put q 2", "> p1 put")
APART = ("p1 put q 1", "p2 put q 2")


def judged(promise: str, *lines: str, recording: Recording | None = None) -> Verdict:
    return check(recording or trace(*lines), scenario(f"{TEXT}  - {promise}\n"))[0]


@pytest.mark.parametrize(
    ("promise", "lines", "status"),
    [
        (f"{{precedence: [{PUTS}]}}", OVERLAPPING, "inconclusive"),
        (f"{{precedence: [{BACK}]}}", OVERLAPPING, "inconclusive"),
        (f"{{response: [{PUTS}]}}", OVERLAPPING, "inconclusive"),
        (f"{{response: [{BACK}]}}", OVERLAPPING, "inconclusive"),
        (f"{{sequence: [{PUTS}]}}", OVERLAPPING, "inconclusive"),
        (f"{{sequence: [{BACK}]}}", OVERLAPPING, "inconclusive"),
        (f"{{not: {{precedence: [{BACK}]}}}}", OVERLAPPING, "inconclusive"),
        (f"{{precedence: [{PUTS}]}}", APART, "kept"),
        (f"{{precedence: [{BACK}]}}", APART, "broken"),
        # who puts first matters to neither of these
        ("{precedence: [{op: put}, done]}", (*OVERLAPPING, "p1 print done"), "kept"),
        ("{response: [{op: put}, done]}", (*OVERLAPPING, "p2 print done"), "kept"),
        ("{count: {op: put}, exactly: 2}", OVERLAPPING, "kept"),
    ],
)
def test_overlapping_calls_are_in_no_order(promise: str, lines: tuple[str, ...], status: str) -> None:
    found = judged(promise, *lines)
    assert status == found.status, found.reason


def test_it_says_which_two() -> None:
    found = judged(f"{{precedence: [{PUTS}]}}", *OVERLAPPING)
    assert found.reason == (
        "it depends on which came first, p1 put 1 into `q` (#0) or p2 put 2 into `q` (#1): the calls overlap, and nothing "
        "orders the two"
    )
    assert ["overlaps", "overlaps"] == [one.role for one in found.witnesses]
    assert ("two calls overlap", None) == (found.summary, found.chance)


@pytest.mark.parametrize(
    ("promise", "lines"),
    [
        # an edge orders what overlaps
        ("{precedence: [{op: put}, {op: get}]}", ("p1 put q 1 <", "p2 get q 1", "> p1 put")),
        # prints are where they are, whatever the process was in before and after
        ("{precedence: [done, end 1]}", ("p1 print done", "p2 print end 1")),
        # the instants of calls can be chosen
        (
            "{precedence: [{op: put, process: p1, at: begin}, {op: put, process: p2, at: begin}]}",
            OVERLAPPING,
        ),
        # what took long because it waited took nothing before that was given
        (
            "{precedence: [done, {op: acquire, process: p2}]}",
            ("p1 acquire lock", "p2 acquire lock <", "p1 print done", "p1 release lock", "> p2 acquire"),
        ),
        (
            "{precedence: [{op: get, process: reader}, {op: acquire, process: p2}]}",
            ("p1 acquire lock", "p2 acquire lock <", "reader get q 1", "p1 release lock", "> p2 acquire"),
        ),
    ],
)
def test_what_is_certain_stays_kept(promise: str, lines: tuple[str, ...]) -> None:
    assert "kept" == judged(promise, *lines).status


def test_a_strict_promise_is_broken_by_it() -> None:
    assert "broken" == judged(f"{{precedence: [{PUTS}], strict: true}}", *OVERLAPPING).status


def test_what_overlaps_decides_only_where_the_promise_depends_on_it() -> None:
    lines = ("p1 put q 0", *OVERLAPPING)
    assert "kept" == judged(f"{{precedence: [{PUTS}]}}", *lines).status


@pytest.mark.parametrize(("most", "status"), [(4, "inconclusive"), (1, "kept")])
def test_only_the_events_of_the_promise_count_however_long_the_record_is(
    monkeypatch: pytest.MonkeyPatch, most: int, status: str
) -> None:
    monkeypatch.setattr(concurrent, "MOST_EVENTS", most)
    others = [f"p3 print {number}" for number in range(20)]
    assert status == judged(f"{{precedence: [{PUTS}]}}", *others, *OVERLAPPING, *others).status


@pytest.mark.parametrize(
    ("form", "can"),
    [
        (MatcherForm(print="a"), False),
        (MatcherForm(op="exit"), False),
        (MatcherForm(op="put"), True),
        (MatcherForm(op=OneOf(("print", "get"))), True),
        (MatcherForm(process="p"), True),
        (MatcherForm(any_of=(MatcherForm(print="a"), MatcherForm(print="b"))), False),
        (MatcherForm(any_of=(MatcherForm(print="a"), MatcherForm(op="acquire"))), True),
    ],
)
def test_what_has_no_extent_is_not_looked_at_for_overlaps(form: MatcherForm, can: bool) -> None:
    assert can == concurrent.can_overlap([Matcher(form)])

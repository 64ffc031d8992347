"""Outcomes: the final values of several processes together, graded."""

from __future__ import annotations

from typing import Any

import pytest

from mprunner.checking.check import check
from mprunner.checking.runs import OverRuns, summarise
from mprunner.checking.verdict import Verdict
from mprunner.report.standing import standing
from tests.checking.test_check import TEXT
from tests.checking.traces import process, trace
from tests.language.scenarios_in_text import problems, scenario

GRADED = """\
  - outcomes:
      of: [p1.n, p2.n]
      expected: [[1, 2]]
      allowed: [[2, 1]]
      interesting: [[1, 1]]
      forbidden: [[2, 2]]
"""


def verdict(first: Any, second: Any, *, how: str = "finished", **fields: Any) -> Verdict:
    processes = [process("p1", variables={"n": first}), process("p2", variables={"n": second}, **fields)]
    return check(trace("p1 begin", how=how, processes=processes), scenario(TEXT + GRADED))[0]


@pytest.mark.parametrize(
    ("first", "second", "status", "summary"),
    [
        (1, 2, "kept", "p1.n=1, p2.n=2 (expected)"),
        (2, 1, "kept", "p1.n=2, p2.n=1 (allowed)"),
        (1, 1, "kept", "p1.n=1, p2.n=1 (interesting)"),
        (2, 2, "broken", "p1.n=2, p2.n=2 (forbidden)"),
        (True, 2, "broken", "p1.n=True, p2.n=2 (not listed)"),
    ],
)
def test_an_outcome_has_a_grade(first: Any, second: Any, status: str, summary: str) -> None:
    found = verdict(first, second)
    assert (status, summary) == (found.status, found.summary)


def test_an_outcome_that_nobody_listed_is_shown() -> None:
    found = verdict(0, 3)
    assert found.reason == "the run ends with p1.n=0, p2.n=3, an outcome that nobody listed"


def test_what_did_not_reach_its_end_has_no_outcome() -> None:
    missing = [process("p1", variables={"n": 1}), process("p2", variables=None)]
    found = check(trace("p1 begin", how="hang", processes=missing), scenario(TEXT + GRADED))[0]
    assert ("inconclusive", "p2 did not reach its end") == (found.status, found.reason)


def test_runs_are_counted_by_outcome() -> None:
    over = OverRuns()
    for values in ((1, 2), (2, 1), (1, 2)):
        over.add([verdict(*values)])
    assert standing(over.promises()[0], 3).note == (
        "2 × p1.n=1, p2.n=2 (expected); 1 × p1.n=2, p2.n=1 (allowed)"
    )
    assert ["kept"] == [one.mark for one in over.promises()]
    assert ["broken"] == [one.mark for one in summarise([[verdict(1, 2)], [verdict(2, 2)]])]


def test_an_expected_outcome_that_never_came_is_told_after_many_runs() -> None:
    over = OverRuns()
    for values in ((1, 1), (2, 1)):
        over.add([verdict(*values)])
    assert standing(over.promises()[0], 2).note == (
        "1 × p1.n=1, p2.n=1 (interesting); 1 × p1.n=2, p2.n=1 (allowed); never p1.n=1, p2.n=2 (expected)"
    )


SEEN = """\
outcomes:
  of: [p1.n, {exitcode: p2}, {count: done}, {order: {op: print}}, {order: {op: print}, by: process}]
  expected: [[1, 0, 2, [done, done, bye], [p1, p2, p1]]]
"""


def seen(*lines: str, how: str = "finished", exitcode: int = 0) -> Verdict:
    processes = [process("p1", variables={"n": 1}), process("p2", exitcode)]
    text = TEXT.replace("expect:\n", SEEN + "expect:\n") + "  - existence: done\n"
    return check(trace(*lines, how=how, processes=processes), scenario(text))[1]


def test_a_run_ends_with_exit_codes_and_numbers_and_orders_too() -> None:
    found = seen("p1 print done", "p2 print done", "p1 print bye")
    assert ("outcomes", "kept", 1) == (found.promise.form, found.status, found.promise.index)
    told = "the run ends with p1.n=1, exit code of p2=0, number of \"done\"=1, order of print=['done'], "
    assert (seen("p1 print done").reason or "").startswith(told)
    assert "broken" == seen("p1 print done", "p2 print done", "p1 print bye", exitcode=1).status


def test_what_could_still_have_been_counted_leaves_it_open() -> None:
    assert "inconclusive" == seen("p1 print done", "p2 print done", "p1 print bye", how="cut").status


def test_outcomes_at_the_top_know_their_place() -> None:
    text = TEXT.replace("expect:\n", "outcomes: {of: [p1.n], expected: [[1]], forbidden: [[1]]}\nexpect:\n")
    (found,) = problems(text + "  - existence: done\n")
    assert ("the outcome [1] is listed twice", 1) == (found.message, found.span.column)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("of: [p1.n]", '`outcomes` lists none: give "expected", "allowed", "interesting" or "forbidden"'),
        ("of: [p1.n], expected: [[1, 2]]", "an outcome has 1 values, one for each variable; [1, 2] has 2"),
        ("of: [p1.n], expected: [[1]], forbidden: [[1]]", "the outcome [1] is listed twice"),
        ("of: [n], expected: [[1]]", 'the text "n" is nothing that a run ends with'),
        ("of: [{exit: p1}], expected: [[1]]", "a mapping is nothing that a run ends with"),
        ("of: [{order: done, by: colour}], expected: [[1]]", 'the text "colour" is no field of an event'),
        ("of: [{count: {op: puts}}], expected: [[1]]", 'no operation "puts"'),
        ("of: [p1.m], expected: [[1]]", 'no variable of p1 "m"'),
        ("of: [p3.n], expected: [[1]]", 'no process "p3"'),
        (
            "of: [p1.n], expected: [1]",
            "`expected`: expected an outcome: a list of values, one for each thing looked at, got the number 1",
        ),
        (
            "of: [], expected: [[1]]",
            "`of`: expected a list of what is looked at, each PROCESS.VARIABLE, {exitcode: PROCESS}, {count: MATCHER} or "
            "{order: MATCHER}, got a list",
        ),
    ],
)
def test_what_is_no_table_of_outcomes_is_told(fields: str, message: str) -> None:
    found = problems(f"{TEXT}  - outcomes: {{{fields}}}\n")
    assert [message] == [one.message for one in found][:1]

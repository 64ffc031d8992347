"""`for_each`: the promise anew for each value, against writing it out for each value by hand."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.checking.adapt import promise_form
from mprunner.checking.check import check
from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.constraints.for_each import for_each
from mprunner.checking.matching import Matcher
from mprunner.checking.verdict import Verdict
from mprunner.language.models import Scenario
from mprunner.recording.events import Event, Recording
from tests.checking.traces import events, trace
from tests.language.scenarios_in_text import problems, scenario

TEXT = """\
queues: {q: {}, r: {}}
targets:
  work:
    params: [x]
    steps: [{print: "{x}"}, {put: {queue: q, item: "{x}"}}, {get: q}, {put: {queue: r, item: 1}}, {get: r}]
processes:
  p: {target: work, args: [1]}
  c: {target: work, args: [1]}
expect:
"""


@cache
def written(promises: str) -> Scenario:
    return scenario(TEXT + "".join(f"  {line}\n" for line in promises.splitlines()))


def verdicts(promises: str, recording: Recording) -> list[Verdict]:
    return check(recording, written(promises))[: len(written(promises).expect)]


def verdict(promise: str, *lines: str, **how: Any) -> Verdict:
    return verdicts(promise, trace(*lines, **how))[0]


PUT, GET = "{op: put, object: q, item: $id}", "{op: get, object: q, item: $id}"
PROMISES = [
    f"response: [{PUT}, {GET}]",
    f"precedence: [{PUT}, {GET}]",
    f"sequence: [{PUT}, {{next: {GET}}}]",
    f"sequence: [{PUT}, {{gap_without: {{op: print}}}}, {GET}]",
    f"count: {GET}\n  exactly: 1",
    f"each: {PUT}\n  has: {GET}\n  where: next",
    f"each: {GET}\n  has: {PUT}\n  where: previous",
    f"each: {PUT}\n  has_no: {{op: print}}\n  where: next",
    f"each: {{op: print}}\n  has: {GET}\n  where: previous",
    f"each: {PUT}\n  has: {GET}\n  where: next\n  per: process",
    f"each: {PUT}\n  has: {GET}\n  where: next\n  within: {{after: {{op: print}}}}",
    f"sequence: [{{next: {PUT}}}, {{next: {GET}}}]",
    f"all_of: [{{each: {PUT}, has: {GET}, where: next, per: process}}, {{absence: 'got $id'}}]",
    "absence: {op: print}\n  within: {before: {op: get, object: q, item: $id}}",
    f"count: {{op: print}}\n  at_most: 1\n  within: {{from: {PUT}, to: {GET}}}",
    f"count: {{any_of: [{GET}, {{op: print}}]}}\n  at_most: 2",
    'existence: "got $id"',
    "existence: {print: {matches: '^got $id$'}}",
    "absence: {op: get, object: q, item: {not: $id}}",
    "absence: {op: get, object: q, item: [$id, 7]}",
    f"not: {{existence: {GET}}}",
    f"if: {{existence: {GET}}}\n  then: {{existence: 'got $id'}}",
    f"response: [{PUT}, {GET}]\n  per: process",
    f"pair: {{put: {PUT}, get: {GET}}}\n  each_put: exactly_once",
    f"open: {{begin: {PUT}, end: {GET}, by: run}}\n  at_most: 1",
]

LINES = st.lists(
    st.sampled_from(
        [
            f"{who} {what} {value}"
            for who in "pc"
            for what in ("put q", "get q", "print got")
            for value in (1, 2, 3)
        ]
    ),
    max_size=9,
)


@pytest.mark.parametrize("promise", PROMISES)
@given(lines=LINES, how=st.sampled_from(["finished", "cut"]))
@settings(max_examples=40)
def test_it_is_the_promise_written_out_for_each_value(promise: str, lines: list[str], how: str) -> None:
    recording = trace(*lines, how=how)
    values = sorted({line[-1] for line in lines if " put q " in line})
    found = verdicts(f"- for_each: {PUT}\n  {promise}\n  vacuous: ok", recording)[0]
    by_hand = [re.sub(r"\$id", value, promise) for value in values]
    apart = verdicts("\n".join(f"- {one}\n  vacuous: ok" for one in by_hand), recording) if values else []
    statuses = {one.status for one in apart}
    worst = next((one for one in ("broken", "inconclusive", "kept") if one in statuses), "vacuous")
    expected = "inconclusive" if worst in ("vacuous",) and how == "cut" else worst
    assert expected == found.status


def test_the_value_that_broke_it_is_named() -> None:
    found = verdict(f"- for_each: {PUT}\n  response: [{PUT}, {GET}]", "p put q 1", "p put q 2", "c get q 1")
    assert "broken for 1 of 2 values of $id: 1 of 1 broken" == found.summary
    assert "with $id = 2: p put 2 into `q` (#2), and there is no get 2 from q after it" == found.reason
    assert [2] == [witness.event.position for witness in found.witnesses]


def test_no_value_is_no_test() -> None:
    found = verdict(f"- for_each: {PUT}\n  response: [{PUT}, {GET}]", "p print x")
    assert ("vacuous", "no value of $id") == (found.status, found.summary)


def test_several_variables_take_each_combination_that_the_run_has() -> None:
    promise = (
        "- for_each: {op: put, object: $queue, process: $who, item: $id}\n"
        "  existence: {op: get, object: $queue, process: $who, item: $id}"
    )
    kept = verdict(promise, "p put q 1", "c put r 1", "p get q 1", "c get r 1")
    assert ("kept", "for each of 2 values of $queue and $who and $id") == (kept.status, kept.summary)
    broken = verdict(promise, "p put q 1", "c put r 1", "p get r 1", "c get r 1")
    assert (broken.reason or "").startswith('with $queue = "q", $who = "p", $id = 1:')


def test_one_quantifier_can_speak_of_the_values_of_another() -> None:
    promise = (
        "- for_each: [{op: put, object: $queue}, {op: put, object: $queue, item: $id}]\n"
        "  existence: {op: get, object: $queue, item: $id}"
    )
    assert "kept" == verdict(promise, "p put q 1", "p put r 2", "c get q 1", "c get r 2").status
    broken = verdict(promise, "p put q 1", "p put r 2", "c get q 1", "c get q 2")
    assert (broken.reason or "").startswith('with $queue = "r": with $id = 2:')


def test_a_part_of_a_promise_has_quantifiers_of_its_own() -> None:
    promise = (
        "- for_each: {op: put, object: $queue}\n  all_of:\n"
        "    - for_each: {op: put, object: $queue, item: $id}\n      existence: {op: get, object: $queue, item: $id}\n"
        "    - existence: {op: get, object: $queue}"
    )
    assert "kept" == verdict(promise, "p put q 1", "c get q 1").status
    assert "broken" == verdict(promise, "p put q 1", "c get q 2").status


@pytest.mark.parametrize(
    "quantifier", ["'order $id placed'", "{print: {matches: 'order (?P<id>[0-9]+) placed'}}"]
)
def test_a_part_of_a_text_can_be_the_value(quantifier: str) -> None:
    promise = f"- for_each: {quantifier}\n  response: ['order $id placed', {GET}]"
    lines = ["p print order 1 placed", "p print order 2 placed", "c get q 1", "c get q 2"]
    assert "kept" == verdict(promise, *lines).status
    assert 'with $id = "2": ' == (verdict(promise, *lines[:3]).reason or "")[: len('with $id = "2": ')]


def test_two_dollars_are_one() -> None:
    promise = f"- for_each: {PUT}\n  existence: '$$5 for $id'"
    assert "kept" == verdict(promise, "p put q 1", "p print $5 for 1").status


def test_what_never_ended_may_have_got_any_of_them() -> None:
    promise = f"- for_each: {PUT}\n  response: [{PUT}, {GET}]"
    killed = verdict(promise, "p put q 1", "c get q <")
    assert "inconclusive" == killed.status


class Counting(Constraint):
    """Counts what it and all others like it are fed."""

    fed = 0

    def feed(self, event: Event, mask: int) -> None:
        Counting.fed += 1

    def finish(self, end: End) -> Finding:
        return Finding("kept", 1, "")


def test_of_what_stands_next_only_the_neighbours_are_remembered() -> None:
    lines = [line for n in range(300) for line in (f"p put q {n}", f"c get q {n}", "c print x", "c print x")]
    recording = trace(*lines)
    promise = promise_form(
        written(f"- for_each: {PUT}\n  each: {PUT}\n  has: {GET}\n  where: next").expect[0]
    )
    made = for_each(promise, lambda one: Counting([Matcher(one.body.each)], wants_all=True))
    assert made is not None
    Counting.fed = 0
    for event in events(recording):
        puts = event.call.operation == "put" and event.at == "begin"
        made.feed(event, 3 if puts else 0)
    made.finish(End(True, recording))
    assert Counting.fed <= 300 * 3  # each put with one before it and one behind it


def test_many_values_are_no_burden() -> None:
    lines = [
        f"{who} {what} q {number}" for number in range(3_000) for who, what in (("p", "put"), ("c", "get"))
    ]
    found = verdict(f"- for_each: {PUT}\n  sequence: [{PUT}, {GET}]", *lines)
    assert ("kept", 6_000) == (found.status, found.activations)


@pytest.mark.parametrize(
    ("promise", "message", "column"),
    [
        (f"- for_each: {PUT}\n  response: [{PUT}, {{op: get, item: $idd}}]", 'no variable "$idd"', 65),
        (
            "- for_each: {op: put, item: $id}\n  existence: x",
            "`$id` is never used: the promise would be the same for each value", 31,
        ),
        ("- for_each: {op: put}\n  existence: x", "`for_each` needs a variable to capture: a field is `$name`", 15),
        ("- for_each: []\n  existence: x", "`for_each`: expected a matcher, or a list of them", 15),
        ("- for_each: '$a$b'\n  existence: $a", "between two variables of a text there has to be something", 15),
        ("- for_each: {op: put, pool: $a}\n  existence: $a", "`pool` takes no variable", 31),
        (f"- for_each: {PUT}\n  output: x", "`for_each` does not go with `output`, which is about the whole run", 5),
        (
            f"- for_each: {PUT}\n  any_of: [{{existence: {PUT}}}, {{exitcodes: {{p: 0}}}}]",
            "`for_each` does not go with `exitcodes`, which is about the whole run", 61,
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_variables_is_told_where_it_stands(
    promise: str, message: str, column: int
) -> None:
    found = problems(TEXT + "".join(f"  {line}\n" for line in promise.splitlines()))
    assert (message, column) == (found[0].message, found[0].span.column)


def test_the_nearest_variable_is_suggested() -> None:
    found = problems(f"{TEXT}  - for_each: {PUT}\n    response: [{PUT}, {{op: get, item: $idd}}]\n")
    assert 'did you mean "$id"?' == found[0].expected

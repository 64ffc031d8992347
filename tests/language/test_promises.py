"""Promises: forms, modifiers, matchers, spans."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mprunner.language.matchers import Matcher, SpanOf
from mprunner.language.patterns import Equals, Matches, Not, OneOf
from mprunner.language.promises import Promise
from tests.language.scenarios_in_text import said, scenario

DECLARED = """\
locks: {lock: {}, fork: {count: 2}}
queues: {q: {}}
pools: {po: {processes: 2}}
targets:
  work:
    params: [x]
    steps:
      - with: lock
        steps: [{print: "{x}"}, {put: {queue: q, item: 1}}, {get: q, allow: Empty}]
      - {acquire: "fork[0]", label: first}
processes: {p: {target: work, args: [1], replicas: 2}}
main:
  - start: p
  - apply_async: {pool: po, func: work, args: [1]}
"""


def text_of(promise: str) -> str:
    """A scenario with one promise."""
    return DECLARED + "expect:\n" + "".join(f"  {line}\n" for line in promise.splitlines())


def promised(promise: str) -> Promise:
    """The one promise of a scenario that has one of each kind of object."""
    return scenario(text_of(promise)).expect[0]


def matcher(written: str) -> Matcher:
    """The matcher in flow style."""
    body: Any = promised(f"- existence: {written}").body
    found = body.existence
    assert isinstance(found, Matcher)
    return found


def test_a_promise_holds_always_and_not_in_vain_unless_it_says_otherwise() -> None:
    plain, other = (
        promised("- absence: x"),
        promised("- absence: x\n  holds: never\n  vacuous: ok\n  why: so\n  name: n"),
    )
    assert ("always", "fail", None, None) == (plain.holds, plain.vacuous, plain.why, plain.name)
    assert ("never", "ok", "so", "n") == (other.holds, other.vacuous, other.why, other.name)


def test_a_promise_knows_its_place_and_number() -> None:
    found = scenario(text_of("- absence: x\n- existence: y")).expect
    assert [0, 1] == [promise.index for promise in found]
    assert [(16, 5), (17, 5)] == [(promise.form_span.line, promise.form_span.column) for promise in found]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("hello", {"print": "hello"}),
        ('"1"', {"print": "1"}),
        ("1", {"print": "1"}),
        ("{op: put, object: q, item: 1}", {"op": "put", "object": "q", "item": 1}),
        ("{print: {matches: '^a'}}", {"print": {"matches": "^a"}}),
        ("{op: [put, get]}", {"op": ["put", "get"]}),
        ("{op: put, process: {not: main}}", {"op": "put", "process": {"not": "main"}}),
        ("{op: put, item: {equals: [1, 2]}}", {"op": "put", "item": {"equals": [1, 2]}}),
        ("{op: get, raised: Empty, at: end}", {"op": "get", "raised": "Empty", "at": "end"}),
        ("{any_of: [hello, {op: exit}]}", {"any_of": [{"print": "hello"}, {"op": "exit"}]}),
        ("{op: print, none_of: [hello]}", {"op": "print", "none_of": [{"print": "hello"}]}),
        ("{print: '{x}'}", {"print": "{x}"}),
        ("{label: first}", {"label": "first"}),
        ("{task: 'po.work[0]'}", {"task": "po.work[0]"}),
    ],
)
def test_a_matcher_is_its_fields_and_texts_are_literal(written: str, plain: dict[str, Any]) -> None:
    assert plain == matcher(written).plain()


@pytest.mark.parametrize(
    ("span", "kind", "name"),
    [
        ("lock", "hold", "lock"),
        ("fork", "hold", "fork"),
        ("po", "task", "po"),
        ("p", "life", "p"),
        ("'p[1]'", "life", "p[1]"),
        ("{hold: 'fork[0]'}", "hold", "fork[0]"),
        ("{task: po}", "task", "po"),
        ("{life: main}", "life", "main"),
        ("main", "life", "main"),
        ("{call: get}", "call", "get"),
    ],
)
def test_a_span_is_an_object_or_says_which_kind_it_is(span: str, kind: str, name: str) -> None:
    body: Any = promised(f"- closed: {span}").body
    found = body.closed
    assert isinstance(found, SpanOf)
    assert (kind, name) == (found.kind, found.name)


def test_steps_of_a_sequence_are_matchers_or_say_how_they_follow() -> None:
    found: Any = promised(
        "- sequence: [a, {next: b}, {any_order: [c, d]}, {times: 2, of: e}]\n  complete: true"
    ).body
    assert ["one", "next", "any_order", "times"] == [step.kind for step in found.sequence]
    assert ([1, 1, 2, 1], [1, 1, 1, 2]) == (
        [len(step.matchers) for step in found.sequence],
        [step.times for step in found.sequence],
    )
    assert found.complete


@pytest.mark.parametrize(
    ("promise", "message"),
    [
        ("- count: x", '`count` needs "exactly", "at_least" or "at_most" beside it'),
        ("- each: x", '`each` needs "has" or "has_no" beside it'),
        (
            "- each: x\n  has: y\n  where: befor",
            '`where`: expected "after", "before", "anywhere", "next" or "previous"',
        ),
        ("- each: x\n  has: y\n  bind: [itme]", 'the text "itme" is no field of an event'),
        ("- precedence: [a, b, c]", "`precedence`: expected a list of two matchers, [earlier, later]"),
        (
            "- max_parallel: {of: {op: print}, at_most: 1}",
            "a matcher selects instants, here a span is wanted",
        ),
        ("- mutual_exclusion: q", "`q` is a queue, which has no spans of its own"),
        ("- max_parallel: {of: po}\n  at_most: 1", "`at_most` belongs under `max_parallel`, not beside it"),
        ("- output: x\n  per: process", "`per` does not go with `output`, which is about the whole run"),
        ("- exitcodes: {p: ok}", "`exitcodes`: expected an exit code, a whole number"),
        ("- each: [a, b]\n  has: [a, b]", "`each` or its partner can be two events, not both"),
        (
            "- each: a\n  has: [a, b]\n  where: next",
            "with two events in a row, `where` is after or before, not next",
        ),
        ("- each: a\n  has: [a, b]\n  bind: [item]", "`bind` does not go with two events in a row"),
        (
            "- each: [a, b]\n  has: a\n  without: b",
            "`without` is about the two events of `has`; here `each` has two",
        ),
        ("- each: a\n  has: [a, b]\n  within_ms: 5", "`within_ms` does not go with two events in a row"),
        ("- response: [a, b]\n  within_ms: -1", "`within_ms` is a number of milliseconds, from 0"),
        ("- response: [a, b]\n  within_ms: soon", '`within_ms`: expected a number, got the text "soon"'),
        (
            "- sequence: [{gap_without: a}]",
            "`sequence` has gaps only: `absence` says that something never happens",
        ),
        (
            "- sequence: [a, {gap_without: b}, a]\n  complete: true",
            "`complete` leaves nothing between the steps, so `gap_without` has nothing to say",
        ),
        (
            "- sequence: [a, {gap_without: b}, {next: a}]",
            "nothing stands before a `next` step, so `gap_without` before it has nothing to say",
        ),
        (
            f"- sequence: [{{gap_without: b}}, {{any_order: [{', '.join('a' * 13)}]}}]",
            "`any_order` behind a gap takes 12 matchers at most",
        ),
        ("- pair: {put: {op: put}}", '`pair` lacks the field "get"'),
        ("- pair: {put: {op: put}, get: {op: get}, by: itme}", 'the text "itme" is no field of an event'),
        (
            "- pair: {put: {op: put}, get: {op: get}}\n  order: fifoo",
            '`order`: expected "fifo", "per_producer", "any" or "lifo", got the text "fifoo"',
        ),
        ("- lifo: lock", '"lock" is a lock, a queue is wanted here'),
        ("- absence: a\n  fewer_than: 0", "nothing happens fewer than 0 times"),
        ("- succession: a", "`succession`: expected a list of two matchers, [earlier, later]"),
        (
            "- precedence_chain: [a, b]",
            "`precedence_chain`: expected [earlier, later], of which one is a list of two matchers",
        ),
        ("- bounded_existence: a", '`bounded_existence` lacks the field "at_most"'),
        ("- at_most_once: lock", '"lock" is a lock, a queue is wanted here'),
        (
            "- at_most_once: q\n  per: process",
            "`per` does not go with `at_most_once`, which is about the whole run",
        ),
        ("- all_of: []", "`all_of`: expected a list of promises, got a list"),
        (
            "- not: {absence: x, holds: never}",
            "`holds` stands beside the whole promise, not beside a part of it",
        ),
        ("- any_of: [{deadlock: {}}]", "`deadlock` stands alone, not inside another promise"),
        ("- if: {absence: x}", '`if` lacks the field "then"'),
        ("- not: {count: x}", '`count` needs "exactly", "at_least" or "at_most" beside it'),
        (
            "- all_of: [{output: x}]\n  per: process",
            "`per` does not go with `output`, which is about the whole run",
        ),
        ("- any_of: [{absence: {op: print, process: nobody}}]", 'no process "nobody"'),
        ("- sucession: [a, b]", 'unknown promise "sucession"'),
        ("- existence: {matches: x}", 'unknown field "matches" in a matcher'),
        (
            "- existence: {op: print, print: {match: x}}",
            'a pattern is a mapping with one of "matches", "not" or "equals"',
        ),
        ("- existence: x\n  hold: always", 'unknown field "hold" in `existence`'),
        ("- sequence: []", "`sequence`: expected a list of matchers, got a list"),
        ("- fifo: lock", '"lock" is a lock, a queue is wanted here'),
        ("- hangs: {waiting: {q: {op: get}}}", '"q" is a queue, a process is wanted here'),
        ("- exception: {process: p, type: ValueErorr}", 'unknown exception "ValueErorr"'),
    ],
)
def test_a_promise_that_is_none_is_told_what_it_lacks(promise: str, message: str) -> None:
    found = [line.split(": ", 1)[1] for line in said(text_of(promise)) if "unused" not in line]
    assert found
    assert found[0].startswith(message)


def test_what_is_a_form_of_its_own_may_still_be_a_field_of_another() -> None:
    counted, exactly = promised("- count: a\n  exactly: 2"), promised("- exactly: a\n  times: 2")
    assert ["count", "exactly"] == [counted.form, exactly.form]


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.integers())))
def test_a_pattern_of_a_value_accepts_that_value_and_not_its_negation(value: Any) -> None:
    assert Equals(value).accepts(value)
    assert OneOf((Equals(value), Equals("other"))).accepts(value)
    assert not Not(Equals(value)).accepts(value)


def test_true_is_not_one_and_a_tuple_is_a_list() -> None:
    assert not Equals(1).accepts(True)
    assert Equals([1, [2]]).accepts((1, (2,)))
    assert not Equals([1]).accepts((True,))


def test_a_regular_expression_is_found_anywhere_in_a_text() -> None:
    assert Matches(r"\d").accepts("a1b")
    assert not Matches(r"^\d$").accepts("a1b")
    assert not Matches(r"\d").accepts(1)

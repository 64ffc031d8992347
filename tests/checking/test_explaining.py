"""What is shown of a promise: core forms that mean the same, and examples that are what they claim."""

from __future__ import annotations

import pytest

from mprunner.checking.adapt import declared, promise_form
from mprunner.checking.forms import PromiseForm
from mprunner.checking.meaning.core_text import core_lines
from mprunner.checking.meaning.example_traces import by_items, examples, judged
from mprunner.checking.meaning.expansion import as_pairs
from mprunner.checking.meaning.explaining import Explanation, explain
from mprunner.checking.meaning.roles import Roles
from mprunner.language.examples import PROMISE_EXAMPLES
from tests.checking.letters import form, holds, longer, single
from tests.checking.patterns_published import DECLARE, PATTERNS
from tests.language.scenarios_in_text import scenario
from tests.language.surroundings import with_promise

WHOLE_RUN = ("output", "exitcodes", "variables", "outcomes", "exception", "deadlock", "hangs")
OF_EVENTS = [name for name in PROMISE_EXAMPLES if name not in WHOLE_RUN]


def explained(promise: str) -> Explanation:
    found = scenario(with_promise("", promise))
    return explain(promise_form(found.expect[0]), declared(found))


@pytest.mark.parametrize("name", OF_EVENTS)
def test_each_form_and_name_is_shown_by_an_example_that_keeps_it_and_one_that_breaks_it(name: str) -> None:
    found = scenario(with_promise(name, PROMISE_EXAMPLES[name]))
    roles, facts = Roles(), declared(found)
    lettered: PromiseForm = by_items(roles.lettered(as_pairs(promise_form(found.expect[0]), facts)))
    shown = examples(lettered, roles, facts)
    assert shown is not None
    assert shown.kept is not None
    assert shown.broken is not None
    kept, broken = (judged(lettered, one, facts) for one in (shown.kept, shown.broken))
    assert ("kept", "broken") == (kept.status, broken.status)
    assert kept.activations


WRITTEN = list(dict.fromkeys([promise for promise, *_ in (*DECLARE.values(), *PATTERNS.values())]))


@pytest.mark.parametrize("promise", WRITTEN)
def test_the_core_forms_of_a_name_mean_what_the_name_means(promise: str) -> None:
    written, roles = form(promise), Roles()
    lines = core_lines(written.body, None, "run", lambda matcher: matcher.print.pattern)
    core = form("\n".join(lines))
    letters = "".join(sorted({one for one in "abpstz" if f" {one}" in promise or f"[{one}" in promise}))
    assert roles.given == {}
    for one in single(letters + "x", 2) + longer(letters + "x", 20, overlapping=True):
        assert holds(written, one) == holds(core, one), lines


def test_an_explanation_gives_letters_to_matchers_and_writes_all_in_them() -> None:
    found = explained("- succession: [first, {op: put, object: q}]\n  within: {before: second}")
    assert found == Explanation(
        title='succession "first" → put into q, before "second"',
        core=(
            "- all_of:", "    - each: a", "      has: b", "    - each: b", "      has: a", "      where: before",
            "  within: {before: c}",
        ),
        letters=(("a", '"first"'), ("b", "put into q"), ("c", '"second"')),
        formula="F c -> (((a -> (!c U (b & !c))) W c) & (!b W (c | a)))",
        kept="a b c",
        broken="a c",
    )  # fmt: skip


def test_spans_and_queues_have_examples_of_who_does_what() -> None:
    lock, queue = explained("- mutual_exclusion: lock"), explained("- fifo: q")
    assert ("p1 acquire lock", "p1 acquire lock, p2 acquire lock") == (lock.kept, lock.broken)
    assert ("a(A) b(A)", "a(A) a(B) b(B)", None) == (queue.kept, queue.broken, queue.formula)
    assert ("- pair: {put: a, get: b, by: item}", "  order: per_producer", "  per: object") == queue.core


@pytest.mark.parametrize(
    ("promise", "kept", "broken", "formula"),
    [
        (
            "- for_each: {op: put, item: $id}\n  response: [{op: put, item: $id}, {op: get, item: $id}]",
            "a(A) b(A)", "a(A)", "for each $id of a: G(a -> F b)",
        ),
        (
            "- for_each: {op: put, process: $who, item: $id}\n  absence: {op: get, process: $who, item: $id}",
            "a(A, A)", "a(A, A) b(A, A)", "for each $who and $id of a: G !b",
        ),
    ],
)  # fmt: skip
def test_values_of_variables_stand_behind_the_letters(
    promise: str, kept: str, broken: str, formula: str
) -> None:
    found = explained(promise)
    assert (kept, broken, formula) == (found.kept, found.broken, found.formula)
    assert "- for_each: a" == found.core[0]


@pytest.mark.parametrize("name", PROMISE_EXAMPLES)
def test_each_form_and_name_has_a_formula_or_says_in_words_what_it_means(name: str) -> None:
    found = scenario(with_promise(name, PROMISE_EXAMPLES[name]))
    told = explain(promise_form(found.expect[0]), declared(found))
    assert (told.formula is None) != (told.definition is None)


@pytest.mark.parametrize(
    ("promise", "means"),
    [
        (
            "- mutual_exclusion: lock",
            "at no i do more than 1 (b, e) of one object have b <= i < e, for b and e being an acquire of lock that has "
            "returned and the release that gives it back",
        ),
        (
            "- span: {life: p1}\n  relation: overlaps\n  to: {life: p2}",
            "for each (b1, e1) and (b2, e2): b1 < b2 and b2 < e1 and e1 < e2, for b1 and e1 being the first instant of p1 "
            "and its exit, and b2 and e2 being the first instant of p2 and its exit",
        ),
        (
            "- closed: {begin: first, end: second, by: process}\n  per: process",
            "for each b there is its e, for b and e being a and the next b of the same process   "
            "(of the events of each process)",
        ),
        (
            "- each: {op: put}\n  has: {op: get}\n  where: before\n  without: first\n  bind: [item, process]",
            "for each a at i there is b at j with j <= i and item(i) = item(j) and process(i) = process(j) and no c "
            "strictly between i and j",
        ),
    ],
)
def test_what_no_formula_says_is_said_in_words(promise: str, means: str) -> None:
    assert means == explained(promise).definition


@pytest.mark.parametrize(
    ("holds", "runs"), [("always", None), ("sometimes", "some run keeps it"), ("never", "no run keeps it")]
)
def test_in_which_runs_it_holds_is_told_when_that_is_not_each(holds: str, runs: str | None) -> None:
    assert runs == explained(f"- existence: first\n  holds: {holds}").runs


@pytest.mark.parametrize("name", WHOLE_RUN[1:])
def test_what_is_judged_by_the_whole_run_has_no_core(name: str) -> None:
    found = explained(PROMISE_EXAMPLES[name])
    assert ((), None, None, None) == (found.core, found.formula, found.kept, found.broken)

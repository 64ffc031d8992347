"""How promises are headed."""

from __future__ import annotations

from typing import Any

import pytest

from mprunner.checking.forms import (
    ChainForm,
    CountForm,
    EachForm,
    MatcherForm,
    Matches,
    PromiseForm,
    ScopeForm,
    SequenceForm,
    StepForm,
)
from mprunner.checking.titles import title


def p(text: str) -> MatcherForm:
    return MatcherForm(print=text)


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ({"before": p("b")}, 'before "b"'),
        ({"after": p("a")}, 'after "a"'),
        ({"after": p("a"), "before": p("b")}, 'after "a" and before "b"'),
        ({"after": p("a"), "before": p("b"), "open_end": True}, 'after "a" and before "b" or up to the end'),
        ({"from_": p("a"), "to": p("b")}, 'from "a" to "b"'),
        ({"from_": p("a"), "to": p("b"), "open_end": True}, 'from "a" to "b" or the end'),
    ],
)
def test_the_heading_tells_both_sides_of_a_scope(scope: dict[str, Any], told: str) -> None:
    promise = PromiseForm(CountForm(p("x"), exactly=0), "absence", within=ScopeForm(**scope))
    assert f'no "x", {told}' == title(promise)


RAISED = MatcherForm(raised="ValueError")
EVENT = MatcherForm(op=Matches(""))


@pytest.mark.parametrize(
    ("body", "form", "told"),
    [
        (CountForm(RAISED, exactly=0), "absence", "nothing that raised ValueError"),
        (CountForm(RAISED, at_least=1), "existence", "something that raised ValueError"),
        (CountForm(EVENT, exactly=0), "absence", "no event"),
        (CountForm(MatcherForm(op="put"), exactly=0), "absence", "no put"),
        (EachForm(RAISED, p("x")), "each", 'each event that raised ValueError has "x" after it'),
        (EachForm(p("x"), RAISED, wanted=False), "each", 'each "x" has nothing that raised ValueError after it'),
        (ChainForm((p("x"),), (RAISED,), wanted=False), "each", 'each "x" has nothing that raised ValueError after it'),
        (EachForm(RAISED, p("x")), "response", '"x" after each event that raised ValueError'),
    ],
)  # fmt: skip
def test_what_says_nothing_of_the_operation_reads_as_english(body: Any, form: str, told: str) -> None:
    assert told == title(PromiseForm(body, form))


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (("Get C", ""), 'sequence Get C → "", and nothing else'),
        ((" indented", "x"), 'sequence " indented" → x, and nothing else'),
    ],
)
def test_a_line_of_a_sequence_that_could_not_be_seen_stands_in_quotes(
    texts: tuple[str, ...], told: str
) -> None:
    steps = tuple(StepForm((p(text),)) for text in texts)
    assert told == title(PromiseForm(SequenceForm(steps, complete=True), "sequence"))

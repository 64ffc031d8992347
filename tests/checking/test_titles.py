"""How promises are headed."""

from __future__ import annotations

from typing import Any

import pytest

from mprunner.checking.forms import CountForm, MatcherForm, PromiseForm, ScopeForm
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

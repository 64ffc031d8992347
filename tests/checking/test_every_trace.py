"""Every form that has a formula against it on traces of up to six events, one role each.

Of so many traces a sample is judged, always the same. With `MPRUN_TRACES=all` in the environment all of them are, three million:
that takes a core some ten minutes, and no more memory than the sample.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from itertools import product

import pytest

from tests.checking import naive
from tests.checking.letters import Judged, form
from tests.checking.ltlf import formula
from tests.checking.naive import Trace
from tests.checking.patterns_published import DECLARE, closed
from tests.checking.test_classics import SCOPED, roles_in, scoped
from tests.checking.test_formulas import ALL, _text, in_roles, written

LONGEST = 6
SAMPLE = 300
WHOLE = os.environ.get("MPRUN_TRACES") == "all"


def traces(roles: str) -> Iterator[Trace]:
    """All of them, or of those with more than two events a sample."""
    lengths = range(LONGEST + 1) if WHOLE else range(2)
    for length in lengths:
        for word in product(roles, repeat=length):
            yield [frozenset(one) for one in word]
    if not WHOLE:
        chance = random.Random(roles)
        for _ in range(SAMPLE):
            yield [frozenset(chance.choice(roles)) for _ in range(chance.randint(2, LONGEST))]


@pytest.mark.parametrize("name", DECLARE)
def test_a_declare_template_is_its_published_formula(name: str) -> None:
    promise, text, empty = DECLARE[name]
    meant, judged = formula(text), Judged(form(promise))
    assert [] == [one for one in traces("abx") if judged.holds(one) != naive.on(meant, one, empty=empty)]


@pytest.mark.parametrize(("pattern", "scope"), SCOPED)
def test_a_pattern_in_a_scope_is_its_published_formula(pattern: str, scope: str) -> None:
    promise, text = scoped(pattern, scope), closed(pattern, scope)
    meant, judged, empty = formula(text), Judged(form(promise)), text != "F p"
    roles = roles_in(text) + "x"
    assert [] == [one for one in traces(roles) if judged.holds(one) != naive.on(meant, one, empty=empty)]


@pytest.mark.parametrize("promise", ALL)
def test_a_promise_is_the_formula_that_is_told_of_it(promise: str) -> None:
    text, roles, found = written(promise)
    meant, judged = formula(text), Judged(found)
    letters = "".join(dict.fromkeys("".join(map(_text, roles.given.values())))) + "x"
    wrong = [
        one
        for one in traces(letters)
        if one and judged.holds(one) != naive.on(meant, in_roles(one, roles), empty=True)
    ]
    assert [] == wrong, text

"""Expressions mean what they mean in Python: random ones of the subset are evaluated by both."""

from __future__ import annotations

import copy
import warnings

import pytest
from hypothesis import assume, given, settings

from tests.program.python_expressions import EXPRESSIONS, TEXTS, VARIABLES, ours, outcome, parsed, python

VIEWS = ("dict_keys", "dict_values", "dict_items")


@settings(max_examples=500, deadline=None)
@given(EXPRESSIONS)
def test_an_expression_gives_what_python_gives(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = outcome(python, text, copy.deepcopy(VARIABLES))
    # Views of a mapping are lists here, which is said in the documentation, and numbers have an end.
    assume(not any(view in str(expected) for view in VIEWS))
    assume("{" + "}" not in text or "{}." not in text)
    found = outcome(ours, parsed(text), copy.deepcopy(VARIABLES))
    if found[0] == "raised" and found[1] in (OverflowError, MemoryError):
        return
    assume(not any(f".{view}(" in text for view in ("keys", "values", "items")) or expected[0] != "raised")
    assert expected == found


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_a_text_with_fields_gives_what_an_f_string_gives(text: str) -> None:
    expected = outcome(python, f"f{text!r}".replace("\\", ""), copy.deepcopy(VARIABLES))
    assert expected == outcome(_text, text)


def _text(text: str) -> str:
    from mprunner.language.diagnostics import Problems
    from mprunner.language.expressions import parse_text
    from mprunner.language.nodes import compose
    from mprunner.language.scalars import quoted
    from mprunner.language.source import Source

    source, problems = Source("test.yaml", f"k: {quoted('.' + text)}\n"), Problems()
    node = compose(source, problems)
    assert node is not None
    value = node.get("k")
    assert value is not None
    found = parse_text(value, source, problems)
    assert found is not None, problems.diagnostics
    return str(ours(found.tree, copy.deepcopy(VARIABLES)))[1:]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("type(3)", "int"),
        ("type(items)", "list"),
        ("reversed(items)", [3, 2, 1]),
        ("enumerate(s)", [(0, "a"), (1, "b"), (2, "c")]),
        ("zip(s, items)", [("a", 1), ("b", 2), ("c", 3)]),
        ("d.keys()", ["a", "b"]),
        ("d.get('z', 5)", 5),
        ("d.get('a')", 1),
        ("', '.join(words)", "b, a"),
        ("sorted(words, reverse=True)", ["b", "a"]),
        ("max(1, 2, 3)", 3),
        ("min([], default=4)", 4),
        ("sum([[1], [2]], [])", [1, 2]),
        ("10**12 in range(10**15)", True),
    ],
)
def test_functions_and_methods_give(text: str, expected: object) -> None:
    assert expected == ours(parsed(text), copy.deepcopy(VARIABLES))

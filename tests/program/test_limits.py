"""Nothing that a page of YAML can write makes an expression run for ever or fill the memory."""

from __future__ import annotations

import time

import pytest

from mprunner.language.safe import BUILTINS, OBSERVERS, SAFE_METHODS
from mprunner.program.functions import FUNCTIONS, METHODS
from tests.program.scripts import run, steps_of


@pytest.mark.parametrize(
    ("expression", "error"),
    [
        ("10 ** 10 ** 10", OverflowError),
        ("2 ** 65537", OverflowError),
        ("1 << 10 ** 9", OverflowError),
        ("'x' * 10 ** 12", MemoryError),
        ("[0] * 10 ** 9", MemoryError),
        ("10 ** 9 * [0]", MemoryError),
        ("list(range(10 ** 12))", MemoryError),
        ("sum(range(10 ** 12))", MemoryError),
        ("max(range(10 ** 12))", MemoryError),
        ("sorted(range(10 ** 12))", MemoryError),
        ("1.5 in range(10 ** 12)", MemoryError),
        ("range(10 ** 12).count(1.5)", MemoryError),
        ("f'{1:{10 ** 9}}'", MemoryError),
        ("f'{1.0:.{10 ** 9}f}'", MemoryError),
        ("f'{1:999999999999}'", MemoryError),
        ("'%999999999d' % 1", MemoryError),
        ("'%*d' % (10 ** 9, 1)", ValueError),
        ("('a' * 10 ** 6).replace('a', 'b' * 10 ** 6)", MemoryError),
        ("('a' * 10 ** 6).join(['', ''] * 100)", MemoryError),
        ("list('a' * 2000000)", MemoryError),
        ("round(1, -(10 ** 9))", OverflowError),
        ("sum([[0] * 1000] * 100000, [])", MemoryError),
        ("float(10 ** 400)", OverflowError),
        ("chr(10 ** 9)", ValueError),
    ],
)
def test_what_would_be_too_large_is_refused_at_once(expression: str, error: type[Exception]) -> None:
    begin = time.monotonic()
    quoted = expression.replace('"', '\\"')
    _trace, outcome, _machine = run(steps_of(f'- print: "{{{quoted}}}"'))
    assert error is type(outcome)
    assert time.monotonic() - begin < 10


def test_a_range_is_large_without_taking_room() -> None:
    trace, _outcome, _machine = run(steps_of('- print: "{len(range(10 ** 12))} {5 in range(10 ** 12)}"'))
    assert ["print 1000000000000 True"] == trace


@pytest.mark.parametrize(
    "use", ["str(x)", "x == y", "[x] < [y]", "{(x, 1)}", "x in [y, 1]", "sorted([x, y])", "f'{x!r}'"]
)
def test_lists_that_hold_each_other_twice_are_not_unfolded(use: str) -> None:
    steps = f"""
    - set: {{x: [1], y: [1]}}
    - repeat: 60
      steps:
        - set: {{x: "{{(x, x)}}", y: "{{(y, y)}}"}}
    - print: "{{({use})}}"
    """
    _trace, outcome, _machine = run(steps_of(steps))
    assert isinstance(outcome, MemoryError)


def test_a_text_that_doubles_for_ever_ends_in_a_memory_error() -> None:
    steps = "- set: {s: x}\n- while: true\n  steps: [{set: {s: '{s + s}'}}]"
    _trace, outcome, _machine = run(steps_of(steps))
    assert isinstance(outcome, MemoryError)
    assert "a text has at most 32,000,000" in str(outcome)


def test_the_evaluator_has_exactly_what_expressions_may_call() -> None:
    assert BUILTINS == set(FUNCTIONS) | OBSERVERS
    assert SAFE_METHODS == {kind.__name__: frozenset(methods) for kind, methods in METHODS.items()}

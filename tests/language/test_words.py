"""A word that is right elsewhere (in Python, or in another step) is one error, which names the word that is right here."""

from __future__ import annotations

import pytest

from tests.language.scenarios_in_text import problems


@pytest.mark.parametrize(
    ("step", "suggestion"),
    [
        ("{apply_async: {pool: po, target: work}}", 'did you mean "func" or "args"?'),
        ("{apply: {pool: po, func: work, kwargs: {}}}", 'did you mean "kwds" or "args"?'),
        ("{if: true, do: [pass]}", 'did you mean "then"?'),
        ("{recieve: q}", 'did you mean "get" or "remove"?'),
    ],
)
def test_a_word_from_elsewhere_is_one_error(step: str, suggestion: str) -> None:
    text = f"""
        name: test
        pools: {{po: }}
        queues: {{q: }}
        targets: {{work: {{steps: [pass]}}}}
        main: [{{close: po}}, {{close: q}}, {{call: work}}, {step}]
    """
    assert [suggestion] == [one.expected for one in problems(text)]


def test_the_most_at_once_is_called_at_most() -> None:
    text = """
        name: test
        pools: {po: }
        targets: {work: {steps: [pass]}}
        main: [{apply: {pool: po, func: work}}]
        expect: [{max_parallel: {of: {task: po}, max: 2}}]
    """
    assert ['did you mean "at_most"?'] == [one.expected for one in problems(text)]

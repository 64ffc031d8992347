"""Files that are generated from the language's tables are as fresh as the tables."""

from __future__ import annotations

import re

import pytest

from mprunner.language.examples import PROMISE_EXAMPLES, VERB_EXAMPLES
from mprunner.language.reference import language_page
from mprunner.language.steps import VERBS
from mprunner.language.vocabulary import PROMISES
from tests.language.regenerate import ROOT, generated
from tests.language.scenarios_in_text import problems, said, scenario
from tests.language.surroundings import SURROUNDINGS, with_promise

PATHS = [
    "docs/errors.md",
    "docs/language.md",
    "docs/promises.md",
    "schemas/recording.schema.json",
    "schemas/scenario.schema.json",
]


def test_the_table_of_generated_files_is_complete() -> None:
    assert sorted(PATHS) == sorted(generated())


@pytest.mark.parametrize("path", PATHS)
def test_a_generated_file_is_what_is_generated(path: str) -> None:
    expected = generated()[path]
    assert expected == (ROOT / path).read_text(encoding="utf-8"), (
        "python -m tests.language.regenerate writes it anew"
    )


def test_the_first_example_of_the_language_page_is_right() -> None:
    example = re.search(r"```yaml\n(.*?)```", language_page(), re.DOTALL)
    assert example is not None
    assert () == problems(example.group(1))


@pytest.mark.parametrize("verb", VERBS)
def test_the_example_of_each_verb_is_a_step_of_that_verb(verb: str) -> None:
    example = VERB_EXAMPLES[verb]
    wrapped = f"- repeat: 1\n  steps:\n    {example}" if verb in ("break", "continue") else example
    text = SURROUNDINGS + "".join(f"  {line}\n" for line in wrapped.splitlines())
    if verb == "return":
        text = SURROUNDINGS.replace('- print: "{num}"', '- print: "{num}"\n      - return: "{x + 1}"')
    found = [problem for problem in said(text) if "unused" not in problem]
    assert [] == found
    assert f"{verb}:" in example or example == f"- {verb}"


@pytest.mark.parametrize("form", PROMISES)
def test_the_example_of_each_form_is_a_promise_of_that_form(form: str) -> None:
    text = with_promise(form, PROMISE_EXAMPLES[form])
    assert [] == [problem for problem in said(text) if "unused" not in problem]
    assert form == scenario(text).expect[0].form

"""The JSON Schema of scenarios, under a validator that is not ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mprunner.errors import AuthoringError
from mprunner.language.diagnostics import Problems
from mprunner.language.examples import PROMISE_EXAMPLES, VERB_EXAMPLES
from mprunner.language.nodes import compose, to_plain
from mprunner.language.schema import scenario_schema
from mprunner.language.source import Source
from mprunner.language.steps import VERBS
from mprunner.language.vocabulary import PROMISES
from tests.errors.pairs import FOLDER, names

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
VALIDATOR = Draft202012Validator(scenario_schema())

ONLY_VALIDATE_KNOWS = {
    # more than one place, names, kinds of object
    "arguments", "bad-count", "bad-index", "bad-matrix", "bad-parameter", "duplicate-name", "impossible-matcher",
    "parent-cycle", "unknown-exception", "unknown-name", "unordered-output", "unused-into", "unused-object", "unused-variable",
    "version",
    "wrong-kind", "misplaced-step", "nothing-to-run", "equal-instants",
    # what is in a text
    "bad-directive", "directive-miss", "lock-index",
    "bad-pattern", "braces-in-expression", "empty-braces", "expression-syntax", "expression-too-large", "not-a-reference",
    "not-python", "unbalanced-brace", "unknown-attribute", "unknown-function", "unsafe-expression",
    # how many of some keys there are: a schema that says it breaks completion
    "missing-form", "missing-verb", "two-forms", "two-verbs",
    # what was probably meant otherwise
    "forgotten-braces", "pattern-notation",
    # YAML, which is gone when a schema sees the data
    "alias-expansion", "bad-indent", "bad-merge", "colon-in-text", "comment-cuts-text", "control-character",
    "decimal-comma", "directive",
    "duplicate-anchor", "duplicate-key", "empty-file", "file-too-large", "full-width", "key-not-text", "leading-zero",
    "misplaced-dash", "missing-colon", "missing-comma", "missing-space", "not-a-mapping", "not-utf-8",
    "number-out-of-range", "odd-space", "quote-needed", "recording", "recursive-alias", "several-documents", "tab", "tag",
    "text-after-value", "too-deep", "unclosed-bracket", "unclosed-quote", "unknown-alias", "unknown-escape",
    "unquoted-index", "unreadable-file", "unused-anchor", "yaml-syntax",
}  # fmt: skip


def data_in(path: Path) -> Any:
    """The plain data of a file, None where it is no YAML."""
    try:
        node = compose(Source.read(path), Problems())
    except AuthoringError:
        return None
    return None if node is None else to_plain(node)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(scenario_schema())


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_each_scenario_is_valid_under_the_schema(path: Path) -> None:
    assert [] == [error.message for error in VALIDATOR.iter_errors(data_in(path))]


@pytest.mark.parametrize("name", names())
def test_each_mistake_is_found_by_the_schema_or_listed_as_beyond_it(name: str) -> None:
    data = data_in(FOLDER / f"{name}.yaml")
    assert (name in ONLY_VALIDATE_KNOWS) == (data is None or VALIDATOR.is_valid(data))


def test_no_choice_of_schemas_stands_in_the_way_of_completion() -> None:
    def keys(schema: Any) -> set[str]:
        if isinstance(schema, dict):
            return set(schema).union(*(keys(value) for value in schema.values()))
        return set().union(*map(keys, schema)) if isinstance(schema, list) else set()

    assert set() == keys(scenario_schema()) & {"oneOf", "anyOf", "allOf", "title"}


def test_each_property_has_a_description() -> None:
    def missing(schema: Any, path: str) -> list[str]:
        if not isinstance(schema, dict):
            return []
        found = [
            f"{path}.{name}"
            for name, value in schema.get("properties", {}).items()
            if isinstance(value, dict) and "description" not in value and path != "globals"
        ]
        for key, value in schema.items():
            found += missing(value, f"{path}.{key}")
        return found

    assert [] == missing(scenario_schema(), "")


@pytest.mark.parametrize("verb", VERBS)
def test_a_step_completes_each_verb_and_shows_an_example(verb: str) -> None:
    step = scenario_schema()["$defs"]["step"]
    assert VERB_EXAMPLES[verb] in step["properties"][verb]["markdownDescription"]
    assert verb in [snippet["label"] for snippet in step["defaultSnippets"]]


@pytest.mark.parametrize("form", PROMISES)
def test_a_promise_completes_each_form_and_shows_an_example(form: str) -> None:
    promise = scenario_schema()["$defs"]["promise"]
    assert PROMISE_EXAMPLES[form] in promise["properties"][form]["markdownDescription"]
    assert form in [snippet["label"] for snippet in promise["defaultSnippets"]]

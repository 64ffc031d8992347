"""The tables that the language is made of fit each other."""

from __future__ import annotations

import pytest

from mprunner.language.building import validator_of
from mprunner.language.checks.version import fits
from mprunner.language.dispatch import Beside
from mprunner.language.examples import FORM_EXAMPLES, PROMISE_EXAMPLES, VERB_EXAMPLES
from mprunner.language.exceptions import EXCEPTIONS
from mprunner.language.field_types import described_fields
from mprunner.language.fields import Located
from mprunner.language.kinds import KINDS
from mprunner.language.matchers import PATTERN_FIELDS, Matcher, Scope, SpanFields
from mprunner.language.models import (
    Ends,
    LockDeclaration,
    PoolDeclaration,
    ProcessDeclaration,
    QueueDeclaration,
    Scenario,
    TargetDeclaration,
)
from mprunner.language.pairing import PairedEnds
from mprunner.language.promises import FORMS, Modifiers
from mprunner.language.steps import VERBS
from mprunner.language.synonyms import FORM_SYNONYMS, SECTION_SYNONYMS, VERB_SYNONYMS, meant_by
from mprunner.language.vocabulary import PROMISES

MODELS: list[type[Located]] = [
    Scenario, LockDeclaration, QueueDeclaration, PoolDeclaration, TargetDeclaration, ProcessDeclaration, Ends,
    *VERBS.values(), *PROMISES.values(), Beside, Modifiers, Matcher, Scope, SpanFields, PairedEnds,
]  # fmt: skip


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_validator_can_be_made_for_each_model(model: type[Located]) -> None:
    assert model.__name__ == validator_of(model).title


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_each_field_is_described_in_a_sentence(model: type[Located]) -> None:
    assert [] == [
        field.name for field in described_fields(model) if not field.description.endswith((".", "?", "]"))
    ]


@pytest.mark.parametrize("model", [*VERBS.values(), *PROMISES.values()], ids=lambda model: model.__name__)
def test_each_verb_and_form_is_summed_up(model: type[Located]) -> None:
    assert getattr(model, "summary", "").endswith(".")


def test_there_is_an_example_for_each_verb_and_form() -> None:
    assert (list(VERBS), list(FORMS)) == (list(VERB_EXAMPLES), list(FORM_EXAMPLES))
    assert sorted(PROMISES) == sorted(PROMISE_EXAMPLES)


@pytest.mark.parametrize(
    ("synonyms", "names"),
    [(VERB_SYNONYMS, VERBS), (FORM_SYNONYMS, PROMISES), (SECTION_SYNONYMS, Scenario.model_fields)],
    ids=["verbs", "forms", "sections"],
)
def test_a_synonym_leads_to_what_exists_and_is_none_of_it(
    synonyms: dict[str, str], names: dict[str, object]
) -> None:
    assert set() == set(synonyms.values()) - set(names)
    assert set() == set(synonyms) & set(names)


@pytest.mark.parametrize(
    ("word", "verb"),
    [
        ("lock", "acquire"), ("unlock", "release"), ("stop", "terminate"), ("echo", "print"), ("log", "print"),
        ("spawn", "start"), ("fork", "start"), ("Wait for process", "join"), ("send", "put"), ("recv", "get"),
        ("receive", "get"), ("submit", "apply_async"),
        ("aquire", "acquire"), ("PRINT", "print"), ("apply-async", "apply_async"), ("relase", "release"),
    ],
)  # fmt: skip
def test_the_verb_that_was_meant_comes_first(word: str, verb: str) -> None:
    assert verb == meant_by(word, VERBS, VERB_SYNONYMS)[0]


def test_each_kind_of_problem_is_titled_and_explained() -> None:
    assert [] == [kind.name for kind in KINDS.values() if not kind.title or len(kind.explanation) < 40]


def test_the_patterns_of_a_matcher_are_its_fields() -> None:
    others = {"at", "refused", "unfinished", "any_of", "none_of"}
    assert set(Matcher.model_fields) == set(PATTERN_FIELDS) | others


@pytest.mark.parametrize(
    "name", ["ValueError", "Empty", "Full", "SystemExit", "ProcessError", "MaybeEncodingError"]
)
def test_exceptions_of_python_and_of_multiprocessing_are_known(name: str) -> None:
    assert name in EXCEPTIONS


@pytest.mark.parametrize(
    ("required", "version", "expected"),
    [
        (">=0.1", "0.1.0", True), (">=0.1", "0.0.9", False), ("0.2", "0.2.1", True), (">=0.1,<0.2", "0.2", False),
        (">=0.10", "0.9", False), ("==1", "1.0.0", True),
    ],
)  # fmt: skip
def test_versions_are_compared_as_numbers(required: str, version: str, expected: bool) -> None:
    assert expected == fits(required, version)

"""The models are light classes; pydantic, given the same fields, reads every file here as they do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import pydantic
import pytest

from mprunner.language.loading import load
from mprunner.language.models import Ends, Scenario
from mprunner.language.objects import OBJECTS, LockDeclaration
from mprunner.language.quick_models import Field, PlainValidator, QuickModel
from mprunner.language.scalar_fields import Flag
from mprunner.language.steps import VERBS
from mprunner.language.vocabulary import PROMISES
from tests.errors.pairs import names, outcome

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


@cache
def pydantic_model(model: type[Any]) -> type[pydantic.BaseModel]:
    """The model as pydantic makes it: a strict class that forbids what it does not know, around which `_keep_place` stands."""

    def keep_place(cls: Any, value: Any, handler: Any, info: pydantic.ValidationInfo) -> Any:
        def read(mapping: Any) -> tuple[dict[str, Any], None, set[str]]:
            found = handler(mapping)
            return {name: getattr(found, name) for name in model.model_fields}, None, found.model_fields_set

        return model._keep_place(value, read, info)

    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        nested = isinstance(field.reader, type)
        kind = (
            pydantic_model(field.reader)
            if nested
            else Annotated[Any, pydantic.PlainValidator(field.reader.func)]
        )
        if field.default_factory is not None:
            said = pydantic.Field(default_factory=field.default_factory, alias=field.alias)
        else:
            said = pydantic.Field(field.default, alias=field.alias)
        fields[name] = (kind, said)
    return pydantic.create_model(
        model.__name__,
        __config__=pydantic.ConfigDict(
            strict=True, frozen=True, extra="forbid", arbitrary_types_allowed=True, protected_namespaces=()
        ),
        __validators__={"keep_place": pydantic.model_validator(mode="wrap")(keep_place)},
        **fields,
    )


@contextmanager
def read_by_pydantic() -> Iterator[set[str]]:
    """Inside it all models are validated by pydantic's own; gives the names of those that were."""
    used: set[str] = set()

    def model_validate(cls: Any, value: Any, *, context: Any = None) -> Any:
        used.add(cls.__name__)
        return pydantic_model(cls).model_validate(value, context=context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QuickModel, "model_validate", classmethod(model_validate))
        yield used


def told(path: Path) -> str:
    return re.sub(r" at 0x[0-9a-f]+", "", repr(load(path).scenarios))


def test_pydantic_reads_every_scenario_as_the_models_do() -> None:
    expected = {path.name: told(path) for path in SCENARIOS}
    with read_by_pydantic() as used:
        assert expected == {path.name: told(path) for path in SCENARIOS}
    assert {"Scenario", "ProcessDeclaration", "Print", "Sequence", "Matcher"} <= used


@pytest.mark.parametrize("name", names())
def test_pydantic_refuses_what_the_models_refuse_in_the_same_words(name: str) -> None:
    expected = outcome(name)
    with read_by_pydantic():
        assert expected == outcome(name)


def test_a_model_takes_its_fields_from_its_bases_first_and_under_the_names_of_the_class() -> None:
    class Below(LockDeclaration):
        more: Flag = Field(True, alias="some", description="One more.")

    assert [*LockDeclaration.model_fields, "more"] == list(Below.model_fields)
    assert ("some", "One more.", True) == (
        Below.model_fields["more"].alias,
        Below.model_fields["more"].description,
        Below.model_fields["more"].default,
    )


def test_a_field_says_what_its_kind_says_where_it_says_nothing() -> None:
    assert VERBS["acquire"].model_fields["timeout"].description == (
        "Seconds to wait at most; scaled by --time-scale."
    )


@pytest.mark.parametrize(
    "model", [Scenario, Ends, *OBJECTS, *VERBS.values(), *PROMISES.values()], ids=lambda model: model.__name__
)
def test_every_field_is_read_by_a_function_or_a_model(model: type[Any]) -> None:
    for field in model.model_fields.values():
        assert isinstance(field.reader, PlainValidator) or issubclass(field.reader, QuickModel)


def test_a_model_does_not_change_and_a_copy_does() -> None:
    scenario = load(SCENARIOS[0].with_name("lock.yaml")).scenarios[0]
    with pytest.raises(AttributeError, match="Scenario can't be changed"):
        scenario.name = "other"  # type: ignore[misc]
    copy = scenario.model_copy(update={"name": "other"})
    assert ("other", "lock") == (copy.name, scenario.name)
    assert scenario.model_fields_set | {"name"} == copy.model_fields_set
    assert (scenario.span, scenario.locks) == (copy.span, copy.locks)

"""Promises made of promises: `all_of`, `any_of`, `not`, `if` with `then`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mprunner.language import promise_rules
from mprunner.language.promises import Form, Promise
from mprunner.language.quick_models import Field, PlainValidator

__all__ = ["COMPOSITIONS", "Composition", "every_promise"]

if TYPE_CHECKING:
    Part = Promise
    Parts = tuple[Promise, ...]
else:
    Part = PlainValidator(promise_rules.part)
    Parts = PlainValidator(promise_rules.parts)


class Composition(Form):
    """A promise made of others."""

    form = ""

    @property
    def parts(self) -> tuple[Promise, ...]:
        """The promises that it is made of, in written order."""
        raise NotImplementedError


class AllOf(Composition):
    form = "all_of"
    summary = "All of these promises hold."
    all_of: Parts = Field(description="The promises.")

    @property
    def parts(self) -> tuple[Promise, ...]:
        return self.all_of


class AnyOf(Composition):
    form = "any_of"
    summary = "At least one of these promises holds."
    any_of: Parts = Field(description="The promises.")

    @property
    def parts(self) -> tuple[Promise, ...]:
        return self.any_of


class NotForm(Composition):
    form = "not"
    summary = "This promise does not hold."
    not_: Part = Field(alias="not", description="The promise.")

    @property
    def parts(self) -> tuple[Promise, ...]:
        return (self.not_,)


class IfForm(Composition):
    form = "if"
    summary = "When the one promise holds in a run, so does the other."
    if_: Part = Field(alias="if", description="The condition, decided on the whole run.")
    then: Part = Field(description="What then holds too.")

    @property
    def parts(self) -> tuple[Promise, ...]:
        return self.if_, self.then


COMPOSITIONS: dict[str, type[Composition]] = {model.form: model for model in (AllOf, AnyOf, NotForm, IfForm)}
"""Key of a composed promise -> its model."""


def every_promise(promises: Iterable[Promise]) -> Iterator[Promise]:
    """The promises, each followed by those that it is made of, at any depth."""
    for promise in promises:
        yield promise
        if isinstance(promise.body, Composition):
            yield from every_promise(promise.body.parts)

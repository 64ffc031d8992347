"""The control verbs: their fields and blocks stand beside the verb."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from mprunner.language.bodies import Body
from mprunner.language.field_rules import models_of
from mprunner.language.fields import ExpressionField, Handlers, Located, Names, ReferenceField, Steps
from mprunner.language.quick_models import Field, PlainValidator
from mprunner.operations import HELD

__all__ = ["Elif", "For", "If", "Repeat", "Try", "While", "With"]


class With(Body):
    verb = "with"
    control = True
    object_fields: ClassVar[dict[str, str]] = {"with_": "lock"}
    also_kinds = (*(kind for kind in HELD if kind != "lock"), "pool")
    summary = "Hold a lock (or use a pool) while the steps run, as Python's `with` does."
    with_: ReferenceField = Field(alias="with", description="The lock or pool.")
    steps: Steps = Field(description="What to do meanwhile.")


class Elif(Located):
    what = "elif"
    if_: ExpressionField = Field(alias="if", description="The condition.")
    then: Steps = Field(description="Steps when it is true.")


if TYPE_CHECKING:
    ElifList = list[Elif]
else:
    ElifList = PlainValidator(models_of(Elif))


class If(Body):
    verb = "if"
    synonyms: ClassVar[dict[str, str]] = {"do": "then", "steps": "then", "elseif": "elif"}
    control = True
    summary = "Branch on a condition."
    if_: ExpressionField = Field(alias="if", description="The condition.")
    then: Steps = Field(description="Steps when it is true.")
    elif_: ElifList = Field(default_factory=list, alias="elif", description="Further conditions, in order.")
    else_: Steps | None = Field(None, alias="else", description="Steps when none is true.")


class While(Body):
    verb = "while"
    control = True
    summary = "Repeat while a condition is true."
    while_: ExpressionField = Field(alias="while", description="The condition.")
    steps: Steps = Field(description="What to repeat.")


class For(Body):
    verb = "for"
    control = True
    summary = "Repeat for each item of a list, text or range."
    for_: Names = Field(alias="for", description="The loop variable, or a list of them to unpack into.")
    in_: ExpressionField = Field(alias="in", description="What to go through: an expression or a YAML list.")
    steps: Steps = Field(description="What to repeat.")


class Repeat(Body):
    verb = "repeat"
    control = True
    summary = "Repeat a number of times."
    repeat: ExpressionField = Field(description="How many times.")
    steps: Steps = Field(description="What to repeat.")


class Try(Body):
    verb = "try"
    control = True
    summary = "Handle exceptions, as Python's `try` does; the exception is `error` in an except block."
    try_: Steps = Field(alias="try", description="The steps to watch.")
    except_: Handlers = Field(
        default_factory=dict, alias="except", description="Exception type (or `A, B`) -> steps, in order."
    )
    else_: Steps | None = Field(None, alias="else", description="Steps when nothing was raised.")
    finally_: Steps | None = Field(None, alias="finally", description="Steps in any case.")

"""`outcomes`: which final values whole runs may have together, graded as litmus tests grade them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, PlainValidator, ValidationInfo

from mprunner.language.located import LocatedList, context_of, described, node_of, reported
from mprunner.language.promises import Form
from mprunner.language.scalar_fields import refuse
from mprunner.language.tree import to_plain

__all__ = ["GRADES", "Outcomes", "observed_variables", "outcome_list"]

GRADES = ("expected", "allowed", "interesting", "forbidden")
_VARIABLE = re.compile(r"(\w+(?:\[\d+\])?)\.(\w+)")

Observed = tuple[tuple[str, str], ...]
"""Process and variable, in the order in which outcomes give their values."""

Values = tuple[tuple[Any, ...], ...]


def observed_variables(value: Any, info: ValidationInfo) -> Observed:
    """A list of `PROCESS.VARIABLE`."""
    if not isinstance(value, LocatedList) or not value:
        raise refuse(value, info, "a list of variables, each written PROCESS.VARIABLE")
    found = []
    for item in value:
        node = node_of(item)
        match = _VARIABLE.fullmatch(node.value) if isinstance(node.value, str) else None
        if match is None:
            message = f"{described(node)} is no variable of a process"
            context_of(info).error("wrong-value", node, message, expected="for example p1.x")
            raise reported()
        found.append((match.group(1), match.group(2)))
    return tuple(found)


def outcome_list(value: Any, info: ValidationInfo) -> Values:
    """A list of outcomes, each a list of values."""
    if not isinstance(value, LocatedList) or not value:
        raise refuse(value, info, "a list of outcomes, each a list of values")
    for item in value:
        if not isinstance(item, LocatedList):
            raise refuse(item, info, "an outcome: a list of values, one for each variable")
    return tuple(tuple(to_plain(node_of(one)) for one in item) for item in value)


if TYPE_CHECKING:
    ObservedField = Observed
    OutcomesField = Values
else:
    ObservedField = Annotated[Any, PlainValidator(observed_variables)]
    OutcomesField = Annotated[Any, PlainValidator(outcome_list)]


class Outcomes(Form):
    form = "outcomes"
    beside = False
    modifiers = ()
    summary = "The variables have together, at the end, values that are listed; what nobody listed breaks it."
    of: ObservedField = Field(description="The variables, each written PROCESS.VARIABLE.")
    expected: OutcomesField = Field((), description="Outcomes that the program is written for.")
    allowed: OutcomesField = Field((), description="Outcomes that may be.")
    interesting: OutcomesField = Field((), description="Outcomes that may be, and are worth to be told.")
    forbidden: OutcomesField = Field((), description="Outcomes that must not be.")

    @property
    def graded(self) -> tuple[tuple[tuple[Any, ...], str], ...]:
        """Each listed outcome with its grade."""
        return tuple((outcome, grade) for grade in GRADES for outcome in getattr(self, grade))

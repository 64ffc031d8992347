"""`span ... relation ... to`: how stretches of time lie to each other, under Allen's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mprunner.language.matchers import SpanField
from mprunner.language.promises import Form
from mprunner.language.quick_models import Field
from mprunner.language.scalar_fields import one_of

__all__ = ["EQUAL_INSTANTS", "RELATIONS", "Related"]

RELATIONS = (
    "before", "after", "overlaps", "overlapped_by", "during", "contains", "disjoint", "intersects",
    "meets", "met_by", "starts", "started_by", "finishes", "finished_by", "equals",
)  # fmt: skip
"""Allen's thirteen, and two unions: disjoint is before or after, intersects is not disjoint."""

EQUAL_INSTANTS = ("meets", "met_by", "starts", "started_by", "finishes", "finished_by", "equals")
"""Those that want two ends at the same place of the record, where only one event can stand."""

if TYPE_CHECKING:
    Relation = Literal[
        "before", "after", "overlaps", "overlapped_by", "during", "contains", "disjoint", "intersects",
        "meets", "met_by", "starts", "started_by", "finishes", "finished_by", "equals",
    ]  # fmt: skip
else:
    Relation = one_of(*RELATIONS)


class Related(Form):
    form = "span"
    summary = "Each of the spans lies so to each of the others."
    span_: SpanField = Field(alias="span", description="The spans.")
    relation: Relation = Field(description="How each of them lies to each of the others.")
    to: SpanField = Field(description="The others.")

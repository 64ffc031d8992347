"""`pair`: what is put and what is got, told apart by a field: how often each, in which order, how soon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mprunner.language import promise_rules
from mprunner.language.fields import Located, Number
from mprunner.language.matchers import MatcherField
from mprunner.language.promises import Form
from mprunner.language.quick_models import Field, PlainValidator
from mprunner.language.scalar_fields import one_of

__all__ = ["Paired", "PairedEnds"]

if TYPE_CHECKING:
    FieldName = str
    PairOrder = Literal["fifo", "per_producer", "any", "lifo"]
    EachPut = Literal["exactly_once", "at_most_once", "at_least_once"]
else:
    FieldName = PlainValidator(promise_rules.event_field)
    PairOrder = one_of("fifo", "per_producer", "any", "lifo")
    EachPut = one_of("exactly_once", "at_most_once", "at_least_once")


class PairedEnds(Located):
    what = "`pair`"

    put: MatcherField = Field(description="What puts an item.")
    get: MatcherField = Field(description="What gets one.")
    by: FieldName = Field("item", description="The field that tells items apart.")


class Paired(Form):
    form = "pair"
    summary = "What is got had been put, and so often and in such an order."
    pair: PairedEnds = Field(description="What puts, what gets, and the field that tells items apart.")
    order: PairOrder = Field(
        "any",
        description="First in first out over all, or for each process that puts; last in first out; or any.",
    )
    each_put: EachPut | None = Field(None, description="How often each item that is put is got.")
    within_ms: Number | None = Field(
        None, description="At most so many milliseconds lie between a put and its get, by the record's clock."
    )

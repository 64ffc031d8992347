"""`outcomes`: how whole runs may end, graded as litmus tests grade them; under `expect` or at the top of a scenario."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from mprunner.language import promise_rules
from mprunner.language.located import LocatedDict, LocatedList, context_of, described, node_of, reported
from mprunner.language.matchers import Matcher, read_matcher
from mprunner.language.patterns import Equals
from mprunner.language.promises import Form, Promise
from mprunner.language.quick_models import Field, PlainValidator
from mprunner.language.scalar_fields import refuse
from mprunner.language.source import Span
from mprunner.language.tree import Entry, Node, to_plain
from mprunner.records import record

if TYPE_CHECKING:
    from pydantic import ValidationInfo

__all__ = ["GRADES", "Observed", "Outcomes", "observed_things", "outcome_list", "outcomes_section"]

GRADES = ("expected", "allowed", "interesting", "forbidden")
_VARIABLE = re.compile(r"(\w+(?:\[\d+\])?)\.(\w+)")
_WANTED = "PROCESS.VARIABLE, {exitcode: PROCESS}, {count: MATCHER} or {order: MATCHER}"


@record
class Observed:
    """One thing that an outcome tells: a variable of a process at its end, its exit code, how many events a matcher
    selects, or a field of them in their order.
    """

    kind: Literal["variable", "exitcode", "count", "order"]
    span: Span
    process: str = ""
    variable: str = ""
    matcher: Matcher | None = None
    field: str = ""

    @property
    def matchers(self) -> tuple[Matcher, ...]:
        """The matcher, if it has one."""
        return () if self.matcher is None else (self.matcher,)


Values = tuple[tuple[Any, ...], ...]


def observed_things(value: Any, info: ValidationInfo) -> tuple[Observed, ...]:
    """A list of what outcomes tell, in the order of their values."""
    if not isinstance(value, LocatedList) or not value:
        raise refuse(value, info, f"a list of what is looked at, each {_WANTED}")
    return tuple(_observed(item, info) for item in value)


def _observed(item: Any, info: ValidationInfo) -> Observed:
    context, node = context_of(info), node_of(item)
    match = _VARIABLE.fullmatch(node.value) if isinstance(node.value, str) else None
    if match is not None:
        return Observed("variable", node.span, match.group(1), match.group(2))
    keys = set(item) if isinstance(item, LocatedDict) else set()
    if keys == {"exitcode"} and node_of(item["exitcode"]).is_text:
        return Observed("exitcode", node.span, str(node_of(item["exitcode"]).value))
    if keys == {"count"}:
        return Observed("count", node.span, matcher=read_matcher(item["count"], context))
    if keys in ({"order"}, {"order", "by"}):
        matcher = read_matcher(item["order"], context)
        prints = matcher.print is not None or matcher.op == Equals("print")
        field = (
            promise_rules.event_field(item["by"], info) if "by" in item else "print" if prints else "process"
        )
        return Observed("order", node.span, matcher=matcher, field=field)
    message = f"{described(node)} is nothing that a run ends with"
    context.error("wrong-value", node, message, expected=f"for example p1.x; or {_WANTED}")
    raise reported()


def outcome_list(value: Any, info: ValidationInfo) -> Values:
    """A list of outcomes, each a list of values."""
    if not isinstance(value, LocatedList) or not value:
        raise refuse(value, info, "a list of outcomes, each a list of values")
    for item in value:
        if not isinstance(item, LocatedList):
            raise refuse(item, info, "an outcome: a list of values, one for each thing looked at")
    return tuple(tuple(to_plain(node_of(one)) for one in item) for item in value)


def outcomes_section(value: Any, info: ValidationInfo) -> Promise:
    """`outcomes` at the top of a scenario: the promise that stands under `expect` otherwise."""
    node = node_of(value)
    if not isinstance(value, LocatedDict) or value.owner is None:
        raise refuse(value, info, f"a mapping with `of` and {', '.join(GRADES)}")
    start, end = value.owner.span, node.span
    span = Span(start.line, start.column, end.end_line, end.end_column)
    around = Node("mapping", (Entry(value.owner, node),), span, "block")
    return promise_rules.read_promise(LocatedDict({"outcomes": value}, around, None), 0, context_of(info))


if TYPE_CHECKING:
    ObservedField = tuple[Observed, ...]
    OutcomesField = Values
else:
    ObservedField = PlainValidator(observed_things)
    OutcomesField = PlainValidator(outcome_list)


class Outcomes(Form):
    form = "outcomes"
    beside = False
    modifiers = ()
    summary = "The run ends with values that are listed together; what nobody listed breaks it."
    of: ObservedField = Field(description=f"What is looked at, each {_WANTED}.")
    expected: OutcomesField = Field((), description="Outcomes that the program is written for.")
    allowed: OutcomesField = Field((), description="Outcomes that may be.")
    interesting: OutcomesField = Field((), description="Outcomes that may be, and are worth to be told.")
    forbidden: OutcomesField = Field((), description="Outcomes that must not be.")

    @property
    def graded(self) -> tuple[tuple[tuple[Any, ...], str], ...]:
        """Each listed outcome with its grade."""
        return tuple((outcome, grade) for grade in GRADES for outcome in getattr(self, grade))

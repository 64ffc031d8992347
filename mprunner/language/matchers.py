"""What selects events and spans under `expect`. Texts are literal here: no interpolation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from pydantic_core import PydanticCustomError, ValidationError

from mprunner.language.diagnostics import listed, nearest
from mprunner.language.fields import Flag, Located, PlainText
from mprunner.language.located import (
    Context,
    LocatedDict,
    LocatedList,
    context_of,
    described,
    node_of,
    reported,
)
from mprunner.language.patterns import Equals, Matches, Not, OneOf, Pattern
from mprunner.language.quantifying import variables_in
from mprunner.language.quick_models import Field, PlainValidator
from mprunner.language.scalar_fields import check_text, refuse
from mprunner.language.shape_rules import field_names
from mprunner.language.source import Span
from mprunner.language.tree import Node, to_plain
from mprunner.language.words import Instant, Per
from mprunner.operations import HELD
from mprunner.records import record, replaced

if TYPE_CHECKING:
    from pydantic import ValidationInfo

__all__ = [
    "Matcher", "MatcherField", "MatcherList", "Scope", "SpanField", "SpanOf", "named_matchers", "named_spans", "read_matcher",
]  # fmt: skip

_TEXT_FIELDS = frozenset(
    {"op", "object", "process", "actor", "task", "pool", "print", "label", "text", "raised"}
)
_PATTERN_KEYS = ("matches", "not", "equals")


def _pattern(value: Any, info: ValidationInfo) -> Pattern:
    return _read_pattern(value, info, textual=info.field_name in _TEXT_FIELDS)


def _read_pattern(value: Any, info: ValidationInfo, *, textual: bool) -> Pattern:
    context, node = context_of(info), node_of(value)
    if not check_text(node, context):
        raise reported()
    if isinstance(value, LocatedList):
        if not value:
            raise refuse(value, info, "at least one value")
        return OneOf(tuple(_read_pattern(item, info, textual=textual) for item in value))
    if isinstance(value, LocatedDict):
        return _pattern_mapping(value, info, textual=textual)
    with_variables = variables_in(node, context, info.field_name)
    if with_variables is not None:
        return with_variables
    if textual:
        if node.value is None:
            raise refuse(value, info, "a text")
        return Equals(node.value if isinstance(node.value, str) else node.text)
    return Equals(node.value)


def _pattern_mapping(value: LocatedDict, info: ValidationInfo, *, textual: bool) -> Pattern:
    context, node = context_of(info), value.node
    if len(value) != 1 or next(iter(value)) not in _PATTERN_KEYS:
        message = f"a pattern is a mapping with one of {listed(_PATTERN_KEYS)}"
        close = nearest(next(iter(value)), _PATTERN_KEYS) if len(value) == 1 else []
        expected = f"did you mean {listed(close)}?" if close else "for example {matches: 'add\\d'}"
        context.error("wrong-value", node, message, expected=expected)
        raise reported()
    key, inner = next(iter(value.items()))
    if key == "not":
        return Not(_read_pattern(inner, info, textual=textual))
    if key == "equals":
        return Equals(to_plain(node_of(inner)))
    leaf = node_of(inner)
    if not isinstance(leaf.value, str):
        raise refuse(inner, info, "a regular expression")
    try:
        re.compile(leaf.value)
    except (re.error, OverflowError, RecursionError) as error:
        message = f"not a regular expression: {error}"
        context.error("bad-pattern", leaf, message)
        raise reported() from None
    return variables_in(leaf, context, info.field_name, regex=True) or Matches(leaf.value)


if TYPE_CHECKING:
    PatternField = Pattern
else:
    PatternField = PlainValidator(_pattern)


def _matcher(value: Any, info: ValidationInfo) -> Matcher:
    return read_matcher(value, context_of(info))


def _matchers(value: Any, info: ValidationInfo) -> tuple[Matcher, ...]:
    if not isinstance(value, LocatedList) or not value:
        raise refuse(value, info, "a list of matchers")
    return tuple(read_matcher(item, context_of(info)) for item in value)


if TYPE_CHECKING:
    MatcherField: TypeAlias = "Matcher"
    MatcherList: TypeAlias = "tuple[Matcher, ...]"
else:
    MatcherField = PlainValidator(_matcher)
    MatcherList = PlainValidator(_matchers)


class Matcher(Located):
    """Selects events by their fields; each field given must fit. `any_of` fits when one of its matchers does."""

    what: ClassVar[str] = "a matcher"

    op: PatternField | None = Field(None, description="The operation: print, acquire, put, start, exit, ...")
    object: PatternField | None = Field(None, description="The declared name of what it acts on.")
    process: PatternField | None = Field(
        None, description="The process; a family's or pool's name selects all its members."
    )
    actor: PatternField | None = Field(None, description="The task inside a pool, else the process.")
    task: PatternField | None = Field(None, description="The pool's task, like `po.work[4]`.")
    pool: PatternField | None = Field(None, description="The pool whose task or worker it is.")
    item: PatternField | None = Field(None, description="What was put or got.")
    result: PatternField | None = Field(None, description="What the operation gave back.")
    index: PatternField | None = Field(
        None, description="Which cell of an array was read or written, from 0; a slice is a text: `0:3`."
    )
    print: PatternField | None = Field(None, description="The printed line.")
    label: PatternField | None = Field(None, description="The label of the step.")
    text: PatternField | None = Field(
        None, description="The text of a line on stderr, of an exception or a mark."
    )
    exitcode: PatternField | None = Field(None, description="The exit code of an exit.")
    at: Instant | None = Field(None, description="Which instant of the operation: begin or end.")
    raised: PatternField | None = Field(None, description="Operations that raised this exception.")
    refused: Flag | None = Field(None, description="Operations that returned False or timed out.")
    unfinished: Flag | None = Field(None, description="Operations that began and never ended.")
    any_of: MatcherList | None = Field(None, description="A list of matchers, one of which must fit.")
    none_of: MatcherList | None = Field(None, description="A list of matchers, none of which may fit.")

    def patterns(self) -> Iterator[tuple[str, Pattern]]:
        """The fields with patterns that are given, by name."""
        for name in PATTERN_FIELDS:
            pattern = getattr(self, name)
            if pattern is not None:
                yield name, pattern

    def plain(self) -> dict[str, Any]:
        """The matcher as plain data, as YAML would write it."""
        found: dict[str, Any] = {name: pattern.plain() for name, pattern in self.patterns()}
        for name in ("at", "refused", "unfinished"):
            if getattr(self, name) is not None:
                found[name] = getattr(self, name)
        if self.any_of is not None:
            found["any_of"] = [matcher.plain() for matcher in self.any_of]
        if self.none_of is not None:
            found["none_of"] = [matcher.plain() for matcher in self.none_of]
        return found

    def __str__(self) -> str:
        given = self.plain()
        if list(given) == ["print"] and isinstance(given["print"], str):
            return f'"{given["print"]}"'
        words = [f"{name} {pattern}" if name != "op" else str(pattern) for name, pattern in self.patterns()]
        words += [name for name in ("refused", "unfinished") if getattr(self, name)]
        words += [f"at {self.at}"] if self.at else []
        words += [" or ".join(map(str, self.any_of))] if self.any_of else []
        words += ["not " + " or ".join(map(str, self.none_of))] if self.none_of else []
        return ", ".join(words) or "any event"


PATTERN_FIELDS = (
    "op", "object", "process", "actor", "task", "pool", "item", "result", "index", "print", "label", "text", "exitcode", "raised",
)  # fmt: skip


def read_matcher(value: Any, context: Context) -> Matcher:
    """The matcher that `value` is; a text alone selects a printed line. Raises when it is none, which is reported."""
    node = node_of(value)
    if isinstance(node.value, str) and node.value in context.events:
        named: Matcher = context.events[node.value]
        return named
    if node.kind == "scalar" and node.value is not None:
        value = LocatedDict({"print": node}, node, None)
    elif not isinstance(value, LocatedDict) or not value:
        message = f"a matcher is a text (a printed line) or a mapping of fields, got {described(node)}"
        context.error("wrong-type", node, message, expected=f"fields are {', '.join(field_names(Matcher))}")
        raise reported()
    try:
        return Matcher.model_validate(value, context=context)
    except ValidationError:
        raise reported() from None


class Scope(Located):
    """`within`: the part of the record in which a promise is judged."""

    what: ClassVar[str] = "within"

    before: MatcherField | None = Field(None, description="Up to the first such event.")
    after: MatcherField | None = Field(None, description="From the first such event on.")
    from_: MatcherField | None = Field(
        None, alias="from", description="Segments that begin with such an event, with `to`."
    )
    to: MatcherField | None = Field(None, description="... and end with such an event.")
    open_end: Flag = Field(False, description="Whether a segment that is never closed counts too.")


SpanKind = Literal["hold", "task", "life", "call", "between"]
SPAN_KINDS: tuple[SpanKind, ...] = ("hold", "task", "life", "call")
_KIND_OF_OBJECT: dict[str, SpanKind] = {**dict.fromkeys(HELD, "hold"), "pool": "task", "process": "life"}


@record
class SpanOf:
    """Begin and end pairs: holds of a lock, a pool's tasks, a process's life, calls of an operation, or events
    `between` whose `begin` and `end` it lies.

    `name` is the lock, pool, process or operation, or what the span is called under `spans`; `object` narrows calls to one
    object, `by` says which begin and end belong together.
    """

    kind: SpanKind
    name: str
    object: str | None
    span: Span
    begin: Matcher | None = None
    end: Matcher | None = None
    by: str = "process"

    def plain(self) -> dict[str, Any]:
        """As YAML writes it."""
        if self.begin is not None and self.end is not None:
            return {"begin": self.begin.plain(), "end": self.end.plain(), "by": self.by}
        return (
            {self.kind: self.name} if self.object is None else {self.kind: self.name, "object": self.object}
        )

    def __str__(self) -> str:
        if self.kind == "between":
            return self.name or f"from {self.begin} to {self.end}"
        return f"{self.kind} of {self.name}" if self.kind != "call" else f"call of {self.name}"


class SpanFields(Located):
    what: ClassVar[str] = "a span"

    hold: PlainText | None = Field(
        None, description="A lock or semaphore: from taking it to giving it back; a condition: its lock."
    )
    task: PlainText | None = Field(None, description="A pool: from a task's start to its end.")
    life: PlainText | None = Field(None, description="A process: from its first instant to its last.")
    call: PlainText | None = Field(None, description="An operation: from its begin to its end.")
    object: PlainText | None = Field(None, description="With `call`: only calls on this object.")
    begin: MatcherField | None = Field(None, description="With `end`: from such an event ...")
    end: MatcherField | None = Field(None, description="... to such an event.")
    by: Per | None = Field(
        None,
        description="With `begin`: those of one process (unless said otherwise), task, actor, object or run.",
    )


def _span(value: Any, info: ValidationInfo) -> SpanOf:
    context, node = context_of(info), node_of(value)
    if node.is_text:
        return _named_span(node, context)
    if not isinstance(value, LocatedDict):
        raise refuse(
            value, info, "a span: an object's name, or {hold: ...}, {task: ...}, {life: ...}, {call: ...}"
        )
    if (
        value
        and not any(kind in value for kind in (*SPAN_KINDS, "begin", "end"))
        and any(key in field_names(Matcher) for key in value)
    ):
        message = "a matcher selects instants, here a span is wanted"
        notes = ["spans are {hold: LOCK}, {task: POOL}, {life: PROCESS}, {call: OPERATION}"]
        op = value.get("op")
        expected = f"write {{call: {op.value}}}" if isinstance(op, Node) and op.is_text else None
        context.error("not-a-span", node, message, expected=expected, notes=notes)
        raise reported()
    try:
        fields = SpanFields.model_validate(value, context=context)
    except ValidationError:
        raise reported() from None
    if fields.begin is not None or fields.end is not None or fields.by is not None:
        return _between(fields, node, context)
    given = [kind for kind in SPAN_KINDS if getattr(fields, kind) is not None]
    if len(given) != 1 or (fields.object is not None and given != ["call"]):
        message = (
            f"a span has one of {listed(SPAN_KINDS)}" if len(given) != 1 else "`object` goes with `call` only"
        )
        context.error("wrong-value", node, message)
        raise reported()
    return SpanOf(given[0], getattr(fields, given[0]), fields.object, node.span)


def _between(fields: SpanFields, node: Node, context: Context) -> SpanOf:
    others = [name for name in (*SPAN_KINDS, "object") if getattr(fields, name) is not None]
    if fields.begin is None or fields.end is None or others:
        lacking = "end" if fields.end is None else "begin"
        message = (
            f"`{others[0]}` does not go with `begin` and `end`" if others else f"this span lacks `{lacking}`"
        )
        context.error("wrong-value" if others else "missing-field", node, message)
        raise reported()
    return SpanOf("between", "", None, node.span, fields.begin, fields.end, fields.by or "process")


def _named_span(node: Node, context: Context) -> SpanOf:
    name = str(node.value)
    if name in context.spans:
        named: SpanOf = context.spans[name]
        return named
    kind = "process" if name == "main" else context.declared.get(name.split("[")[0])
    if kind in _KIND_OF_OBJECT:
        return SpanOf(_KIND_OF_OBJECT[kind], name, None, node.span)
    if kind is None:
        return SpanOf("hold", name, None, node.span)
    message = f"`{name}` is a {kind}, which has no spans of its own"
    context.error("not-a-span", node, message, expected=f"for example {{call: get, object: {name}}}")
    raise reported()


if TYPE_CHECKING:
    SpanField = SpanOf
else:
    SpanField = PlainValidator(_span)


def _entries(
    value: Any, info: ValidationInfo, read: Callable[[Any, str], Any], named: dict[str, Any]
) -> dict[str, Any]:
    """Reads names and what they stand for into `named`; an entry may use those before it."""
    context = context_of(info)
    if not isinstance(value, LocatedDict) or not value:
        raise refuse(value, info, "a mapping of names")
    named.clear()
    for name, inner in value.items():
        if name in context.declared or name in context.events:
            context.error("duplicate-name", value.key_span(name), f'"{name}" is declared already')
            continue
        try:
            named[name] = read(inner, name)
        except PydanticCustomError:
            context.broken.add(name)
    return dict(named)


def named_matchers(value: Any, info: ValidationInfo) -> dict[str, Matcher]:
    """`events`: names of matchers, which then stand for them."""
    context = context_of(info)

    def read(inner: Any, name: str) -> Matcher:
        if _is_flag(inner):
            message = f"`{name}` says nothing of what it matches: `events` are matchers by name"
            expected = "an Event of multiprocessing is declared under `flags`"
            context.error("wrong-type", node_of(inner), message, expected=expected)
            raise reported()
        return read_matcher(inner, context)

    return _entries(value, info, read, context.events)


def _is_flag(value: Any) -> bool:
    """Whether what stands under `events` looks as the declaration of an object does."""
    node = node_of(value)
    entries = node.entries if node.kind == "mapping" else ()
    empty = node.is_empty or (node.kind == "mapping" and not entries)
    return empty or (bool(entries) and all(entry.name in ("count", "manager", "create") for entry in entries))


def named_spans(value: Any, info: ValidationInfo) -> dict[str, SpanOf]:
    """`spans`: names of spans, which then stand for them."""

    def read(inner: Any, name: str) -> SpanOf:
        span: SpanOf = _span(inner, info)
        return replaced(span, name=span.name or name)

    return _entries(value, info, read, context_of(info).spans)

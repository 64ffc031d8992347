"""The kinds of field that a scenario is made of, each keeping its place in the file.

*Text* is an f-string (or a YAML number, boolean, list or mapping whose texts are f-strings), *expression* is bare,
*reference* names a declared thing or a place to assign to. All three become an `Expression`: a checked Python syntax tree
whose positions are those of the scenario file.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic_core import ValidationError

from mprunner.language import field_rules, shape_rules
from mprunner.language.quick_models import PlainValidator, PrivateAttr, QuickModel
from mprunner.language.scalar_fields import (
    Flag,
    Integer,
    Literal_,
    Number,
    PlainText,
    PositiveSeconds,
    Prose,
    Scalar_,
    Seconds,
    Word,
)
from mprunner.language.source import START, Span
from mprunner.records import record

if TYPE_CHECKING:
    from pydantic import ModelWrapValidatorHandler, ValidationInfo

    from mprunner.language.bodies import Body

__all__ = [
    "ArgumentList",
    "Bound",
    "Count",
    "ExceptionList",
    "ExceptionMap",
    "Expression",
    "ExpressionField",
    "FieldKind",
    "Flag",
    "FlagText",
    "Handlers",
    "Integer",
    "KeyMap",
    "Literal_",
    "Located",
    "Name",
    "NameMap",
    "Names",
    "Number",
    "PlainText",
    "PositiveSeconds",
    "Prose",
    "Raised",
    "ReferenceField",
    "Scalar_",
    "Seconds",
    "SecondsText",
    "Step",
    "Steps",
    "TextField",
    "TextMap",
    "Word",
]

FieldKind = Literal["text", "expression", "reference"]


@record(eq=False)
class Expression:
    """A checked syntax tree of a field.

    `tree` holds only the node types that `expressions.py` allows; its `lineno` and `end_lineno` are lines of the file and its
    `col_offset` and `end_col_offset` columns of the file minus one. A text with `{}` is an `ast.JoinedStr`, a text that is
    exactly one `{expression}` is that expression, a plain text an `ast.Constant`, a YAML list an `ast.List`, and so on.
    `text` is what the author wrote.
    """

    tree: ast.expr
    text: str
    span: Span
    kind: FieldKind


@record(eq=False)
class Raised:
    """An exception type with an optional text or value, as `raise:` and `raises:` write it.

    For `raise:` the text is an f-string; for `raises:` and `allow:` it is literal, an `ast.Constant`.
    """

    type: str
    text: Expression | None
    span: Span


@record(eq=False)
class Step:
    """One step: its verb, the verb's model, and what stands beside the verb.

    `into` names the variable that takes what the step gives. `raises` is the exception that it must raise, `allow` those
    that it may raise; both are swallowed. `label` is a name to select the step's events by.
    """

    verb: str
    body: Body
    span: Span
    verb_span: Span
    into: str | None = None
    into_span: Span | None = None
    label: str | None = None
    raises: Raised | None = None
    allow: tuple[Raised, ...] = ()


class Located(QuickModel):
    """A mapping of the scenario with fixed fields. `span` is where it stands; `key_span` the key above it, if any."""

    what: ClassVar[str] = ""
    """What messages call such a mapping: `a queue`, `step put`."""
    synonyms: ClassVar[dict[str, str]] = {}
    """Words that authors use for its fields."""
    recovers: ClassVar[bool] = True
    """Whether it is read without the optional fields that are wrong, so that the rest of it is checked."""

    _span: Span = PrivateAttr(default=START)
    _key_span: Span | None = PrivateAttr(default=None)

    @property
    def span(self) -> Span:
        """Where the mapping (or the value that stands for it) is written."""
        return self._span

    @property
    def key_span(self) -> Span:
        """The key that it stands under, or else the mapping."""
        return self._key_span or self._span

    @classmethod
    def _keep_place(cls, value: Any, handler: ModelWrapValidatorHandler[Any], info: ValidationInfo) -> Any:
        mapping = shape_rules.as_mapping(cls, value, info)
        known = shape_rules.known_fields(cls, mapping, info)
        try:
            read = handler(known)
        except ValidationError as error:
            read = handler(known.without(shape_rules.unusable_fields(cls, known, error, info)))
        model = cls.made_of(read)
        model._span = mapping.node.span
        model._key_span = None if mapping.owner is None else mapping.owner.span
        return model


def _code(validate: Any) -> Any:
    return PlainValidator(validate)


if TYPE_CHECKING:
    TextField = Expression
    ExpressionField = Expression
    ReferenceField = Expression
    ArgumentList = Expression
    Count = int
    Bound = int
    Name = str
    Member = str
    TextMap = tuple[tuple[Expression, Expression], ...]
    NameMap = TextMap
    KeyMap = TextMap
    ExceptionMap = Raised
    ExceptionList = tuple[Raised, ...]
    Steps = tuple[Step, ...]
    Names = str | list[str]
    Handlers = dict[str, tuple[Step, ...]]
    SecondsText = Expression
    FlagText = Expression
else:
    TextField = _code(field_rules.text)
    ExpressionField = _code(field_rules.expression)
    ReferenceField = _code(field_rules.reference)
    ArgumentList = _code(field_rules.argument_list)
    Count = _code(field_rules.count)
    Bound = _code(field_rules.bound)
    Name = _code(field_rules.name)
    Member = _code(field_rules.member)
    TextMap = _code(field_rules.place_map)
    NameMap = _code(field_rules.name_map)
    KeyMap = _code(field_rules.key_map)
    ExceptionMap = _code(field_rules.raised)
    ExceptionList = _code(field_rules.raised_list)
    Steps = _code(field_rules.steps)
    Names = _code(field_rules.names)
    Handlers = _code(field_rules.handlers)
    SecondsText = _code(field_rules.seconds)
    FlagText = _code(field_rules.flag)

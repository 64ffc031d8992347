"""What each kind of field is called in the reference, and what JSON Schema can say of it.

A field's kind is the function that validates it; `kind_of` finds that function in a model's annotation. Schemas are in plain
JSON Schema 2020-12, one schema with a list of types where a short form exists, never a choice of schemas: editors complete
the former and give up at the latter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mprunner.language import (
    cells,
    field_rules,
    filecheck,
    matchers,
    model_rules,
    outcomes,
    promise_rules,
    quantifying,
    scalar_fields,
)
from mprunner.language.fields import Located
from mprunner.language.quick_models import FieldInfo, PlainValidator
from mprunner.language.shape_rules import field_names
from mprunner.records import record

__all__ = ["FieldKind", "described_fields", "kind_of"]

Json = dict[str, Any]

_NAME = "^[^\\W\\d]\\w*$"
_SCALAR = ["string", "number", "boolean", "null"]
_DATA = [*_SCALAR, "array", "object"]


def _ref(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


@record
class FieldKind:
    """A kind of field: its name for people and its JSON Schema."""

    title: str
    schema: Json


_STEPS = FieldKind("steps", _ref("steps"))
_MATCHER = FieldKind("matcher", _ref("matcher"))
_NAMES_TO_TEXT: Json = {"type": "object", "additionalProperties": _ref("text")}

_KINDS: dict[Callable[..., Any], FieldKind] = {
    field_rules.text: FieldKind("text", _ref("text")),
    field_rules.expression: FieldKind("expression", _ref("expression")),
    field_rules.reference: FieldKind("reference", _ref("reference")),
    field_rules.argument_list: FieldKind(
        "list of texts", {"type": ["array", "string"], "items": _ref("text")}
    ),
    field_rules.seconds: FieldKind("seconds (text)", {"type": ["number", "string"], "pattern": "^\\{.*\\}$"}),
    field_rules.flag: FieldKind(
        "true or false (text)", {"type": ["boolean", "string"], "pattern": "^\\{.*\\}$"}
    ),
    field_rules.count: FieldKind("count", {"type": ["integer", "string"], "pattern": "\\{"}),
    field_rules.bound: FieldKind("count", {"type": ["integer", "string"], "minimum": 0, "pattern": "\\{"}),
    field_rules.name: FieldKind("name", {"type": "string", "pattern": _NAME}),
    field_rules.member: FieldKind(
        "name, or name[n]", {"type": "string", "pattern": "^[^\\W\\d]\\w*(\\[[0-9]+\\])?$"}
    ),
    field_rules.names: FieldKind(
        "name, or list of names", {"type": ["string", "array"], "items": {"type": "string"}}
    ),
    field_rules.place_map: FieldKind(
        "mapping of references to texts", {**_NAMES_TO_TEXT, "minProperties": 1}
    ),
    field_rules.name_map: FieldKind("mapping of names to texts", _NAMES_TO_TEXT),
    field_rules.key_map: FieldKind("mapping of keys to texts", _NAMES_TO_TEXT),
    field_rules.raised: FieldKind("exception", _ref("exception")),
    field_rules.raised_list: FieldKind(
        "exceptions", {"type": ["string", "object", "array"], "items": _ref("exception")}
    ),
    field_rules.steps: _STEPS,
    field_rules.handlers: FieldKind(
        "exceptions to steps", {"type": "object", "additionalProperties": _ref("steps")}
    ),
    cells.cell_type: FieldKind("typecode or type of ctypes", {"type": "string", "enum": list(cells.TYPES)}),
    cells.cell_lock: FieldKind("true, false or the name of a lock", {"type": ["boolean", "string"]}),
    scalar_fields._integer: FieldKind("whole number", {"type": "integer"}),
    scalar_fields._number: FieldKind("number", {"type": "number"}),
    scalar_fields._positive_seconds: FieldKind("seconds above 0", {"type": "number", "exclusiveMinimum": 0}),
    scalar_fields._seconds: FieldKind("seconds", {"type": "number", "minimum": 0}),
    scalar_fields._flag: FieldKind("true or false", {"type": "boolean"}),
    scalar_fields._prose: FieldKind("literal text", {"type": "string"}),
    scalar_fields._plain_text: FieldKind("literal text", {"type": ["string", "number", "boolean"]}),
    scalar_fields._literal: FieldKind("YAML data", {"type": _DATA}),
    scalar_fields._word: FieldKind("word", {"type": "string", "minLength": 1}),
    matchers._pattern: FieldKind("pattern", _ref("pattern")),
    matchers._matcher: _MATCHER,
    matchers._matchers: FieldKind(
        "list of matchers", {"type": "array", "minItems": 1, "items": _ref("matcher")}
    ),
    matchers.named_matchers: FieldKind(
        "mapping of names to matchers",
        {"type": "object", "minProperties": 1, "additionalProperties": _ref("matcher")},
    ),
    matchers.named_spans: FieldKind(
        "mapping of names to spans",
        {"type": "object", "minProperties": 1, "additionalProperties": _ref("span")},
    ),
    matchers._span: FieldKind("span", _ref("span")),
    model_rules.parameters: FieldKind(
        "list of parameters", {"type": "array", "items": {"type": ["string", "object"]}}
    ),
    model_rules.null: FieldKind("null", {"type": "null"}),
    model_rules.scalars: FieldKind(
        "mapping of names to values", {"type": "object", "additionalProperties": {"type": _SCALAR}}
    ),
    model_rules.literals: FieldKind(
        "mapping of names to YAML data", {"type": "object", "additionalProperties": {"type": _DATA}}
    ),
    model_rules.matrix: FieldKind(
        "mapping of names to lists",
        {
            "type": "object",
            "additionalProperties": {"type": "array", "minItems": 1, "items": {"type": _SCALAR}},
        },
    ),
    model_rules.not_under: FieldKind(
        "mapping of start methods to reasons",
        {
            "type": "object",
            "properties": {
                name: {"type": "string", "description": f"Why it can't run under {name}."}
                for name in ("fork", "spawn", "forkserver", "threads")
            },
            "additionalProperties": False,
        },
    ),
    model_rules.tags: FieldKind("list of words", {"type": "array", "items": {"type": "string"}}),
    quantifying.quantifier: FieldKind(
        "matcher, or list of matchers", {"type": ["string", "object", "array"]}
    ),
    filecheck.directives: FieldKind("directives, one a line", {"type": "string"}),
    promise_rules.read_promises: FieldKind("list of promises", {"type": "array", "items": _ref("promise")}),
    outcomes.observed_things: FieldKind(
        "list of what is looked at", {"type": "array", "minItems": 1, "items": {"type": ["string", "object"]}}
    ),
    outcomes.outcomes_section: FieldKind("mapping of outcomes", _ref("outcomes")),
    outcomes.outcome_list: FieldKind(
        "list of lists of values", {"type": "array", "minItems": 1, "items": {"type": "array"}}
    ),
    promise_rules.part: FieldKind("promise", _ref("promise")),
    promise_rules.parts: FieldKind(
        "list of promises", {"type": "array", "minItems": 1, "items": _ref("promise")}
    ),
    promise_rules.pair: FieldKind(
        "two matchers", {"type": "array", "minItems": 2, "maxItems": 2, "items": _ref("matcher")}
    ),
    promise_rules.chain: FieldKind(
        "matcher, or two", {"type": ["string", "number", "boolean", "object", "array"]}
    ),
    promise_rules.chain_pair: FieldKind(
        "two, one of them a list of two matchers", {"type": "array", "minItems": 2, "maxItems": 2}
    ),
    promise_rules.sequence: FieldKind(
        "list of matchers", {"type": "array", "minItems": 1, "items": _ref("sequenceStep")}
    ),
    promise_rules.exit_codes: FieldKind(
        "mapping of processes to exit codes",
        {"type": "object", "minProperties": 1, "additionalProperties": {"type": "integer"}},
    ),
    promise_rules.variables: FieldKind(
        "mapping of processes to variables",
        {"type": "object", "minProperties": 1, "additionalProperties": {"type": "object"}},
    ),
    promise_rules.waiting: FieldKind(
        "mapping of processes to matchers",
        {"type": "object", "minProperties": 1, "additionalProperties": _ref("matcher")},
    ),
    promise_rules.event_field: FieldKind("field of an event", {"type": "string"}),
    promise_rules.words: FieldKind("list of fields", {"type": "array", "items": {"type": "string"}}),
}


@record
class Described:
    """A field of a model as the reference and the schema show it."""

    name: str
    required: bool
    description: str
    kind: FieldKind
    default: Any


def described_fields(model: type[Located]) -> list[Described]:
    """The fields of a model, in order, under the names that a scenario writes."""
    found = []
    for name, field in field_names(model).items():
        default = None if field.is_required() or field.default_factory is not None else field.default
        shown = default if isinstance(default, (str, int, float, bool)) and default != "" else None
        found.append(Described(name, field.is_required(), field.description or "", kind_of(field), shown))
    return found


def kind_of(field: FieldInfo) -> FieldKind:
    """The kind of a model's field. Raises `LookupError` for one that this module does not know."""
    reader = field.reader  # type: ignore[attr-defined]  # of a QuickModel's field
    if isinstance(reader, PlainValidator):
        return _kind(reader.func)
    if isinstance(reader, type) and issubclass(reader, Located):
        return FieldKind("mapping", _ref(reader.__name__.lower()))
    raise LookupError(f"a field without validator: {field!r}")


def _kind(validate: Any) -> FieldKind:
    known = _KINDS.get(validate)
    if known is not None:
        return known
    words = getattr(validate, "options", None)
    if words is not None:
        return FieldKind("one of " + ", ".join(words), {"type": "string", "enum": list(words)})
    model = getattr(validate, "section", None)
    if model is not None:
        entry: Json = _ref(model.object_kind)
        return FieldKind(
            f"mapping of names to {model.section}",
            {"type": "object", "propertyNames": {"pattern": _NAME}, "additionalProperties": entry},
        )
    items = getattr(validate, "items", None)
    if items is not None:
        return FieldKind("list of mappings", {"type": "array", "items": _ref(items.__name__.lower())})
    raise LookupError(f"an unknown validator: {validate!r}")

"""The JSON Schema (2020-12) of scenarios, in a shape with which editors complete verbs and fields.

Steps and promises are each one object with all verbs or forms as flat properties. A choice of schemas (`oneOf`) would be more
exact, but editors then complete nothing once a letter is typed, and blame the wrong thing. What a schema can't say (one
verb a step, names, kinds, texts) `mprun validate` says.
"""

from __future__ import annotations

import json
from typing import Any

from mprunner.language.bodies import Body
from mprunner.language.control_steps import Elif
from mprunner.language.dispatch import Beside
from mprunner.language.examples import PROMISE_EXAMPLES, VERB_EXAMPLES
from mprunner.language.field_types import Described, described_fields
from mprunner.language.fields import Located
from mprunner.language.matchers import Matcher, Scope, SpanFields
from mprunner.language.models import (
    Ends,
    ProcessDeclaration,
    Scenario,
    TargetDeclaration,
)
from mprunner.language.objects import OBJECTS, Declared
from mprunner.language.outcomes import Outcomes
from mprunner.language.pairing import PairedEnds
from mprunner.language.promises import Form, Modifiers
from mprunner.language.steps import VERBS
from mprunner.language.vocabulary import PROMISES

__all__ = ["SCHEMA_ID", "scenario_schema", "scenario_schema_text"]

SCHEMA_ID = "urn:mprunner:scenario"

Json = dict[str, Any]

_DATA = ["string", "number", "boolean", "null", "array", "object"]
_DECLARATIONS: tuple[type[Declared], ...] = (*OBJECTS, TargetDeclaration, ProcessDeclaration)


def scenario_schema() -> Json:
    """The schema as data, the same for equal versions of mprunner."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "description": "A scenario of mprunner: processes, what they share and do, and what is promised of it.",
        **_object(Scenario, types="object"),
        "patternProperties": {"^x-": {"description": "Free, for YAML anchors."}},
        "$defs": _definitions(),
    }


def scenario_schema_text() -> str:
    """The schema as the committed file has it."""
    return json.dumps(scenario_schema(), indent=2, ensure_ascii=False) + "\n"


def _definitions() -> Json:
    found: Json = {
        "text": {
            "type": _DATA,
            "description": 'A text: an f-string; exactly one `"{expression}"` keeps its type.',
        },
        "expression": {"type": ["string", "number", "boolean", "array"], "description": "A bare expression."},
        "reference": {
            "type": "string",
            "minLength": 1,
            "description": "The name of a declared thing: `lock`, `fork[i]`.",
        },
        "exception": {
            "type": ["string", "object"],
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": {"$ref": "#/$defs/text"},
            "description": "An exception type, or `{TYPE: text}`.",
        },
        "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}},
        "step": _step(),
        "elif": _object(Elif, types="object"),
        "promise": _promise(),
        "matcher": _matcher(),
        "sequenceStep": _sequence_step(),
        "pattern": {
            "type": _DATA,
            "description": "A value, a list of values, {matches: regex}, {not: value}.",
        },
        "span": _object(SpanFields, types=["string", "object"]),
        "scope": _object(Scope, types="object"),
        "outcomes": _object(Outcomes, types="object"),
        "pairedends": _object(PairedEnds, types="object"),
        "ends": _object(Ends, types="object"),
    }
    for model in _DECLARATIONS:
        entry = _object(model, types=["object", "null"] if model is not TargetDeclaration else "object")
        found[model.object_kind] = {"description": (model.__doc__ or "").strip(), **entry}
    return found


def _object(model: type[Located], *, types: str | list[str]) -> Json:
    fields = described_fields(model)
    found: Json = {
        "type": types,
        "properties": {field.name: _property(field) for field in fields},
        "additionalProperties": False,
    }
    required = [field.name for field in fields if field.required]
    if required:
        found["required"] = required
    return found


def _property(field: Described) -> Json:
    default = {} if field.default is None else {"default": field.default}
    told = {
        "description": field.description,
        "markdownDescription": f"{field.description}\n\n*{field.kind.title}*",
    }
    return {**field.kind.schema, **told, **default}


def _step() -> Json:
    properties: Json = {}
    together: dict[str, list[str]] = {}
    bare: list[str] = []
    for verb, body in VERBS.items():
        fields = described_fields(body)
        if body.control:
            for field in fields:
                properties.setdefault(field.name, _property(field))
            properties[verb] = {**properties[verb], **_told(body.summary, VERB_EXAMPLES[verb])}
            needed = [field.name for field in fields if field.required and field.name != verb]
            if needed:
                together[verb] = needed
        else:
            properties[verb] = {**_action(body, fields), **_told(body.summary, VERB_EXAMPLES[verb])}
            if not any(field.required for field in fields) and not body.object_fields and verb != "sleep":
                bare.append(verb)
    properties |= {field.name: _property(field) for field in described_fields(Beside)}
    return {
        "description": "One step: a mapping with one verb.",
        "type": ["object", "string"],
        "pattern": f"^({'|'.join(bare)})$",
        "minProperties": 1,
        "properties": properties,
        "additionalProperties": False,
        "dependentRequired": together,
        "defaultSnippets": [
            {"label": verb, "description": body.summary, "body": _snippet(verb, body)}
            for verb, body in VERBS.items()
        ],
    }


def _action(body: type[Body], fields: list[Described]) -> Json:
    if not fields:
        return {"type": "null"}
    if body.whole and body.short is not None:
        found = dict(next(field.kind.schema for field in fields if field.name == body.short))
        if body.short_text is not None:
            found["type"] = sorted({*_types(found), "string"})
        return found
    found = _object(body, types="object")
    if body.short is not None:
        short = next(field for field in fields if field.name == body.short)
        found["type"] = sorted({"object", *_types(short.kind.schema)})
    return found


def _types(schema: Json) -> list[str]:
    """The types that a field's schema takes."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return {"reference": ["string"], "expression": ["string", "number", "boolean", "array"]}.get(
            name, ["string", "number", "boolean", "null", "array"]
        )
    types = schema["type"]
    return [types] if isinstance(types, str) else list(types)


def _told(summary: str, example: str) -> Json:
    return {
        "description": summary,
        "markdownDescription": f"{summary}\n\n```yaml\n{example}\n```",
    }


def _snippet(verb: str, body: type[Body]) -> Any:
    """What an editor inserts: the verb with its needed fields as places to fill in."""
    fields = [field for field in described_fields(body) if field.required]
    if body.control:
        return {
            field.name: [f"${position}"] if "steps" in field.kind.title else f"${position}"
            for position, field in enumerate(fields, 1)
        }
    if body.short is not None:
        return {verb: "$1"}
    if not fields:
        return verb
    return {verb: {field.name: f"${position}" for position, field in enumerate(fields, 1)}}


def _promise() -> Json:
    properties: Json = {}
    together: dict[str, list[str]] = {}
    for form, body in PROMISES.items():
        fields = described_fields(body)
        if body.beside:
            for field in fields:
                if field.name == form:  # a matcher takes a number too, as `exactly` beside `count` is one
                    properties[form] = _property(field)
                else:
                    properties.setdefault(field.name, _property(field))
            properties[form] = {**properties[form], **_told(body.summary, PROMISE_EXAMPLES[form])}
            needed = [field.name for field in fields if field.required and field.name != form]
            if needed:
                together[form] = needed
        else:
            types = ["object", "null"] if not any(field.required for field in fields) else "object"
            properties[form] = {**_object(body, types=types), **_told(body.summary, PROMISE_EXAMPLES[form])}
    properties |= {field.name: _property(field) for field in described_fields(Modifiers)}
    return {
        "description": "One promise: a mapping with one form, and its modifiers.",
        "type": "object",
        "minProperties": 1,
        "properties": properties,
        "additionalProperties": False,
        "dependentRequired": together,
        "defaultSnippets": [
            {"label": form, "description": body.summary, "body": _promise_snippet(form, body)}
            for form, body in PROMISES.items()
        ],
    }


def _promise_snippet(form: str, body: type[Form]) -> Any:
    fields = [field.name for field in described_fields(body) if field.required]
    if body.beside:
        return {form: "$1"}
    return {form: {name: f"${position}" for position, name in enumerate(fields, 1)}}


def _matcher() -> Json:
    return {
        "description": "Selects events: a printed line, or a mapping of fields that must all fit.",
        **_object(Matcher, types=["string", "number", "boolean", "object"]),
        "minProperties": 1,
    }


def _sequence_step() -> Json:
    found = _matcher()
    found["description"] = (
        "A matcher, {next: M}, {any_order: [M, ...]}, {times: n, of: M}, or {gap_without: M}."
    )
    found["properties"] = {
        **found["properties"],
        "next": {"$ref": "#/$defs/matcher", "description": "Directly after the step before."},
        "any_order": {
            "type": "array", "minItems": 1, "items": {"$ref": "#/$defs/matcher"}, "description": "All of these, in any order.",
        },
        "gap_without": {"$ref": "#/$defs/matcher", "description": "No such event between the steps beside it."},
        "without": {"$ref": "#/$defs/matcher", "description": "No such event between those of `any_order`."},
        "times": {"type": "integer", "minimum": 1, "description": "How many times, with `of`."},
        "of": {"$ref": "#/$defs/matcher", "description": "What happens `times` times."},
    }  # fmt: skip
    found["dependentRequired"] = {"times": ["of"], "of": ["times"], "without": ["any_order"]}
    return found

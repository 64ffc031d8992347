"""A model's validator, made straight from its fields.

Pydantic derives a validator from any annotation there may be, in about two milliseconds a model, and looks for plugins among all
installed packages before it makes the first one. The fields of a scenario are of two kinds only, a function over the
written value or another model, so that the validator can be put down directly, in a twentieth of that time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from pydantic import PlainValidator
from pydantic_core import CoreConfig, SchemaValidator

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from mprunner.language.fields import Located

__all__ = ["validator_of"]

_CONFIG = CoreConfig(strict=True, extra_fields_behavior="forbid")


def validator_of(model: type[Located]) -> SchemaValidator:
    """The validator of a model, around which `_keep_place` stands. Raises TypeError for a field of another kind."""
    return SchemaValidator(_model(model), CoreConfig(title=model.__name__, **_CONFIG))


def _model(model: type[Located]) -> Any:
    fields = {}
    for name, field in model.model_fields.items():
        fields[name] = {"type": "model-field", "schema": _optional(field, _value(name, field))}
        if field.alias is not None:
            fields[name]["validation_alias"] = field.alias
    inside = {
        "type": "model",
        "cls": model,
        "schema": {"type": "model-fields", "fields": fields, "model_name": model.__name__},
        "config": _CONFIG,
        "post_init": model.__pydantic_post_init__,
    }
    return {
        "type": "function-wrap",
        "function": {"type": "with-info", "function": model._keep_place},
        "schema": inside,
    }


def _value(name: str, field: FieldInfo) -> Any:
    for part in (*field.metadata, *_parts(field.annotation)):
        if isinstance(part, PlainValidator):
            return {
                "type": "function-plain",
                "function": {"type": "with-info", "function": part.func, "field_name": name},
            }
        if isinstance(part, type) and hasattr(part, "_keep_place"):
            return _model(part)
    raise TypeError(f"a field of a scenario has a validator of its own: {name}")


def _parts(annotation: Any) -> list[Any]:
    """What an annotation is made of, `| None` left aside: null is no value of a field."""
    found = [annotation]
    for part in (*getattr(annotation, "__metadata__", ()), *get_args(annotation)):
        found += [part] if isinstance(part, PlainValidator) else _parts(part)
    return found


def _optional(field: FieldInfo, schema: Any) -> Any:
    if field.is_required():
        return schema
    if field.default_factory is not None:
        return {"type": "default", "schema": schema, "default_factory": field.default_factory}
    return {"type": "default", "schema": schema, "default": field.default}

"""A model's validator, made straight from its fields.

The fields of a scenario are of two kinds only, a function over the written value or another model, so that the validator can be
put down directly in the terms of pydantic-core, in a twentieth of the time that pydantic takes to derive it from annotations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import CoreConfig, SchemaValidator

if TYPE_CHECKING:
    from mprunner.language.fields import Located
    from mprunner.language.quick_models import FieldInfo

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
    return {
        "type": "function-wrap",
        "function": {"type": "with-info", "function": model._keep_place},
        "schema": {
            "type": "model-fields",
            "fields": fields,
            "model_name": model.__name__,
            "extra_behavior": "forbid",
        },
    }


def _value(name: str, field: Any) -> Any:
    reader = field.reader
    if hasattr(reader, "func"):
        return {
            "type": "function-plain",
            "function": {"type": "with-info", "function": reader.func, "field_name": name},
        }
    if hasattr(reader, "_keep_place"):
        return _model(reader)
    raise TypeError(f"a field of a scenario has a validator of its own: {name}")


def _optional(field: FieldInfo, schema: Any) -> Any:
    if field.is_required():
        return schema
    if field.default_factory is not None:
        return {"type": "default", "schema": schema, "default_factory": field.default_factory}
    return {"type": "default", "schema": schema, "default": field.default}

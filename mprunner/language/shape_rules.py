"""What is wrong with a mapping's shape: no mapping at all, unknown, missing and empty fields.

A mapping whose optional fields alone are wrong is read without them, so that the rest of it is checked too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError, ValidationInfo
from pydantic.fields import FieldInfo

from mprunner.language.diagnostics import listed, nearest
from mprunner.language.located import LocatedDict, context_of, described, hints, node_of, reported
from mprunner.language.misread import report_brace, shape
from mprunner.language.tree import unquoted_brace

if TYPE_CHECKING:
    from mprunner.language.fields import Located

__all__ = ["as_mapping", "field_names", "known_fields", "unusable_fields"]


def field_names(model: type[Located]) -> dict[str, FieldInfo]:
    """The fields of a model under the names that a scenario writes."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def as_mapping(model: type[Located], value: Any, info: ValidationInfo) -> LocatedDict:
    """`value` if it is a mapping with fields, else the error is reported."""
    if isinstance(value, LocatedDict):
        return value
    context, node = context_of(info), node_of(value)
    misread = shape(node, context.source)
    if misread is not None:
        context.problems.add(misread)
        raise reported()
    fields = field_names(model)
    wanted = f"a mapping with {listed(fields, 'and')}" if 0 < len(fields) <= 4 else "a mapping"
    message = f"{model.what or 'this'}: expected {wanted}, got {described(node)}"
    context.error("wrong-type", node, message, notes=hints(node))
    raise reported()


def known_fields(model: type[Located], mapping: LocatedDict, info: ValidationInfo) -> LocatedDict:
    """`mapping` without the fields that the model does not have and those without a value; both are reported."""
    context = context_of(info)
    fields = field_names(model)
    unknown = [key for key in mapping if key not in fields]
    if unknown and unquoted_brace(mapping.node) is not None:
        report_brace(mapping.node, context.source, context.problems)
        raise reported()
    for key in unknown:
        close = nearest(key, [name for name in fields if name not in mapping], model.synonyms)
        where = f" in {model.what}" if model.what else ""
        expected = f"did you mean {listed(close)}?" if close else None
        notes = [f"{model.what or 'here'} has: {', '.join(fields) or 'no fields'}"]
        context.error(
            "unknown-field",
            mapping.key_span(key),
            f'unknown field "{key}"{where}',
            expected=expected,
            notes=notes,
        )
    empty = [key for key in mapping if key in fields and node_of(mapping[key]).is_empty]
    for key in empty:
        message = f"`{key}` is empty"
        context.error(
            "empty-value", mapping.key_span(key), message, expected="give it a value, or leave it out"
        )
    return mapping.without([*unknown, *empty])


def unusable_fields(
    model: type[Located], mapping: LocatedDict, error: ValidationError, info: ValidationInfo
) -> list[str]:
    """The optional fields that could not be read. Raises when what is wrong can't be left out."""
    context = context_of(info)
    fields = field_names(model)
    missing: list[str] = []
    optional: list[str] = []
    hopeless = False
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        key = str(problem["loc"][0]) if problem["loc"] else ""
        if problem["type"] == "missing" and len(problem["loc"]) == 1:
            written = mapping.node.entry(key)
            if written is None:
                missing.append(key)
            hopeless = True
        elif key in fields and not fields[key].is_required():
            optional.append(key)
        else:
            hopeless = True
    if missing:
        title = model.what or "this mapping"
        plural = "s" if len(missing) > 1 else ""
        context.error(
            "missing-field", mapping.place, f"{title} lacks the field{plural} {listed(missing, 'and')}"
        )
    if hopeless or not optional:
        raise reported()
    return optional

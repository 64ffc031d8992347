"""What is wrong with a mapping's shape: no mapping at all, unknown, missing and empty fields.

A mapping whose optional fields alone are wrong is read without them, so that the rest of it is checked too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import ValidationError

from mprunner.language.diagnostics import listed, nearest
from mprunner.language.located import Context, LocatedDict, context_of, described, hints, node_of, reported
from mprunner.language.misread import report_brace, shape
from mprunner.language.quick_models import FieldInfo
from mprunner.language.source import Span
from mprunner.language.tree import Node, unquoted_brace

if TYPE_CHECKING:
    from pydantic import ValidationInfo

    from mprunner.language.fields import Located

__all__ = ["as_mapping", "field_names", "known_fields", "report_empty", "unusable_fields"]


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
    meant = set()
    for key in unknown:
        close = nearest(key, [name for name in fields if name not in mapping], model.synonyms)
        where = f" in {model.what}" if model.what else ""
        expected = f"did you mean {listed(close)}?" if close else None
        notes = [f"{model.what or 'here'} has: {', '.join(fields) or 'no fields'}"]
        message = f'unknown field "{key}"{where}'
        context.error("unknown-field", mapping.key_span(key), message, expected=expected, notes=notes)
        meant.update(close)
    empty = [key for key in mapping if key in fields and node_of(mapping[key]).is_empty]
    for key in empty:
        report_empty(key, mapping.key_span(key), node_of(mapping[key]), context)
    known = mapping.without([*unknown, *empty])
    known.meant = mapping.meant | meant
    return known


def report_empty(key: str, span: Span, node: Node, context: Context, expected: str | None = None) -> None:
    """Reports a key without a value; nothing is said where an alias to nothing stands, which is reported already."""
    if (node.span.line, node.span.column) == (node.span.end_line, node.span.end_column):
        expected = expected or "give it a value, or leave it out"
        context.error("empty-value", span, f"`{key}` is empty", expected=expected)


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
            if written is None and key not in mapping.meant:
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
    if hopeless or not optional or not model.recovers:
        raise reported()
    return optional

"""Fields that take a plain value: whole numbers, seconds, booleans, words of a list, literal texts.

Nothing is converted: the text "1" is no number and `true` is none either.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mprunner.language.diagnostics import listed, nearest
from mprunner.language.located import Context, context_of, described, hints, node_of, reported
from mprunner.language.misread import report_brace, report_comment, shape
from mprunner.language.quick_models import PlainValidator
from mprunner.language.tree import Node, to_plain

if TYPE_CHECKING:
    from pydantic import ValidationInfo

__all__ = [
    "Flag",
    "Integer",
    "Literal_",
    "Number",
    "PlainText",
    "PositiveSeconds",
    "Prose",
    "Scalar_",
    "Seconds",
    "field_label",
    "one_of",
]


_VERB_OF = {"places": "set", "exception": "raise"}
"""Fields that are never written by name, because the verb's value is theirs."""


def field_label(info: ValidationInfo) -> str:
    """The name of the field under validation, in backquotes, or "this value"."""
    name = info.field_name
    if not name:
        return "this value"
    return f"`{_VERB_OF.get(name) or name.rstrip('_')}`"


def refuse(
    value: Any, info: ValidationInfo, wanted: str, *, notes: tuple[str, ...] = (), computed: bool = False
) -> Exception:
    """Reports that a field takes `wanted` and got another thing; gives the exception to raise.

    `computed`: the field takes `"{expression}"` too, so a text that reads as an expression lacks its braces.
    """
    context, node = context_of(info), node_of(value)
    misread = shape(node, context.source)
    if misread is not None:
        context.problems.add(misread)
        return reported()
    message = f"{field_label(info)}: expected {wanted}, got {described(node)}"
    if computed and _is_expression(node):
        context.error(
            "wrong-type", node, message, expected=f'what is computed has braces: "{{{node.value}}}"'
        )
    else:
        # `n` is a name more often than a "no", unless yes or no is the question.
        letter = "true" not in wanted and str(node.value).casefold() in ("y", "n")
        context.error("wrong-type", node, message, notes=notes if letter else (*hints(node), *notes))
    return reported()


def _is_expression(node: Node) -> bool:
    """Whether a text reads as Python over some name: `n`, `n + 1`, `len(items)`; `2 s` and `1,5` do not."""
    if not isinstance(node.value, str) or "{" in node.value:
        return False
    try:
        tree = ast.parse(node.value.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(part, ast.Name) for part in ast.walk(tree))


def check_text(node: Node, context: Context) -> bool:
    """Whether a text is what it seems: not cut by a comment, no `{x}` that YAML takes for a mapping, at any depth."""
    fine = not report_brace(node, context.source, context.problems)
    for part in node.walk():
        if part.kind == "scalar" and report_comment(part, context.source, context.problems):
            fine = False
    return fine


def _integer(value: Any, info: ValidationInfo) -> int:
    node = node_of(value)
    if isinstance(node.value, bool) or not isinstance(node.value, int):
        raise refuse(value, info, "a whole number")
    return node.value


def _number(value: Any, info: ValidationInfo) -> float:
    node = node_of(value)
    if (
        isinstance(node.value, bool)
        or not isinstance(node.value, (int, float))
        or not math.isfinite(node.value)
    ):
        raise refuse(value, info, "a number")
    return node.value


def _seconds(value: Any, info: ValidationInfo) -> float:
    node = node_of(value)
    if (
        isinstance(node.value, bool)
        or not isinstance(node.value, (int, float))
        or not 0 <= node.value < math.inf
    ):
        raise refuse(value, info, "a number of seconds")
    return float(node.value)


def _positive_seconds(value: Any, info: ValidationInfo) -> float:
    """As `_seconds`, for what would make no sense with 0."""
    number = node_of(value).value
    if isinstance(number, (int, float)) and not isinstance(number, bool) and number <= 0:
        notes = ("the run would be over before its first step",) if number == 0 else ()
        raise refuse(value, info, "a number of seconds above 0", notes=notes)
    return _seconds(value, info)


def _flag(value: Any, info: ValidationInfo) -> bool:
    node = node_of(value)
    if not isinstance(node.value, bool):
        raise refuse(value, info, "true or false")
    return node.value


def _prose(value: Any, info: ValidationInfo) -> str:
    node = node_of(value)
    if not check_text(node, context_of(info)):
        raise reported()
    if not isinstance(node.value, str):
        raise refuse(value, info, "a text")
    return node.value


def _plain_text(value: Any, info: ValidationInfo) -> str:
    """As `_prose`; a number or boolean is taken as it is written, since a printed line may look like one."""
    node = node_of(value)
    if node.kind == "scalar" and node.value is not None and not isinstance(node.value, str):
        return node.text or ""
    return _prose(value, info)


def _word(value: Any, info: ValidationInfo) -> str:
    node = node_of(value)
    if not isinstance(node.value, str) or not node.value:
        raise refuse(value, info, "a name")
    return node.value


def _scalar(value: Any, info: ValidationInfo) -> Any:
    node = node_of(value)
    if node.kind != "scalar":
        raise refuse(value, info, "a number, a text, true, false or null")
    if not check_text(node, context_of(info)):
        raise reported()
    return node.value


def _literal(value: Any, info: ValidationInfo) -> Any:
    node = node_of(value)
    if not check_text(node, context_of(info)):
        raise reported()
    return to_plain(node)


_MOST_LISTED = 8
"""Options that are told at once; more hide which is meant."""


def one_of(*options: str) -> Any:
    """A field that takes one of `options`, or of null where that is among them as `"null"`."""

    def validate(value: Any, info: ValidationInfo) -> str:
        node = node_of(value)
        if isinstance(node.value, str) and node.value in options:
            return node.value
        if not isinstance(node.value, str):
            raise refuse(value, info, listed(options))
        close = nearest(node.value, options)
        if len(options) > _MOST_LISTED:
            message = f"{field_label(info)}: {described(node)} is none of the words that it takes"
            expected = None if close else f"expected {listed(options)}"
        else:
            message, expected = (
                f"{field_label(info)}: expected {listed(options)}, got {described(node)}",
                None,
            )
        if close:
            expected = f"did you mean {listed(close)}?"
        context_of(info).error("wrong-value", node, message, expected=expected, notes=hints(node))
        raise reported()

    validate.options = options  # type: ignore[attr-defined]  # for the schema and the reference
    return PlainValidator(validate)


def _field(validate: Callable[[Any, ValidationInfo], Any]) -> Any:
    return PlainValidator(validate)


if TYPE_CHECKING:
    Integer = int
    Number = float
    Seconds = float
    PositiveSeconds = float
    Flag = bool
    Prose = str
    PlainText = str
    Word = str
    Scalar_ = Any
    Literal_ = Any
else:
    Integer = _field(_integer)
    Number = _field(_number)
    Seconds = _field(_seconds)
    PositiveSeconds = _field(_positive_seconds)
    Flag = _field(_flag)
    Prose = _field(_prose)
    PlainText = _field(_plain_text)
    Word = _field(_word)
    Scalar_ = _field(_scalar)
    Literal_ = _field(_literal)

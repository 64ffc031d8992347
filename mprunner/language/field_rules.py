"""How each kind of field that is more than a plain value is read: texts, expressions, references, names, maps, steps."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError, ValidationError

from mprunner.language.exceptions import EXCEPTIONS, check_exception
from mprunner.language.located import Context, LocatedDict, LocatedList, context_of, node_of, reported
from mprunner.language.misread import report_brace
from mprunner.language.places import located
from mprunner.language.scalar_fields import check_text, refuse
from mprunner.language.tree import Node, unquoted_brace

if TYPE_CHECKING:
    from pydantic import ValidationInfo

    from mprunner.language.fields import Expression, Located, Raised, Step

__all__ = [
    "EXCEPTIONS",
    "argument_list",
    "check_name",
    "count",
    "expression",
    "flag",
    "handlers",
    "key_map",
    "models_of",
    "name",
    "name_map",
    "names",
    "place_map",
    "raised",
    "raised_list",
    "reference",
    "seconds",
    "steps",
    "text",
]

Pairs = tuple[tuple["Expression", "Expression"], ...]
_MEMBER = re.compile(r"[^\W\d]\w*\[[0-9]+\]")
_INDEXED = re.compile(r"\w+\[")


def text(value: Any, info: ValidationInfo) -> Expression:
    """A text field: an f-string, or YAML data whose texts are f-strings."""
    return _text(node_of(value), context_of(info))


def expression(value: Any, info: ValidationInfo) -> Expression:
    """An expression field: bare Python, or a YAML boolean, number or list."""
    return _parsed("parse_expression", _no_brace(node_of(value), context_of(info)), context_of(info))


def reference(value: Any, info: ValidationInfo) -> Expression:
    """A reference field: a name, perhaps indexed, or a place to assign to."""
    node = _no_brace(node_of(value), context_of(info))
    if not node.is_text:
        raise refuse(node, info, "a name")
    return _parsed("parse_reference", node, context_of(info))


def argument_list(value: Any, info: ValidationInfo) -> Expression:
    """`args`: a YAML list of texts, or one `"{expression}"` that gives a list."""
    node = node_of(value)
    found = text(value, info)
    if node.kind == "sequence" or not isinstance(found.tree, (ast.Constant, ast.JoinedStr, ast.Dict)):
        return found
    raise refuse(node, info, 'a list, like [1, "{x}"]')


def seconds(value: Any, info: ValidationInfo) -> Expression:
    """A duration: a number of seconds, or a text `"{expression}"` that gives one."""
    found, node = text(value, info), node_of(value)
    written = found.tree.value if isinstance(found.tree, ast.Constant) else None
    number = isinstance(written, (int, float)) and not isinstance(written, bool)
    if number or not isinstance(found.tree, (ast.Constant, ast.JoinedStr, ast.List, ast.Dict)):
        return found
    raise refuse(node, info, "a number of seconds", computed=True)


def flag(value: Any, info: ValidationInfo) -> Expression:
    """True or false, or a text `"{expression}"` that gives one of them."""
    found, node = text(value, info), node_of(value)
    if isinstance(node.value, bool):
        return found
    if not isinstance(found.tree, (ast.Constant, ast.JoinedStr, ast.List, ast.Dict)):
        return found
    raise refuse(node, info, "true or false")


def count(value: Any, info: ValidationInfo) -> int | Expression:
    """A whole number, or a text `"{n}"` over the scenario's params."""
    node = node_of(value)
    if isinstance(node.value, int) and not isinstance(node.value, bool):
        return node.value
    if not node.is_text or "{" not in str(node.value):
        raise refuse(node, info, 'a whole number, or a text over params like "{n}"', computed=True)
    found = _text(node, context_of(info))
    if isinstance(found.tree, (ast.Constant, ast.JoinedStr)):
        raise refuse(node, info, 'a whole number, or a text over params like "{n}"')
    return found


def bound(value: Any, info: ValidationInfo) -> int | Expression:
    """How often a promise says something happens: as `count`, from 0."""
    found = count(value, info)
    if isinstance(found, int) and found < 0:
        raise refuse(value, info, "a whole number from 0")
    return found


def check_name(node: Node, context: Context, what: str) -> bool:
    """Whether a name that the author chose can be one; if not, that is reported."""
    written = str(node.value)
    if written.isidentifier() and not keyword.iskeyword(written):
        return True
    if keyword.iskeyword(written):
        message = f'{what} can\'t be called "{written}": that is a word of Python'
    else:
        message = f'{what} can\'t be called "{written}": names have letters, digits and _, and no digit first'
    suggestion = re.sub(r"\W+", "_", written).strip("_")
    expected = (
        f"for example {suggestion}"
        if suggestion.isidentifier() and not keyword.iskeyword(suggestion)
        else None
    )
    context.error("bad-name", node, message, expected=expected)
    return False


def name(value: Any, info: ValidationInfo) -> str:
    """The name of a declared thing or a variable, without index."""
    node, context = node_of(value), context_of(info)
    if not node.is_text:
        raise refuse(_no_brace(node, context), info, "a name")
    written = str(node.value)
    if _INDEXED.match(written):
        context.error("wrong-value", node, "a name without an index is wanted here")
        raise reported()
    if not check_name(node, context, "this"):
        raise reported()
    return written


def member(value: Any, info: ValidationInfo) -> str:
    """The name of a declared thing, or of one member of a family by its number: `fork`, `fork[2]`."""
    node = node_of(value)
    match = _MEMBER.fullmatch(str(node.value)) if node.is_text else None
    return name(value, info) if match is None else match.group()


def place_map(value: Any, info: ValidationInfo) -> Pairs:
    """`set`: places and what is assigned to them, in written order."""
    return _map(value, info, lambda key, context: _parsed("parse_reference", key, context))


def name_map(value: Any, info: ValidationInfo) -> Pairs:
    """Keyword arguments: names and texts."""

    def keyed(key: Node, context: Context) -> Expression:
        if not check_name(key, context, "an argument"):
            raise reported()
        return _constant(key, "reference")

    return _map(value, info, keyed)


def key_map(value: Any, info: ValidationInfo) -> Pairs:
    """Literal keys and texts."""
    return _map(value, info, lambda key, context: _constant(key, "text"))


def raised(value: Any, info: ValidationInfo) -> Raised:
    """`TYPE` or `{TYPE: text}`; the text is an f-string after `raise`, literal after `raises`."""
    from mprunner.language.fields import Raised

    context, node = context_of(info), node_of(value)
    interpolated = info.field_name == "exception"
    if isinstance(value, LocatedDict) and len(value) == 1:
        entry = node.entries[0]
        check_exception(entry.key, context)
        if entry.value.is_empty:
            context.error(
                "empty-value",
                entry.key,
                f"`{entry.name}` is empty",
                expected="give its text, or only the type",
            )
            raise reported()
        if interpolated:
            return Raised(entry.name, _text(entry.value, context), entry.key.span)
        if not check_text(entry.value, context):
            raise reported()
        if not entry.value.is_text:
            raise refuse(entry.value, info, "a text")
        return Raised(entry.name, _constant(entry.value, "text"), entry.key.span)
    if not node.is_text:
        raise refuse(node, info, "the type of an exception, or {TYPE: text}")
    check_exception(node, context)
    return Raised(str(node.value), None, node.span)


def raised_list(value: Any, info: ValidationInfo) -> tuple[Raised, ...]:
    """One of `raised`, or a list of them."""
    if isinstance(value, LocatedList):
        return tuple(raised(item, info) for item in value)
    return (raised(value, info),)


def steps(value: Any, info: ValidationInfo) -> tuple[Step, ...]:
    """A list of steps; those that can't be read are reported and left out."""
    from mprunner.language.dispatch import read_step

    context, node = context_of(info), node_of(value)
    if not isinstance(value, LocatedList):
        if isinstance(value, LocatedDict):
            message = "steps are a list: each begins with `- `"
            context.error("wrong-type", node, message)
        else:
            refuse(value, info, "a list of steps")
        raise reported()
    found: list[Step] = []
    for item in value:
        try:
            found.append(read_step(item, context))
        except PydanticCustomError:
            remember_names(node_of(item), context)
    return tuple(found)


def names(value: Any, info: ValidationInfo) -> str | list[str]:
    """One variable, or a list of them to unpack into."""
    if isinstance(value, LocatedList):
        return [name(item, info) for item in value]
    return name(value, info)


def handlers(value: Any, info: ValidationInfo) -> dict[str, tuple[Step, ...]]:
    """`except`: exception types (`A` or `A, B`) and what to do."""
    context, node = context_of(info), node_of(value)
    if not isinstance(value, LocatedDict):
        refuse(node, info, "a mapping of exception types to steps")
        raise reported()
    found: dict[str, tuple[Step, ...]] = {}
    for entry in node.entries:
        for type_name in entry.name.split(","):
            check_exception(entry.key, context, type_name.strip())
        if entry.value.is_empty:
            context.error(
                "empty-value",
                entry.key,
                f"`{entry.name}` is empty",
                expected="a list of steps; [pass] for none",
            )
            continue
        try:
            found[entry.name] = steps(value[entry.name], info)
        except PydanticCustomError:
            remember_names(entry.value, context)
    return found


def models_of(model: type[Located]) -> Callable[[Any, ValidationInfo], list[Any]]:
    """A validator for a list of mappings that `model` reads; those that can't be read are left out."""

    def validate(value: Any, info: ValidationInfo) -> list[Any]:
        context = context_of(info)
        if not isinstance(value, LocatedList):
            raise refuse(value, info, "a list of mappings")
        found = []
        for item in value:
            try:
                found.append(model.model_validate(item, context=context))
            except ValidationError:
                remember_names(node_of(item), context)
        return found

    validate.items = model  # type: ignore[attr-defined]  # for the schema and the reference
    return validate


def remember_names(node: Node, context: Context) -> None:
    """Notes the variables that an unreadable part may assign: nothing is said about them later."""
    for part in node.walk():
        for entry in part.entries:
            if entry.name in ("into", "for", "params", "label"):
                context.broken.update(str(leaf.value) for leaf in entry.value.walk() if leaf.is_text)
            if entry.name == "set":
                context.broken.update(entry.value.keys())


def _map(value: Any, info: ValidationInfo, read_key: Callable[[Node, Context], Expression]) -> Pairs:
    context, node = context_of(info), node_of(value)
    if not isinstance(value, LocatedDict):
        raise refuse(value, info, "a mapping of names and values")
    if unquoted_brace(node) is not None:
        report_brace(node, context.source, context.problems)
        raise reported()
    pairs = []
    failed = False
    for entry in node.entries:
        try:
            if entry.value.is_empty:
                context.error(
                    "empty-value", entry.key, f"`{entry.name}` is empty", expected="give it a value"
                )
                raise reported()
            pairs.append((read_key(entry.key, context), _text(entry.value, context)))
        except PydanticCustomError:
            failed = True
    if failed:
        raise reported()
    return tuple(pairs)


def _text(node: Node, context: Context) -> Expression:
    if not check_text(node, context):
        raise reported()
    return _parsed("parse_text", node, context)


def _no_brace(node: Node, context: Context) -> Node:
    meant = unquoted_brace(node)
    if meant is not None:
        message = "braces without quotes are a YAML mapping; here the bare expression is wanted"
        context.error("unquoted-brace", node, message, expected=f"write {meant.strip(chr(34))[1:-1]}")
        raise reported()
    return node


def _parsed(parse: str, node: Node, context: Context) -> Expression:
    from mprunner.language import expressions  # it needs `Expression`, which stands on this module

    found: Expression | None = getattr(expressions, parse)(node, context.source, context.problems)
    if found is None:
        raise reported()
    return found


def _constant(node: Node, kind: str) -> Expression:
    from mprunner.language.fields import Expression

    return Expression(located(ast.Constant(str(node.value)), node.span), str(node.value), node.span, kind)  # type: ignore[arg-type]

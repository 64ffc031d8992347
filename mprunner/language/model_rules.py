"""How the sections of a scenario are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from pydantic_core import ValidationError

from mprunner.language.diagnostics import listed, nearest
from mprunner.language.field_rules import check_name, remember_names
from mprunner.language.located import Context, LocatedDict, LocatedList, context_of, node_of, reported
from mprunner.language.scalar_fields import check_text, refuse
from mprunner.language.source import Span
from mprunner.language.tree import Node, to_plain
from mprunner.records import record

if TYPE_CHECKING:
    from pydantic import ValidationInfo

    from mprunner.language.fields import Located

__all__ = ["Parameter", "literals", "matrix", "not_under", "null", "parameters", "scalars", "section", "tags"]


@record
class Parameter:
    """A parameter of a target. `args` and `kwargs` collect what is left over; `default` counts unless `required`."""

    name: str
    form: Literal["plain", "args", "kwargs"]
    required: bool
    default: Any
    span: Span


def section(model: type[Located]) -> Callable[[Any, ValidationInfo], dict[str, Any]]:
    """A validator for a section: names and what `model` reads. An entry may be empty."""

    def validate(value: Any, info: ValidationInfo) -> dict[str, Any]:
        context = context_of(info)
        found: dict[str, Any] = {}
        for key, name, inner in _entries(value, info):
            if not check_name(key, context, model.what):
                context.broken.add(name)
                continue
            node = node_of(inner)
            given = LocatedDict({}, key, key) if node.is_empty else inner
            try:
                found[name] = model.model_validate(given, context=context)
            except ValidationError:
                context.broken.add(name)
                remember_names(node, context)
        return found

    validate.section = model  # type: ignore[attr-defined]  # for the schema and the reference
    return validate


def scalars(value: Any, info: ValidationInfo) -> dict[str, Any]:
    """`params`: names and scalars."""
    return {name: inner.value for name, inner in _named(value, info, "a param") if _is_scalar(inner, info)}


def literals(value: Any, info: ValidationInfo) -> dict[str, Any]:
    """`globals`: names and YAML data, taken literally."""
    return {
        name: to_plain(inner)
        for name, inner in _named(value, info, "a global")
        if check_text(inner, context_of(info))
    }


def matrix(value: Any, info: ValidationInfo) -> dict[str, tuple[Any, ...]]:
    """`matrix`: names and lists of scalars."""
    found: dict[str, tuple[Any, ...]] = {}
    for name, inner in _named(value, info, "a key of the matrix"):
        if inner.kind != "sequence" or not inner.items:
            context_of(info).error(
                "wrong-type", inner, f"`{name}`: expected a list of values, with at least one"
            )
        elif [_is_scalar(item, info) for item in inner.items].count(False) == 0:
            found[name] = tuple(item.value for item in inner.items)
    return found


def not_under(value: Any, info: ValidationInfo) -> dict[str, str]:
    """`not_under`: start methods (or threads) and reasons."""
    context = context_of(info)
    known = ("fork", "spawn", "forkserver", "threads")
    found: dict[str, str] = {}
    for key, name, inner in _entries(value, info):
        node = node_of(inner)
        if name not in known:
            close = nearest(name, known)
            expected = f"did you mean {listed(close)}?" if close else f"expected {listed(known)}"
            context.error("wrong-value", key, f'no start method "{name}"', expected=expected)
        elif not node.is_text:
            context.error("wrong-type", key, f"`{name}` needs a reason, a text")
        elif check_text(node, context):
            found[name] = str(node.value)
    return found


def tags(value: Any, info: ValidationInfo) -> tuple[str, ...]:
    """A list of words."""
    if not isinstance(value, LocatedList):
        raise refuse(value, info, "a list of words")
    for item in value:
        node = node_of(item)
        if not node.is_text or not str(node.value).replace("-", "_").replace(".", "_").isidentifier():
            raise refuse(item, info, "a word")
    return tuple(str(node_of(item).value) for item in value)


def null(value: Any, info: ValidationInfo) -> None:
    """`group`, which multiprocessing wants to be None."""
    if node_of(value).value is not None:
        raise refuse(value, info, "null (multiprocessing has no process groups)")


def parameters(value: Any, info: ValidationInfo) -> tuple[Parameter, ...]:
    """A target's `params`."""
    if not isinstance(value, LocatedList):
        raise refuse(value, info, 'a list, like [a, {b: 1}, "*args"]')
    context = context_of(info)
    found: list[Parameter] = []
    for item in value:
        parameter = _parameter(item, info)
        if any(other.name == parameter.name for other in found):
            context.error(
                "bad-parameter", parameter.span, f'the parameter "{parameter.name}" stands here twice'
            )
            continue
        trouble = _misplaced(parameter, found)
        if trouble:
            context.error("bad-parameter", parameter.span, trouble)
        found.append(parameter)
    return tuple(found)


def _misplaced(parameter: Parameter, before: list[Parameter]) -> str | None:
    forms = {other.form for other in before}
    if "kwargs" in forms:
        return '"**kwargs" stands last'
    if parameter.form in forms and parameter.form == "args":
        return 'there is one "*args" only'
    optional = any(not other.required and other.form == "plain" for other in before)
    if parameter.form == "plain" and parameter.required and optional and "args" not in forms:
        return f'"{parameter.name}" has no default, but a parameter before it has one'
    return None


def _parameter(value: Any, info: ValidationInfo) -> Parameter:
    context, node = context_of(info), node_of(value)
    if isinstance(value, LocatedDict) and len(value) == 1:
        entry = node.entries[0]
        if not check_name(entry.key, context, "a parameter") or not check_text(entry.value, context):
            raise reported()
        return Parameter(entry.name, "plain", False, to_plain(entry.value), entry.key.span)
    if not node.is_text:
        raise refuse(value, info, 'a parameter: name, {name: default}, "*args" or "**kwargs"')
    written = str(node.value)
    name = written.lstrip("*")
    form: Literal["plain", "args", "kwargs"] = "plain"
    if written != name:
        form = "args" if written == f"*{name}" else "kwargs"
    if not name.isidentifier():
        if "=" in written:
            context.error("bad-parameter", node, "a default is written {name: value}")
        else:
            check_name(node, context, "a parameter")
        raise reported()
    return Parameter(name, form, form == "plain", None, node.span)


def _entries(value: Any, info: ValidationInfo) -> list[tuple[Node, str, Any]]:
    if not isinstance(value, LocatedDict):
        if isinstance(value, LocatedList):
            # Whoever lists names meant to declare them: that nobody knows them is no second mistake.
            names = [str(item.value) for item in value.node.items if item.is_text]
            context_of(info).broken.update(names)
            notes = (f"write {{{', '.join(f'{name}: {{}}' for name in names)}}}",) if names else ()
            raise refuse(value, info, "a mapping with names as keys", notes=notes)
        raise refuse(value, info, "a mapping of names")
    return [(entry.key, entry.name, value[entry.name]) for entry in value.node.entries]


def _named(value: Any, info: ValidationInfo, what: str) -> list[tuple[str, Node]]:
    """Names and nodes; entries with impossible names are reported and left out."""
    context = context_of(info)
    found = []
    for key, name, inner in _entries(value, info):
        if check_name(key, context, what):
            found.append((name, node_of(inner)))
        else:
            context.broken.add(name)
    return found


def _is_scalar(node: Node, info: ValidationInfo) -> bool:
    context: Context = context_of(info)
    if not check_text(node, context):
        return False
    if node.kind != "scalar":
        context.error("wrong-type", node, "expected a number, a text, true, false or null")
        return False
    return True

"""From a mapping to a step: its one verb decides which model reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import ValidationError

from mprunner.language.diagnostics import listed, nearest
from mprunner.language.fields import ExceptionList, ExceptionMap, Located, Name, Step, Word
from mprunner.language.located import Context, LocatedDict, Raw, described, node_of, reported
from mprunner.language.misread import shape
from mprunner.language.quick_models import Field
from mprunner.language.shape_rules import field_names, report_empty
from mprunner.language.synonyms import VERB_SYNONYMS, meant_by
from mprunner.language.tree import Node, unquoted_brace

if TYPE_CHECKING:
    from mprunner.language.bodies import Body

__all__ = ["BESIDE", "Beside", "read_step"]


class Beside(Located):
    """What may stand beside every verb."""

    what = "a step"
    into: Name | None = Field(None, description="The variable that takes what the step gives.")
    label: Word | None = Field(None, description="A name to select the step's events by, under `expect`.")
    raises: ExceptionMap | None = Field(
        None,
        description="The exception that the step must raise, `TYPE` or `{TYPE: part of its text}`; it goes no further.",
    )
    allow: ExceptionList = Field((), description="Exceptions that the step may raise; they go no further.")


BESIDE = ("into", "label", "raises", "allow")


def read_step(value: Raw, context: Context) -> Step:
    """The step that `value` is. Raises `PydanticCustomError` when it is none; that is reported already."""
    node = node_of(value)
    if not isinstance(value, LocatedDict):
        return _bare(node, context)
    verb = _verb(value, context)
    model: type[Body] = context.verbs[verb]
    what = node.entry(verb)
    assert what is not None
    beside = {key: value[key] for key in BESIDE if key in value}
    rest = [key for key in value if key != verb and key not in beside]
    if model.control:
        fields = LocatedDict({key: value[key] for key in [verb, *rest]}, node, what.key)
        shorthand = False
    else:
        _refuse_neighbours(model, value, rest, context)
        fields, shorthand = _fields(model, value[verb], what.key, context)
        fields.meant = frozenset(rest)
    try:
        body = model.model_validate(fields, context=context)
    except ValidationError:
        raise reported() from None
    body._shorthand = shorthand
    return _finish(verb, body, LocatedDict(beside, node, what.key), what.key, context)


def _finish(verb: str, body: Body, beside: LocatedDict, key: Node, context: Context) -> Step:
    node = beside.node
    try:
        extra = Beside.model_validate(beside, context=context)
    except ValidationError:
        raise reported() from None
    into = node.get("into")
    return Step(
        verb=verb,
        body=body,
        span=node.span,
        verb_span=key.span,
        into=extra.into,
        into_span=None if into is None else into.span,
        label=extra.label,
        raises=extra.raises,
        allow=extra.allow,
    )


def _bare(node: Node, context: Context) -> Step:
    misread = shape(node, context.source)
    if misread is not None:
        context.problems.add(misread)
        raise reported()
    word = node.value
    if not isinstance(word, str) or not word.strip():
        message = f"a step is a mapping with one verb, got {described(node)}"
        context.error("not-a-step", node, message, expected='for example `- print: "hello"`')
        raise reported()
    model: type[Body] | None = context.verbs.get(word)
    if model is None:
        first, _, rest = word.replace("(", " ").partition(" ")
        if first in context.verbs:
            message = f"a step is a mapping: behind `{first}` stands a colon"
            context.error("not-a-step", node, message, expected=f"write {first}: {rest.strip(') ') or '...'}")
        else:
            _unknown(word, node, context)
        raise reported()
    needed = [name for name, field in field_names(model).items() if field.is_required()]
    if needed or model.object_fields:
        _empty(model, node, context)
    empty = LocatedDict({}, node, node)
    body = model.model_validate(empty, context=context)
    return _finish(word, body, empty, node, context)


def _verb(value: LocatedDict, context: Context) -> str:
    verbs = [key for key in value if key in context.verbs]
    if len(verbs) == 1:
        return verbs[0]
    if verbs:
        message = f'a step has one verb; this one has "{verbs[0]}" already'
        notes = ["begin another step with `- `"]
        context.error("two-verbs", value.key_span(verbs[1]), message, notes=notes)
        raise reported()
    siblings = {name for model in context.verbs.values() if model.control for name in field_names(model)}
    strange = [key for key in value if key not in siblings and key not in BESIDE]
    if strange:
        entry = value.node.entry(strange[0])
        assert entry is not None
        _unknown(strange[0], entry.key, context)
    else:
        message = "this step has no verb"
        notes = []
        for key in value:
            owners = [
                verb for verb, model in context.verbs.items() if model.control and key in field_names(model)
            ]
            if owners:
                notes.append(f"`{key}` stands beside {listed(owners)}")
        context.error("missing-verb", value.place, message, notes=notes[:1])
    raise reported()


def _unknown(word: str, node: Node, context: Context) -> None:
    close = meant_by(word, context.verbs, VERB_SYNONYMS)
    expected = f"did you mean {listed(close)}?" if close else None
    verb, _, rest = word.partition(" ")
    if verb in context.verbs and rest:  # `- for i:`, as Python has it
        expected, close = f"write {verb}: {rest}", [verb]
    notes = [] if close else [f"steps are: {', '.join(context.verbs)}"]
    context.error("unknown-step", node, f'unknown step "{word}"', expected=expected, notes=notes)


def _refuse_neighbours(model: type[Body], value: LocatedDict, keys: list[str], context: Context) -> None:
    """Fields that stand beside an action's verb instead of under it, or belong nowhere."""
    fields = field_names(model)
    for key in keys:
        span = value.key_span(key)
        if key in fields:
            short = f"{model.short}: ..., " if model.short and model.short != key else ""
            message = f"`{key}` belongs under `{model.verb}`, not beside it"
            context.error(
                "misplaced-field", span, message, expected=f"write {model.verb}: {{{short}{key}: ...}}"
            )
            continue
        close = nearest(key, [*BESIDE, *fields])
        expected = f"did you mean {listed(close)}?" if close else None
        notes = [f"beside a verb may stand: {', '.join(BESIDE)}"]
        if key == "steps":
            notes = ["steps can stand beside with, while, for and repeat"]
        message = f'unknown field "{key}" beside `{model.verb}`'
        context.error("unknown-field", span, message, expected=expected, notes=notes)


def _fields(model: type[Body], value: Any, key: Node, context: Context) -> tuple[LocatedDict, bool]:
    """The fields under an action's verb, and whether they were given in short."""
    node = node_of(value)
    if node.is_empty:
        if (
            any(field.is_required() for field in model.model_fields.values())
            or model.object_fields
            or model.short
        ):
            _empty(model, key, context, node)
        return LocatedDict({}, node, key), False
    if model.short_text is not None and node.kind == "scalar":
        return LocatedDict({model.short_text: value}, node, key), True
    whole = model.short is not None and model.whole
    if isinstance(value, LocatedDict) and not whole and not _is_meant_as_text(model, node):
        return value, False
    if model.short is None:
        _wrong_value(model, node, context)
    return LocatedDict({model.short or "": value}, node, key), True


def _is_meant_as_text(model: type[Body], node: Node) -> bool:
    return model.short is not None and unquoted_brace(node) is not None


def _wrong_value(model: type[Body], node: Node, context: Context) -> None:
    fields = list(field_names(model))
    if not fields:
        context.error(
            "wrong-type", node, f"`{model.verb}` takes nothing", expected=f"write only {model.verb}"
        )
    else:
        example = ", ".join(
            f"{name}: ..." for name, field in field_names(model).items() if field.is_required()
        )
        message = f"`{model.verb}` takes a mapping, got {described(node)}"
        context.error("wrong-type", node, message, expected=f"write {model.verb}: {{{example}}}")
    raise reported()


def _empty(model: type[Body], key: Node, context: Context, value: Node | None = None) -> None:
    needed = [name for name, field in field_names(model).items() if field.is_required()]
    what = f"the {model.short}" if model.short else listed(needed or list(field_names(model)), "and")
    if value is None:
        context.error("empty-value", key, f"`{model.verb}` is empty", expected=f"give it {what}")
    else:
        report_empty(model.verb, key.span, value, context, f"give it {what}")
    raise reported()

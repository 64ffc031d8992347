"""How the fields of promises are read, and a promise as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from pydantic_core import PydanticCustomError, ValidationError

from mprunner.language.diagnostics import listed, nearest
from mprunner.language.located import (
    Context,
    LocatedDict,
    LocatedList,
    context_of,
    described,
    node_of,
    reported,
)
from mprunner.language.matchers import Matcher, read_matcher
from mprunner.language.quantifying import quantified
from mprunner.language.scalar_fields import refuse
from mprunner.language.shape_rules import field_names
from mprunner.language.source import Span
from mprunner.language.synonyms import FORM_SYNONYMS, meant_by
from mprunner.language.tree import to_plain
from mprunner.records import record

if TYPE_CHECKING:
    from pydantic import ValidationInfo

    from mprunner.language.promises import Form, Promise

__all__ = [
    "SequenceStep",
    "chain",
    "chain_pair",
    "event_field",
    "exit_codes",
    "pair",
    "part",
    "parts",
    "read_promise",
    "read_promises",
    "sequence",
    "variables",
    "waiting",
    "words",
]


@record
class SequenceStep:
    """A step of a sequence.

    `one`: the matcher fits somewhere after the step before; `next`: directly after it; `any_order`: all of `matchers`, in any
    order; `times`: the matcher fits `times` times; `gap_without`: nothing that fits stands between the steps beside it.
    """

    kind: Literal["one", "next", "any_order", "times", "gap_without"]
    matchers: tuple[Matcher, ...]
    span: Span
    times: int = 1
    without: Matcher | None = None
    """What must not stand between the events of `any_order`."""

    @property
    def matcher(self) -> Matcher:
        """The matcher of a step that has only one."""
        return self.matchers[0]


def pair(value: Any, info: ValidationInfo) -> tuple[Matcher, Matcher]:
    """[first, second]"""
    if not isinstance(value, LocatedList) or len(value) != 2:
        raise refuse(value, info, "a list of two matchers, [earlier, later]")
    context = context_of(info)
    return read_matcher(value[0], context), read_matcher(value[1], context)


def chain(value: Any, info: ValidationInfo) -> tuple[Matcher, ...]:
    """One matcher, or [first, second]."""
    context = context_of(info)
    if not isinstance(value, LocatedList):
        return (read_matcher(value, context),)
    if len(value) != 2:
        raise refuse(value, info, "a matcher, or a list of two of which one comes after the other")
    return read_matcher(value[0], context), read_matcher(value[1], context)


def chain_pair(value: Any, info: ValidationInfo) -> tuple[tuple[Matcher, ...], tuple[Matcher, ...]]:
    """[earlier, later], one of which is [first, second]"""
    if (
        not isinstance(value, LocatedList)
        or len(value) != 2
        or sum(isinstance(one, LocatedList) for one in value) != 1
    ):
        raise refuse(value, info, "[earlier, later], of which one is a list of two matchers")
    return chain(value[0], info), chain(value[1], info)


def sequence(value: Any, info: ValidationInfo) -> tuple[SequenceStep, ...]:
    """A list of steps, not empty."""
    if not isinstance(value, LocatedList) or not value:
        raise refuse(value, info, "a list of matchers")
    return tuple(_sequence_step(item, info) for item in value)


def _sequence_step(value: Any, info: ValidationInfo) -> SequenceStep:
    context, node = context_of(info), node_of(value)
    if not isinstance(value, LocatedDict):
        return SequenceStep("one", (read_matcher(value, context),), node.span)
    if "next" in value and len(value) == 1:
        return SequenceStep("next", (read_matcher(value["next"], context),), node.span)
    if "gap_without" in value and len(value) == 1:
        return SequenceStep("gap_without", (read_matcher(value["gap_without"], context),), node.span)
    if "any_order" in value and set(value) <= {"any_order", "without"}:
        options = value["any_order"]
        if not isinstance(options, LocatedList) or not options:
            raise refuse(options, info, "a list of matchers")
        without = read_matcher(value["without"], context) if "without" in value else None
        members = tuple(read_matcher(one, context) for one in options)
        return SequenceStep("any_order", members, node.span, without=without)
    if "times" in value or "of" in value:
        if set(value) != {"times", "of"}:
            context.error(
                "wrong-value",
                node,
                "a repeated step has `times` and `of`",
                expected="{times: 3, of: MATCHER}",
            )
            raise reported()
        times = node_of(value["times"]).value
        if isinstance(times, bool) or not isinstance(times, int) or times < 1:
            context.error("wrong-type", node_of(value["times"]), "`times`: expected a whole number from 1")
            raise reported()
        return SequenceStep("times", (read_matcher(value["of"], context),), node.span, times)
    return SequenceStep("one", (read_matcher(value, context),), node.span)


def _by_name(value: Any, info: ValidationInfo, wanted: str, read: Callable[[Any], Any]) -> dict[str, Any]:
    if not isinstance(value, LocatedDict) or not value:
        raise refuse(value, info, wanted)
    return {key: read(inner) for key, inner in value.items()}


def exit_codes(value: Any, info: ValidationInfo) -> dict[str, int]:
    """Process -> exit code."""

    def read(inner: Any) -> int:
        code = node_of(inner).value
        if isinstance(code, bool) or not isinstance(code, int):
            raise refuse(inner, info, "an exit code, a whole number")
        return code

    return _by_name(value, info, "a mapping of processes to exit codes", read)


def variables(value: Any, info: ValidationInfo) -> dict[str, dict[str, Any]]:
    """Process -> {variable: value}."""

    def read(inner: Any) -> dict[str, Any]:
        return _by_name(inner, info, "a mapping of variables to values", lambda leaf: to_plain(node_of(leaf)))

    return _by_name(value, info, "a mapping of processes to variables", read)


def waiting(value: Any, info: ValidationInfo) -> dict[str, Matcher]:
    """Process -> matcher of the operation that it waits in."""
    context = context_of(info)
    return _by_name(
        value, info, "a mapping of processes to matchers", lambda inner: read_matcher(inner, context)
    )


def words(value: Any, info: ValidationInfo) -> tuple[str, ...]:
    """A list of names of a matcher's fields."""
    if not isinstance(value, LocatedList):
        raise refuse(value, info, "a list of fields")
    return tuple(event_field(item, info) for item in value)


def event_field(value: Any, info: ValidationInfo) -> str:
    """The name of one of a matcher's fields."""
    known = [name for name in field_names(Matcher) if name not in _NO_FIELDS]
    node = node_of(value)
    if node.value not in known:
        close = nearest(str(node.value), known)
        expected = f"did you mean {listed(close)}?" if close else f"fields are {', '.join(known)}"
        message = f"{described(node)} is no field of an event"
        context_of(info).error("wrong-value", node, message, expected=expected)
        raise reported()
    return str(node.value)


_NO_FIELDS = ("any_of", "none_of", "at", "refused", "unfinished", "pool")
"""What a matcher can ask, and what is no value that two events could have in common."""


def read_promises(value: Any, info: ValidationInfo) -> tuple[Promise, ...]:
    """The list under `expect`; what can't be read is reported and left out."""
    if not isinstance(value, LocatedList):
        raise refuse(value, info, "a list of promises, each beginning with `- `")
    found = []
    for index, item in enumerate(value):
        try:
            found.append(read_promise(item, index, context_of(info)))
        except PydanticCustomError:
            continue
    return tuple(found)


def read_promise(value: Any, index: int, context: Context) -> Promise:
    """The promise that `value` is. Raises `PydanticCustomError` when it is none; that is reported already."""
    from mprunner.language.promises import Modifiers, Promise

    node = node_of(value)
    if not isinstance(value, LocatedDict):
        message = f"a promise is a mapping with one form, got {described(node)}"
        context.error(
            "not-a-promise", node, message, expected='for example `- sequence: ["first", "second"]`'
        )
        raise reported()
    form = _form(value, context)
    model: type[Form] = context.forms[form]
    entry = node.entry(form)
    assert entry is not None
    modifiers = [key for key in value if key in field_names(Modifiers)]
    others = [key for key in modifiers if key != "for_each"]
    own = [key for key in value if key != form and key not in modifiers]
    inside = value[form]
    if model.beside:
        fields = LocatedDict({key: value[key] for key in [form, *own]}, node, entry.key)
    else:
        _refuse_beside(model, value, own, context)
        fields = LocatedDict({}, node_of(inside), entry.key) if node_of(inside).is_empty else inside
        if isinstance(fields, LocatedDict):
            fields.meant = frozenset(own)
    for key in modifiers:
        if key in EVENT_MODIFIER_NAMES and key not in model.modifiers:
            message = f"`{key}` does not go with `{form}`, which is about the whole run"
            context.error("misplaced-field", value.key_span(key), message)
    try:
        with quantified(value, context) as for_each:
            body = model.model_validate(fields, context=context)
            extra = Modifiers.model_validate(
                LocatedDict({key: value[key] for key in others}, node, entry.key), context=context
            )
    except ValidationError:
        raise reported() from None
    if model.bounds and all(getattr(body, name) is None for name in model.bounds):
        context.error("missing-field", entry.key, f"`{form}` needs {listed(model.bounds)} beside it")
        raise reported()
    return Promise(
        form=form, body=body, index=index, span=node.span, form_span=entry.key.span, content=value, holds=extra.holds,
        vacuous=extra.vacuous, name=extra.name, why=extra.why, within=extra.within, per=extra.per,
        strict=extra.strict, for_each=for_each,
    )  # fmt: skip


EVENT_MODIFIER_NAMES = ("within", "per", "for_each")
OUTERMOST = ("holds", "vacuous", "why", "strict")
"""Modifiers that speak of a promise as it is judged, not of a part of one."""


def part(value: Any, info: ValidationInfo) -> Promise:
    """A promise inside another one."""
    context = context_of(info)
    found = read_promise(value, 0, context)
    for key in OUTERMOST:
        if key in value:
            message = f"`{key}` stands beside the whole promise, not beside a part of it"
            context.error("misplaced-field", value.key_span(key), message)
            raise reported()
    if found.form in ("deadlock", "hangs"):
        message = f"`{found.form}` stands alone, not inside another promise"
        context.error("misplaced-field", found.form_span, message)
        raise reported()
    return found


def parts(value: Any, info: ValidationInfo) -> tuple[Promise, ...]:
    """A list of promises, not empty."""
    if not isinstance(value, LocatedList) or not value:
        raise refuse(value, info, "a list of promises")
    return tuple(part(item, info) for item in value)


def _form(value: LocatedDict, context: Context) -> str:
    from mprunner.language.promises import Modifiers

    forms = [key for key in value if key in context.forms]
    if len(forms) > 1:  # `exactly` is a form of its own, and stands beside `count`
        forms = [
            key
            for key in forms
            if not any(key in field_names(context.forms[other]) for other in forms if other != key)
        ]
    if len(forms) == 1:
        return forms[0]
    if forms:
        message = f'a promise has one form; this one has "{forms[0]}" already'
        context.error(
            "two-forms", value.key_span(forms[1]), message, notes=["begin another promise with `- `"]
        )
        raise reported()
    siblings = {name for model in context.forms.values() if model.beside for name in field_names(model)}
    siblings |= set(field_names(Modifiers))
    strange = [key for key in value if key not in siblings]
    if strange:
        close = meant_by(strange[0], context.forms, FORM_SYNONYMS)
        expected = f"did you mean {listed(close)}?" if close else None
        notes = [] if close else [f"promises are: {_core(context)}"]
        message = f'unknown promise "{strange[0]}"'
        context.error("unknown-promise", value.key_span(strange[0]), message, expected=expected, notes=notes)
    else:
        notes = [f"promises are: {_core(context)}"]
        context.error("missing-form", value.place, "this promise says nothing that could hold", notes=notes)
    raise reported()


def _core(context: Context) -> str:
    from mprunner.language.classics import CLASSICS

    return ", ".join(form for form in context.forms if form not in CLASSICS)


def _refuse_beside(model: type[Form], value: LocatedDict, keys: list[str], context: Context) -> None:
    for key in keys:
        if key in field_names(model):
            message = f"`{key}` belongs under `{model.form}`, not beside it"
            context.error("misplaced-field", value.key_span(key), message)
        else:
            close = nearest(key, ["holds", "vacuous", "name", "why", "strict", *model.modifiers])
            expected = f"did you mean {listed(close)}?" if close else None
            message = f'unknown field "{key}" beside `{model.form}`'
            context.error("unknown-field", value.key_span(key), message, expected=expected)
